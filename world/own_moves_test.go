package world_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/grid"
	"quanxi/world"
)

// twoCounties is a store with a county in the west, 500101, which has a town, and one in
// the east, 500102, in a city. Each has a building with a home, a household, a person in it
// and a device, and an event. A worker of the east looks after the building in the west.
func twoCounties() model {
	m := make(model)
	for _, e := range []grid.Entity{
		&grid.Division{Head: head(1), Code: "5000", Level: 1, Name: "市", Boundary: box(0, 0, 64, 64)},
		&grid.Division{Head: head(2), Code: "500101", Level: 2, Parent: "5000", Name: "西", Boundary: box(0, 0, 32, 64)},
		&grid.Division{Head: head(3), Code: "500102", Level: 2, Parent: "5000", Name: "东", Boundary: box(32, 0, 32, 64)},
		&grid.Division{Head: head(4), Code: "500101001", Level: 3, Parent: "500101", Name: "西街", Boundary: box(0, 0, 32, 64)},
		&grid.Division{Head: head(5), Code: "500102001", Level: 3, Parent: "500102", Name: "东街", Boundary: box(40, 0, 24, 64)},
		&grid.Building{Head: head(1), Footprint: box(4, 4, 2, 2), Steward: 2},
		&grid.Building{Head: head(2), Footprint: box(44, 4, 2, 2)},
		&grid.Dwelling{Head: head(1), Building: 1},
		&grid.Dwelling{Head: head(2), Building: 2},
		&grid.Household{Head: head(1), Dwelling: 1},
		&grid.Household{Head: head(2), Dwelling: 2},
		&grid.Person{Head: head(1), Dwelling: 1, Household: 1},
		&grid.Person{Head: head(2), Dwelling: 2, Household: 2},
		&grid.Device{Head: head(1), Dwelling: 1, Place: at(4, 4), State: "online"},
		&grid.Device{Head: head(2), Dwelling: 2, Place: at(44, 4), State: "online"},
		&grid.Worker{Head: head(1), Name: "周", Role: "grid-worker", Area: "500101001"},
		&grid.Worker{Head: head(2), Name: "何", Role: "grid-worker", Area: "500102001"},
		&grid.Worker{Head: head(3), Name: "罗", Role: "grid-worker", Area: "500102001"},
		&events.Event{Head: head(1), Category: "water", Place: at(8, 8), State: events.Reported, OccurredAt: monday},
		&events.Event{Head: head(2), Category: "water", Place: at(48, 8), State: events.Reported, OccurredAt: monday},
	} {
		m.take(put(e))
	}
	return m
}

func head(id int64) grid.Head { return grid.Head{ID: id, Revision: 1} }

func put(e grid.Entity) world.Step { return world.Step{Entity: e} }

// ofWest is what the World of the west holds of twoCounties, the base map apart.
const ofWest = "divisions 1 2 3 4, buildings 1, dwellings 1, households 1, people 1, devices 1, workers 1 2, events 1"

func held(s *world.Snapshot) string {
	var kinds []string
	for _, kind := range events.Kinds() {
		name := string(kind)
		for id := range int64(10) {
			if s.Has(kind, id) {
				name += fmt.Sprint(" ", id)
			}
		}
		if name != string(kind) {
			kinds = append(kinds, name)
		}
	}
	return strings.Join(kinds, ", ")
}

