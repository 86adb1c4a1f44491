package build

import (
	"math"

	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/spread"
)

// A bender looks for a bent line between the buildings of a piece, where no
// straight one gets through: the cheapest ways over a fine raster.
type bender struct {
	g         *Ground
	r         plane.Ring
	buildings []int
	lo        plane.Vec
	w, h      int
	shut      []bool
}

const (
	benderCell  = 4.0 // metres
	benderGates = 14  // places on the edge between which ways are tried
	benderGap   = 1.4 // metres that a way keeps from buildings
)

// A gate is a place on the edge of the piece.
type benderGate struct {
	p    plane.Vec
	edge int
	node int
}

// bent returns the line that halves the homes best, and the two parts.
func (g *Ground) bent(r plane.Ring, buildings []int) (line plane.Line, left, right plane.Ring, ok bool) {
	b := newBender(g, r, buildings)
	gates := b.gates()
	best := 0.42 // worse than this is no use
	for i, from := range gates {
		ways := b.field().Ways([]spread.Seed{{Node: from.node}}, -1)
		for _, to := range gates[i+1:] {
			l := b.way(ways, from, to)
			if l == nil {
				continue
			}
			one, two := splitAlong(r, l, from.edge, to.edge)
			if min(one.Area(), two.Area()) < 150 {
				continue
			}
			score := math.Abs(b.share(one)-0.5) + l.Length()/8000
			if score < best {
				best, line, left, right, ok = score, l, one, two, true
			}
		}
	}
	return line, left, right, ok
}

func newBender(g *Ground, r plane.Ring, buildings []int) *bender {
	lo, hi := r.Envelope()
	b := &bender{g: g, r: r, buildings: buildings, lo: lo, w: int((hi.X-lo.X)/benderCell) + 2, h: int((hi.Y-lo.Y)/benderCell) + 2}
	b.shut = make([]bool, b.w*b.h)
	for n := range b.shut {
		p := b.place(n)
		b.shut[n] = !r.Contains(p)
		for _, k := range buildings {
			box := g.Buildings[k].Box
			q := box.Local(p)
			b.shut[n] = b.shut[n] || math.Abs(q.X) < box.L+benderGap+0.6 && math.Abs(q.Y) < box.W+benderGap+0.6
		}
	}
	return b
}

func (b *bender) place(n int) plane.Vec {
	return b.lo.Add(plane.Vec{X: float64(n%b.w) * benderCell, Y: float64(n/b.w) * benderCell})
}

func (b *bender) field() spread.Field {
	return spread.Field{W: b.w, H: b.h, Cost: func(_, to int, steps float64) float64 {
		if b.shut[to] {
			return math.Inf(1)
		}
		return steps
	}}
}

// gates returns places spread evenly along the edge, each with an open node near.
func (b *bender) gates() []benderGate {
	step := b.r.Perimeter() / benderGates
	var out []benderGate
	at := step / 2
	for i, p := range b.r {
		q := b.r[(i+1)%len(b.r)]
		for l := p.Dist(q); at < l; at += step {
			v := p.Lerp(q, at/l)
			inner := v.Along(q.Sub(p).Unit().Left(), 1.2*benderCell)
			x, y := int(math.Round((inner.X-b.lo.X)/benderCell)), int(math.Round((inner.Y-b.lo.Y)/benderCell))
			if x >= 0 && y >= 0 && x < b.w && y < b.h && !b.shut[y*b.w+x] {
				out = append(out, benderGate{v, i, y*b.w + x})
			}
		}
		at -= p.Dist(q)
	}
	return out
}

// way reads back the way between two gates and pulls it tight.
func (b *bender) way(g spread.Growth, from, to benderGate) plane.Line {
	if g.Label[to.node] < 0 || from.edge == to.edge {
		return nil
	}
	l := plane.Line{to.p}
	for n := to.node; n >= 0; n = int(g.Parent[n]) {
		l = append(l, b.place(n))
	}
	l = append(l, from.p)
	out := plane.Line{l[0]}
	for i := 0; i < len(l)-1; {
		j := len(l) - 1
		for j > i+1 && !b.clear(l[i], l[j]) {
			j--
		}
		if !b.clear(l[i], l[j]) {
			return nil
		}
		out = append(out, l[j])
		i = j
	}
	return out.Reverse()
}

// clear reports whether a straight way stays in the piece and off the buildings.
func (b *bender) clear(p, q plane.Vec) bool {
	n := int(p.Dist(q)/3) + 1
	for k := 1; k < n; k++ {
		if !b.r.Contains(p.Lerp(q, float64(k)/float64(n))) {
			return false
		}
	}
	for _, k := range b.buildings {
		ring := b.g.Buildings[k].Box.Ring()
		for i, c := range ring {
			if plane.GapSegments(p, q, c, ring[(i+1)%4]) < benderGap {
				return false
			}
		}
	}
	return true
}

// share returns the share of homes in part.
func (b *bender) share(part plane.Ring) float64 {
	in, all := 0, 0
	for _, k := range b.buildings {
		all += b.g.Buildings[k].Homes
		if part.Contains(b.g.Buildings[k].Box.C) {
			in += b.g.Buildings[k].Homes
		}
	}
	return float64(in) / float64(max(all, 1))
}

// splitAlong cuts r along l, which begins on edge from and ends on edge to.
func splitAlong(r plane.Ring, l plane.Line, from, to int) (one, two plane.Ring) {
	one = append(one, l...)
	for i := (to + 1) % len(r); ; i = (i + 1) % len(r) {
		one = append(one, r[i])
		if i == from {
			break
		}
	}
	two = append(two, l.Reverse()...)
	for i := (from + 1) % len(r); ; i = (i + 1) % len(r) {
		two = append(two, r[i])
		if i == to {
			break
		}
	}
	return one, two
}
