package world_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// TestEveryOrderEndsAtTheSameWorld puts, changes and removes random entities in a
// random order and in random batches. The end must be that of a World loaded at
// once, and agree with counting everything anew.
func TestEveryOrderEndsAtTheSameWorld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, truth := drawHistory(t)
		clock := monday
		now := func() time.Time { return clock }

		mixed := world.New(world.Options{Now: now})
		for pos, batch := range batches(t, rapid.Permutation(steps).Draw(t, "order")) {
			if _, err := mixed.Apply(world.Position{Epoch: "e", Pos: int64(pos)}, batch); err != nil {
				t.Fatal(err)
			}
		}
		loaded := load(t, now, truth)
		for _, later := range []time.Duration{0, 26 * time.Hour} {
			clock = monday.Add(later)
			mixed.Advance()
			loaded.Advance()
			agree(t, mixed.Snapshot(), truth, clock)
			if a, b := dump(t, mixed.Snapshot()), dump(t, loaded.Snapshot()); a != b {
				t.Fatalf("after %v, step by step:\n%s\nloaded at once:\n%s", later, a, b)
			}
		}
	})
}

// drawHistory draws states and removals of entities with growing revisions, and
// returns them with the state at their end.
func drawHistory(t *rapid.T) ([]world.Step, model) {
	truth := make(model)
	revisions := make(map[grid.Ref]int64)
	var steps []world.Step
	home := []grid.Kind{grid.Divisions, grid.Buildings, grid.Dwellings, grid.Households, grid.People, events.Events}
	often := slices.Concat(events.Kinds(), home, home, home) // what hangs together meets more often
	for range rapid.IntRange(1, 90).Draw(t, "steps") {
		kind := rapid.SampledFrom(often).Draw(t, "kind")
		key := grid.Ref{Kind: kind, ID: rapid.Int64Range(1, 5).Draw(t, "id")}
		revisions[key]++
		if rapid.IntRange(0, 4).Draw(t, "remove") == 0 {
			delete(truth, key)
			steps = append(steps, world.Step{Remove: grid.Ref{Kind: kind, ID: key.ID, Revision: revisions[key]}})
			continue
		}
		e := drawEntity(t, kind)
		e.Entity().ID, e.Entity().Revision = key.ID, revisions[key]
		truth[key] = e
		steps = append(steps, world.Step{Entity: e})
	}
	return steps, truth
}

// batches cuts steps into runs of random length, and gives some of them twice.
func batches(t *rapid.T, steps []world.Step) [][]world.Step {
	var out [][]world.Step
	for len(steps) > 0 {
		n := rapid.IntRange(1, len(steps)).Draw(t, "batch")
		out = append(out, steps[:n])
		if rapid.Bool().Draw(t, "again") {
			out = append(out, steps[:n])
		}
		steps = steps[n:]
	}
	return out
}

