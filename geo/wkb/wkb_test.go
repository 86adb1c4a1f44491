package wkb_test

import (
	"encoding/hex"
	"errors"
	"math"
	"reflect"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/geo/wkb"
)

// at returns a point in lattice units.
func at(lon, lat int32) geo.Point { return geo.Point{Lon: lon, Lat: lat} }

var square = geo.Ring{at(0, 0), at(10, 0), at(10, 10), at(0, 10), at(0, 0)}

var geometries = map[string]geo.Geometry{
	"a point":                geo.At(106.5, 29.5),
	"a line":                 geo.MultiLine{{at(1, 2), at(3, 4)}},
	"two lines":              geo.MultiLine{{at(1, 2), at(3, 4)}, {at(5, 6), at(7, 8), at(9, 10)}},
	"a square":               geo.MultiPolygon{{square}},
	"a square with a hole":   geo.MultiPolygon{{square, {at(2, 2), at(2, 3), at(3, 3), at(2, 2)}}},
	"the ends of the world":  geo.MultiLine{{at(-1_800_000_000, -900_000_000), at(1_800_000_000, 900_000_000)}},
	"an empty set of ground": geo.MultiPolygon{},
}

func TestWhatGoesOutComesBack(t *testing.T) {
	for name, g := range geometries {
		t.Run(name, func(t *testing.T) {
			plain, err := wkb.Parse(wkb.Append(nil, g))
			if err != nil || !reflect.DeepEqual(plain, g) {
				t.Errorf("WKB gave %v, %v", plain, err)
			}
			extended, err := wkb.Parse(wkb.AppendEWKB(nil, g))
			if err != nil || !reflect.DeepEqual(extended, g) {
				t.Errorf("EWKB gave %v, %v", extended, err)
			}
			blob, srid, err := wkb.ParseGP(wkb.AppendGP(nil, g, 4490))
			if err != nil || srid != 4490 || !reflect.DeepEqual(blob, g) {
				t.Errorf("GeoPackage gave %v, %d, %v", blob, srid, err)
			}
		})
	}
}

func TestEveryLatticePointComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{
			Lon: rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "lon"),
			Lat: rapid.Int32Range(1, 900_000_000).Draw(t, "lat"),
		}
		if got, err := wkb.Parse(wkb.Append(nil, p)); err != nil || got != p {
			t.Fatalf("%v came back as %v, %v", p, got, err)
		}
	})
}

// The rows are what PostGIS and GDAL write.
func TestParse(t *testing.T) {
	for name, row := range map[string]struct {
		hex  string
		want geo.Geometry
		err  error
	}{
		"nothing":                          {"", nil, nil},
		"the empty point":                  {"0101000000000000000000F87F000000000000F87F", nil, nil},
		"a big-endian point":               {"00000000013FF00000000000004000000000000000", geo.At(1, 2), nil},
		"a point with height, EWKB":        {"0101000080000000000000F03F00000000000000400000000000000840", geo.At(1, 2), nil},
		"a point with height, ISO":         {"01E9030000000000000000F03F00000000000000400000000000000840", geo.At(1, 2), nil},
		"a point in 4326":                  {"0101000020E6100000000000000000F03F0000000000000040", geo.At(1, 2), nil},
		"a point in web mercator":          {"0101000020110F0000000000000000F03F0000000000000040", nil, wkb.ErrSRID},
		"a set of one point":               {"0104000000010000000101000000000000000000F03F0000000000000040", geo.At(1, 2), nil},
		"a line string stands for a set":   {"010200000002000000000000000000F03F000000000000004000000000000008400000000000001040", geo.MultiLine{{geo.At(1, 2), geo.At(3, 4)}}, nil},
		"a collection":                     {"010700000000000000", nil, wkb.ErrKind},
		"a byte order of seven":            {"0701000000000000000000F03F0000000000000040", nil, wkb.ErrSyntax},
		"cut off in a number":              {"0101000000000000000000F03F00000000", nil, wkb.ErrSyntax},
		"a byte too many":                  {"0101000000000000000000F03F000000000000004000", nil, wkb.ErrSyntax},
		"four billion points in 9 bytes":   {"0102000000FFFFFFFF", nil, wkb.ErrSyntax},
		"four billion polygons in 9 bytes": {"0106000000FFFFFFFF", nil, wkb.ErrSyntax},
		"a longitude of 200":               {"010100000000000000000069400000000000000040", nil, geo.ErrRange},
		"a latitude that is no number":     {"0101000000000000000000F03F000000000000F87F", nil, geo.ErrRange},
		"a polygon among lines":            {"010500000001000000010300000000000000", nil, wkb.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := hex.DecodeString(row.hex)
			if err != nil {
				t.Fatal(err)
			}
			got, err := wkb.Parse(data)
			if !errors.Is(err, row.err) || !reflect.DeepEqual(got, row.want) {
				t.Errorf("Parse = %v, %v; want %v, %v", got, err, row.want, row.err)
			}
		})
	}
}