// TestWhatComesAndGoes tells the World of the west of one thing that happens, or of some.
func TestWhatComesAndGoes(t *testing.T) {
	building := func(id, revision int64, x int) world.Step {
		return put(&grid.Building{Head: grid.Head{ID: id, Revision: revision}, Footprint: box(x, 4, 2, 2)})
	}
	event := func(id, revision int64, x int) world.Step {
		return put(&events.Event{Head: grid.Head{ID: id, Revision: revision}, Category: "water", Place: at(x, 8), State: events.Reported, OccurredAt: monday})
	}
	division := func(id, revision int64, code, parent grid.Code, x, width int) world.Step {
		return put(&grid.Division{Head: grid.Head{ID: id, Revision: revision}, Code: code, Level: code.Level(), Parent: parent, Boundary: box(x, 0, width, 64)})
	}
	gone := func(kind grid.Kind, id, revision int64) world.Step {
		return world.Step{Remove: grid.Ref{Kind: kind, ID: id, Revision: revision}}
	}
	without := func(what ...string) string {
		all := ofWest
		for _, one := range what {
			all = strings.Replace(all, one, "", 1)
		}
		return strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(all, ", , ", ", "), ", "), ", ")
	}
	everybody := "divisions 1 2 3 4 5, buildings 1 2, dwellings 1 2, households 1 2, people 1 2, devices 1 2, workers 1 2 3, events 1 2"
	for _, tt := range []struct {
		name  string
		told  [][]world.Step // in the order of the log, an application each
		first []world.Step   // of them all, if the store took them in another order
		want  string
	}{
		{"nothing", nil, nil, ofWest},
		{"an event that is moved out leaves", [][]world.Step{{event(1, 2, 40)}}, nil, without("events 1")},
		{"and may come back", [][]world.Step{{event(1, 2, 40)}, {event(1, 3, 9)}}, nil, ofWest},
		{"an event that is moved in comes", [][]world.Step{{event(2, 2, 10)}}, nil, strings.Replace(ofWest, "events 1", "events 1 2", 1)},
		{"a building that is moved out takes along its homes and whoever lives there, but no device that hangs inside", [][]world.Step{{building(1, 2, 50)}}, nil,
			"divisions 1 2 3 4, devices 1, workers 1 2, events 1"},
		{"a building that is moved in brings all that hangs on it", [][]world.Step{{building(2, 2, 10)}}, nil,
			"divisions 1 2 3 4, buildings 1 2, dwellings 1 2, households 1 2, people 1 2, devices 1 2, workers 1 2, events 1"},
		{"a home that is found in another building brings whoever lives there", [][]world.Step{{put(&grid.Dwelling{Head: grid.Head{ID: 2, Revision: 2}, Building: 1})}}, nil,
			"divisions 1 2 3 4, buildings 1, dwellings 1 2, households 1 2, people 1 2, devices 1 2, workers 1 2, events 1"},
		{"a home that is found in another building leaves with whoever lives there", [][]world.Step{{put(&grid.Dwelling{Head: grid.Head{ID: 1, Revision: 2}, Building: 2})}}, nil,
			"divisions 1 2 3 4, buildings 1, devices 1, workers 1 2, events 1"},
		{"a person who moves away leaves", [][]world.Step{{put(&grid.Person{Head: grid.Head{ID: 1, Revision: 2}, Dwelling: 2})}}, nil, without("people 1")},
		{"a person who moves in comes", [][]world.Step{{put(&grid.Person{Head: grid.Head{ID: 2, Revision: 2}, Dwelling: 1})}}, nil,
			strings.Replace(ofWest, "people 1", "people 1 2", 1)},
		{"a border that moves out brings what lies there", [][]world.Step{{division(2, 2, "500101", "5000", 0, 64)}, {division(5, 2, "500102001", "500102", 63, 1)}, {division(3, 2, "500102", "5000", 63, 1)}}, nil,
			"divisions 1 2 3 4 5, buildings 1 2, dwellings 1 2, households 1 2, people 1 2, devices 1 2, workers 1 2, events 1 2"},
		{"a border that moves in lets go of what lies beyond", [][]world.Step{{division(4, 2, "500101001", "500101", 0, 2), division(2, 2, "500101", "5000", 0, 2)}}, nil,
			"divisions 1 2 4, workers 1 2"},
		{"a town that the county manages now comes with all that lies there, though no border moved", [][]world.Step{{division(5, 2, "500102001", "500101", 40, 24)}}, nil, everybody},
		{"and leaves with all of it", [][]world.Step{{division(5, 2, "500102001", "500101", 40, 24)}, {division(5, 3, "500102001", "500102", 40, 24)}}, nil,
			strings.Replace(ofWest, "workers 1 2", "workers 1 2 3", 1)},
		{"a town of another county that lies in this one is the other's", [][]world.Step{{division(5, 2, "500102001", "500102", 2, 12)}, {division(6, 1, "500102001001", "500102001", 2, 12)}}, nil,
			"divisions 1 2 3 4 5 6, workers 1 2"},
		{"and comes with all that lies in it when this one manages it", [][]world.Step{
			{division(5, 2, "500102001", "500102", 2, 12)}, {division(6, 1, "500102001001", "500102001", 2, 12)}, {division(5, 3, "500102001", "500101", 2, 12)}}, nil,
			strings.Replace(strings.Replace(ofWest, "divisions 1 2 3 4", "divisions 1 2 3 4 5 6", 1), "workers 1 2", "workers 1 2 3", 1)},
		{"a state that is told after a newer one, outside, is not taken for news", [][]world.Step{{event(2, 3, 41)}, {event(2, 2, 10)}},
			[]world.Step{event(2, 2, 10), event(2, 3, 41)}, ofWest},
		{"nor one that is told after its removal", [][]world.Step{{gone(events.Events, 2, 3)}, {event(2, 2, 10)}},
			[]world.Step{event(2, 2, 10), gone(events.Events, 2, 3)}, ofWest},
		{"a removal removes", [][]world.Step{{gone(events.Events, 1, 2)}}, nil, without("events 1")},
		{"a home that is told of before its building comes with it", [][]world.Step{
			{put(&grid.Person{Head: head(7), Dwelling: 7})}, {put(&grid.Dwelling{Head: head(7), Building: 7})}, {building(7, 1, 20)}}, nil,
			"divisions 1 2 3 4, buildings 1 7, dwellings 1 7, households 1, people 1 7, devices 1, workers 1 2, events 1"},
		{"of two divisions under one code the older counts, wherever it lies", [][]world.Step{{division(9, 1, "500103001", "500103", 0, 32)}},
			[]world.Step{division(8, 1, "500103001", "500103", 100, 1), division(9, 1, "500103001", "500103", 0, 32)},
			strings.Replace(ofWest, "divisions 1 2 3 4", "divisions 1 2 3 4 8 9", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := twoCounties()
			w := world.New(world.Options{Now: func() time.Time { return monday }, Own: "500101"})
			fill(t, w, store)
			if got := held(w.Snapshot()); got != ofWest {
				t.Fatalf("loaded: %s\nwant    %s", got, ofWest)
			}
			for _, s := range tt.first {
				store.take(s)
			}
			for i, batch := range tt.told {
				for _, s := range batch {
					if len(tt.first) == 0 {
						store.take(s)
					}
				}
				if _, err := w.ApplyEach(world.Position{Pos: int64(i)}, asking(batch, w.Wants, store)); err != nil {
					t.Fatal(err)
				}
			}
			if got := held(w.Snapshot()); got != tt.want {
				t.Errorf("holds %s\nwant  %s", got, tt.want)
			}
			fresh := world.New(world.Options{Now: func() time.Time { return monday }, Own: "500101"})
			fill(t, fresh, store)
			if a, b := w.Snapshot().Counters("500101"), fresh.Snapshot().Counters("500101"); a != b {
				t.Errorf("counts %+v, loaded anew %+v", a, b)
			}
		})
	}
}

