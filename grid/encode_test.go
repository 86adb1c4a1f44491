package grid_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

var (
	corner = geo.At(106.5, 29.5)
	square = geo.MultiPolygon{{{corner, geo.At(106.501, 29.5), geo.At(106.501, 29.501), geo.At(106.5, 29.501), corner}}}
	lane   = geo.MultiLine{{corner, geo.At(106.51, 29.5)}}
)

// samples holds one entity of each kind, with every field set.
func samples() []grid.Entity {
	head := grid.Head{ID: 1<<52 + 1, Revision: 3, External: "osm:1"}
	return []grid.Entity{
		&grid.Division{Head: head, Code: "500106", Name: "O'Brien 区 🏠", Level: grid.CountyLevel, DivisionKind: "general", Parent: "5000", Boundary: square, Label: corner, NormLow: 300, NormHigh: 500, From: 20200101, To: 20301231},
		&grid.LandUse{Head: head, Name: "梯田", Class: "terrace", Body: lane},
		&grid.Water{Head: head, Name: "嘉澜江", Class: "river", Body: square},
		&grid.Green{Head: head, Name: "公园", Class: "park", Area: square},
		&grid.Road{Head: head, Name: "临江大道", Class: "main", WidthCM: 2600, Bridge: true, Line: lane},
		&grid.Building{Head: head, Code: "3", Name: "3幢", Address: "临江路1号", Quarter: "锦绣花园", Footprint: square, HeightCM: 5400, Floors: 18, Below: 2, Units: 3, Entrances: []grid.Entrance{{Place: corner, Level: -2, Unit: 1}}, Use: grid.Housing, Year: 2012, Steward: 9, Area: "50010610820100301"},
		&grid.Dwelling{Head: head, Building: 7, Unit: 2, Floor: -1, Room: "-1-2", Use: "home", State: grid.Rented, AreaDM2: 8950},
		&grid.Household{Head: head, Dwelling: 8, Number: "0012", Type: "family"},
		&grid.Person{Head: head, Identity: grid.Sealed{1, 2}, IDDigest: []byte{3}, PhoneDigest: []byte{4}, Sex: "f", Born: 19460524, Household: 5, Dwelling: 8, Residence: grid.LivesRegistered, Since: 20100101, Place: corner, Care: []string{"living-alone", "aged-80"}, Verified: 20260101},
		&grid.Organisation{Head: head, Name: "便民超市", CreditCode: "91990000MA0000000X", Category: "shop", Building: 7, Address: "临江路1号", Place: corner},
		&grid.Component{Head: head, Code: "01", Category: "hydrant", State: "intact", Owner: "水务", Place: corner},
		&grid.Device{Head: head, Name: "烟感", Category: "smoke", State: "online", LastValue: "0", Building: 7, Dwelling: 8, Place: corner},
		&grid.Camera{Head: head, Name: "北门", Azimuth: 359, View: 57, State: "online", Place: corner},
		&grid.ServicePoint{Head: head, Name: "便民服务点", Category: "service", Items: []string{"社保"}, Hours: "Mo-Fr 09:00-17:30", Phone: "100 0000 0000", Address: "临江路1号", Place: corner},
		&grid.Worker{Head: head, Name: "网格员甲", Role: "grid-worker", Area: "500106108201003", Identity: grid.Sealed{1}, FullTime: true},
		&events.Event{Head: head, Category: "water", Title: "管道漏水", Place: corner, State: events.Handling, Urgency: events.Urgent, Area: "50010610820100301", Building: 7,
			OccurredAt: time.Date(2026, 11, 8, 2, 10, 0, 0, time.UTC), ReportedAt: time.Date(2026, 11, 8, 2, 11, 0, 0, time.UTC), DueAt: time.Date(2026, 11, 8, 6, 10, 0, 0, time.UTC)},
	}
}

