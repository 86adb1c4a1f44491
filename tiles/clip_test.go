package tiles_test

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/tiles"
)

// near returns pixels around a tile, up to two tiles away, on whole units of it.
func near(id tiles.ID) *rapid.Generator[geo.Pixel] {
	return rapid.Custom(func(t *rapid.T) geo.Pixel {
		at := rapid.Int64Range(-2*tiles.Extent, 3*tiles.Extent)
		return unit(id, at.Draw(t, "x"), at.Draw(t, "y"))
	})
}

// onEdge returns where the outlines of a geometry cross the column x, in order.
func onEdge(g orb.Geometry, x float64) []float64 {
	var out []float64
	for _, l := range outlines(g) {
		for i := 1; i < len(l); i++ {
			// Only what comes from inside the tile; what runs along the edge is the cut.
			if a, b := l[i-1], l[i]; (a[0] == x) != (b[0] == x) {
				if a[0] == x {
					out = append(out, a[1])
				} else {
					out = append(out, b[1])
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

func outlines(g orb.Geometry) [][]orb.Point {
	var out [][]orb.Point
	switch g := g.(type) {
	case orb.LineString:
		out = append(out, g)
	case orb.MultiLineString:
		for _, l := range g {
			out = append(out, l)
		}
	case orb.Polygon:
		for _, r := range g {
			out = append(out, r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			out = append(out, outlines(p)...)
		}
	}
	return out
}

// A line from one tile to the next is cut at the same place by both, so that the
// parts meet exactly.
func TestNeighbouringTilesMeetExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		west := tiles.ID{Z: 12, X: 3259, Y: 1694}
		east := tiles.ID{Z: 12, X: 3260, Y: 1694}
		at := rapid.Int64Range(0, tiles.Extent)
		before := unit(west, rapid.Int64Range(0, tiles.Extent-1).Draw(t, "from"), at.Draw(t, "y"))
		after := unit(east, rapid.Int64Range(1, tiles.Extent).Draw(t, "to"), at.Draw(t, "z"))
		line := []geo.Pixel{before, after}
		if rapid.Bool().Draw(t, "backward") {
			slices.Reverse(line)
		}
		encode := func(e *tiles.Encoder) { e.Line(line) }
		left := onEdge(drawn(t, west, encode), tiles.Extent)
		right := onEdge(drawn(t, east, encode), 0)
		if len(left) != 1 || !slices.Equal(left, right) {
			t.Fatalf("the line ends at %v in the west and at %v in the east", left, right)
		}
	})
}

func drawn(t *rapid.T, id tiles.ID, shape func(*tiles.Encoder)) orb.Geometry {
	e := tiles.NewEncoder()
	e.StartBuffered(id, 0)
	e.Begin("l")
	e.Feature(1)
	shape(e)
	e.End()
	layers := decoded(t, e.Bytes())
	if len(layers) == 0 {
		return nil
	}
	return layers[0].Features[0].Geometry
}

// Whatever is drawn, the tile gets polygons that are closed, run the right way,
// have area and no point twice in a row, and lie within the buffer.
func TestRingsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := anyID(20).Filter(func(id tiles.ID) bool { return id.Z >= 4 && inner(id) }).Draw(t, "id")
		ring := rapid.SliceOfN(near(id), 0, 12).Draw(t, "ring")
		e := tiles.NewEncoder()
		e.Start(id)
		e.Begin("l")
		e.Feature(1)
		e.Outer(ring)
		e.End()
		for _, l := range decoded(t, e.Bytes()) {
			for _, r := range outlines(l.Features[0].Geometry) {
				checkRing(t, r)
			}
		}
	})
}

// inner reports whether the tile lies far enough from the edge of the world.
func inner(id tiles.ID) bool {
	n := uint32(1)<<id.Z - 1
	return id.X > 2 && id.Y > 2 && id.X < n-2 && id.Y < n-2
}

