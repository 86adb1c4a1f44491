package layout

import (
	"math"
	"slices"

	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/spread"
)

// trunkUse is how many groups a lane serves to count as a county road.
const trunkUse = 7

// A laneTree is the tree of used ways, from the streets outwards.
type laneTree struct {
	r      *rural
	parent []int32
	use    []int
	far    []bool
	held   []bool // a line ends here whatever is beyond
}

func (t *laneTree) class(n int) string {
	if t.use[n] >= trunkUse || t.far[n] {
		return County
	}
	return Village
}

// beside tells which nodes lie within three nodes of a lane that serves several
// groups, but not on one.
func (t *laneTree) beside() []bool {
	out := make([]bool, len(t.use))
	w, h := t.r.w, t.r.h
	for n, u := range t.use {
		if u < 2 {
			continue
		}
		for y := max(n/w-3, 0); y <= min(n/w+3, h-1); y++ {
			for x := max(n%w-3, 0); x <= min(n%w+3, w-1); x++ {
				out[y*w+x] = t.use[y*w+x] == 0
			}
		}
	}
	return out
}

// roads cuts the tree into lines between its forks, smooths them with their
// ends held, and so keeps every joint exact.
func (t *laneTree) roads() []Road {
	children := make([]int8, len(t.use))
	for n, u := range t.use {
		if u > 0 && t.parent[n] >= 0 {
			children[t.parent[n]]++
		}
	}
	var out []Road
	for n, u := range t.use {
		if u == 0 || t.parent[n] < 0 || !t.breaks(n, children) {
			continue
		}
		line := plane.Line{t.r.spot(n)}
		at := n
		for {
			at = int(t.parent[at])
			line = append(line, t.r.spot(at))
			if t.parent[at] < 0 || t.breaks(at, children) {
				break
			}
		}
		class := t.class(n)
		line = t.r.s.dry(line.Smooth(4).Simplify(1.8))
		out = append(out, Road{Line: line, Class: class, Half: HalfWidth(class)})
	}
	return out
}

// breaks reports whether a line begins at n: a leaf, a fork, a node that is held, or
// where the use of the way below it differs in class.
func (t *laneTree) breaks(n int, children []int8) bool {
	if children[n] != 1 || t.held[n] {
		return true
	}
	for _, d := range []int{-2*t.r.w - 1, -2*t.r.w + 1, -t.r.w - 2, -t.r.w - 1, -t.r.w, -t.r.w + 1, -t.r.w + 2, -1,
		1, t.r.w - 2, t.r.w - 1, t.r.w, t.r.w + 1, t.r.w + 2, 2*t.r.w - 1, 2*t.r.w + 1} {
		if c := n + d; c >= 0 && c < len(t.use) && t.use[c] > 0 && int(t.parent[c]) == n {
			return t.class(c) != t.class(n)
		}
	}
	return false
}

// dry drops vertices in the river that are not the last on a side, so that a
// bridge runs straight from bank to bank.
func (s *Site) dry(l plane.Line) plane.Line {
	out := plane.Line{l[0]}
	for i := 1; i < len(l)-1; i++ {
		if s.Value(s.Bank, l[i]) > 4 {
			out = append(out, l[i])
		}
	}
	return append(out, l[len(l)-1])
}

const (
	loopReach  = 1100 // metres: groups farther apart are not joined
	loopDetour = 3.5  // from how many times the straight way on a loop is worth it
)

// loops joins neighbouring groups where the way by the tree is a long detour.
func (r *rural) loops(f spread.Field, g spread.Growth, groups []Group) []Road {
	var out []Road
	for i, a := range groups {
		best, mate := loopReach*1.0, -1
		for j, b := range groups {
			d := a.Place.Dist(b.Place)
			if j > i && d < best && !r.s.wet(a.Place, b.Place) && r.detour(g, a, b) > loopDetour*d {
				best, mate = d, j
			}
		}
		if mate >= 0 {
			if l := r.shortcut(f, a.Place, groups[mate].Place); len(l) > 2 {
				out = append(out, Road{Line: l, Class: Village, Half: HalfWidth(Village)})
			}
		}
	}
	return out
}

// joined returns the loops that meet the net. A lane that passes through a group's
// place is smoothed past it, and a loop that begins there may hang in the air.
func (r *rural) joined(loops, roads []Road) []Road {
	ways := r.net(roads)
	return slices.DeleteFunc(loops, func(l Road) bool {
		met := false
		ways.Meeting(l.Line, touching, func(int) { met = true })
		return !met
	})
}

// detour returns the length of the way from a to b by the tree.
func (r *rural) detour(g spread.Growth, a, b Group) float64 {
	up := map[int]float64{}
	d := 0.0
	for n := r.node(a.Place); n >= 0; n = int(g.Parent[n]) {
		up[n] = d
		if g.Parent[n] >= 0 {
			d += r.place(n).Dist(r.place(int(g.Parent[n])))
		}
	}
	d = 0
	for n := r.node(b.Place); n >= 0; n = int(g.Parent[n]) {
		if u, ok := up[n]; ok {
			return u + d
		}
		if g.Parent[n] >= 0 {
			d += r.place(n).Dist(r.place(int(g.Parent[n])))
		}
	}
	return math.Inf(1)
}

// shortcut returns the cheapest way from a to b, both at their nodes.
func (r *rural) shortcut(f spread.Field, a, b plane.Vec) plane.Line {
	from, to := r.node(a), r.node(b)
	lo, hi := plane.Ring{a, b}.Envelope()
	open := f.Cost
	f.Cost = func(i, j int, steps float64) float64 {
		p := r.place(j)
		if p.X < lo.X-300 || p.X > hi.X+300 || p.Y < lo.Y-300 || p.Y > hi.Y+300 {
			return math.Inf(1)
		}
		return open(i, j, steps)
	}
	g := f.Ways([]spread.Seed{{Node: from}}, to)
	if g.Label[to] < 0 {
		return nil
	}
	var l plane.Line
	for n := to; n >= 0; n = int(g.Parent[n]) {
		if r.s.Bank[r.fine(n)] < 10 || !r.s.Outline.Clear(r.place(n), 24) {
			return nil
		}
		l = append(l, r.spot(n))
	}
	return l.Smooth(4).Simplify(1.8)
}
