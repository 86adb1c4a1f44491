package arcs_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/geo/arcs"
)

// Two banks of a narrow river that winds far more than it is wide: each bend cut
// off one bank would run over the other.
func TestNarrowRiverStaysOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const length, top = 60_000, 400_000
		var south geo.Ring
		for x := int32(1000); x < length; x += 1 + rapid.Int32Range(100, 4000).Draw(t, "step") {
			south = append(south, at(x, rapid.Int32Range(100_000, 200_000).Draw(t, "y")))
		}
		width := rapid.Int32Range(1, 3000).Draw(t, "width")
		var north geo.Ring
		for _, p := range south {
			north = append(north, at(p.Lon, p.Lat+width))
		}
		west, east := []geo.Point{at(0, 150_000), at(0, 150_000+width)}, []geo.Point{at(length, 150_000), at(length, 150_000+width)}
		backward := func(r geo.Ring) geo.Ring { return r.Reversed() }
		n, err := arcs.Build([]arcs.Face{
			face(1, slices.Concat(ring(0, 0, length, 0)[:2], geo.Ring{east[0]}, backward(south), geo.Ring{west[0], at(0, 0)})),
			face(2, slices.Concat(geo.Ring{west[0]}, south, geo.Ring{east[0], east[1]}, backward(north), geo.Ring{west[1], west[0]})),
			face(3, slices.Concat(geo.Ring{west[1]}, north, geo.Ring{east[1], at(length, top), at(0, top), west[1]})),
			face(town, ring(0, 0, length, 0, length, 150_000, length, 150_000+width, length, top, 0, top, 0, 150_000+width, 0, 150_000)),
		})
		if err != nil {
			t.Fatal(err)
		}
		checkTiling(t, n)
	})
}

// A wild island: one arc that must not run over itself.
func TestWildIslandDoesNotCrossItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Int32Range(0, 1_000_000)
		tour := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) geo.Point {
			return at(coordinate.Draw(t, "x"), coordinate.Draw(t, "y"))
		}), 4, 40, rapid.ID).Draw(t, "points")
		untangle(tour)
		island := append(geo.Ring(tour), tour[0])
		if !island.IsCCW() {
			slices.Reverse(island)
		}
		border := ring(-10, -10, 2_000_000, -10, 2_000_000, 2_000_000, -10, 2_000_000)
		if geo.Check(geo.MultiPolygon{{border, island}}) != nil {
			return // points in line can lie on each other's edges
		}
		n, err := arcs.Build([]arcs.Face{face(1, island), face(2, border, island), face(town, border)})
		if err != nil {
			t.Fatal(err)
		}
		checkTiling(t, n)
		if got := len(n.Polygon(1, 0)[0][0]); got > len(island)/2+3 {
			t.Fatalf("%d of %d points are left at zoom 0", got, len(island))
		}
	})
}

// untangle reverses stretches of a round trip that cross, which shortens it each
// time, until none do.
func untangle(tour []geo.Point) {
	for again := true; again; {
		again = false
		for i := range tour {
			for j := i + 2; j < len(tour); j++ {
				a, b, c, d := tour[i], tour[i+1], tour[j], tour[(j+1)%len(tour)]
				if a != d && geo.Orient(a, b, c)*geo.Orient(a, b, d) < 0 && geo.Orient(c, d, a)*geo.Orient(c, d, b) < 0 {
					slices.Reverse(tour[i+1 : j+1])
					again = true
				}
			}
		}
	}
}
