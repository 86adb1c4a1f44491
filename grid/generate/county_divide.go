package generate

import (
	"fmt"
	"math"

	"quanxi/geo"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/terrain"
)

// divide gives each town its ground.
func (c *county) divide(attempt uint64) error {
	if len(c.towns) == 1 {
		t := &c.towns[0]
		t.ring, t.holes, t.seat = c.shape[0], c.shape[1:], c.outline.Ring.Inner()
		t.gates = append(c.outerGates(t.ring), c.farGates(t.ring)...)
		c.placeExclaves()
		return nil
	}
	r := c.raster(attempt)
	c.seat(r, attempt)
	regions := make([]region, len(c.towns))
	for i, t := range c.towns {
		regions[i] = region{t.seat, area(t.Kind)}
	}
	g, faces, err := c.ground.divide(r, regions)
	if err != nil {
		return err
	}
	return c.settle(g, faces)
}

// seat chooses a seat for each town that has none: of many random places the
// one farthest from the others, streets drawn to the middle and to the river. The
// pull is weaker at every attempt: where all towns are streets, they would lie on
// top of each other.
func (c *county) seat(r *terrain.Raster, attempt uint64) {
	rnd := chance.New(c.seed, "seats", attempt)
	centre := plane.From(c.fact.centre)
	lo, hi := c.outline.Ring.Envelope()
	reach := math.Sqrt(c.outline.Ring.Area() / math.Pi)
	pull := math.Pow(0.4, float64(attempt))
	var taken []plane.Vec
	for i := range c.towns {
		if v := c.towns[i].seat; v != (plane.Vec{}) && attempt == 0 {
			taken = append(taken, v)
		}
	}
	for i := range c.towns {
		t := &c.towns[i]
		if t.seat != (plane.Vec{}) && (c.outline.Clear(t.seat, 200) || attempt == 0) {
			continue
		}
		best := math.Inf(-1)
		for margin := 900.0; math.IsInf(best, -1) && margin > 1; margin /= 2 { // a narrow county has no place far from its border
			for range 160 {
				p := plane.Vec{X: rnd.Between(lo.X, hi.X), Y: rnd.Between(lo.Y, hi.Y)}
				if !c.outline.Clear(p, margin) {
					continue
				}
				score := min(nearestOf(taken, p), 2.2*math.Sqrt(area(t.Kind)/math.Pi))
				if t.Kind == KindStreet {
					score -= pull * (0.9*p.Dist(centre)/reach*3000 + 2.5*max(0, r.Value(r.Bank, p)-400))
				}
				if r.Value(r.Bank, p) < 150 {
					score -= 1500
				}
				if score > best {
					best, t.seat = score, p
				}
			}
		}
		taken = append(taken, t.seat)
	}
}

func nearestOf(list []plane.Vec, p plane.Vec) float64 {
	best := 1e6
	for _, q := range list {
		best = min(best, q.Dist(p))
	}
	return best
}

// settle takes each town's ring from the faces that are its own.
func (c *county) settle(g *fabric.Graph, faces []int32) error {
	for i, m := range g.Dissolve(faces, len(c.towns)) {
		t := &c.towns[i]
		if len(m) != 1 || !c.onlyGiven(m[0][1:]) {
			return fmt.Errorf("town %s: %d pieces: %w", t.Code, len(m), errLostTown)
		}
		t.ring, t.holes = m[0][0], m[0][1:]
		ring := plane.RingFrom(t.ring)
		if !ring.Contains(t.seat) {
			t.seat = ring.Inner()
		}
	}
	c.openGates(g, faces)
	c.placeExclaves()
	return nil
}

// onlyGiven reports whether holes are the county's own: another would be a town
// that lies within this one.
func (c *county) onlyGiven(holes []geo.Ring) bool {
	for _, h := range holes {
		given := false
		for _, own := range c.shape[1:] {
			given = given || len(own) == len(h) && fabric.DoubleArea(own) == fabric.DoubleArea(h) && on(own, h[0])
		}
		if !given {
			return false
		}
	}
	return true
}

func on(r geo.Ring, p geo.Point) bool {
	for _, q := range r {
		if p == q {
			return true
		}
	}
	return false
}

// placeExclaves gives the parts of the county that lie apart to the nearest towns.
func (c *county) placeExclaves() {
	for _, part := range c.border {
		if &part[0][0] == &c.shape[0][0] {
			continue
		}
		at := plane.RingFrom(part[0]).Inner()
		best, nearest := math.Inf(1), 0
		for i := range c.towns {
			if d := plane.RingFrom(c.towns[i].ring).EdgeDist(at); d < best {
				best, nearest = d, i
			}
		}
		c.towns[nearest].exclaves = append(c.towns[nearest].exclaves, part)
	}
}
