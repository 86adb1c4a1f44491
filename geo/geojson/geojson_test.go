package geojson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"quanxi/geo"
	"quanxi/geo/geojson"
)

const (
	lamp   = `{"type":"Feature","id":"lamp","geometry":{"type":"Point","coordinates":[106.5,29.5]},"properties":{"height":4.50,"名称":"路灯"}}`
	street = `{"type":"Feature","id":17,"geometry":{"type":"LineString","coordinates":[[106.5,29.5],[106.6,29.6]]},"properties":null}`
	ghost  = `{"type":"Feature","geometry":null,"properties":{}}`
	bad    = `{"type":"Feature","id":"x","geometry":{"type":"Point","coordinates":[106.5,"north"]},"properties":{}}`
	seam   = `{"type":"Feature","id":"y","geometry":{"type":"Polygon","coordinates":[[[106.5,29.5],[206.6,29.6]]]},"properties":{}}`
)

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

var rows = map[string]struct {
	text string
	ids  []string // "!" stands for an error
	err  error
}{
	"an empty file":                        {"", nil, nil},
	"an empty collection":                  {collection(), nil, nil},
	"a collection of three":                {collection(lamp, street, ghost), []string{"lamp", "17", ""}, nil},
	"with a byte order mark":               {"\xef\xbb\xbf" + collection(lamp), []string{"lamp"}, nil},
	"members after the features":           {`{"features":[` + lamp + `],"name":"x","type":"FeatureCollection"}`, []string{"lamp"}, nil},
	"members before them, with brackets":   {`{"name":"a]}\"[{","crs":{"a":[1,{}]},"features":[` + lamp + `]}`, []string{"lamp"}, nil},
	"a feature to a line":                  {lamp + "\n" + street + "\r\n" + ghost + "\n", []string{"lamp", "17", ""}, nil},
	"record separators":                    {"\x1e" + lamp + "\n\x1e" + street + "\n", []string{"lamp", "17"}, nil},
	"a single feature":                     {lamp, []string{"lamp"}, nil},
	"a bare geometry":                      {`{"type":"Point","coordinates":[106.5,29.5]}`, []string{""}, nil},
	"a bad feature between good ones":      {collection(lamp, bad, street), []string{"lamp", "!", "17"}, geo.ErrGeoJSON},
	"a longitude of 206":                   {collection(seam, lamp), []string{"!", "lamp"}, geo.ErrRange},
	"a feature that is a number":           {collection("7", lamp), []string{"!", "lamp"}, geojson.ErrFeature},
	"a feature of no type":                 {collection(`{"id":1}`, lamp), []string{"!", "lamp"}, geojson.ErrFeature},
	"an id that is a list":                 {collection(`{"type":"Feature","id":[1]}`), []string{"!"}, geojson.ErrFeature},
	"properties that are a list":           {collection(`{"type":"Feature","properties":[1],"geometry":null}`), []string{"!"}, geojson.ErrFeature},
	"a position of one number":             {`{"type":"Point","coordinates":[1]}`, []string{"!"}, geo.ErrGeoJSON},
	"a coordinate that is null":            {`{"type":"Point","coordinates":[null,29.5]}`, []string{"!"}, geo.ErrGeoJSON},
	"a geometry without coordinates":       {`{"type":"Point"}`, []string{"!"}, geo.ErrGeoJSON},
	"a collection of geometries":           {`{"type":"GeometryCollection","geometries":[]}`, []string{"!"}, geo.ErrGeoJSON},
	"a collection without features":        {`{"type":"FeatureCollection"}`, []string{"!"}, geojson.ErrFeature},
	"a name in GBK":                        {collection("{\"type\":\"Feature\",\"properties\":{\"n\":\"\xc2\xb7\xb5\xc6\"},\"geometry\":null}"), []string{"!"}, geojson.ErrEncoding},
	"cut off between features":             {`{"type":"FeatureCollection","features":[` + lamp, []string{"lamp", "!"}, geojson.ErrSyntax},
	"cut off in a feature":                 {collection(lamp, street)[:250], []string{"lamp", "!"}, geojson.ErrSyntax},
	"a comma too many":                     {collection(lamp, ""), []string{"lamp", "!"}, geojson.ErrSyntax},
	"not JSON at all":                      {"编号,名称\n1,路灯\n", []string{"!"}, geojson.ErrSyntax},
	"a value that is no word":              {`{"type":@}`, []string{"!"}, geojson.ErrSyntax},
	"a list at the top":                    {`[` + lamp + `]`, []string{"!"}, geojson.ErrSyntax},
	"an unknown word where a value stands": {collection(`{"type":"Feature","geometry":nil}`), []string{"!"}, geo.ErrGeoJSON},
}

