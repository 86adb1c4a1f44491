package terrain

import (
	"math"
	"testing"

	"quanxi/grid/generate/plane"
)

func TestTerrainIsAFunctionOfPlace(t *testing.T) {
	land := New(7)
	a := land.Sample(plane.Vec{}, plane.Vec{X: 2000, Y: 2000}, 20)
	b := land.Sample(plane.Vec{X: 1000, Y: 1000}, plane.Vec{X: 3000, Y: 3000}, 20)
	for k := range 40 {
		p := plane.Vec{X: 1100 + 20*float64(k), Y: 1500}
		i, j := a.Node(p), b.Node(p)
		if a.Height[i] != b.Height[j] || a.Bank[i] != b.Bank[j] || a.Stream[i] != b.Stream[j] {
			t.Fatalf("two rasters differ at %v", p)
		}
	}
}

func TestAnchoredBringsTheRiver(t *testing.T) {
	for seed := range uint64(8) {
		place := plane.Vec{X: 40_000 * float64(seed), Y: -20_000}
		if d := math.Abs(New(seed).Anchored(place).Middle(place)); d > 1500 {
			t.Errorf("seed %d: the river is %.0f m away", seed, d)
		}
	}
}

// cone is a raster whose values are the distance from its middle.
func cone() (*Raster, []float64) {
	r := &Raster{Cell: 1, W: 41, H: 41}
	values := make([]float64, r.W*r.H)
	for i := range values {
		values[i] = r.Place(i).Dist(plane.Vec{X: 20, Y: 20})
	}
	return r, values
}

func TestContoursOfACone(t *testing.T) {
	r, values := cone()
	lines := r.Contours(values, 5, 5, 3)
	for l, level := range []float64{5, 10, 15} {
		if len(lines[l]) != 1 {
			t.Fatalf("level %g has %d lines", level, len(lines[l]))
		}
		ring := lines[l][0]
		if ring[0] != ring[len(ring)-1] {
			t.Errorf("level %g is not closed", level)
		}
		for _, p := range ring {
			if d := p.Dist(plane.Vec{X: 20, Y: 20}); math.Abs(d-level) > 0.2 {
				t.Errorf("level %g passes %g", level, d)
			}
		}
		if a := plane.Ring(ring[:len(ring)-1]).Area(); a > 0 {
			t.Errorf("level %g has the lower side to its left", level)
		}
	}
}

func TestAContourEndsAtTheEdge(t *testing.T) {
	r, values := cone()
	lines := r.Contour(values, 24) // leaves the raster on four sides
	if len(lines) != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if l[0] == l[len(l)-1] {
			t.Error("an open line is closed")
		}
	}
}

func TestDownhillAndGrade(t *testing.T) {
	r, values := cone()
	r.Height = values
	if d := r.Downhill(plane.Vec{X: 30, Y: 20}); d.Dist(plane.Vec{X: -1}) > 0.05 {
		t.Errorf("downhill %v", d)
	}
	if g := r.Grade(plane.Vec{X: 25, Y: 20}, plane.Vec{X: 35, Y: 20}); math.Abs(g-1) > 0.01 {
		t.Errorf("grade %g", g)
	}
}
