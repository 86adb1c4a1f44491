package generate

import (
	"errors"
	"fmt"
	"math"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/terrain"
)

// A county is the plan that towns are made from: the landscape, and the ring of
// each town. It is immutable once made.
type county struct {
	fact    countyFact
	seed    uint64
	land    terrain.Terrain
	border  geo.MultiPolygon
	outline *plane.Outline // of the largest ring
	ring    geo.Ring
	towns   []townPlan

	realSeats bool // seats of towns come from real names
}

// A townPlan is what a town needs besides functions of place. It needs nothing
// from its neighbours.
type townPlan struct {
	Town
	ring  geo.Ring
	seat  plane.Vec   // where the town's centre should be
	gates []geo.Point // vertices of the ring where roads meet the neighbours'
}

// errLostTown reports a town without ground of its own.
var errLostTown = errors.New("a town lost its ground")

const countyEps = 300 // units: 3.3 m

func newCounty(opt Options) (*county, error) {
	fact, ok := countyOf(opt.County)
	if !ok {
		return nil, fmt.Errorf("county %q: %w", opt.County, ErrUnknownCounty)
	}
	c := &county{fact: fact, seed: opt.Seed, land: terrain.New(opt.Seed)}
	list := c.listTowns(opt)
	if len(list) == 0 {
		return nil, ErrNoTowns
	}
	if real, ok := opt.Names.county(opt.County); ok {
		c.border = densified(real)
	} else {
		c.land = c.land.Anchored(plane.From(fact.centre))
		c.border = densified(geo.MultiPolygon{{c.inventRing(list)}})
	}
	c.ring = fullest(c.border)
	c.outline = plane.NewOutline(plane.RingFrom(c.ring))
	var err error
	for attempt := range uint64(6) {
		c.towns = append([]townPlan(nil), list...)
		if err = c.divide(attempt); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("county %s: %w", fact.code, err)
}

// fullest returns the largest outer ring.
func fullest(m geo.MultiPolygon) geo.Ring {
	best := m[0][0]
	for _, p := range m {
		if fabric.DoubleArea(p[0]) > fabric.DoubleArea(best) {
			best = p[0]
		}
	}
	return best
}

// area returns the share of ground, in square metres, that a kind of town asks for.
func area(kind string) float64 {
	switch kind {
	case KindStreet:
		return 9.1e6
	case KindTown:
		return 34e6
	}
	return 26e6
}

// inventRing returns a border around the county's centre with room for its towns.
func (c *county) inventRing(list []townPlan) geo.Ring {
	total := 0.0
	for _, t := range list {
		total += area(t.Kind)
	}
	centre, r := plane.From(c.fact.centre), math.Sqrt(total/math.Pi)
	n := max(24, int(2*math.Pi*r/450))
	ring := make(plane.Line, 0, n+1)
	for k := range n {
		dir := plane.Heading(2 * math.Pi * float64(k) / float64(n))
		far := 1 + 0.34*chance.Noise(c.seed+91, 1.3*dir.X, 1.3*dir.Y) + 0.16*chance.Noise(c.seed+92, 4*dir.X, 4*dir.Y)
		ring = append(ring, centre.Along(dir, r*far))
	}
	ring = append(ring, ring[0])
	ring = roughen(ring, c.seed, 0.13, 80)
	scale := math.Sqrt(total / plane.Ring(ring[:len(ring)-1]).Area())
	for i, v := range ring {
		ring[i] = centre.Along(v.Sub(centre), scale)
	}
	return plane.Ring(ring[:len(ring)-1]).Lattice()
}

// roughen bends straight stretches by midpoint displacement, share of their
// length at most, until they are shorter than finest metres. A stretch bends
// the same way whichever end comes first.
func roughen(l plane.Line, seed uint64, share, finest float64) plane.Line {
	out := plane.Line{l[0]}
	for i := 1; i < len(l); i++ {
		out = bend(out, l[i-1], l[i], seed, share, finest)
	}
	return out
}

func bend(out plane.Line, a, b plane.Vec, seed uint64, share, finest float64) plane.Line {
	if a.Dist(b) <= finest {
		return append(out, b)
	}
	p, q := a.Lattice(), b.Lattice()
	side := b.Sub(a).Left()
	if q.Lon < p.Lon || q.Lon == p.Lon && q.Lat < p.Lat {
		p, q = q, p
		side = side.Mul(-1)
	}
	h := chance.New(seed, "bend", uint64(p.Lon), uint64(p.Lat), uint64(q.Lon), uint64(q.Lat))
	mid := a.Lerp(b, 0.5).Along(side, h.Spread(share))
	return bend(bend(out, a, mid, seed, share, finest), mid, b, seed, share, finest)
}

// longestEdge is how long an edge of a border may be, in metres, so that lines
// always find a vertex to end at.
const longestEdge = 150

func densified(m geo.MultiPolygon) geo.MultiPolygon {
	out := make(geo.MultiPolygon, len(m))
	for i, p := range m {
		for _, r := range p {
			out[i] = append(out[i], densify(r, longestEdge))
		}
	}
	return out
}

// densify adds vertices to edges longer than most metres, at the same places
// whichever end comes first.
func densify(r geo.Ring, most float64) geo.Ring {
	out := geo.Ring{r[0]}
	for i := 1; i < len(r); i++ {
		a, b := plane.From(r[i-1]), plane.From(r[i])
		n := int(math.Ceil(a.Dist(b) / most))
		flip := r[i].Lon < r[i-1].Lon || r[i].Lon == r[i-1].Lon && r[i].Lat < r[i-1].Lat
		for k := 1; k < n; k++ {
			v := a.Lerp(b, float64(k)/float64(n))
			if flip {
				v = b.Lerp(a, float64(n-k)/float64(n))
			}
			out = append(out, v.Lattice())
		}
		out = append(out, r[i])
	}
	return out
}

// town returns the plan of one town.
func (c *county) town(code grid.Code) (*townPlan, bool) {
	for i := range c.towns {
		if c.towns[i].Code == code {
			return &c.towns[i], true
		}
	}
	return nil, false
}
