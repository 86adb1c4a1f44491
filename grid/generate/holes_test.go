package generate

import (
	"testing"

	"quanxi/geo"
	"quanxi/grid/generate/plane"
)

// holed is a town of 30 km² around a hole of another county, in the midst of which its
// streets would begin.
func holed(t *testing.T) *draft {
	t.Helper()
	fact, _ := countyOf("500106")
	box := func(east, north float64) geo.Ring {
		c := plane.From(fact.centre)
		return densify(plane.Ring{
			{X: c.X - east, Y: c.Y - north}, {X: c.X + east, Y: c.Y - north}, {X: c.X + east, Y: c.Y + north}, {X: c.X - east, Y: c.Y + north},
		}.Lattice(), longestEdge)
	}
	hole := box(450, 300)
	for i, j := 0, len(hole)-1; i < j; i, j = i+1, j-1 {
		hole[i], hole[j] = hole[j], hole[i]
	}
	opt := options(1, 1)
	opt.Names = &Names{Counties: map[string]geo.MultiPolygon{"500106": {{box(3000, 2500), hole}}}}
	g, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	d, err := g.draft(g.Towns()[0].Code)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestATownWithAHoleHoldsItsChecks(t *testing.T) {
	d := holed(t)
	m := made{d, d.write()}
	if len(m.r.Divisions[0].Boundary[0]) != 2 {
		t.Fatal("there is no hole in the town")
	}
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) { c.holds(t, m) })
	}
}

func staysOutOfHoles(t *testing.T, m made) {
	for _, ring := range m.plan.holes {
		hole := plane.NewOutline(plane.RingFrom(ring))
		for e := range m.r.All() {
			switch g := e.Geometry().(type) {
			case geo.Point:
				if hole.Clear(plane.From(g), 3) {
					t.Errorf("%s %d lies in a hole", e.Kind(), e.Entity().ID)
				}
			case geo.MultiLine:
				for _, l := range g {
					for _, p := range lineOf(l).Dense(5) {
						if hole.Clear(p, 3) {
							t.Fatalf("%s %d runs over a hole", e.Kind(), e.Entity().ID)
						}
					}
				}
			case geo.MultiPolygon:
				if covers(g, hole) {
					t.Errorf("%s %d covers a hole", e.Kind(), e.Entity().ID)
				}
			}
		}
	}
}

// covers reports whether a place well inside a hole, on a raster of 40 m, lies in g.
func covers(g geo.MultiPolygon, hole *plane.Outline) bool {
	lo, hi := hole.Ring.Envelope()
	a, z := plane.RingFrom(g[0][0]).Envelope()
	for x := lo.X + 10; x < hi.X; x += 40 {
		for y := lo.Y + 10; y < hi.Y; y += 40 {
			p := plane.Vec{X: x, Y: y}
			if x > a.X && x < z.X && y > a.Y && y < z.Y && hole.Clear(p, 3) && lies(g, p.Lattice()) {
				return true
			}
		}
	}
	return false
}
