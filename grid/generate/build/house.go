package build

import (
	"math"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// Villages builds the farmhouses of each group in a few clusters 院落, one at
// the end of the lane and others near it.
func (g *Ground) Villages(groups []layout.Group) {
	clusters := make([][]plane.Vec, len(groups))
	for i, group := range groups { // all paths first, so that no house stands on one
		clusters[i] = g.clusters(group, g.Site.Chance("clusters", uint64(i)))
		for _, c := range clusters[i] {
			g.footpath(c)
		}
	}
	for i, group := range groups {
		rnd, centres := g.Site.Chance("village", uint64(i)), clusters[i]
		homes := 0
		for try := 0; homes < group.Homes && try < 14*group.Homes; try++ {
			c := rnd.Weighted([]float64{4, 3, 2, 2}[:len(centres)])
			spread := 1 + float64(try)/float64(6*group.Homes)
			if b, ok := g.farmhouse(centres[c], spread, rnd); ok {
				b.Group, b.Cluster = i, c
				homes += b.Homes
				g.put(b)
			}
		}
	}
}

// clusters chooses two to four places for houses.
func (g *Ground) clusters(group layout.Group, rnd *chance.Stream) []plane.Vec {
	s := g.Site
	out := []plane.Vec{group.Place}
	n := rnd.Range(2, 4)
	for try := 0; len(out) < n && try < 60; try++ {
		p := group.Place.Along(plane.Heading(rnd.Spread(math.Pi)), rnd.Between(130, 330))
		if hit, ok := g.Ways.Nearest(p, 160, func(int) bool { return true }); ok && hit.Dist > 30 {
			p = hit.Place.Along(p.Sub(hit.Place).Unit(), 30)
		}
		if s.Value(s.Slope, p) < 0.32 && s.Value(s.Bank, p) > 45 && s.Outline.Clear(p, 50) && !s.InCore(p) && nearestOf(out, p) > 110 {
			out = append(out, p)
		}
	}
	return out
}

func nearestOf(list []plane.Vec, p plane.Vec) float64 {
	best := math.Inf(1)
	for _, q := range list {
		best = min(best, q.Dist(p))
	}
	return best
}

// footpath joins a cluster to the nearest road; a steep one becomes stairs.
func (g *Ground) footpath(c plane.Vec) {
	hit, ok := g.Ways.Nearest(c, 220, func(int) bool { return true })
	if !ok || hit.Dist < 12 {
		return
	}
	mid := c.Lerp(hit.Place, 0.5).Along(hit.Place.Sub(c).Unit().Left(), 0.12*hit.Dist*g.Site.Rough(9, c, 300))
	if !g.open(c, mid) || !g.open(mid, hit.Place) {
		return
	}
	road := layout.Road{Line: plane.Line{c, mid, hit.Place}, Class: layout.Path, Half: 0.9}
	if g.Site.Grade(c, hit.Place) > steepWay {
		road.Class = layout.Stairs
	}
	g.Ways.Add(road)
}

// farmhouse tries one house near a cluster's centre: along a lane or scattered
// along the contour, facing downhill.
func (g *Ground) farmhouse(c plane.Vec, spread float64, rnd *chance.Stream) (Building, bool) {
	s := g.Site
	down := s.Downhill(c)
	p := c.Along(down.Left(), 45*spread*rnd.Normal()).Along(down, 27*spread*rnd.Normal())
	face := s.Downhill(p)
	if hit, ok := g.Ways.Nearest(p, 70, func(int) bool { return true }); ok && rnd.Happens(0.45) {
		side := p.Sub(hit.Place).Unit()
		p = hit.Place.Along(side, rnd.Between(9, 14)+g.Ways.Roads[hit.Road].Half)
		face = side.Mul(-1)
	}
	long, wide := rnd.Between(10, 17), rnd.Between(8, 11)
	shape := rnd.Weighted([]float64{5, 3, 2})
	if shape == 2 {
		long, wide = max(long, 13), max(wide, 9.5)
	}
	box := plane.Box{C: p, U: face.Left().Turn(rnd.Spread(0.16)), L: long / 2, W: wide / 2}
	b := Building{
		Kind: Farmhouse, Parcel: -1, Box: box, Ring: house(box, shape), Floors: 1 + rnd.Weighted([]float64{3, 5, 2}),
		Homes: 1 + rnd.Weighted([]float64{43, 39, 18}), Year: rnd.Range(1978, 2020),
	}
	b.Units = b.Homes
	if s.InCore(p) || s.Value(s.Slope, p) > 0.5 || !s.Outline.Clear(p, 16) {
		return b, false
	}
	return b, g.fits(box.Ring(), nil, rule{street: 1.5, gap: 2.4}) && g.Keep.Clear(box.Ring(), 2.5)
}