// fill loads a World of one area from a store.
func fill(t *testing.T, w *world.World, store model) {
	t.Helper()
	l := w.Begin()
	for s := range asking(nil, l.Wants, store) {
		if err := l.Add(s.Entity); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{}); err != nil {
		t.Fatal(err)
	}
}

// What changes nothing of where the area lies asks the store for nothing.
func TestWhatAsksForNothing(t *testing.T) {
	for name, step := range map[string]world.Step{
		"the county is called otherwise": put(&grid.Division{Head: grid.Head{ID: 2, Revision: 2}, Code: "500101", Level: 2, Parent: "5000", Name: "西山", Boundary: box(0, 0, 32, 64)}),
		"so is its neighbour":            put(&grid.Division{Head: grid.Head{ID: 3, Revision: 2}, Code: "500102", Level: 2, Parent: "5000", Name: "东山", Boundary: box(32, 0, 32, 64)}),
		"an event is new":                put(&events.Event{Head: head(3), Category: "water", Place: at(9, 9), State: events.Reported, OccurredAt: monday}),
		"something happens elsewhere":    put(&grid.Building{Head: head(3), Footprint: box(50, 4, 2, 2)}),
	} {
		t.Run(name, func(t *testing.T) {
			store := twoCounties()
			w := world.New(world.Options{Now: func() time.Time { return monday }, Own: "500101"})
			fill(t, w, store)
			store.take(step)
			var wanted []world.Want
			wants := func() []world.Want {
				all := w.Wants()
				wanted = slices.Concat(wanted, all)
				return all
			}
			if _, err := w.ApplyEach(world.Position{Pos: 1}, asking([]world.Step{step}, wants, store)); err != nil || len(wanted) > 0 {
				t.Errorf("%v, %v", wanted, err)
			}
		})
	}
}