func load(t *rapid.T, now func() time.Time, truth model) *world.World {
	w := world.New(world.Options{Now: now})
	l := w.Begin()
	for _, e := range truth {
		if err := l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{Epoch: "e", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	return w
}

// agree compares a snapshot with the model.
func agree(t *rapid.T, s *world.Snapshot, truth model, now time.Time) {
	counters := truth.counters(now, nowhere)
	for _, c := range codes {
		if got := s.Counters(c); got != counters[c] {
			t.Fatalf("%s: counters %+v, counted anew %+v", c, got, counters[c])
		}
	}
	for _, duty := range append(codes, "") {
		scopes := dutyIn(duty)
		counters := truth.counters(now, scopes[world.OfCareEvents])
		for d := range s.Divisions() {
			if got := d.CountersFor(scopes); got != counters[d.Code()] {
				t.Fatalf("%s, with the duty of care in %q: counters %+v, counted anew %+v", d.Code(), duty, got, counters[d.Code()])
			}
		}
	}
	areas := truth.areas(grid.DateOf(now))
	for x := -1; x <= ground+1; x += 13 {
		for y := -1; y <= ground+1; y += 13 {
			if got, want := s.AreaAt(at(x, y)), areaAt(areas, at(x, y)); got != want {
				t.Fatalf("area at %d, %d: %q, want %q", x, y, got, want)
			}
		}
	}
	var all world.Counters
	for _, e := range truth {
		if area, ok := truth.areaOf(areas, e); e.Kind() != grid.Workers && e.Kind() != grid.Divisions && (ok || area != "") {
			one(&all, e, now)
		}
	}
	everything := box(-10, -10, ground+30, ground+30)
	if got := within(t, s, everything, grid.Everywhere()); got != all {
		t.Fatalf("within everything: %+v, want %+v", got, all)
	}
}

// dutyIn returns the scopes of somebody who may know of everything, but of care events only in
// a division; everywhere if it is empty.
func dutyIn(code grid.Code) *world.Scopes {
	scopes := world.AllOf(grid.Everywhere())
	if code != "" {
		scopes[world.OfCareEvents] = grid.NewScope(grid.Under(code))
	}
	return &scopes
}

// dump writes down everything that a snapshot tells.
func dump(t failing, s *world.Snapshot) string {
	var b strings.Builder
	everything := box(-10, -10, ground+30, ground+30)
	for d := range s.Divisions() {
		fmt.Fprintf(&b, "%s %d %s %v\n", d.Code(), d.ID(), d.Name(), s.ScopeOf(d.Code()).Ranges())
		for _, c := range s.Children(d.Code()) {
			fmt.Fprintf(&b, "  manages %s\n", c.Code())
		}
		d.Workers(func(w world.Worker) { fmt.Fprintf(&b, "  worker %d %s\n", w.ID(), w.Name()) })
	}
	for _, d := range s.ToBePlaced() {
		fmt.Fprintf(&b, "to be placed: %s\n", d.Code())
	}
	extent, some := s.Extent()
	fmt.Fprintf(&b, "all of it in %v %v\n", extent, some)
	for _, kind := range events.Kinds() {
		fmt.Fprintf(&b, "%s: %d live, %v\n", kind, s.Len(kind), list(t, s, kind, everything, grid.Everywhere(), 0, 1000))
		for id := int64(1); id <= 5; id++ {
			fmt.Fprintf(&b, " %q", s.AreaOf(kind, id))
		}
	}
	for _, q := range []string{"锦绣", "jx", "chong", "changfeng", "tower", "3幢", "秦", "5001", "锦绣 12"} {
		for _, h := range s.Search(q, 1000, of(grid.Everywhere())) {
			fmt.Fprintf(&b, "%s: %s %d %s %s %v\n", q, h.Kind, h.ID, h.Name, h.Detail, h.Envelope)
		}
	}
	buildings := slices.SortedFunc(s.Slots(grid.Buildings, geo.Envelope{Min: at(-1, -1), Max: at(99, 99)}), func(x, y uint32) int {
		return cmp.Compare(s.BuildingAt(x).ID(), s.BuildingAt(y).ID())
	})
	for _, slot := range buildings {
		building := s.BuildingAt(slot)
		fmt.Fprintf(&b, "building %d %v %+v %d\n", building.ID(), building.Polygons(), building.Homes(), building.Steward())
	}
	return b.String()
}

// TestTouchedCoversWhatChanged changes a World and looks for counters that moved
// unsaid, and tiles that show another content under the same version.
func TestTouchedCoversWhatChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, _ := drawHistory(t)
		w := world.New(world.Options{Now: func() time.Time { return monday }})
		for pos, batch := range batches(t, steps) {
			before := w.Snapshot()
			effects, err := w.Apply(world.Position{Epoch: "e", Pos: int64(pos)}, batch)
			if err != nil {
				t.Fatal(err)
			}
			after := w.Snapshot()
			for _, c := range codes {
				if before.Counters(c) != after.Counters(c) && !slices.ContainsFunc(effects.Counters, func(n world.Counted) bool { return n.Code == c }) {
					t.Fatalf("the counters of %s moved, and nobody was told", c)
				}
			}
			for _, duty := range codes {
				moved(t, before, after, effects.Counters, dutyIn(duty))
			}
			for x := 0; x <= ground; x += 8 {
				p := at(x, x)
				id := tiles.Holding(geo.Project(p), 20)
				if before.TileVersion("events", id) != after.TileVersion("events", id) {
					continue
				}
				env := id.Envelope()
				if a, b := eventsIn(before, env), eventsIn(after, env); a != b {
					t.Fatalf("the events of tile %v changed under one version: %s, %s", id, a, b)
				}
			}
		}
	})
}

