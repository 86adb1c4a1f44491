package build

import (
	"math"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// fill builds on one parcel. Big things go first: what stands along the street
// takes the room that is left.
func (g *Ground) fill(k int, rnd *chance.Stream) {
	switch g.Parcels[k].Kind {
	case Slab:
		g.fillSlabs(k, rnd)
	case Mid:
		g.fillMids(k, rnd)
	case Tower:
		g.fillTowers(k, rnd)
	case Old:
		g.fillOld(k, rnd)
	case Office:
		g.fillOffices(k, rnd)
	case School:
		g.fillSchool(k, rnd)
	case Hospital:
		g.fillHospital(k, rnd)
	case Industry:
		g.fillIndustry(k, rnd)
	case Market:
		g.fillMarket(k, rnd)
	}
	if kind := g.Parcels[k].Kind; kind != Industry && kind != School && kind != Hospital {
		g.climb(k, rnd)
	}
}

// place tries a box with the shape that plan cuts into it.
func (g *Ground) place(k int, box plane.Box, r rule, b Building, plan func(plane.Box) plane.Ring) bool {
	if !g.fits(box.Ring(), g.Parcels[k].Ring, r) {
		return false
	}
	b.Box, b.Ring, b.Parcel, b.Group = box, box.Ring(), k, -1
	if plan != nil {
		b.Ring = plan(box)
	}
	g.put(b)
	return true
}

// rows calls try at steps along rows over the parcel, row by row, until it
// has moved past the end. try returns how far it got, at least a little. rows
// returns where the aisles between the rows lie across the parcel's box.
func (g *Ground) rows(k int, depth, gap, margin float64, try func(box plane.Box, x, y float64) float64) []float64 {
	box := g.Parcels[k].Ring.SmallestBox()
	n := max(1, int((2*(box.W-margin)+gap)/(depth+gap)))
	if n > 1 { // use the whole width
		spare := 2*(box.W-margin) - float64(n)*depth - float64(n-1)*gap
		gap += max(0, spare) / float64(n-1) * 0.6
	}
	first := -(float64(n-1) * (depth + gap)) / 2
	var aisles []float64
	for i := range n {
		y := first + float64(i)*(depth+gap)
		if i > 0 {
			aisles = append(aisles, y-(depth+gap)/2)
		}
		for x := -box.L + margin; x < box.L; {
			x += max(try(box, x, y), 1.5)
		}
	}
	return aisles
}

// A side is one straight stretch of a parcel's edge and the road along it.
type side struct {
	a, b plane.Vec
	half float64 // half width of the road; 0 if there is none
}

// sides returns the stretches of the parcel's edge that run along a street.
func (g *Ground) sides(k int) []side {
	r := g.Parcels[k].Ring
	l := append(plane.Line(r), r[0]).Simplify(1.5)
	var out []side
	for i := 1; i < len(l); i++ {
		s := side{a: l[i-1], b: l[i]}
		mid := s.a.Lerp(s.b, 0.5)
		if hit, ok := g.Ways.Nearest(mid, 4, func(int) bool { return true }); ok {
			s.half = g.Ways.Roads[hit.Road].Half
		}
		if s.half > 0 && s.a.Dist(s.b) > 8 {
			out = append(out, s)
		}
	}
	return out
}

// alongStreets calls try at steps along each side; the box given is at its
// start, depth deep, front metres behind the street's edge, its length to be
// set by try, which returns how far it got.
func (g *Ground) alongStreets(k int, depth, front float64, try func(s side, at plane.Vec, u plane.Vec) float64) {
	for _, s := range g.sides(k) {
		u := s.b.Sub(s.a).Unit()
		off := s.half + front + depth/2
		length := s.a.Dist(s.b)
		for x := 1.0; x < length-4; {
			x += max(try(s, s.a.Along(u, x).Along(u.Left(), off), u), 1.5)
		}
	}
}

// boxFrom returns the box of given size whose middle of the short side is at p.
func boxFrom(p, u plane.Vec, long, wide float64) plane.Box {
	return plane.Box{C: p.Along(u, long/2), U: u, L: long / 2, W: wide / 2}
}

// shops lines the streets of a parcel with shops of two or three floors.
func (g *Ground) shops(k int, rnd *chance.Stream, floors int) {
	g.alongStreets(k, 12, 3.5, func(s side, at, u plane.Vec) float64 {
		if s.half < layout.HalfWidth(layout.Minor) {
			return math.Inf(1)
		}
		for _, long := range []float64{rnd.Between(26, 44), 22, 14} {
			b := Building{Kind: Shop, Floors: floors, Units: 1, Shops: floors, Year: 0}
			b.Year = g.year(k, rnd)
			if g.place(k, boxFrom(at, u, long, 12), rule{2, 3, 7}, b, nil) {
				return long + rnd.Between(5, 9)
			}
		}
		return 4
	})
}

// year draws when a parcel was built up; its buildings differ by a year or two.
func (g *Ground) year(k int, rnd *chance.Stream) int {
	lo, hi := 1955, 1995
	switch g.Parcels[k].Kind {
	case Slab:
		lo, hi = 1985, 2005
	case Mid:
		lo, hi = 2005, 2018
	case Tower, Office:
		lo, hi = 2010, 2023
	case School, Hospital, Market, Industry:
		lo, hi = 1982, 2016
	}
	base := g.Site.Chance("year", uint64(g.Parcels[k].Block)).Range(lo, hi)
	return min(max(base+rnd.Range(-1, 2), lo), hi)
}
