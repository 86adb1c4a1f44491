package plane

import (
	"math"
	"sort"

	"quanxi/geo"
)

// A Ring is a polygon without holes: its corners in order, the first not
// repeated at the end.
type Ring []Vec

// RingFrom returns a lattice ring in metres.
func RingFrom(r geo.Ring) Ring {
	out := make(Ring, len(r)-1)
	for i := range out {
		out[i] = From(r[i])
	}
	return out
}

// Lattice returns r rounded to the lattice, closed, without repeated vertices,
// counter-clockwise.
func (r Ring) Lattice() geo.Ring {
	out := make(geo.Ring, 0, len(r)+1)
	src := r
	if r.Area() < 0 {
		src = Ring(Line(r).Reverse())
	}
	for _, v := range src {
		if p := v.Lattice(); len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	for len(out) > 1 && out[len(out)-1] == out[0] {
		out = out[:len(out)-1]
	}
	return append(out, out[0])
}

// Area returns the area in square metres, positive if counter-clockwise.
func (r Ring) Area() float64 {
	sum := 0.0
	for i, v := range r {
		w := r[(i+1)%len(r)]
		sum += v.Sub(r[0]).Cross(w.Sub(r[0]))
	}
	return sum / 2
}

// Perimeter returns the length of the edge.
func (r Ring) Perimeter() float64 {
	sum := 0.0
	for i, v := range r {
		sum += v.Dist(r[(i+1)%len(r)])
	}
	return sum
}

// Compactness is 1 for a disc and near 0 for a thread (Polsby and Popper: 4π times the
// area over the square of the perimeter).
func (r Ring) Compactness() float64 {
	p := r.Perimeter()
	return 4 * math.Pi * math.Abs(r.Area()) / max(p*p, 1e-9)
}

// Contains reports whether p lies in r; on the edge either answer may come.
func (r Ring) Contains(p Vec) bool {
	in := false
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < a.X+float64((b.X-a.X)*((p.Y-a.Y)/(b.Y-a.Y))) {
			in = !in
		}
	}
	return in
}

// EdgeDist returns the distance from p to the edge of r.
func (r Ring) EdgeDist(p Vec) float64 {
	best := math.Inf(1)
	for i, a := range r {
		best = min(best, DistSegment(p, a, r[(i+1)%len(r)]))
	}
	return best
}

// Envelope returns the smallest and the largest coordinates.
func (r Ring) Envelope() (lo, hi Vec) {
	lo, hi = r[0], r[0]
	for _, v := range r {
		lo = Vec{min(lo.X, v.X), min(lo.Y, v.Y)}
		hi = Vec{max(hi.X, v.X), max(hi.Y, v.Y)}
	}
	return lo, hi
}

// Inner returns a place well inside r: the middle of the best horizontal chord,
// where best weighs width against distance to the edge.
func (r Ring) Inner() Vec {
	lo, hi := r.Envelope()
	best, at := -1.0, r[0]
	for k := 1; k < 16; k++ {
		y := lo.Y + (hi.Y-lo.Y)*float64(k)/16 + 1e-4
		xs := r.crossings(y)
		for i := 0; i+1 < len(xs); i += 2 {
			mid := Vec{(xs[i] + xs[i+1]) / 2, y}
			if d := min(xs[i+1]-xs[i], 2*r.EdgeDist(mid)); d > best {
				best, at = d, mid
			}
		}
	}
	return at
}

// crossings returns where the edge of r crosses height y, sorted.
func (r Ring) crossings(y float64) []float64 {
	var xs []float64
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a.Y > y) != (b.Y > y) {
			xs = append(xs, a.X+float64((b.X-a.X)*((y-a.Y)/(b.Y-a.Y))))
		}
	}
	sort.Float64s(xs)
	return xs
}

// Split cuts r by the straight line through p along d. It reports false unless
// the line meets the edge exactly twice. Left is the part to the left of d.
func (r Ring) Split(p, d Vec) (left, right Ring, ok bool) {
	cuts := 0
	for i, a := range r {
		b := r[(i+1)%len(r)]
		sa, sb := d.Cross(a.Sub(p)), d.Cross(b.Sub(p))
		if sa >= 0 {
			left = append(left, a)
		} else {
			right = append(right, a)
		}
		if (sa >= 0) != (sb >= 0) {
			c := a.Lerp(b, sa/(sa-sb))
			left, right = append(left, c), append(right, c)
			cuts++
		}
	}
	return left, right, cuts == 2 && len(left) > 2 && len(right) > 2
}

// A Box is a rectangle at any angle.
type Box struct {
	C    Vec     // centre
	U    Vec     // unit vector along the length
	L, W float64 // half length and half width, metres
}

// Ring returns the corners, counter-clockwise.
func (b Box) Ring() Ring {
	u, v := b.U.Mul(b.L), b.U.Left().Mul(b.W)
	return Ring{b.C.Sub(u).Sub(v), b.C.Add(u).Sub(v), b.C.Add(u).Add(v), b.C.Sub(u).Add(v)}
}

// Local returns p in the box's own axes.
func (b Box) Local(p Vec) Vec {
	d := p.Sub(b.C)
	return Vec{d.Dot(b.U), d.Dot(b.U.Left())}
}

// Place returns the place at (x, y) in the box's own axes.
func (b Box) Place(x, y float64) Vec { return b.C.Along(b.U, x).Along(b.U.Left(), y) }

// SmallestBox returns the box of least area around r, its length along U.
func (r Ring) SmallestBox() Box {
	var best Box
	least := math.Inf(1)
	for i, a := range r {
		u := r[(i+1)%len(r)].Sub(a)
		if u.Len() < 0.5 {
			continue
		}
		if b := r.boxAlong(u.Unit()); b.L*b.W < least {
			least, best = b.L*b.W, b
		}
	}
	if math.IsInf(least, 1) {
		best = r.boxAlong(Vec{1, 0})
	}
	if best.L < best.W {
		best = Box{best.C, best.U.Left(), best.W, best.L}
	}
	return best
}

func (r Ring) boxAlong(u Vec) Box {
	v := u.Left()
	lo, hi := Vec{math.Inf(1), math.Inf(1)}, Vec{math.Inf(-1), math.Inf(-1)}
	for _, p := range r {
		x, y := p.Dot(u), p.Dot(v)
		lo = Vec{min(lo.X, x), min(lo.Y, y)}
		hi = Vec{max(hi.X, x), max(hi.Y, y)}
	}
	c := u.Mul((lo.X+hi.X)/2).Along(v, (lo.Y+hi.Y)/2)
	return Box{c, u, (hi.X - lo.X) / 2, (hi.Y - lo.Y) / 2}
}

// GapRings returns the distance between two rings that do not contain each
// other; 0 if they meet.
func GapRings(a, b Ring) float64 {
	if a.Contains(b[0]) || b.Contains(a[0]) {
		return 0
	}
	best := math.Inf(1)
	for i, p := range a {
		q := a[(i+1)%len(a)]
		for j, s := range b {
			best = min(best, GapSegments(p, q, s, b[(j+1)%len(b)]))
		}
	}
	return best
}