func checkRing(t *rapid.T, r []orb.Point) {
	if len(r) < 4 || r[0] != r[len(r)-1] {
		t.Fatalf("%v is not closed", r)
	}
	var area float64
	for i := 1; i < len(r); i++ {
		if r[i] == r[i-1] {
			t.Fatalf("%v repeats a point", r)
		}
		for _, v := range r[i] {
			if v < -tiles.Buffer || v > tiles.Extent+tiles.Buffer {
				t.Fatalf("%v leaves the buffer", r)
			}
		}
		area += r[i-1][0]*r[i][1] - r[i][0]*r[i-1][1]
	}
	if area <= 0 {
		t.Fatalf("%v has area %v", r, area/2)
	}
}

// Clipping a convex shape keeps exactly what lies inside: the four quarters of a
// tile's neighbourhood add up.
func TestAreaIsNeitherLostNorGained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := tiles.ID{Z: 14, X: 13039, Y: 6778}
		low, high := rapid.Int64Range(-4000, 0), rapid.Int64Range(1, 8000)
		x0, y0 := low.Draw(t, "x0"), low.Draw(t, "y0")
		x1, y1 := high.Draw(t, "x1"), high.Draw(t, "y1")
		var sum float64
		for dx := uint32(0); dx <= 2; dx++ {
			for dy := uint32(0); dy <= 2; dy++ {
				part := tiles.ID{Z: id.Z, X: id.X + dx - 1, Y: id.Y + dy - 1}
				g := drawn(t, part, func(e *tiles.Encoder) { e.Outer(chain(id, x0, y0, x1, y0, x1, y1, x0, y1)) })
				for _, r := range outlines(g) {
					for i := 1; i < len(r); i++ {
						sum += (r[i-1][0]*r[i][1] - r[i][0]*r[i-1][1]) / 2
					}
				}
			}
		}
		if want := float64((x1 - x0) * (y1 - y0)); sum != want {
			t.Fatalf("the tiles hold %v square units of %v", sum, want)
		}
	})
}

// Two shapes share an edge and walk it in opposite directions; the cut must fall
// on the same point, also where it lies halfway between two units.
func TestBothDirectionsAreCutAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(tiles.Extent-8, tiles.Extent+8)
		a := unit(town, at.Draw(t, "ax"), at.Draw(t, "ay"))
		b := unit(town, at.Draw(t, "bx"), at.Draw(t, "by"))
		there := outlines(drawn(t, town, func(e *tiles.Encoder) { e.Line([]geo.Pixel{a, b}) }))
		back := outlines(drawn(t, town, func(e *tiles.Encoder) { e.Line([]geo.Pixel{b, a}) }))
		for _, l := range back {
			slices.Reverse(l)
		}
		if !slices.EqualFunc(there, back, slices.Equal[[]orb.Point]) {
			t.Fatalf("%v one way, %v the other", there, back)
		}
	})
}

// What is drawn lies on the nearest unit, not on the one before.
func TestCoordinatesAreRoundedToTheNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := tiles.ID{Z: 14, X: 13039, Y: 6778}
		box := id.Box()
		pixel := func() geo.Pixel {
			return geo.Pixel{X: rapid.Uint32Range(box.Min.X, box.Max.X).Draw(t, "X"), Y: rapid.Uint32Range(box.Min.Y, box.Max.Y).Draw(t, "Y")}
		}
		ends := []geo.Pixel{pixel(), pixel()}
		for _, l := range outlines(drawn(t, id, func(e *tiles.Encoder) { e.Line(ends) })) {
			for i, p := range ends {
				x, y := float64(p.X-box.Min.X)/64, float64(p.Y-box.Min.Y)/64 // pixels to a unit at zoom 14
				if math.Abs(l[i][0]-x) > 0.5 || math.Abs(l[i][1]-y) > 0.5 {
					t.Fatalf("%v, %v is drawn at %v", x, y, l[i])
				}
			}
		}
	})
}
