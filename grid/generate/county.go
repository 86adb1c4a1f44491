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
	ground
	fact   countyFact
	border geo.MultiPolygon
	towns  []townPlan
	gates  map[geo.Point]bool // vertices of the border where roads pass to other counties
	rim    map[geo.Point]bool // vertices of the border beyond which nothing is planned
}

// A townPlan is what a town needs besides functions of place. It needs nothing
// from its neighbours.
type townPlan struct {
	Town
	ring     geo.Ring
	holes    []geo.Ring    // within ring, of another county
	exclaves []geo.Polygon // ground that lies apart, without anybody
	seat     plane.Vec     // where the town's centre should be
	gates    []geo.Point   // vertices of the ring where roads meet the neighbours'
}

// boundary is all of the town's ground.
func (t *townPlan) boundary() geo.MultiPolygon {
	return append(geo.MultiPolygon{t.shape()}, t.exclaves...)
}

// shape is where the town is built.
func (t *townPlan) shape() geo.Polygon { return append(geo.Polygon{t.ring}, t.holes...) }

// errLostTown reports a town without ground of its own.
var errLostTown = errors.New("a town lost its ground")

const countyEps = 300 // units: 3.3 m

// newCounty plans a county alone.
func newCounty(opt Options) (*county, error) {
	fact, ok := countyOf(opt.County)
	if !ok {
		return nil, fmt.Errorf("county %q: %w", opt.County, ErrUnknownCounty)
	}
	list, given := fact.listTowns(opt)
	if len(list) == 0 {
		return nil, ErrNoTowns
	}
	c := &county{fact: fact}
	land := terrain.New(opt.Seed)
	if real, ok := opt.Names.county(opt.County); ok {
		c.border = densified(real)
	} else {
		land = land.Anchored(plane.From(fact.centre))
		c.border = densified(geo.MultiPolygon{{inventRing(fact, list, opt.Seed)}})
	}
	c.ground = newGround(land, opt.Seed, fullest(c.border))
	c.given = given
	c.rim = map[geo.Point]bool{}
	for _, p := range c.shape[0] {
		c.rim[p] = true
	}
	return c, c.plan(list)
}

// attempts is how often it is tried to divide ground.
const attempts = 6

// plan gives the towns of the list their ground.
func (c *county) plan(list []townPlan) error {
	var err error
	for attempt := range uint64(attempts) {
		c.lastTry = attempt == attempts-1
		c.towns = append([]townPlan(nil), list...)
		if err = c.divide(attempt); err == nil {
			return nil
		}
	}
	return fmt.Errorf("county %s: %w", c.fact.code, err)
}

// fullest returns the largest part.
func fullest(m geo.MultiPolygon) geo.Polygon {
	best := m[0]
	for _, p := range m {
		if fabric.DoubleArea(p[0]) > fabric.DoubleArea(best[0]) {
			best = p
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
func inventRing(fact countyFact, list []townPlan, seed uint64) geo.Ring {
	total := 0.0
	for _, t := range list {
		total += area(t.Kind)
	}
	centre, r := plane.From(fact.centre), math.Sqrt(total/math.Pi)
	n := max(24, int(2*math.Pi*r/450))
	ring := make(plane.Line, 0, n+1)
	for k := range n {
		dir := plane.Heading(2 * math.Pi * float64(k) / float64(n))
		far := 1 + 0.34*chance.Noise(seed+91, 1.3*dir.X, 1.3*dir.Y) + 0.16*chance.Noise(seed+92, 4*dir.X, 4*dir.Y)
		ring = append(ring, centre.Along(dir, r*far))
	}
	ring = append(ring, ring[0])
	ring = roughen(ring, seed, 0.13, 80)
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