func TestEveryKindSurvivesItsBody(t *testing.T) {
	seen := map[grid.Kind]bool{}
	for _, want := range samples() {
		t.Run(string(want.Kind()), func(t *testing.T) {
			seen[want.Kind()] = true
			if err := want.Validate(); err != nil {
				t.Fatalf("the sample itself: %v", err)
			}
			body, err := grid.EncodeJSON(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := events.New(want.Kind())
			if err != nil {
				t.Fatal(err)
			}
			if err := grid.DecodeJSON(body, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body %s\n%s", body, diff)
			}
		})
	}
	for _, kind := range events.Kinds() {
		if !seen[kind] {
			t.Errorf("no sample of kind %s", kind)
		}
	}
}

func TestDecodeNamesTheField(t *testing.T) {
	for _, tt := range []struct{ name, body, field string }{
		{"a field of another kind", `{"floor":3}`, "floor"},
		{"a text where a number belongs", `{"floors":"three"}`, "floors"},
		{"a fraction where a whole number belongs", `{"floors":1.5}`, "floors"},
		{"a number past the column", `{"floors":3000000000}`, "floors"},
		{"a line where a polygon belongs", `{"geometry":{"type":"LineString","coordinates":[[106.5,29.5],[106.6,29.5]]}}`, "geometry"},
		{"a geometry that is not one", `{"geometry":{"type":"Circle"}}`, "geometry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := grid.DecodeJSON([]byte(tt.body), new(grid.Building))
			if !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), tt.field) {
				t.Errorf("err = %v, want ErrInvalid that names %q", err, tt.field)
			}
		})
	}
	if err := grid.DecodeJSON([]byte(`[1]`), new(grid.Building)); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("a list: err = %v, want ErrInvalid", err)
	}
}

func TestDecodeChangePassesOverWhatANewerVersionAdded(t *testing.T) {
	b := new(grid.Building)
	if err := grid.DecodeChange([]byte(`{"floors":18,"newer":{"a":1}}`), b); err != nil || b.Floors != 18 {
		t.Errorf("%+v, %v; want 18 floors", b, err)
	}
	if err := grid.DecodeChange([]byte(`{"floors":"three"}`), b); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("a text where a number belongs: err = %v, want ErrInvalid", err)
	}
}

func TestDecodeIsAPatch(t *testing.T) {
	b := &grid.Building{Name: "3幢", Floors: 18}
	if err := grid.DecodeJSON([]byte(`{"floors":19}`), b); err != nil || b.Name != "3幢" || b.Floors != 19 {
		t.Errorf("%+v, %v; want the name kept and 19 floors", b, err)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(grid.Entity)
		kind  grid.Kind
		field string
	}{
		{"a code of five digits", func(e grid.Entity) { e.(*grid.Division).Code = "50010" }, grid.Divisions, "code"},
		{"a parent of the same level", func(e grid.Entity) { e.(*grid.Division).Parent = "500107" }, grid.Divisions, "parent"},
		{"a tower of a kilometre and more", func(e grid.Entity) { e.(*grid.Building).HeightCM = 100_001 }, grid.Buildings, "height_cm"},
		{"a footprint as large as a county", func(e grid.Entity) {
			e.(*grid.Building).Footprint = geo.MultiPolygon{{{corner, geo.At(107.5, 29.5), geo.At(107.5, 30.6), corner}}}
		}, grid.Buildings, "geometry"},
		{"a use that is none", func(e grid.Entity) { e.(*grid.Building).Use = "zz" }, grid.Buildings, "building_use"},
		{"no footprint", func(e grid.Entity) { e.(*grid.Building).Footprint = nil }, grid.Buildings, "geometry"},
		{"floor zero", func(e grid.Entity) { e.(*grid.Dwelling).Floor = 0 }, grid.Dwellings, "floor"},
		{"a tag that is not one of care", func(e grid.Entity) { e.(*grid.Person).Care = []string{"suspect"} }, grid.People, "care"},
		{"an identity that is not sealed", func(e grid.Entity) { e.(*grid.Person).Identity = nil }, grid.People, "identity"},
		{"a road of no class", func(e grid.Entity) { e.(*grid.Road).Class = "" }, grid.Roads, "class"},
		{"a camera that looks 360 degrees round", func(e grid.Entity) { e.(*grid.Camera).Azimuth = 360 }, grid.Cameras, "azimuth"},
		{"an event of an unknown category", func(e grid.Entity) { e.(*events.Event).Category = "gossip" }, events.Events, "category"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, e := range samples() {
				if e.Kind() != tt.kind {
					continue
				}
				tt.spoil(e)
				if err := e.Validate(); !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), tt.field) {
					t.Errorf("err = %v, want ErrInvalid that names %q", err, tt.field)
				}
			}
		})
	}
}

func TestTextsAreShort(t *testing.T) {
	for name, text := range map[string]string{"an essay": strings.Repeat("长", 201), "a line break": "一\n二"} {
		e := &events.Event{Title: text}
		if err := grid.CheckTexts(e); !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), "title") {
			t.Errorf("%s: err = %v, want ErrInvalid that names the title", name, err)
		}
	}
	if err := grid.CheckTexts(&events.Event{Title: strings.Repeat("长", 200)}); err != nil {
		t.Errorf("200 characters: %v", err)
	}
}