func TestRead(t *testing.T) {
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			var ids []string
			var failure error
			for f, err := range geojson.Read(strings.NewReader(row.text), nil) {
				if err != nil {
					ids, failure = append(ids, "!"), err
					continue
				}
				ids = append(ids, f.ID)
			}
			if !reflect.DeepEqual(ids, row.ids) || !errors.Is(failure, row.err) {
				t.Errorf("Read gave %q, %v; want %q, %v", ids, failure, row.ids, row.err)
			}
		})
	}
}

func TestReadTellsWhere(t *testing.T) {
	text := "\xef\xbb\xbf" + collection(strings.ReplaceAll(lamp, ",", ",\n"), "\n"+bad)
	for _, err := range geojson.Read(strings.NewReader(text), nil) {
		var where *geojson.Error
		if err == nil {
			continue
		}
		if !errors.As(err, &where) || where.Number != 2 || where.Line != 8 || where.ID != "x" || where.Field != "geometry" {
			t.Errorf("error is at %+v", where)
		}
		if want := int64(strings.Index(text, bad)); where.Offset != want {
			t.Errorf("offset %d, want %d", where.Offset, want)
		}
	}
}

func TestReadKeepsNumbersAsWritten(t *testing.T) {
	for f, err := range geojson.Read(strings.NewReader(lamp), nil) {
		if err != nil || f.Properties["height"] != json.Number("4.50") || f.Properties["名称"] != "路灯" {
			t.Errorf("properties are %v, %v", f.Properties, err)
		}
	}
}

func TestReadConvertsCoordinates(t *testing.T) {
	crs, err := geo.ParseCRS("EPSG:4545")
	if err != nil {
		t.Fatal(err)
	}
	text := `{"type":"Point","coordinates":[359474.0867,3272217.2986]}`
	for f, err := range geojson.Read(strings.NewReader(text), crs.ToDegrees) {
		if got, ok := f.Geometry.(geo.Point); err != nil || !ok || geo.DistanceM(got, geo.At(106.55, 29.56)) > 0.02 {
			t.Errorf("point is %v, %v", f.Geometry, err)
		}
	}
}

