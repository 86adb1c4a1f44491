package access_test

import (
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// TestHome asks where a map begins. Places are whole degrees; an envelope is written
// west, south, east, north.
func TestHome(t *testing.T) {
	square := func(west, south int32) geo.MultiPolygon {
		at := func(e, n int32) geo.Point {
			return geo.Point{Lon: (west + e) * geo.PerDegree, Lat: (south + n) * geo.PerDegree}
		}
		return geo.MultiPolygon{{{at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)}}}
	}
	area := func(code, parent grid.Code, west int32) grid.Entity {
		return &grid.Division{Code: code, Name: "区" + string(code), Level: code.Level(), Parent: parent, Boundary: square(west, 29)}
	}
	house := func(west int32) grid.Entity { return &grid.Building{Footprint: square(west, 29)} }
	city := &grid.Division{Code: "5000", Name: "山城", Level: grid.CityLevel}
	for _, tt := range []struct {
		name     string
		viewer   *access.Viewer // the whole city, unless set
		entities []grid.Entity
		want     string // code, name, envelope, buildings; empty for nothing
	}{
		{"nothing", nil, nil, ""},
		{"houses without any division", nil, []grid.Entity{house(106), house(108)}, `"" "" [106 29 109 30] 2`},
		{"houses without any division, seen by a town", townDesk, []grid.Entity{house(106)}, ""},
		{"counties whose city is not stored", nil, []grid.Entity{area("500101", "", 106), area("500229", "", 108)}, `"" "重庆市" [106 29 109 30] 0`},
		{"counties of no one city", nil, []grid.Entity{area("500101", "", 106), area("310115", "", 121)}, `"" "" [106 29 122 30] 0`},
		{"counties of two cities, ours first", nil, []grid.Entity{area("500101", "", 106), area("510104", "", 104)}, `"" "" [104 29 107 30] 0`},
		{"counties of a city without a border", nil, []grid.Entity{city, area("500101", "5000", 106), area("500229", "5000", 108)}, `"5000" "山城" [106 29 109 30] 0`},
		{"counties of which one has houses", nil, []grid.Entity{area("500101", "", 106), area("500106", "", 108), house(108)}, `"500106" "区500106" [108 29 109 30] 1`},
		{"counties with houses", nil, []grid.Entity{area("500101", "", 106), area("500106", "", 108), house(106), house(108)}, `"" "重庆市" [106 29 109 30] 2`},
		{"one county", nil, []grid.Entity{area("500106", "", 106)}, `"500106" "区500106" [106 29 107 30] 0`},
		{"towns of which one has houses", nil, []grid.Entity{area("500106", "", 106), area("500106001", "500106", 106), house(106)}, `"500106001" "区500106001" [106 29 107 30] 1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := homeOf(t, tt.viewer, tt.entities); got != tt.want {
				t.Errorf("home = %s, want %s", got, tt.want)
			}
		})
	}
}

func homeOf(t *testing.T, viewer *access.Viewer, entities []grid.Entity) string {
	t.Helper()
	w := world.New(world.Options{Now: clock})
	var steps []world.Step
	for i, e := range entities {
		e.Entity().ID, e.Entity().Revision = int64(i+1), 1
		steps = append(steps, world.Step{Entity: e})
	}
	if _, err := w.Apply(world.Position{Epoch: "e1", Pos: 1}, steps); err != nil {
		t.Fatal(err)
	}
	if viewer == nil {
		viewer = access.Local()
	}
	home, ok, err := access.NewViews(access.Sources{World: w, Master: masterKey(t, "1"), Clock: clock}).For(viewer).Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return ""
	}
	box := [4]int32{home.Envelope.Min.Lon, home.Envelope.Min.Lat, home.Envelope.Max.Lon, home.Envelope.Max.Lat}
	for i := range box {
		box[i] = (box[i] + geo.PerDegree/2) / geo.PerDegree
	}
	return fmt.Sprintf("%q %q %v %d", home.Code, home.Name, box, home.Counters.Buildings)
}