func TestParseGP(t *testing.T) {
	good := wkb.AppendGP(nil, geo.MultiPolygon{{square}}, 4490)
	for name, row := range map[string]struct {
		blob []byte
		err  error
	}{
		"NULL":                        {nil, nil},
		"another magic":               {append([]byte("XX"), good[2:]...), wkb.ErrSyntax},
		"a header cut short":          {good[:6], wkb.ErrSyntax},
		"an envelope cut short":       {good[:20], wkb.ErrSyntax},
		"an envelope of unknown kind": {append([]byte{'G', 'P', 0, 0x0b}, good[4:]...), wkb.ErrSyntax},
		"an extended geometry":        {append([]byte{'G', 'P', 0, 0x21}, good[4:]...), wkb.ErrKind},
		"a body cut short":            {good[:len(good)-1], wkb.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := wkb.ParseGP(row.blob); !errors.Is(err, row.err) {
				t.Errorf("ParseGP: %v, want %v", err, row.err)
			}
		})
	}
}

// A few bytes that promise a million points must not cost the memory of them.
func TestALyingCountAllocatesNothing(t *testing.T) {
	for _, lie := range []string{"0102000000FFFF0F00", "0103000000FFFF0F00", "0105000000FFFF0F00", "0106000000FFFF0F00", "010600000001000000010300000001000000FFFF0F00"} {
		data, err := hex.DecodeString(lie)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = wkb.Parse(data)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, wkb.ErrSyntax) || spent > 64<<10 {
			t.Errorf("%s: %v, and %d bytes allocated", lie, err, spent)
		}
	}
}

func TestGPMarksEmptyGeometry(t *testing.T) {
	for name, row := range map[string]struct {
		g    geo.Geometry
		want byte
	}{
		"an empty set": {geo.MultiPolygon{}, 0x11},
		"a point":      {geo.At(1, 2), 0x01},
		"no place":     {geo.Point{}, 0x11},
		"an area":      {geo.MultiPolygon{{square}}, 0x03},
	} {
		if got := wkb.AppendGP(nil, row.g, 4490)[3]; got != row.want {
			t.Errorf("%s: flags %#x, want %#x", name, got, row.want)
		}
	}
}

func TestEnvelopeGP(t *testing.T) {
	for name, row := range map[string]struct {
		blob  []byte
		want  geo.Envelope
		there bool
	}{
		"a polygon's is in its header":            {wkb.AppendGP(nil, geo.MultiPolygon{{square}}, 4490), envelopeOf(geo.MultiPolygon{{square}}), true},
		"a point's is the point":                  {wkb.AppendGP(nil, geo.At(106.5, 29.5), 4490), geo.Envelope{Min: geo.At(106.5, 29.5), Max: geo.At(106.5, 29.5)}, true},
		"of an empty geometry there is none":      {wkb.AppendGP(nil, geo.MultiLine{}, 4490), geo.Envelope{}, false},
		"nor of nothing":                          {nil, geo.Envelope{}, false},
		"a header that is no box is not believed": {nonsense(wkb.AppendGP(nil, geo.MultiPolygon{{square}}, 4490)), envelopeOf(geo.MultiPolygon{{square}}), true},
	} {
		t.Run(name, func(t *testing.T) {
			if got, there, err := wkb.EnvelopeGP(row.blob); got != row.want || there != row.there || err != nil {
				t.Errorf("EnvelopeGP: %v, %v, %v; want %v, %v", got, there, err, row.want, row.there)
			}
		})
	}
	if _, _, err := wkb.EnvelopeGP([]byte("no blob")); !errors.Is(err, wkb.ErrSyntax) {
		t.Errorf("what is no blob: %v", err)
	}
}

func envelopeOf(g geo.Geometry) geo.Envelope {
	env, _ := g.Envelope()
	return env
}

// nonsense makes the envelope in the header of a blob one of no numbers.
func nonsense(blob []byte) []byte {
	for i := range 32 {
		blob[8+i] = 0xff
	}
	return blob
}

func TestGPEnvelopeStandsWestEastSouthNorth(t *testing.T) {
	blob := wkb.AppendGP(nil, geo.MultiLine{{geo.At(1, 2), geo.At(3, 4)}}, 4490)
	for i, want := range []float64{1, 3, 2, 4} {
		var bits uint64
		for k := range 8 {
			bits |= uint64(blob[8+8*i+k]) << (8 * k)
		}
		if got := math.Float64frombits(bits); got != want {
			t.Errorf("number %d is %v, want %v", i, got, want)
		}
	}
}

// Whatever parses must come back the same once written.
func FuzzParse(f *testing.F) {
	for _, g := range geometries {
		f.Add(wkb.Append(nil, g))
		f.Add(wkb.AppendEWKB(nil, g))
		f.Add(wkb.AppendGP(nil, g, 4490))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := wkb.Parse(data)
		if err == nil && g != nil && g != geo.Geometry(geo.Point{}) {
			again, err := wkb.Parse(wkb.Append(nil, g))
			if err != nil || !reflect.DeepEqual(again, g) {
				t.Fatalf("%v came back as %v, %v", g, again, err)
			}
		}
		_, _, _ = wkb.ParseGP(data)
	})
}
