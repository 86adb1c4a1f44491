package land

import (
	"cmp"
	"math"
	"slices"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
)

// largestFirst orders islands so that one on another is drawn after it.
func largestFirst(list []Cover) []Cover {
	slices.SortStableFunc(list, func(a, b Cover) int {
		return cmp.Compare(fabric.DoubleArea(b.Area[0][0]), fabric.DoubleArea(a.Area[0][0]))
	})
	return list
}

// ponds digs about seven ponds for each km² of farmed land, in hollows, clear of
// roads and houses.
func (l *lander) ponds(c *Country, houses []plane.Vec) {
	s := l.s
	rnd := s.Chance("ponds")
	lo, hi := s.Outline.Ring.Envelope()
	want := int(7 * s.Outline.Ring.Area() / 1e6)
	var taken []plane.Vec
	for try := 0; len(c.Ponds) < want && try < want*12; try++ {
		p := plane.Vec{X: rnd.Between(lo.X, hi.X), Y: rnd.Between(lo.Y, hi.Y)}
		for range 4 { // let it roll down a little
			if s.Value(s.Slope, p) > 0.05 {
				p = p.Along(s.Downhill(p), 15)
			}
		}
		if !l.farmed(p) || !s.Outline.Clear(p, 60) || near(taken, p, 140) || s.Value(s.Bank, p) < 60 {
			continue
		}
		r := rnd.Between(9, 26)
		if _, hit := l.ways.Nearest(p, 1.7*r+5, func(int) bool { return true }); hit || near(houses, p, 1.7*r+12) {
			continue
		}
		taken = append(taken, p)
		c.Ponds = append(c.Ponds, blob(p, r, s.Downhill(p), rnd))
	}
}

// groves plants trees behind the houses.
func (l *lander) groves(c *Country, houses []plane.Vec) {
	rnd := l.s.Chance("groves")
	var taken []plane.Vec
	for _, h := range houses {
		if rnd.Happens(0.1) {
			p := h.Along(l.s.Downhill(h), -rnd.Between(14, 30))
			if l.s.Outline.Clear(p, 40) && !near(taken, p, 45) && l.s.Value(l.s.Bank, p) > 30 {
				taken = append(taken, p)
				c.Groves = append(c.Groves, blob(p, rnd.Between(9, 20), l.s.Downhill(h), rnd))
			}
		}
	}
}

func near(list []plane.Vec, p plane.Vec, d float64) bool {
	for _, q := range list {
		if q.Dist(p) < d {
			return true
		}
	}
	return false
}

// blob is an uneven round of 14 corners, longer across the slope.
func blob(p plane.Vec, r float64, down plane.Vec, rnd *chance.Stream) plane.Ring {
	out := make(plane.Ring, 14)
	long := rnd.Between(1, 1.6)
	for k := range out {
		d := plane.Heading(2 * math.Pi * float64(k) / 14)
		k2 := r * rnd.Between(0.82, 1.12)
		out[k] = p.Along(down.Left(), d.X*k2*long).Along(down, d.Y*k2)
	}
	return out
}
