package generate

import (
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/fabric"
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

func TestNothingIsDrawnOverAHole(t *testing.T) {
	d := holed(t)
	r := d.write()
	hole := plane.NewOutline(plane.RingFrom(d.plan.holes[0]))
	deep := func(p plane.Vec) bool { return hole.Clear(p, 3) }
	middle := geo.Polygon(d.plan.holes)[0]
	drawn := 0
	for e := range r.All() {
		drawn++
		switch g := e.Geometry().(type) {
		case geo.Point:
			if e.Kind() != grid.Divisions && fabric.Inside(middle, g) {
				t.Errorf("%s %d lies in the hole", e.Kind(), e.Entity().ID)
			}
		case geo.MultiLine:
			for _, l := range g {
				for _, p := range lineOf(l).Dense(5) {
					if deep(p) {
						t.Fatalf("%s %d runs over the hole", e.Kind(), e.Entity().ID)
					}
				}
			}
		case geo.MultiPolygon:
			if covers(g, hole.Ring) {
				t.Errorf("%s %d covers the hole", e.Kind(), e.Entity().ID)
			}
		}
	}
	if drawn == 0 || len(r.Divisions[0].Boundary[0]) != 2 {
		t.Error("there is no hole in the town")
	}
}

// covers reports whether a place of the hole, on a raster of 40 m, lies in g.
func covers(g geo.MultiPolygon, hole plane.Ring) bool {
	lo, hi := hole.Envelope()
	for x := lo.X + 10; x < hi.X; x += 40 {
		for y := lo.Y + 10; y < hi.Y; y += 40 {
			at := plane.Vec{X: x, Y: y}.Lattice()
			for _, p := range g {
				in := false
				for _, r := range p {
					in = in != fabric.Inside(r, at)
				}
				if in {
					return true
				}
			}
		}
	}
	return false
}

func TestATownWithAHoleIsDividedWithoutEnclaves(t *testing.T) {
	d := holed(t)
	var parts []geo.MultiPolygon
	for i := range d.areas.micros {
		parts = append(parts, d.areas.micros[i].ground)
	}
	partitions(t, d.plan.boundary(), parts)
	for i := range d.areas.grids {
		g := &d.areas.grids[i]
		for _, h := range g.ground[0][1:] {
			if fabric.DoubleArea(h) != fabric.DoubleArea(d.plan.holes[0]) {
				t.Errorf("grid %s surrounds another", g.code)
			}
		}
	}
}
