package build

import (
	"testing"

	"quanxi/geo"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/terrain"
)

// strip is 100 m high, with a vertex every 50 m of its long sides.
func strip(long float64) plane.Ring {
	var south, north plane.Line
	for x := 0.0; x <= long; x += 50 {
		south, north = append(south, plane.Vec{X: x}), append(north, plane.Vec{X: x, Y: 100})
	}
	return plane.Ring(append(south, north.Reverse()...))
}

// bare is empty ground around the strip.
func bare() *Ground {
	ring := plane.Ring{{X: -500, Y: -500}, {X: 4500, Y: -500}, {X: 4500, Y: 600}, {X: -500, Y: 600}}.Lattice()
	s := layout.NewSite(terrain.New(1), geo.Polygon{ring}, plane.Vec{}, nil, 1, 1, layout.Wanted{Density: 1})
	lo, hi := s.Outline.Ring.Envelope()
	return NewGround(s, layout.NewWays(lo, hi))
}

func TestAcrossCutsStripsToUsefulLengths(t *testing.T) {
	for _, tt := range []struct {
		name  string
		long  float64
		built bool
		cuts  int
	}{
		{"a short strip stays whole", 400, false, 0},
		{"a long one is halved until its parts are short", 4000, false, 7},
		{"no cut passes a building", 1000, true, 0},
	} {
		g := bare()
		if tt.built { // along the whole strip
			box := plane.Box{C: plane.Vec{X: 500, Y: 50}, U: plane.Vec{X: 1}, L: 490, W: 10}
			g.put(Building{Kind: Farmhouse, Parcel: -1, Box: box, Ring: box.Ring(), Floors: 1, Units: 1})
		}
		lines := g.Across([]plane.Ring{strip(tt.long)})
		if len(lines) != tt.cuts {
			t.Errorf("%s: %d cuts", tt.name, len(lines))
		}
		for _, l := range lines {
			if l.Length() > 160 {
				t.Errorf("%s: a cut of %.0f m", tt.name, l.Length())
			}
		}
	}
}
