package generate

import (
	"fmt"
	"math"
	"slices"

	"quanxi/geo"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/terrain"
)

// A city is the plan that counties are made from: the landscape, and the border of
// each county, equal vertex for vertex to its neighbours'. It is immutable once
// made.
type city struct {
	opt     Options
	land    terrain.Terrain
	borders map[string]geo.MultiPolygon // by county
	owner   map[[2]geo.Point]string     // of each directed edge of a county's largest ring
}

func newCity(opt Options) (*city, error) {
	c := &city{opt: opt, land: terrain.New(opt.Seed), owner: map[[2]geo.Point]string{}}
	given, err := c.givenBorders()
	if err == nil && given == nil {
		given, err = c.inventBorders()
	}
	if err != nil {
		return nil, err
	}
	c.borders = map[string]geo.MultiPolygon{}
	for _, f := range counties() {
		border := densified(given[f.code])
		c.borders[f.code] = border
		ring := fullest(border)[0]
		for i := 1; i < len(ring); i++ {
			c.owner[[2]geo.Point{ring[i-1], ring[i]}] = f.code
		}
	}
	return c, nil
}

// givenBorders returns the real borders, of all counties or of none.
func (c *city) givenBorders() (map[string]geo.MultiPolygon, error) {
	if c.opt.Names == nil || len(c.opt.Names.Counties) == 0 {
		return nil, nil
	}
	for _, f := range counties() {
		if _, ok := c.opt.Names.county(f.code); !ok {
			return nil, fmt.Errorf("%w: county %s %s has no border", ErrNames, f.code, f.name)
		}
	}
	return c.opt.Names.Counties, nil
}

// cityCell is the spacing, in metres, of the raster on which counties grow.
const cityCell = 800

// inventBorders grows the counties from their real seats.
func (c *city) inventBorders() (map[string]geo.MultiPolygon, error) {
	g := newGround(c.land, c.opt.Seed, geo.Polygon{densify(c.inventOutline(), longestEdge)})
	g.cell, g.stride, g.given = [2]float64{60, cityCell}, 10, true
	var regions []region
	for _, f := range counties() {
		regions = append(regions, region{plane.From(f.centre), f.area()})
	}
	var err error
	for attempt := range uint64(attempts) {
		g.lastTry = attempt == attempts-1
		var borders map[string]geo.MultiPolygon
		if borders, err = c.grown(&g, regions, attempt); err == nil {
			return borders, nil
		}
	}
	return nil, err
}

func (c *city) grown(g *ground, regions []region, attempt uint64) (map[string]geo.MultiPolygon, error) {
	graph, faces, err := g.divide(g.raster(attempt), regions)
	if err != nil {
		return nil, err
	}
	out := map[string]geo.MultiPolygon{}
	for i, m := range graph.Dissolve(faces, len(regions)) {
		f := counties()[i]
		if len(m) != 1 || len(m[0]) != 1 {
			return nil, fmt.Errorf("county %s: %d pieces: %w", f.code, len(m), errLostTown)
		}
		out[f.code] = m
	}
	return out, nil
}

// area is the ground that a county's towns ask for.
func (f countyFact) area() float64 {
	sum := 0.0
	for k, kind := range []string{KindStreet, KindTown, KindTownship} {
		sum += float64(f.towns[k]) * area(kind)
	}
	return sum
}

// inventOutline returns the border of the city: a line around the seats of all
// counties, farther from those with many towns, and no wider than holds together.
func (c *city) inventOutline() geo.Ring {
	seats := make([]plane.Vec, len(counties()))
	for i, f := range counties() {
		seats[i] = plane.From(f.centre)
	}
	r := rasterAround(seats, 90_000, 2000)
	for widen := 1.2; ; widen += 0.1 {
		values := make([]float64, r.W*r.H)
		for i := range values {
			values[i] = c.nearness(r.Place(i), seats, widen)
		}
		for _, l := range r.Contour(values, 0) {
			ring := plane.Ring(l[:len(l)-1])
			if l[0] == l[len(l)-1] && holdsAll(ring, seats) {
				line := roughen(l.Smooth(2), c.opt.Seed, 0.12, 80)
				return plane.Ring(line[:len(line)-1]).Lattice()
			}
		}
	}
}

// rasterAround returns an empty raster around places.
func rasterAround(places []plane.Vec, margin, cell float64) *terrain.Raster {
	lo, hi := plane.Ring(places).Envelope()
	lo, hi = plane.Vec{X: lo.X - margin, Y: lo.Y - margin}, plane.Vec{X: hi.X + margin, Y: hi.Y + margin}
	return &terrain.Raster{Lo: lo, Cell: cell, W: int((hi.X-lo.X)/cell) + 1, H: int((hi.Y-lo.Y)/cell) + 1}
}

// nearness is positive within the reach of a seat.
func (c *city) nearness(p plane.Vec, seats []plane.Vec, widen float64) float64 {
	best := math.Inf(-1)
	for i, f := range counties() {
		best = max(best, widen*math.Sqrt(f.area()/math.Pi)-p.Dist(seats[i]))
	}
	rough := 5000*chance.Noise(c.opt.Seed+93, p.X/26_000, p.Y/26_000) + 1800*chance.Noise(c.opt.Seed+94, p.X/8000, p.Y/8000)
	return best + rough
}

func holdsAll(r plane.Ring, places []plane.Vec) bool {
	return !slices.ContainsFunc(places, func(p plane.Vec) bool { return !r.Contains(p) || r.EdgeDist(p) < 4000 })
}

// county plans one county of the city.
func (c *city) county(code string) (*county, error) {
	fact, ok := countyOf(code)
	if !ok {
		return nil, fmt.Errorf("county %q: %w", code, ErrUnknownCounty)
	}
	list, given := fact.listAll(c.opt)
	out := &county{fact: fact, border: c.borders[code]}
	out.ground = newGround(c.land, c.opt.Seed, fullest(out.border))
	out.given = given
	out.gates, out.rim = c.passages(&out.ground, code)
	return out, out.plan(list)
}

// passages returns the vertices of a county's border where roads pass to its
// neighbours, the same seen from either side, and those beyond which no county is.
func (c *city) passages(g *ground, code string) (gates, rim map[geo.Point]bool) {
	gates, rim = map[geo.Point]bool{}, map[geo.Point]bool{}
	for _, s := range c.stretches(code) {
		if s.beyond == "" {
			for _, p := range s.line {
				rim[p] = true
			}
			continue
		}
		if s.beyond < code {
			slices.Reverse(s.line)
		}
		for _, p := range g.flattest(s.line, 3000) {
			gates[p] = true
		}
	}
	return gates, rim
}

// A stretch is a piece of a county's border with one neighbour beyond it.
type stretch struct {
	beyond string // empty for none
	line   geo.Line
}

// stretches cuts a county's largest ring where its neighbours change.
func (c *city) stretches(code string) []stretch {
	ring := fullest(c.borders[code])[0]
	n := len(ring) - 1
	beyond := func(i int) string { return c.owner[[2]geo.Point{ring[(i+1)%n], ring[i%n]}] }
	first := 0
	for first < n && beyond(first) == beyond(first+n-1) {
		first++
	}
	var out []stretch
	for k := first; k < first+n; k++ {
		if k == first || beyond(k) != beyond(k-1) {
			out = append(out, stretch{beyond(k), geo.Line{ring[k%n]}})
		}
		s := &out[len(out)-1]
		s.line = append(s.line, ring[(k+1)%n])
	}
	return out
}
