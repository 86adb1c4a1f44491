package plane

import (
	"math"
	"slices"
)

// An Outline answers quickly where a place lies relative to a long ring with holes.
type Outline struct {
	Ring  Ring
	edges [][2]Vec // of the ring, then of the holes
	lo    Vec
	rows  [][]int32 // edges by strip of height strip
	cells *Cells    // edges by bucket
}

const strip = 60

// NewOutline returns the outline of r without the holes in it, none of which may change
// afterwards.
func NewOutline(r Ring, holes ...Ring) *Outline {
	lo, hi := r.Envelope()
	o := &Outline{Ring: r, lo: lo, cells: NewCells(lo, hi, 120)}
	o.rows = make([][]int32, int((hi.Y-lo.Y)/strip)+1)
	o.add(r)
	for _, h := range holes {
		o.add(h)
	}
	return o
}

func (o *Outline) add(r Ring) {
	for k, a := range r {
		i, b := len(o.edges), r[(k+1)%len(r)]
		o.edges = append(o.edges, [2]Vec{a, b})
		for k := o.row(min(a.Y, b.Y)); k <= o.row(max(a.Y, b.Y)); k++ {
			o.rows[k] = append(o.rows[k], int32(i))
		}
		o.cells.AddSegment(i, a, b)
	}
}

func (o *Outline) row(y float64) int {
	return min(max(int((y-o.lo.Y)/strip), 0), len(o.rows)-1)
}

// Contains reports whether p lies inside.
func (o *Outline) Contains(p Vec) bool {
	in := false
	for _, i := range o.rows[o.row(p.Y)] {
		a, b := o.edges[i][0], o.edges[i][1]
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < a.X+float64((b.X-a.X)*((p.Y-a.Y)/(b.Y-a.Y))) {
			in = !in
		}
	}
	return in
}

// Clear reports whether p lies inside and at least margin metres from the edge.
func (o *Outline) Clear(p Vec, margin float64) bool {
	if !o.Contains(p) {
		return false
	}
	clear := true
	o.cells.Near(p, margin, func(i int) bool {
		clear = DistSegment(p, o.edges[i][0], o.edges[i][1]) >= margin
		return clear
	})
	return clear
}

// Sees reports whether the straight way from inside to a vertex stays inside.
func (o *Outline) Sees(p, vertex Vec) bool {
	d := p.Dist(vertex)
	for s := 2.0; s < d-1; s += 3 {
		if !o.Contains(p.Lerp(vertex, s/d)) {
			return false
		}
	}
	return true
}

// Reach returns the nearest vertex that can be reached from p inside.
func (o *Outline) Reach(p Vec) (Vec, bool) {
	for r := 60.0; r <= 2000; r *= 2 {
		seen := map[int]bool{}
		var list []int
		o.cells.Near(p, r, func(i int) bool {
			if !seen[i] && o.edges[i][0].Dist(p) <= r {
				seen[i] = true
				list = append(list, i)
			}
			return true
		})
		slices.SortFunc(list, func(a, b int) int {
			if da, db := o.edges[a][0].Dist(p), o.edges[b][0].Dist(p); da != db {
				return int(math.Copysign(1, da-db))
			}
			return a - b
		})
		for _, i := range list[:min(len(list), 25)] {
			if o.Sees(p, o.edges[i][0]) {
				return o.edges[i][0], true
			}
		}
	}
	return Vec{}, false
}

// Inside returns the parts of l that keep margin metres from the edge. An end
// that was cut off is tied to the nearest vertex that can be reached; the
// line's own ends stay as they are.
func (o *Outline) Inside(l Line, margin float64) []Line {
	var out []Line
	var run Line
	fresh := true // no cut since the beginning of l
	end := func(cut bool) {
		if run.Length() > 2 {
			if part := o.tie(run, !fresh, cut); len(part) > 1 {
				out = append(out, part)
			}
		}
		run = nil
	}
	for _, v := range l.Dense(margin / 2) {
		if o.Clear(v, margin) {
			run = append(run, v)
			continue
		}
		end(true)
		fresh = false
	}
	end(false)
	return out
}

func (o *Outline) tie(run Line, head, tail bool) Line {
	l := run.Simplify(0.05)
	if head {
		if v, ok := o.Reach(l[0]); ok {
			l = append(Line{v}, l...)
		}
	}
	if tail {
		if v, ok := o.Reach(l[len(l)-1]); ok {
			l = append(l, v)
		}
	}
	return l
}

// Dense returns l with vertices added so that none are further than step apart.
func (l Line) Dense(step float64) Line {
	out := Line{l[0]}
	for i := 1; i < len(l); i++ {
		n := int(math.Ceil(l[i].Dist(l[i-1]) / step))
		for k := 1; k < n; k++ {
			out = append(out, l[i-1].Lerp(l[i], float64(k)/float64(n)))
		}
		out = append(out, l[i])
	}
	return out
}