// moved fails if the numbers of a division moved for somebody, and no Counted says so.
func moved(t *rapid.T, before, after *world.Snapshot, told []world.Counted, scopes *world.Scopes) {
	for d := range after.Divisions() {
		was, known := before.Division(d.Code())
		if !known || was.CountersFor(scopes) == d.CountersFor(scopes) {
			continue
		}
		if !slices.ContainsFunc(told, func(c world.Counted) bool {
			return c.Code == d.Code() && (c.Privacy == events.Ordinary || scopes[world.OfCareEvents].Holds(c.In))
		}) {
			t.Fatalf("the counters of %s moved for who has the duty in %v, and nobody says so: %v", d.Code(), scopes[world.OfCareEvents].Ranges(), told)
		}
	}
}

func eventsIn(s *world.Snapshot, env geo.Envelope) string {
	var out []string
	for slot := range s.Slots(events.Events, env) {
		e := s.EventAt(slot)
		out = append(out, fmt.Sprint(e.ID(), e.Title(), e.State(), e.Area(), e.Place(), e.Overdue()))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func touches(e world.Effects) int { return len(slices.Collect(e.Touched())) }

func TestARevisionThatIsNotNewDoesNothing(t *testing.T) {
	w := street(t)
	tower := func(revision int64, name string) world.Step {
		return world.Step{Entity: &grid.Building{Head: grid.Head{ID: 6, Revision: revision}, Name: name, Footprint: box(2, 1, 1, 1)}}
	}
	gone := func(revision int64) world.Step {
		return world.Step{Remove: grid.Ref{Kind: grid.Buildings, ID: 6, Revision: revision}}
	}
	for i, tt := range []struct {
		name string
		step world.Step
		want string // name of the building, "-" if it is gone
		told int
	}{
		{"a new revision", tower(5, "甲"), "甲", 1},
		{"the same again", tower(5, "乙"), "甲", 0},
		{"an older one", tower(4, "乙"), "甲", 0},
		{"a removal of an older one", gone(4), "甲", 0},
		{"a removal", gone(6), "-", 1},
		{"the same removal", gone(6), "-", 0},
		{"a state from before the removal", tower(5, "甲"), "-", 0},
		{"a state from after it", tower(7, "丙"), "丙", 1},
	} {
		effects, err := w.Apply(world.Position{Pos: int64(i)}, []world.Step{tt.step})
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if b, ok := w.Snapshot().Building(6); ok {
			got = b.Name()
		}
		if got != tt.want || touches(effects) != tt.told {
			t.Errorf("%s: %s, %d told; want %s, %d", tt.name, got, touches(effects), tt.want, tt.told)
		}
	}
}

func TestAnUnknownKindChangesNothing(t *testing.T) {
	w := street(t)
	_, err := w.Apply(world.Position{Pos: 9}, []world.Step{
		{Remove: grid.Ref{Kind: grid.Buildings, ID: 6, Revision: 9}}, {Remove: grid.Ref{Kind: "dragons", ID: 1, Revision: 1}}})
	if _, there := w.Snapshot().Building(6); !errors.Is(err, grid.ErrInvalid) || !there || w.Snapshot().Position().Pos == 9 {
		t.Errorf("err %v, the building is there: %v", err, there)
	}
}

func TestEventsBecomeOverdueInTime(t *testing.T) {
	clock := monday
	w := world.New(world.Options{Now: func() time.Time { return clock }})
	due := func(revision int64, hours int) world.Step {
		return world.Step{Entity: &events.Event{Head: grid.Head{ID: 1, Revision: revision}, Category: "water", Place: at(1, 1),
			State: events.Handling, Urgency: events.Routine, OccurredAt: monday, DueAt: monday.Add(time.Duration(hours) * time.Hour)}}
	}
	city := world.Step{Entity: &grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "5000", Level: 1, Name: "市", Boundary: box(0, 0, 64, 64)}}
	if _, err := w.Apply(world.Position{Pos: 1}, []world.Step{city, due(1, 2), due(2, 4)}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		hours   int
		overdue int32
		told    int
	}{{1, 0, 0}, {2, 0, 0}, {3, 0, 0}, {4, 1, 1}, {5, 1, 0}} {
		clock = monday.Add(time.Duration(tt.hours) * time.Hour)
		effects := w.Advance()
		if got := w.Snapshot().Counters("5000").Overdue; got != tt.overdue || touches(effects) != tt.told {
			t.Errorf("after %d h: %d overdue, %d told; want %d, %d", tt.hours, got, touches(effects), tt.overdue, tt.told)
		}
	}
}