// A node asks after each application; walking all it holds for that would cost more than
// the application.
func TestAskingForNothingWalksNothing(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }, Own: "500101"})
	fill(t, w, twoCounties())
	if n := testing.AllocsPerRun(10, func() { w.Wants() }); n > 1 { // the list of what may be asked for
		t.Errorf("%v allocations", n)
	}
}

// The numbers of the city are not told: what is counted of it is not all.
func TestOnlyOwnNumbersAreTold(t *testing.T) {
	store := twoCounties()
	w := world.New(world.Options{Now: func() time.Time { return monday }, Own: "500101"})
	fill(t, w, store)
	effects, err := w.Apply(world.Position{Pos: 1}, []world.Step{put(&events.Event{Head: head(3), Category: "water", Place: at(9, 9), State: events.Reported, OccurredAt: monday})})
	if err != nil {
		t.Fatal(err)
	}
	if want := []world.Counted{{Code: "500101", Open: true}, {Code: "500101001", Open: true}}; !slices.Equal(effects.Counters, want) {
		t.Errorf("told %v, want %v", effects.Counters, want)
	}
}

// What is of no concern takes up no room, however much of it there is.
func TestWhatHappensElsewhereTakesNoRoom(t *testing.T) {
	store := twoCounties()
	w := world.New(world.Options{Now: func() time.Time { return monday }, Own: "500101"})
	fill(t, w, store)
	before := w.Snapshot().Bytes()
	for pos := range 20 {
		var steps []world.Step
		for i := range int64(1000) {
			id := int64(pos)*1000 + i + 10
			steps = append(steps, put(&grid.Person{Head: head(id), Dwelling: id}), put(&grid.Building{Head: head(id), Footprint: box(50, 4, 2, 2), Name: "楼"}),
				world.Step{Remove: grid.Ref{Kind: grid.Dwellings, ID: id, Revision: 2}})
		}
		if _, err := w.ApplyEach(world.Position{Pos: int64(pos)}, asking(steps, w.Wants, store)); err != nil {
			t.Fatal(err)
		}
	}
	if after := w.Snapshot().Bytes(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("takes %v, before %v", after, before)
	}
}

// The World of one of twenty counties takes about a twentieth of the room, whatever the
// store holds besides.
func TestAnAreaTakesItsShareOfTheRoom(t *testing.T) {
	store := make(model)
	const counties, people = 20, 6000
	for c := range int64(counties) {
		code := grid.Code(fmt.Sprintf("5001%02d", c+1))
		store.take(put(&grid.Division{Head: head(c + 1), Code: code, Level: 2, Boundary: box(int(c)*3, 0, 3, 64)}))
		store.take(put(&grid.Building{Head: head(c + 1), Footprint: box(int(c)*3+1, 1, 1, 1)}))
		store.take(put(&grid.Dwelling{Head: head(c + 1), Building: c + 1}))
		for n := range int64(people) {
			store.take(put(&grid.Person{Head: head(c*people + n + 1), Dwelling: c + 1}))
		}
	}
	room := func(own grid.Code) (sum int64) {
		w := world.New(world.Options{Now: func() time.Time { return monday }, Own: own})
		l := w.Begin()
		add := func(e grid.Entity) {
			if err := l.Add(e); err != nil {
				t.Fatal(err)
			}
		}
		for s := range asking(nil, l.Wants, store) {
			add(s.Entity)
		}
		for _, e := range store {
			if own == "" {
				add(e)
			}
		}
		if err := l.Publish(world.Position{}); err != nil {
			t.Fatal(err)
		}
		for _, bytes := range w.Snapshot().Bytes() {
			sum += bytes
		}
		return sum
	}
	if part, whole := room("500107"), room(""); part > whole/counties*2 {
		t.Errorf("%d bytes of %d, want about a twentieth", part, whole)
	}
}
