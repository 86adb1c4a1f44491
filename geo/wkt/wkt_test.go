package wkt_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"quanxi/geo"
	"quanxi/geo/wkt"
)

// at returns a point in whole degrees.
func at(lon, lat float64) geo.Point { return geo.At(lon, lat) }

var triangle = geo.Ring{at(1, 1), at(2, 1), at(2, 2), at(1, 1)}

var rows = map[string]struct {
	text string
	want geo.Geometry
	err  error
}{
	"a point":                      {"POINT(106.5 29.5)", at(106.5, 29.5), nil},
	"small letters, wide spaces":   {"  point ( 106.5\t29.5 ) ", at(106.5, 29.5), nil},
	"a point with height":          {"POINT Z (1 2 300.5)", at(1, 2), nil},
	"a point with all dimensions":  {"POINTZM(1 2 3 4)", at(1, 2), nil},
	"an empty point":               {"POINT EMPTY", nil, nil},
	"a point of PostGIS":           {"SRID=4490;POINT(1 2)", at(1, 2), nil},
	"a point in metres":            {"SRID=3857;POINT(1 2)", nil, wkt.ErrKind},
	"the last digit":               {"POINT(-0.0000001 0.0000009)", at(-0.0000001, 0.0000009), nil},
	"an exponent":                  {"POINT(1.065e2 2.95E+1)", at(106.5, 29.5), nil},
	"a line":                       {"LINESTRING(1 2,3 4)", geo.MultiLine{{at(1, 2), at(3, 4)}}, nil},
	"two lines":                    {"MULTILINESTRING((1 2,3 4),(5 6,7 8))", geo.MultiLine{{at(1, 2), at(3, 4)}, {at(5, 6), at(7, 8)}}, nil},
	"a polygon":                    {"POLYGON((1 1,2 1,2 2,1 1))", geo.MultiPolygon{{triangle}}, nil},
	"two polygons, one with hole":  {"MULTIPOLYGON(((1 1,2 1,2 2,1 1),(1 1,2 1,2 2,1 1)),((1 1,2 1,2 2,1 1)))", geo.MultiPolygon{{triangle, triangle}, {triangle}}, nil},
	"no ground":                    {"MULTIPOLYGON EMPTY", geo.MultiPolygon{}, nil},
	"a set of one empty line":      {"MULTILINESTRING(EMPTY)", geo.MultiLine{{}}, nil},
	"nothing":                      {"", nil, wkt.ErrKind},
	"a circle":                     {"CIRCULARSTRING(1 2,3 4,5 6)", nil, wkt.ErrKind},
	"one number":                   {"POINT(1)", nil, wkt.ErrSyntax},
	"five numbers":                 {"POINT(1 2 3 4 5)", nil, wkt.ErrSyntax},
	"a comma instead of a blank":   {"POINT(1,2)", nil, wkt.ErrSyntax},
	"brackets left open":           {"POLYGON((1 1,2 1,2 2,1 1)", nil, wkt.ErrSyntax},
	"something after the end":      {"POINT(1 2) and more", nil, wkt.ErrSyntax},
	"latitude first":               {"POINT(29.5 106.5)", nil, geo.ErrSwapped},
	"a number too big for a float": {"POINT(1e999 2)", nil, wkt.ErrSyntax},
}

func TestParse(t *testing.T) {
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			got, err := wkt.Parse(row.text)
			if again, _ := wkt.Parse(wkt.Format(got)); err == nil && !reflect.DeepEqual(again, got) {
				t.Errorf("%v came back as %v", got, again)
			}
			if !errors.Is(err, row.err) || !reflect.DeepEqual(got, row.want) {
				t.Errorf("Parse = %v, %v; want %v, %v", got, err, row.want, row.err)
			}
		})
	}
}

// Whatever parses must come back the same once written.
func FuzzParse(f *testing.F) {
	for _, row := range rows {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := wkt.Parse(text)
		if err != nil || g == nil || g == geo.Geometry(geo.Point{}) {
			return
		}
		if again, err := wkt.Parse(wkt.Format(g)); err != nil || !reflect.DeepEqual(again, g) {
			t.Fatalf("%q came back as %v, %v", wkt.Format(g), again, err)
		}
	})
}

func ExampleFormat() {
	fmt.Println(wkt.Format(geo.At(106.55, 29.56)))
	// Output: POINT(106.55 29.56)
}