func TestReadStopsWhenAsked(t *testing.T) {
	seen := 0
	for range geojson.Read(strings.NewReader(collection(lamp, bad, street)), nil) {
		if seen++; seen == 2 {
			break
		}
	}
	if seen != 2 {
		t.Errorf("saw %d features", seen)
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestReadPassesOnTheReadersError(t *testing.T) {
	disk := errors.New("disk on fire")
	r := io.MultiReader(strings.NewReader(`{"features":[`+lamp+`,`), failingReader{disk})
	var last error
	for _, err := range geojson.Read(r, nil) {
		last = err
	}
	if !errors.Is(last, disk) {
		t.Errorf("last error is %v", last)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	want := []geojson.Feature{
		{ID: "a<b", Geometry: geo.At(106.5, 29.5), Properties: map[string]any{"n": json.Number("1"), "名": "路灯 & 桥"}},
		{ID: "", Geometry: nil, Properties: nil},
		{ID: "c", Geometry: geo.MultiPolygon{{{geo.At(1, 1), geo.At(2, 1), geo.At(2, 2), geo.At(1, 1)}}}},
	}
	for n := range len(want) + 1 {
		var buf bytes.Buffer
		w := geojson.NewWriter(&buf)
		for _, f := range want[:n] {
			if err := w.Write(f); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || !json.Valid(buf.Bytes()) {
			t.Fatalf("wrote %q, %v", buf.String(), err)
		}
		if n > 0 && !strings.Contains(buf.String(), `"a<b"`) {
			t.Errorf("wrote %q, escaped as if for HTML", buf.String())
		}
		var got []geojson.Feature
		for f, err := range geojson.Read(&buf, nil) {
			if err != nil {
				t.Fatal(err)
			}
			f.Number, f.Line, f.Offset = 0, 0, 0
			got = append(got, f)
		}
		if len(got) != n || n > 0 && !reflect.DeepEqual(got, want[:n]) {
			t.Errorf("%d features came back as %+v", n, got)
		}
	}
}

// Whatever is read must come back the same once written.
func FuzzRead(f *testing.F) {
	for _, row := range rows {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for f, err := range geojson.Read(strings.NewReader(text), nil) {
			if err != nil || f.Geometry == geo.Geometry(geo.Point{}) {
				continue
			}
			line, err := geojson.Append(nil, f)
			if err != nil {
				t.Fatal(err)
			}
			for again, err := range geojson.Read(bytes.NewReader(line), nil) {
				f.Number, f.Line, f.Offset = again.Number, again.Line, again.Offset
				if err != nil || !reflect.DeepEqual(again, f) {
					t.Fatalf("%s came back as %+v, %v", line, again, err)
				}
			}
		}
	})
}

func ExampleRead() {
	text := `{"type":"FeatureCollection","features":[
	{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[106.55,29.56]},"properties":{"floors":6}},
	{"type":"Feature","id":"b","geometry":{"type":"Point","coordinates":[29.56,106.55]},"properties":{"floors":7}}]}`
	for f, err := range geojson.Read(strings.NewReader(text), nil) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(f.ID, f.Geometry, f.Properties["floors"])
	}
	// Output:
	// a 106.55,29.56 6
	// feature 2 (line 3, byte 155) geometry: coordinates: longitude 29.56, latitude 106.55: coordinate out of range: longitude and latitude look swapped
}

// An endless reader gives head and then tail for ever.
type endless struct {
	head, tail string
	given      int64
}

func (r *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if r.head == "" {
			r.head = r.tail
		}
		k := copy(p[n:], r.head)
		r.head = r.head[k:]
		n += k
	}
	r.given += int64(n)
	return n, nil
}

const building = `{"type":"Feature","id":"way/123456","geometry":{"type":"Polygon","coordinates":[[[106.55001,29.56001],[106.55012,29.56002],[106.55013,29.56013],[106.55007,29.56014],[106.55006,29.56009],[106.55001,29.56008],[106.55001,29.56001]]]},"properties":{"building":"apartments","levels":18,"height":54.5,"name":"3 幢"}},
`

func TestReadRunsLittleAhead(t *testing.T) {
	r := &endless{`{"type":"FeatureCollection","features":[`, building, 0}
	for f, err := range geojson.Read(r, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if ahead := r.given - f.Offset; ahead > 600<<10 {
			t.Fatalf("%d bytes ahead of feature %d", ahead, f.Number)
		}
		if f.Number == 20_000 {
			break
		}
	}
}

func TestReadGivesUpOnAMonster(t *testing.T) {
	for name, r := range map[string]*endless{
		"a string without end": {`{"type":"`, strings.Repeat("a", 1<<16), 0},
		"members without end":  {`{`, manyMembers(), 0},
		"brackets without end": {`{"features":[{"geometry":`, strings.Repeat("[", 1<<16), 0},
		"names without end":    {`{`, `"` + strings.Repeat("b", 1<<16), 0},
	} {
		t.Run(name, func(t *testing.T) {
			var last error
			for _, err := range geojson.Read(r, nil) {
				last = err
			}
			if !errors.Is(last, geojson.ErrTooLarge) && !errors.Is(last, geojson.ErrSyntax) {
				t.Errorf("last error is %v", last)
			}
		})
	}
}

func manyMembers() string {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, `"m%d":1,`, i)
	}
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(building)))
	r := &endless{`{"type":"FeatureCollection","features":[`, building, 0}
	n := 0
	for _, err := range geojson.Read(r, nil) {
		if err != nil {
			b.Fatal(err)
		}
		if n++; n >= b.N {
			break
		}
	}
}
