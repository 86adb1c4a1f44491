package tiles_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
)

// unit returns the pixel at a place of a tile given in its units.
func unit(id tiles.ID, x, y int64) geo.Pixel {
	side := int64(1) << (32 - id.Z)
	return geo.Pixel{X: uint32(int64(id.X)*side + x*side/tiles.Extent), Y: uint32(int64(id.Y)*side + y*side/tiles.Extent)}
}

// chain returns the pixels at x, y, x, y … in units of the tile.
func chain(id tiles.ID, xy ...int64) []geo.Pixel {
	var out []geo.Pixel
	for i := 0; i < len(xy); i += 2 {
		out = append(out, unit(id, xy[i], xy[i+1]))
	}
	return out
}

var town = tiles.ID{Z: 14, X: 13039, Y: 6778}

// draw encodes one feature and returns its geometry, nil if it was left out.
func draw(t testing.TB, id tiles.ID, buffer int, shape func(*tiles.Encoder)) orb.Geometry {
	t.Helper()
	e := tiles.NewEncoder()
	e.StartBuffered(id, buffer)
	e.Begin("l")
	e.Feature(1)
	shape(e)
	e.End()
	features := tilestest.Decode(t, e.Bytes())["l"]
	if len(features) == 0 {
		return nil
	}
	return features[0].Geometry
}

