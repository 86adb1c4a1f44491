package world_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
	"quanxi/world"
)

// Each layer asks for the scope of its own subject, and for no other.
func TestEachSubjectHasItsScope(t *testing.T) {
	s := tinyTown(t).Snapshot()
	for _, tt := range []struct {
		name    string
		subject world.Subject
		layers  string // that show something at zoom 15 or 17
	}{
		{"numbers are of divisions, never of buildings", world.OfNumbers, "people/15"},
		{"homes show by building", world.OfHomes, "dwellings/17 people/17"},
		{"devices, and cameras with them", world.OfDevices, "cameras/15 devices/15 devices/17"},
		{"staff", world.OfStaff, "workers/15 workers/17"},
		{"events", world.OfEvents, "events/15 events/17"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var scopes world.Scopes
			scopes[tt.subject] = grid.Everywhere()
			shown := map[string]bool{}
			for _, l := range world.Layers() {
				for _, zoom := range []uint8{15, 17} {
					bare := tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(zoom), of(nowhere), l.Name))
					seen := tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(zoom), &scopes, l.Name))
					if l.Scoped && count(seen) > count(bare) {
						shown[l.Name+map[uint8]string{15: "/15", 17: "/17"}[zoom]] = true
					}
				}
			}
			if got := strings.Join(slices.Sorted(maps.Keys(shown)), " "); got != tt.layers {
				t.Errorf("shows %q, want %q", got, tt.layers)
			}
		})
	}
}

// Whoever may know of numbers only learns nothing of people from an area of their
// own drawing, nor by a tap (RULES C1).
func TestNumbersOpenNoHome(t *testing.T) {
	s := tinyTown(t).Snapshot()
	var numbers world.Scopes
	numbers[world.OfNumbers] = grid.Everywhere()
	env := tileOver(10).Envelope()
	area := geo.MultiPolygon{{{env.Min, {Lon: env.Max.Lon, Lat: env.Min.Lat}, env.Max, {Lon: env.Min.Lon, Lat: env.Max.Lat}, env.Min}}}
	sum, err := s.Within(t.Context(), area, &numbers)
	if err != nil || sum.Buildings == 0 || sum.People != 0 || sum.Dwellings != 0 || sum.Devices != 0 || sum.Open != 0 {
		t.Errorf("%+v, %v: buildings and nothing that is anybody's", sum, err)
	}
	for b := range s.Slots(grid.Buildings, env) {
		if got := s.Identify(s.BuildingAt(b).Place(), &numbers); got.Homes || len(got.Workers) > 0 {
			t.Errorf("a tap on building %d tells of homes or workers", s.BuildingAt(b).ID())
		}
	}
}

func count[F any](parts map[string][]F) (n int) {
	for _, features := range parts {
		n += len(features)
	}
	return n
}
