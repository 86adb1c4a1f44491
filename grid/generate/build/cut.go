package build

import (
	"cmp"
	"math"
	"slices"

	"quanxi/grid/generate/plane"
)

// mostHomes is how many homes a piece of a parcel may have before it is cut. A
// micro-grid of 50–80 homes is made of such pieces.
const mostHomes = 46

// slimmest is the least gap between buildings through which a cut may run, in
// metres: twice what the fabric may move a line, and a little.
const slimmest = 2.6

// Cuts returns lines that cut the parcels into pieces of few homes
// without touching a building.
func (g *Ground) Cuts() []plane.Line {
	inside := make([][]int, len(g.Parcels))
	for i, b := range g.Buildings {
		if b.Parcel >= 0 {
			inside[b.Parcel] = append(inside[b.Parcel], i)
		}
	}
	var out []plane.Line
	for k, p := range g.Parcels {
		out = g.cut(out, p.Ring, inside[k], 0)
	}
	return out
}

// A knife is a straight line that might cut a piece in two.
type knife struct {
	at, dir plane.Vec
	cost    float64
}

// lopsided is the cost from which on a straight cut gives way to a bent one.
const lopsided = 0.4

func (g *Ground) cut(out []plane.Line, r plane.Ring, buildings []int, depth int) []plane.Line {
	if g.homes(buildings) <= mostHomes || len(buildings) < 2 || depth > 7 {
		return out
	}
	line, left, right, ok := g.straight(r, buildings)
	if !ok {
		line, left, right, ok = g.bent(r, buildings)
	}
	if !ok {
		return out
	}
	var one, two []int
	for _, i := range buildings {
		if left.Contains(g.Buildings[i].Box.C) {
			one = append(one, i)
		} else {
			two = append(two, i)
		}
	}
	if len(one) == 0 || len(two) == 0 {
		return out
	}
	out = append(out, line)
	return g.cut(g.cut(out, left, one, depth+1), right, two, depth+1)
}

// straight returns the best straight cut.
func (g *Ground) straight(r plane.Ring, buildings []int) (line plane.Line, left, right plane.Ring, ok bool) {
	for _, k := range g.knives(r.SmallestBox().U, buildings) {
		if k.cost > lopsided {
			break
		}
		left, right, ok = r.Split(k.at, k.dir)
		if !ok || min(left.Area(), right.Area()) < 120 {
			continue
		}
		if a, b, ok := chord(r, k.at, k.dir); ok {
			return plane.Line{a, b}, left, right, true
		}
	}
	return nil, nil, nil, false
}

// knives returns lines through gaps between buildings, those that halve the
// homes best first; those along or across the piece, whose axis is u, before
// slanting ones.
func (g *Ground) knives(u plane.Vec, buildings []int) []knife {
	var out []knife
	for k := range 12 {
		d := u.Turn(math.Pi * float64(k) / 12)
		slant := 0.0
		if k%6 != 0 {
			slant = 0.3
		}
		for _, gap := range g.gaps(buildings, d.Left()) {
			out = append(out, knife{d.Left().Mul(gap.at), d, math.Abs(gap.share-0.5) + 0.1/gap.width + slant})
		}
	}
	slices.SortStableFunc(out, func(a, b knife) int { return cmp.Compare(a.cost, b.cost) })
	return out
}

func (g *Ground) homes(buildings []int) int {
	n := 0
	for _, i := range buildings {
		n += g.Buildings[i].Homes
	}
	return n
}

// A gap between buildings, seen along a direction.
type gap struct {
	at    float64 // its middle along the direction
	width float64
	share float64 // of the homes before it
}

// gaps returns the gaps between buildings along direction d.
func (g *Ground) gaps(buildings []int, d plane.Vec) []gap {
	type span struct {
		lo, hi float64
		homes  int
	}
	spans := make([]span, len(buildings))
	for i, k := range buildings {
		s := span{math.Inf(1), math.Inf(-1), g.Buildings[k].Homes}
		for _, p := range g.Buildings[k].Box.Ring() {
			s.lo, s.hi = min(s.lo, p.Dot(d)), max(s.hi, p.Dot(d))
		}
		spans[i] = s
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	total, before := g.homes(buildings), 0
	reach := math.Inf(-1)
	var out []gap
	for _, s := range spans {
		if s.lo-reach >= slimmest && !math.IsInf(reach, -1) {
			out = append(out, gap{(s.lo + reach) / 2, s.lo - reach, float64(before) / float64(max(total, 1))})
		}
		before += s.homes
		reach = max(reach, s.hi)
	}
	return out
}
