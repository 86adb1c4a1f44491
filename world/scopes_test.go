package world_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/events"
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
		{"what hangs in homes shows with whom it is for", world.OfCare, "devices/15 devices/17"},
		{"cameras", world.OfCameras, "cameras/15"},
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

// Whoever may know of homes, and has no duty of care there, is told nothing of who is cared
// for: neither by an area drawn around one house, nor by a tile.
func TestCareIsToldToWhoHasTheDuty(t *testing.T) {
	s := tinyTown(t).Snapshot()
	env := tileOver(10).Envelope()
	area := geo.MultiPolygon{{{env.Min, {Lon: env.Max.Lon, Lat: env.Min.Lat}, env.Max, {Lon: env.Min.Lon, Lat: env.Max.Lat}, env.Min}}}
	for _, duty := range []bool{false, true} {
		var scopes world.Scopes
		scopes[world.OfHomes] = grid.Everywhere()
		if duty {
			scopes[world.OfCare] = grid.Everywhere()
		}
		sum, err := s.Within(t.Context(), area, &scopes)
		if err != nil || sum.People == 0 || (sum.Care > 0) != duty {
			t.Errorf("with the duty %v an area counts %d of %d people as cared for, %v", duty, sum.Care, sum.People, err)
		}
		told, tile := 0, tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(17), &scopes, "people"))
		for _, f := range tile["people"] {
			if _, ok := f.Properties["care"]; ok {
				told++
			}
		}
		if (told > 0) != duty {
			t.Errorf("with the duty %v a tile tells it of %d buildings", duty, told)
		}
	}
}

// However many cameras stand where one may not look, those where one may are found.
func TestHiddenThingsTakeNothingFromASearch(t *testing.T) {
	for _, hidden := range []int{0, 100, 2000} {
		w := world.New(world.Options{Now: func() time.Time { return monday }})
		all := steps(
			&grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "500999001001", Name: "西村", Level: grid.CommunityLevel, Boundary: box(0, 0, 50, 100)},
			&grid.Division{Head: grid.Head{ID: 2, Revision: 1}, Code: "500999001002", Name: "东村", Level: grid.CommunityLevel, Boundary: box(50, 0, 50, 100)},
		)
		camera := func(id int64, x int) world.Step {
			return world.Step{Entity: &grid.Camera{Head: grid.Head{ID: id, Revision: 1}, Name: "球机", State: "online", Place: at(x, 5)}}
		}
		all = append(all, camera(10, 5), camera(11, 6))
		for n := range hidden {
			all = append(all, camera(int64(100+n), 55))
		}
		if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, all); err != nil {
			t.Fatal(err)
		}
		if hits := w.Snapshot().Search("球机", 10, of(grid.NewScope(grid.Under("500999001001")))); len(hits) != 2 {
			t.Errorf("beside %d hidden cameras %d of 2 are found", hidden, len(hits))
		}
	}
}