func TestShapes(t *testing.T) {
	line := func(xy ...int64) func(*tiles.Encoder) {
		return func(e *tiles.Encoder) { e.Line(chain(town, xy...)) }
	}
	ring := func(xy ...int64) func(*tiles.Encoder) {
		return func(e *tiles.Encoder) { e.Outer(chain(town, xy...)) }
	}
	point := func(x, y int64) func(*tiles.Encoder) {
		return func(e *tiles.Encoder) { e.Point(unit(town, x, y)) }
	}
	for _, tt := range []struct {
		name  string
		shape func(*tiles.Encoder)
		want  orb.Geometry
	}{
		{"a point", point(5, 7), orb.Point{5, 7}},
		{"a point at the north-west corner", point(0, 0), orb.Point{0, 0}},
		{"a point at the far edge is the next tile's", point(4096, 7), nil},
		{"a point in the buffer is the next tile's", point(-1, 7), nil},
		{"a line", line(0, 0, 10, 5), orb.LineString{{0, 0}, {10, 5}}},
		{"a line of one place", line(3, 3, 3, 3), nil},
		{"a line cut at the buffer", line(4000, 10, 4320, 20), orb.LineString{{4000, 10}, {4160, 15}}},
		{"a line that leaves and comes back", line(4100, 0, 4200, 0, 4200, 100, 4100, 100),
			orb.MultiLineString{{{4100, 0}, {4160, 0}}, {{4160, 100}, {4100, 100}}}},
		{"a line that passes by a corner", line(4000, -300, 4300, 0), nil},
		{"a line through the whole tile", line(-500, 8, 9000, 8), orb.LineString{{-64, 8}, {4160, 8}}},
		{"a ring is closed and clockwise on screen", ring(0, 0, 10, 0, 10, 10, 0, 10),
			orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}}},
		{"a ring given the other way", ring(0, 0, 0, 10, 10, 10, 10, 0, 0, 0),
			orb.Polygon{{{10, 0}, {10, 10}, {0, 10}, {0, 0}, {10, 0}}}},
		{"a ring around the tile", ring(-900, -900, 9000, -900, 9000, 9000, -900, 9000),
			orb.Polygon{{{-64, 4160}, {-64, -64}, {4160, -64}, {4160, 4160}, {-64, 4160}}}},
		{"a ring beside the tile", ring(-900, 0, -800, 0, -800, 50), nil},
		{"a ring without area", ring(0, 0, 10, 10, 20, 20), nil},
		{"a ring with a spike", ring(0, 0, 10, 0, 30, 0, 10, 0, 10, 10, 0, 10),
			orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}}},
		{"a ring that is nothing but spikes", ring(0, 0, 10, 0, 20, 0, 10, 0), nil},
		{"two arms that reach out of the tile leave no bridge", ring(4000, 0, 5000, 0, 5000, 10, 4200, 10, 4200, 20, 5000, 20, 5000, 30, 4000, 30),
			orb.Polygon{{{4000, 0}, {4160, 0}, {4160, 30}, {4000, 30}, {4000, 0}}}},
		{"a hole runs the other way", func(e *tiles.Encoder) {
			e.Outer(chain(town, 0, 0, 9, 0, 9, 9, 0, 9))
			e.Hole(chain(town, 3, 3, 6, 3, 6, 6, 3, 6))
		}, orb.Polygon{{{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0}}, {{3, 6}, {6, 6}, {6, 3}, {3, 3}, {3, 6}}}},
		{"a hole of a ring that is not shown is not shown either", func(e *tiles.Encoder) {
			e.Outer(chain(town, -900, 0, -800, 0, -800, 50))
			e.Hole(chain(town, 3, 3, 6, 3, 6, 6, 3, 6))
		}, nil},
		{"two polygons of one feature", func(e *tiles.Encoder) {
			e.Outer(chain(town, 0, 0, 9, 0, 9, 9))
			e.Outer(chain(town, 20, 0, 29, 0, 29, 9))
		}, orb.MultiPolygon{{{{0, 0}, {9, 0}, {9, 9}, {0, 0}}}, {{{20, 0}, {29, 0}, {29, 9}, {20, 0}}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, draw(t, town, tiles.Buffer, tt.shape)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPropertiesKeepTheirTypes(t *testing.T) {
	e := tiles.NewEncoder()
	e.Start(town)
	e.Begin("l", "text", "none", "more", "less", "yes", "no", "height", "due")
	e.Feature(1<<53 - 1)
	e.Point(unit(town, 1, 1))
	e.Str(0, "锦绣花园3幢")
	e.Str(1, "")
	e.Int(2, 300)
	e.Int(3, -3)
	e.Bool(4, true)
	e.Bool(5, false)
	e.Float(6, 17.5)
	e.Int(7, 4_102_444_800)
	e.End()
	got := tilestest.Decode(t, e.Bytes())["l"][0]
	want := map[string]any{
		"text": "锦绣花园3幢", "none": "", "more": 300.0, "less": -3.0, "yes": true, "no": false,
		"height": 17.5, "due": 4_102_444_800.0,
	}
	if diff := cmp.Diff(want, got.Properties); diff != "" {
		t.Error(diff)
	}
	if got.ID != 1<<53-1 {
		t.Errorf("id %d", got.ID)
	}
}

func TestWhatIsNotShownLeavesNoTrace(t *testing.T) {
	e := tiles.NewEncoder()
	e.Start(town)
	e.Begin("empty", "name")
	e.Feature(1)
	e.Point(unit(town, -1, 0))
	e.Str(0, "beyond the edge")
	e.End()
	if len(e.Bytes()) != 0 {
		t.Errorf("a layer without features takes %d bytes", len(e.Bytes()))
	}
}

// The places of random features are drawn as the general encoder draws them, up
// to its rounding and ours.
func TestEncoderAgreesWithOrb(t *testing.T) {
	e := tiles.NewEncoder()
	rapid.Check(t, func(t *rapid.T) {
		id := tiles.Holding(geo.Project(geo.At(106.5, 29.5)), rapid.Uint8Range(4, 20).Draw(t, "zoom"))
		features := rapid.SliceOfN(anyFeature(id), 1, 20).Draw(t, "features")
		e.Start(id)
		e.Begin("l", "name", "floors", "height", "open")
		fc := geojson.NewFeatureCollection()
		for i, f := range features {
			f.encode(e, uint64(i+1))
			fc.Append(f.oracle(uint64(i + 1)))
		}
		e.End()
		oracle := mvt.NewLayer("l", fc)
		oracle.ProjectToTile(maptile.New(id.X, id.Y, maptile.Zoom(id.Z)))
		bytes, err := mvt.Marshal(mvt.Layers{oracle})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, decoded(t, e.Bytes()), decoded(t, bytes))
	})
}

func decoded(t *rapid.T, tile []byte) mvt.Layers {
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

func compare(t *rapid.T, got, want mvt.Layers) {
	if len(got) != 1 || len(got[0].Features) != len(want[0].Features) {
		t.Fatalf("%d layers, want one with %d features", len(got), len(want[0].Features))
	}
	for i, f := range got[0].Features {
		g := want[0].Features[i]
		if f.ID != g.ID {
			t.Fatalf("feature %v, want %v", f.ID, g.ID)
		}
		if diff := cmp.Diff(g.Properties, f.Properties); diff != "" {
			t.Fatal(diff)
		}
		if !nearly(f.Geometry, g.Geometry) {
			t.Fatalf("drawn at %v, want %v", f.Geometry, g.Geometry)
		}
	}
}

// nearly compares corner by corner. Ours rounds to the nearest unit, orb down.
func nearly(a, b orb.Geometry) bool {
	p, q := corners(a), corners(b)
	if len(p) != len(q) || a.GeoJSONType() != b.GeoJSONType() {
		return false
	}
	for i := range p {
		if math.Abs(p[i][0]-q[i][0]) > 1 || math.Abs(p[i][1]-q[i][1]) > 1 {
			return false
		}
	}
	return true
}

func corners(g orb.Geometry) []orb.Point {
	if p, ok := g.(orb.Polygon); ok {
		return p[0]
	}
	return g.(orb.LineString)
}

// A sample is a random feature inside a tile. Its corners are so far apart that
// rounding joins none.
type sample struct {
	shape  []orb.Point // lon, lat
	area   bool
	name   string
	floors int
	height float32
	open   bool
}

func anyFeature(id tiles.ID) *rapid.Generator[sample] {
	return rapid.Custom(func(t *rapid.T) sample {
		x, y := rapid.Int64Range(200, 3800).Draw(t, "x"), rapid.Int64Range(200, 3800).Draw(t, "y")
		w, h := rapid.Int64Range(10, 190).Draw(t, "w"), rapid.Int64Range(10, 190).Draw(t, "h")
		corners := chain(id, x, y, x, y+h, x+w, y+h, x+w, y, x, y)
		s := sample{
			area: rapid.Bool().Draw(t, "area"), name: rapid.SampledFrom([]string{"甲", "乙", ""}).Draw(t, "name"),
			floors: rapid.IntRange(-3, 400).Draw(t, "floors"), height: float32(rapid.IntRange(0, 999).Draw(t, "height")) / 10,
			open: rapid.Bool().Draw(t, "open"),
		}
		for _, p := range corners {
			lon, lat := geo.Unproject(p).Degrees()
			s.shape = append(s.shape, orb.Point{lon, lat})
		}
		return s
	})
}

func (s sample) encode(e *tiles.Encoder, id uint64) {
	var pixels []geo.Pixel
	for _, p := range s.shape {
		pixels = append(pixels, geo.Project(geo.At(p[0], p[1])))
	}
	e.Feature(id)
	if s.area {
		e.Outer(pixels)
	} else {
		e.Line(pixels)
	}
	e.Str(0, s.name)
	e.Int(1, int64(s.floors))
	e.Float(2, float64(s.height))
	e.Bool(3, s.open)
}

func (s sample) oracle(id uint64) *geojson.Feature {
	f := geojson.NewFeature(orb.LineString(s.shape))
	if s.area { // orb leaves the winding to its caller
		p := s.shape
		f = geojson.NewFeature(orb.Polygon{{p[3], p[2], p[1], p[0], p[3]}})
	}
	f.ID = id
	f.Properties = geojson.Properties{"name": s.name, "floors": s.floors, "height": s.height, "open": s.open}
	return f
}

// A tile of two layers, put together from two tiles of one, for the eye.
func TestGoldenComposite(t *testing.T) {
	e := tiles.NewEncoder()
	var both []byte
	e.Start(town)
	e.Begin("water", "class", "name")
	e.Feature(1)
	e.Outer(chain(town, -500, 1000, 5000, 1000, 5000, 1500, -500, 1500))
	e.Hole(chain(town, 2000, 1200, 2200, 1200, 2200, 1300, 2000, 1300))
	e.Str(0, "river")
	e.Str(1, "清水河")
	e.End()
	both = append(both, e.Bytes()...)
	e.Start(town)
	e.Begin("road", "class", "width", "bridge")
	e.Feature(2)
	e.Line(chain(town, 100, 100, 100, 5000))
	e.Str(0, "main")
	e.Float(1, 24.5)
	e.Bool(2, true)
	e.Feature(3)
	e.Line(chain(town, 4000, 100, 4300, 100, 4300, 200, 4000, 200))
	e.Str(0, "lane")
	e.End()
	tilestest.Golden(t, "river and roads", append(both, e.Bytes()...))
}
