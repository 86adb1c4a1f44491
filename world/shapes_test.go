package world

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/grid"
)

// corners draws a chain of n points that wander from a place in steps of up to reach.
func corners(rnd *rand.Rand, n int, reach int32) []geo.Point {
	at := geo.Point{Lon: rnd.Int32N(100e7), Lat: rnd.Int32N(50e7)}
	out := make([]geo.Point, n)
	for i := range out {
		out[i] = at
		east, north := rnd.Int32N(2*reach+1)-reach, rnd.Int32N(2*reach+1)-reach
		at = geo.Point{Lon: min(max(at.Lon+east, -170e7), 170e7), Lat: min(max(at.Lat+north, -80e7), 80e7)}
	}
	return out
}

// drawGeometry draws a polygon of a few rings, or a few lines, of a house's size or of a county's.
func drawGeometry(t *rapid.T) geo.Geometry {
	rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	reach := rapid.SampledFrom([]int32{3, 500, 40_000, 30_000_000}).Draw(t, "steps of")
	length := rapid.SampledFrom([]int{1, 2, 5, 9, 40, 9_000})
	if rapid.Bool().Draw(t, "lines") {
		var out geo.MultiLine
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			line := corners(rnd, length.Draw(t, "corners"), reach)
			if rapid.Bool().Draw(t, "closed") {
				line = append(line, line[0])
			}
			out = append(out, line)
		}
		return out
	}
	var out geo.MultiPolygon
	for range rapid.IntRange(0, 3).Draw(t, "polygons") {
		var polygon geo.Polygon
		for range rapid.IntRange(1, 3).Draw(t, "rings") {
			ring := corners(rnd, length.Draw(t, "corners"), reach)
			polygon = append(polygon, append(ring, ring[0]))
		}
		out = append(out, polygon)
	}
	return out
}

// vertices returns those of all parts.
func vertices(g geo.Geometry) []geo.Point {
	if lines, ok := g.(geo.MultiLine); ok {
		return slices.Concat(lines...)
	}
	var all []geo.Point
	for _, polygon := range g.(geo.MultiPolygon) {
		for _, ring := range polygon {
			all = append(all, ring...)
		}
	}
	return all
}

// TestGeometriesComeBack stores geometries one behind the other and reads all of them.
func TestGeometriesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDraft(grid.Date(20260101), "")
		var all []geo.Geometry
		var at []shape
		for range rapid.IntRange(1, 5).Draw(t, "geometries") {
			g := drawGeometry(t)
			sh, _ := d.store(0, g)
			all, at = append(all, g), append(at, sh)
		}
		for i, g := range all {
			var got geo.Geometry = d.lines(at[i])
			if _, ok := g.(geo.MultiPolygon); ok {
				got = d.polygons(at[i])
			}
			if !reflect.DeepEqual(got, g) && at[i] != 0 {
				t.Fatalf("geometry %d came back as another", i)
			}
			if again, _ := d.store(at[i], g); again != at[i] {
				t.Fatalf("geometry %d was stored a second time", i)
			}
			want, there := geo.EnvelopeOf(vertices(g))
			if env, ok := d.box(at[i]); ok != there || env != want {
				t.Fatalf("geometry %d has the envelope %v %v, want %v %v", i, env, ok, want, there)
			}
		}
	})
}

// TestGeometriesThatAreCutOffAreUnsound takes words away from the end of a geometry.
func TestGeometriesThatAreCutOffAreUnsound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDraft(grid.Date(20260101), "")
		if d.store(0, drawGeometry(t)); len(d.quill.words) < 2 {
			return
		}
		words := d.quill.words
		if whole := (stylus{words: words}); !whole.sound() {
			t.Fatal("a geometry as it was written is unsound")
		}
		cut := rapid.IntRange(0, len(words)-1).Draw(t, "words left")
		if rest := (stylus{words: words[:cut:cut]}); rest.sound() {
			t.Fatalf("%d of %d words are sound", cut, len(words))
		}
	})
}

func TestWaysAtTheEdgeOfAWordComeBack(t *testing.T) {
	for _, way := range []int32{math.MinInt32, -32_769, -32_768, -32_767, -1, 0, 1, 32_767, 32_768, math.MaxInt32} {
		want := []geo.Pixel{{X: 1 << 31, Y: 1 << 30}, {X: 1<<31 + uint32(way), Y: 1 << 30}, {X: 7, Y: 9}, {X: 7, Y: 9 + uint32(way)}}
		var q quill
		for _, p := range want {
			q.vertex(p)
		}
		got := make([]geo.Pixel, len(want))
		pen := stylus{words: q.words}
		if pen.vertices(got); !slices.Equal(got, want) {
			t.Errorf("a way of %d: %v came back as %v", way, want, got)
		}
	}
}