// What each question tells with the scope of one subject alone.
func TestEachQuestionAsksForTheRightScope(t *testing.T) {
	s := tinyTown(t).Snapshot()
	env := tileOver(10).Envelope()
	area := geo.MultiPolygon{{{env.Min, {Lon: env.Max.Lon, Lat: env.Min.Lat}, env.Max, {Lon: env.Min.Lon, Lat: env.Max.Lat}, env.Min}}}
	scoped := []grid.Kind{grid.Dwellings, grid.People, grid.Devices, grid.Cameras, grid.Workers, events.Events}
	for _, tt := range []struct {
		subject world.Subject
		listed  []grid.Kind // of scoped, by an area
		counted []grid.Kind // of scoped, by an area
		found   []grid.Kind // of scoped, by a search
		answers bool        // a tap tells who answers
	}{
		{world.OfNumbers, nil, nil, nil, false},
		{world.OfHomes, []grid.Kind{grid.Dwellings, grid.People}, []grid.Kind{grid.Dwellings, grid.People}, nil, false},
		{world.OfCare, []grid.Kind{grid.Devices}, []grid.Kind{grid.Devices}, nil, false},
		{world.OfCameras, []grid.Kind{grid.Cameras}, []grid.Kind{grid.Cameras}, []grid.Kind{grid.Cameras}, false},
		{world.OfStaff, nil, nil, []grid.Kind{grid.Workers}, true},
		{world.OfEvents, []grid.Kind{events.Events}, []grid.Kind{events.Events}, nil, false},
		{world.OfCareEvents, []grid.Kind{events.Events}, []grid.Kind{events.Events}, nil, false},
	} {
		var scopes world.Scopes
		scopes[tt.subject] = grid.Everywhere()
		sum, err := s.Within(t.Context(), area, &scopes)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[grid.Kind]int32{grid.Dwellings: sum.Dwellings, grid.People: sum.People, grid.Devices: sum.Devices, grid.Cameras: sum.Cameras, events.Events: sum.Open + sum.Closed}
		hits := map[grid.Kind]bool{}
		for _, query := range []string{"桥头朝东", "王网格"} {
			for _, hit := range s.Search(query, 100, &scopes) {
				hits[hit.Kind] = true
			}
		}
		for _, kind := range scoped {
			ids, err := s.List(t.Context(), kind, area, &scopes, 0, 10)
			if err != nil || (len(ids) > 0) != slices.Contains(tt.listed, kind) {
				t.Errorf("subject %d lists %d %s, %v", tt.subject, len(ids), kind, err)
			}
			if (counts[kind] > 0) != slices.Contains(tt.counted, kind) {
				t.Errorf("subject %d counts %d %s", tt.subject, counts[kind], kind)
			}
			if hits[kind] != slices.Contains(tt.found, kind) {
				t.Errorf("subject %d finds %s: %v", tt.subject, kind, hits[kind])
			}
		}
		answers := false
		for b := range s.Slots(grid.Buildings, env) {
			answers = answers || len(s.Identify(s.BuildingAt(b).Place(), &scopes).Workers) > 0
		}
		if answers != tt.answers {
			t.Errorf("subject %d tells who answers: %v", tt.subject, answers)
		}
	}
}

func count[F any](parts map[string][]F) (n int) {
	for _, features := range parts {
		n += len(features)
	}
	return n
}

// A street, a camera and a worker are called alike; each is found by whoever may know
// of it, though the scope of the other is empty.
func TestSearchAsksEachSubjectForItself(t *testing.T) {
	s := worldOf(t, &grid.Division{Code: "500106", Level: 3, Name: "某区", Boundary: box(0, 0, 64, 64)},
		&grid.Road{Name: "长江路", Class: "major", Line: geo.MultiLine{{at(0, 5), at(60, 5)}}},
		&grid.Camera{Name: "长江路", State: "online", Place: at(3, 3)},
		&grid.Worker{Name: "长江路", Role: "grid-worker", Area: "500106"}).Snapshot()
	for _, tt := range []struct {
		name string
		may  []world.Subject
		want []grid.Kind
	}{
		{"nobody's", nil, []grid.Kind{grid.Roads}},
		{"devices", []world.Subject{world.OfCameras}, []grid.Kind{grid.Cameras, grid.Roads}},
		{"staff", []world.Subject{world.OfStaff}, []grid.Kind{grid.Roads, grid.Workers}},
		{"both", []world.Subject{world.OfCameras, world.OfStaff}, []grid.Kind{grid.Cameras, grid.Roads, grid.Workers}},
		{"other subjects", []world.Subject{world.OfNumbers, world.OfHomes, world.OfEvents}, []grid.Kind{grid.Roads}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var scopes world.Scopes
			for _, of := range tt.may {
				scopes[of] = grid.Everywhere()
			}
			var got []grid.Kind
			for _, hit := range s.Search("长江路", 10, &scopes) {
				got = append(got, hit.Kind)
			}
			if slices.Sort(got); !slices.Equal(got, tt.want) {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}
