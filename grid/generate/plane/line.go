package plane

import "math"

// A Line is a chain of places.
type Line []Vec

// Length returns the length in metres.
func (l Line) Length() float64 {
	sum := 0.0
	for i := 1; i < len(l); i++ {
		sum += l[i].Dist(l[i-1])
	}
	return sum
}

// At returns the place d metres along l and the direction there. Beyond an end
// it gives that end. The line has two vertices or more.
func (l Line) At(d float64) (Vec, Vec) {
	for i := 1; i < len(l); i++ {
		step := l[i].Dist(l[i-1])
		if d <= step || i == len(l)-1 {
			t := 0.0
			if step > 0 {
				t = min(max(d/step, 0), 1)
			}
			return l[i-1].Lerp(l[i], t), l[i].Sub(l[i-1]).Unit()
		}
		d -= step
	}
	return l[0], Vec{1, 0}
}

// Reverse returns l backwards.
func (l Line) Reverse() Line {
	out := make(Line, len(l))
	for i, v := range l {
		out[len(l)-1-i] = v
	}
	return out
}

// Smooth returns l with its inner vertices averaged with their neighbours,
// rounds times. A closed line stays closed.
func (l Line) Smooth(rounds int) Line {
	cur := append(Line(nil), l...)
	n := len(cur)
	if n < 3 {
		return cur
	}
	closed := cur[0] == cur[n-1]
	for range rounds {
		next := append(Line(nil), cur...)
		for i := 1; i < n-1; i++ {
			next[i] = average(cur[i-1], cur[i], cur[i+1])
		}
		if closed {
			next[0] = average(cur[n-2], cur[0], cur[1])
			next[n-1] = next[0]
		}
		cur = next
	}
	return cur
}

func average(a, b, c Vec) Vec { return a.Mul(0.25).Along(b, 0.5).Along(c, 0.25) }

// Simplify drops vertices that lie within tol metres of the line without them
// (Douglas-Peucker). Ends stay.
func (l Line) Simplify(tol float64) Line {
	if len(l) < 3 {
		return l
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	if l[0] == l[len(l)-1] { // a closed line needs a third fixed point
		far := farthest(l, l[0])
		keep[far] = true
		l.mark(keep, 0, far, tol)
		l.mark(keep, far, len(l)-1, tol)
	} else {
		l.mark(keep, 0, len(l)-1, tol)
	}
	out := make(Line, 0, len(l))
	for i, k := range keep {
		if k {
			out = append(out, l[i])
		}
	}
	return out
}

func farthest(l Line, from Vec) int {
	best, at := -1.0, 0
	for i, v := range l {
		if d := v.Dist(from); d > best {
			best, at = d, i
		}
	}
	return at
}

func (l Line) mark(keep []bool, a, b int, tol float64) {
	worst, at := tol, -1
	for i := a + 1; i < b; i++ {
		if d := DistSegment(l[i], l[a], l[b]); d > worst {
			worst, at = d, i
		}
	}
	if at < 0 {
		return
	}
	keep[at] = true
	l.mark(keep, a, at, tol)
	l.mark(keep, at, b, tol)
}

// Nearest returns the place on segment a-b nearest to p, and how far along it
// lies as a share of the segment.
func Nearest(p, a, b Vec) (Vec, float64) {
	d := b.Sub(a)
	l := d.Dot(d)
	if l == 0 {
		return a, 0
	}
	t := min(max(p.Sub(a).Dot(d)/l, 0), 1)
	return a.Along(d, t), t
}

// DistSegment returns the distance from p to segment a-b.
func DistSegment(p, a, b Vec) float64 {
	q, _ := Nearest(p, a, b)
	return p.Dist(q)
}

// Cross returns where segments a-b and c-d cross, as shares of each.
func Cross(a, b, c, d Vec) (t, u float64, ok bool) {
	r, s := b.Sub(a), d.Sub(c)
	den := r.Cross(s)
	if math.Abs(den) < 1e-12 {
		return 0, 0, false
	}
	ac := c.Sub(a)
	t, u = ac.Cross(s)/den, ac.Cross(r)/den
	return t, u, t >= 0 && t <= 1 && u >= 0 && u <= 1
}

// GapSegments returns the distance between segments a-b and c-d.
func GapSegments(a, b, c, d Vec) float64 {
	if _, _, ok := Cross(a, b, c, d); ok {
		return 0
	}
	return min(DistSegment(a, c, d), DistSegment(b, c, d), DistSegment(c, a, b), DistSegment(d, a, b))
}
