package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestJSON(t *testing.T) {
	type holder struct {
		P Point        `json:"p"`
		L MultiLine    `json:"l"`
		G MultiPolygon `json:"g"`
	}
	for name, row := range map[string]struct {
		value holder
		text  string
	}{
		"nothing":          {holder{}, `{"p":null,"l":null,"g":null}`},
		"single parts":     {holder{At(106.5, -29.0000001), MultiLine{{{1, 2}, {3, 4}}}, MultiPolygon{{ring(0, 0, 1e7, 0, 1e7, 1e7)}}}, `{"p":{"type":"Point","coordinates":[106.5,-29.0000001]},"l":{"type":"LineString","coordinates":[[0.0000001,0.0000002],[0.0000003,0.0000004]]},"g":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`},
		"many parts":       {holder{Point{-1, 0}, MultiLine{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}, MultiPolygon{{ring(0, 0, 1, 0, 1, 1)}, {ring(5, 5, 6, 5, 6, 6)}}}, `{"p":{"type":"Point","coordinates":[-0.0000001,0]},"l":{"type":"MultiLineString","coordinates":[[[0.0000001,0.0000002],[0.0000003,0.0000004]],[[0.0000005,0.0000006],[0.0000007,0.0000008]]]},"g":{"type":"MultiPolygon","coordinates":[[[[0,0],[0.0000001,0],[0.0000001,0.0000001],[0,0]]],[[[0.0000005,0.0000005],[0.0000006,0.0000005],[0.0000006,0.0000006],[0.0000005,0.0000005]]]]}}`},
		"sets of no parts": {holder{L: MultiLine{}, G: MultiPolygon{}}, `{"p":null,"l":{"type":"MultiLineString","coordinates":[]},"g":{"type":"MultiPolygon","coordinates":[]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(row.value)
			if err != nil || string(text) != row.text {
				t.Errorf("Marshal = %s, %v\nwant %s", text, err, row.text)
			}
			var got holder
			if err := json.Unmarshal([]byte(row.text), &got); err != nil || !reflect.DeepEqual(got, row.value) {
				t.Errorf("Unmarshal = %v, %v", got, err)
			}
		})
	}
}

func TestJSONKeepsEveryLatticePoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Point{rapid.Int32Range(-maxLon, maxLon).Draw(t, "lon"), rapid.Int32Range(1, maxLat).Draw(t, "lat")}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Point
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Fatalf("%v came back as %v from %s, %v", want, got, text, err)
		}
	})
}

// Whoever drew it reads these words: they name the field and the place, and nothing of
// how it is read.
func TestWhatParseGeoJSONSays(t *testing.T) {
	for text, want := range map[string]string{
		`7`:                                      "not a usable GeoJSON geometry: want an object with type and coordinates",
		`{"type":"Point",`:                       "not a usable GeoJSON geometry: no JSON at byte 16",
		`{"type":"Point","coordinates":[NaN,1]}`: "not a usable GeoJSON geometry: NaN at byte 32 is not JSON",
		`{"type":3,"coordinates":[1,2]}`:         "type: not a usable GeoJSON geometry: want a text",
		`{"type":"Circle","coordinates":[1,2]}`:  `type: not a usable GeoJSON geometry: "Circle" is none`,
		`{"type":"Point"}`:                       "coordinates: not a usable GeoJSON geometry: want a position",
		`{"type":"LineString","coordinates":[[1,2],[3,"x"]]}`: "coordinates[1]: not a usable GeoJSON geometry: want a number",
	} {
		if _, err := ParseGeoJSON([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	var m MultiPolygon
	err := json.Unmarshal([]byte(`{"type":"LineString","coordinates":[[1,2],[3,4]]}`), &m)
	if want := "type: not a usable GeoJSON geometry: found LineString or MultiLineString, want Polygon or MultiPolygon"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestParseGeoJSONRefuses(t *testing.T) {
	for text, want := range map[string]error{
		`7`:                                     ErrGeoJSON,
		`{`:                                     ErrGeoJSON,
		`{"type":"Circle","coordinates":[1,2]}`: ErrGeoJSON,
		`{"type":"Point"}`:                      ErrGeoJSON,
		`{"type":"Point","coordinates":null}`:   ErrGeoJSON,
		`{"type":"Point","coordinates":[1]}`:    ErrGeoJSON,
		`{"type":"Point","coordinates":[1,null]}`:                      ErrGeoJSON,
		`{"type":"Point","coordinates":["1",2]}`:                       ErrGeoJSON,
		`{"type":"Point","coordinates":[[1,2]]}`:                       ErrGeoJSON,
		`{"type":"Point","coordinates":[1e400,2]}`:                     ErrGeoJSON,
		`{"type":"Point","coordinates":[1,2,300]}`:                     nil,
		`{"type":"Point","coordinates":[ 1 , 2 ]}`:                     nil,
		`{"type":"LineString","coordinates":[1,2]}`:                    ErrGeoJSON,
		`{"type":"LineString","coordinates":[[181,2],[3,4]]}`:          ErrRange,
		`{"type":"LineString","coordinates":[[29,106],[3,4]]}`:         ErrSwapped,
		`{"type":"Polygon","coordinates":[[[1,2],[3,{"x":4}],[5,6]]]}`: ErrGeoJSON,
	} {
		if _, err := ParseGeoJSON([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	var m MultiLine
	if err := json.Unmarshal([]byte(`{"type":"Point","coordinates":[1,2]}`), &m); !errors.Is(err, ErrGeoJSON) {
		t.Errorf("a point as lines: %v", err)
	}
}

// An edge must get the same points from both of its sides.
func TestDensifiedIsTheSameBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int32Range(-1000, 1000)
		a := Point{small.Draw(t, "x"), small.Draw(t, "y")}
		b := Point{small.Draw(t, "x"), small.Draw(t, "y")}
		there := Densified(Line{a, b}, 0.00001)
		back := Densified(Line{b, a}, 0.00001)
		slices.Reverse(back)
		if !slices.Equal(there, back) {
			t.Fatalf("%v one way, %v the other", there, back)
		}
		for i := 1; i < len(there); i++ {
			if dx, dy := there[i].Lon-there[i-1].Lon, there[i].Lat-there[i-1].Lat; max(dx, -dx, dy, -dy) > 101 {
				t.Fatalf("step from %v to %v is too long", there[i-1], there[i])
			}
		}
	})
}

func ExampleMultiPolygon_Contains() {
	west := MultiPolygon{{ring(0, 0, 10, 0, 10, 10, 0, 10)}}
	east := MultiPolygon{{ring(10, 0, 20, 0, 20, 10, 10, 10)}}
	onBorder := Point{10, 5}
	fmt.Println(west.Contains(onBorder), east.Contains(onBorder))
	// Output: false true
}

func ExampleCheck() {
	fmt.Println(Check(MultiPolygon{{ring(0, 0, 2e7, 0, 2e7, 1e7, 1e7, -1e7)}}))
	// Output: polygon 1: outer ring: edge 1 at 0,0 and edge 3 at 2,1: border crosses or touches itself
}

func ExampleIndex() {
	var x Index
	for i, lon := range []float64{106.50, 106.55, 106.60} {
		p := At(lon, 29.5)
		x.Insert(uint32(i), Envelope{p, p})
	}
	now := x.Share()
	x.Delete(1, Envelope{At(106.55, 29.5), At(106.55, 29.5)})
	for id, metres := range now.Nearest(At(106.56, 29.5)) {
		fmt.Printf("%d at %.0f m\n", id, metres)
	}
	// Output:
	// 1 at 970 m
	// 2 at 3879 m
	// 0 at 5818 m
}

func ExampleProject() {
	p := Project(At(106.55, 29.56))
	const zoom = 14
	fmt.Println(p.X>>(32-zoom), p.Y>>(32-zoom), Unproject(p))
	// Output: 13041 6782 106.55,29.56
}

func ExampleMergeTouching() {
	whole, err := MergeTouching([]Polygon{{ring(0, 0, 10, 0, 10, 10, 0, 10)}, {ring(10, 0, 20, 0, 20, 10, 10, 10)}})
	fmt.Println(len(whole), whole.DoubleArea(), err)
	// Output: 1 400 <nil>
}
