package access_test

import (
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
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

// A screen is titled by the area of its post, also where the map begins with a part of it.
func TestWhatAScreenIsTitledBy(t *testing.T) {
	box := geo.MultiPolygon{{{geo.At(106, 29), geo.At(107, 29), geo.At(107, 30), geo.At(106, 30), geo.At(106, 29)}}}
	area := func(code, parent grid.Code, name string) grid.Entity {
		return &grid.Division{Code: code, Name: name, Level: code.Level(), Parent: parent, Boundary: box}
	}
	entities := []grid.Entity{
		area("500106", "5000", "区"), area("500106001", "500106", "镇"), area("500106001001", "500106001", "村"), area("500106001001001", "500106001001", "网格"),
		&grid.Building{Footprint: box},
	}
	city := &grid.Division{Code: "5000", Name: "山城", Level: grid.CityLevel}
	type posts []role.Post
	for _, tt := range []struct {
		name     string
		posts    posts
		city     grid.Entity // nil: not stored
		home, at string
	}{
		{"the city's, of which one town has houses", posts{{Role: "operator", Area: "5000"}}, city, "镇", "5000 山城"},
		{"the city's, which is not stored", posts{{Role: "operator", Area: "5000"}}, nil, "镇", "5000 重庆市"},
		{"a county's", posts{{Role: "operator", Area: "500106"}}, city, "镇", "500106 区"},
		{"a town's", posts{{Role: "operator", Area: "500106001"}}, city, "镇", "500106001 镇"},
		{"a doctor's, who knows of events and of no numbers", posts{{Role: "doctor", Area: "500106001"}}, city, "镇", "500106001 镇"},
		{"a provider's of a county", posts{{Role: "provider", Area: "500106"}}, city, "镇", "500106001 镇"},
		{"of three posts the highest", posts{{Role: "grid-worker", Area: "500106001001001"}, {Role: "secretary", Area: "500106001001"}, {Role: "operator", Area: "500106"}}, city, "镇", "500106 区"},
		{"of a post that sees the map and one that does not", posts{{Role: "secretary", Area: "500106001001"}, {Role: "resident", Area: "500106"}}, city, "村", "500106001001 村"},
		{"nobody in particular", nil, city, "镇", "500106001 镇"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := entities
			if tt.city != nil {
				all = append([]grid.Entity{tt.city}, all...)
			}
			w := worldOf(t, all)
			viewer := access.Local()
			if tt.posts != nil {
				viewer = access.NewViewer("7", role.NewGrant(tt.posts, role.Shipped(), func(c grid.Code) grid.Scope { return w.Snapshot().ScopeOfPost(c) }))
			}
			home, ok, err := access.NewViews(access.Sources{World: w, Master: masterKey(t, "1"), Clock: clock}).For(viewer, "").Home(t.Context())
			if err != nil || !ok || home.Name != tt.home || fmt.Sprintf("%s %s", home.Over, home.OverName) != tt.at {
				t.Errorf("home %s, titled by %s %s, %v, %v; want %s, %s", home.Name, home.Over, home.OverName, ok, err, tt.home, tt.at)
			}
		})
	}
}

func worldOf(t *testing.T, entities []grid.Entity) *world.World {
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
	return w
}

func homeOf(t *testing.T, viewer *access.Viewer, entities []grid.Entity) string {
	t.Helper()
	w := worldOf(t, entities)
	if viewer == nil {
		viewer = access.Local()
	}
	home, ok, err := access.NewViews(access.Sources{World: w, Master: masterKey(t, "1"), Clock: clock}).For(viewer, "").Home(t.Context())
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
