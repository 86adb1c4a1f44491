package world_test

import (
	"fmt"
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

// A parish is a town of one community with two grids, west and east, 200 units wide each.
const (
	parishTown grid.Code = "500999001"
	parishWest grid.Code = "500999001001001"
	parishEast grid.Code = "500999001001002"
)

// parish returns the World of a parish that reads a clock. In the west there is a leak, and
// a care event beside it; in the east there are two care events, of which one is closed.
func parish(t *testing.T, now func() time.Time) *world.World {
	t.Helper()
	w := world.New(world.Options{Now: now})
	division := func(id int64, code, parent grid.Code, x, width int) *grid.Division {
		return &grid.Division{Head: grid.Head{ID: id, Revision: 1}, Code: code, Parent: parent, Level: code.Level(), Name: "区", Boundary: box(x, 0, width, 400)}
	}
	all := steps(division(1, parishTown, "", 0, 400), division(2, parishTown+"001", parishTown, 0, 400),
		division(3, parishWest, parishTown+"001", 0, 200), division(4, parishEast, parishTown+"001", 200, 200),
		happening(10, "water", 190), happening(11, "care", 192), happening(12, "care", 210), happening(13, "care", 212))
	all[len(all)-1].Entity.(*events.Event).State = events.Closed
	if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, all); err != nil {
		t.Fatal(err)
	}
	return w
}

// happening is an event of a category, ten hours from its end.
func happening(id int64, category string, x int) *events.Event {
	return &events.Event{Head: grid.Head{ID: id, Revision: 1}, Category: category, State: events.Handling, Urgency: events.Routine,
		Place: at(x, 100), OccurredAt: monday, ReportedAt: monday, DueAt: monday.Add(10 * time.Hour)}
}

// caring returns the scopes of somebody who may know of events everywhere, and of who needs
// help in some areas.
func caring(areas ...grid.Code) *world.Scopes {
	var scopes world.Scopes
	scopes[world.OfEvents], scopes[world.OfNumbers] = grid.Everywhere(), grid.Everywhere()
	var ranges []grid.CodeRange
	for _, a := range areas {
		ranges = append(ranges, grid.Under(a))
	}
	scopes[world.OfCareEvents] = grid.NewScope(ranges...)
	return &scopes
}

// tellsOf writes down what a snapshot tells of events: the ids of those in tiles, in a list and
// near a tap; how many are counted in a tile, in an area, in the town and in the grids.
func tellsOf(t *testing.T, s *world.Snapshot, scopes *world.Scopes) string {
	t.Helper()
	everything := box(0, 0, 400, 400)
	draw := func(zoom uint8, x int) []tilestest.Feature {
		return tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tiles.Holding(geo.Project(at(x, 100)), zoom), scopes, "events"))["events"]
	}
	single := map[uint64]bool{}
	for x := 180; x < 220; x++ {
		for _, f := range draw(18, x) {
			single[f.ID] = true
		}
	}
	var clustered []string
	for _, f := range draw(10, 200) {
		clustered = append(clustered, fmt.Sprint(f.Properties["count"]))
	}
	near := []int64{}
	for _, n := range s.Identify(at(200, 100), scopes).Near {
		near = append(near, n.ID)
	}
	listed, err := s.List(t.Context(), events.Events, everything, scopes, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := s.Within(t.Context(), everything, scopes)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(near)
	counted := func(code grid.Code) string {
		d, _ := s.Division(code)
		c := d.CountersFor(scopes)
		return fmt.Sprintf("%d+%d", c.Open, c.Closed)
	}
	var drawn []int64
	for _, id := range listed {
		if single[uint64(id)] {
			drawn = append(drawn, id)
		}
	}
	if len(drawn) != len(single) {
		t.Errorf("tiles show %v, which a list does not: %v", single, listed)
	}
	return fmt.Sprintf("tiles %v clusters %s list %v near %v within %d+%d town %s west %s east %s", drawn, strings.Join(clustered, ","),
		listed, near, sum.Open, sum.Closed, counted(parishTown), counted(parishWest), counted(parishEast))
}

// A care event is there for who has the duty of care where it is, and nowhere for others.
func TestACareEventIsThereForWhoHasTheDuty(t *testing.T) {
	s := parish(t, func() time.Time { return monday }).Snapshot()
	for _, tt := range []struct {
		name   string
		scopes *world.Scopes
		want   string
	}{
		{"without the duty", caring(), "tiles [10] clusters 1 list [10] near [10] within 1+0 town 1+0 west 1+0 east 0+0"},
		{"with the duty elsewhere", caring("500998"), "tiles [10] clusters 1 list [10] near [10] within 1+0 town 1+0 west 1+0 east 0+0"},
		{"with the duty in the west", caring(parishWest), "tiles [10 11] clusters 2 list [10 11] near [10 11] within 2+0 town 2+0 west 2+0 east 0+0"},
		{"with the duty in the east", caring(parishEast), "tiles [10 12] clusters 2 list [10 12 13] near [10 12] within 2+1 town 2+1 west 1+0 east 1+1"},
		{"with the duty in both", caring(parishWest, parishEast), "tiles [10 11 12] clusters 3 list [10 11 12 13] near [10 11 12] within 3+1 town 3+1 west 2+0 east 1+1"},
		{"with the duty in the town", caring(parishTown), "tiles [10 11 12] clusters 3 list [10 11 12 13] near [10 11 12] within 3+1 town 3+1 west 2+0 east 1+1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tellsOf(t, s, tt.scopes); got != tt.want {
				t.Errorf("tells\n%s, want\n%s", got, tt.want)
			}
		})
	}
}

// What becomes of a care event moves no number of anybody else's, and nobody else is told of
// any; and who may know of it is told when it becomes another's or ceases to be.
func TestWhoIsToldWhatBecomesOfACareEvent(t *testing.T) {
	clock := monday
	w := parish(t, func() time.Time { return clock })
	pos := int64(1)
	put := func(change func(*events.Event)) func() world.Effects {
		return func() world.Effects {
			pos++
			e := happening(12, "care", 210)
			e.Revision = pos
			change(e)
			effects, err := w.Apply(world.Position{Epoch: "test", Pos: pos}, steps(e))
			if err != nil {
				t.Fatal(err)
			}
			return effects
		}
	}
	pass := func(hours int) func() world.Effects {
		return func() world.Effects {
			clock = monday.Add(time.Duration(hours) * time.Hour)
			return w.Advance()
		}
	}
	private := "500999001 of 500999001001002, 500999001001 of 500999001001002, 500999001001002 of 500999001001002"
	open := "500999001, 500999001001, 500999001001002"
	both := "500999001, 500999001 of 500999001001002, 500999001001, 500999001001 of 500999001001002, 500999001001002, 500999001001002 of 500999001001002"
	for _, tt := range []struct {
		name    string
		do      func() world.Effects
		counted string // divisions whose numbers are told, and of where
		seen    string // as what it was and is seen
	}{
		{"it becomes urgent", put(func(e *events.Event) { e.Urgency = events.Urgent }), private, "1 1"},
		{"it is a leak after all", put(func(e *events.Event) { e.Category = "water" }), both, "1 0"},
		{"the leak is closed", put(func(e *events.Event) { e.Category, e.State = "water", events.Closed }), open, "0 0"},
		{"it was about care, and is open", put(func(*events.Event) {}), both, "0 1"},
		{"four fifths of its time are gone, and of the others'", pass(8), "", "1 1"},
		{"all of it is gone, and of the others'", pass(10), "500999001, 500999001 of 500999001001001, 500999001 of 500999001001002, " +
			"500999001001, 500999001001 of 500999001001001, 500999001001 of 500999001001002, " +
			"500999001001001, 500999001001001 of 500999001001001, 500999001001002 of 500999001001002", "1 1"},
		{"it is closed", put(func(e *events.Event) { e.State = events.Closed }), private, "1 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stranger := w.Snapshot()
			effects := tt.do()
			var counted []string
			for _, c := range effects.Counters {
				text := string(c.Code)
				if c.Privacy != events.Ordinary {
					text += " of " + string(c.In)
				}
				counted = append(counted, text)
			}
			if got := strings.Join(counted, ", "); got != tt.counted {
				t.Errorf("numbers are told of\n%s, want\n%s", got, tt.counted)
			}
			seen := ""
			for m := range effects.Touched() {
				if m.ID == 12 {
					seen = fmt.Sprint(m.Before.Privacy, m.After.Privacy)
				}
			}
			if seen != tt.seen {
				t.Errorf("it is seen as %q, want %q", seen, tt.seen)
			}
			if tt.counted == private {
				if was, is := tellsOf(t, stranger, caring(parishWest)), tellsOf(t, w.Snapshot(), caring(parishWest)); was != is {
					t.Errorf("who has no duty there is told\n%s after\n%s", is, was)
				}
			}
		})
	}
}

// Each subject of events is another one: a privacy that is in no table would be somebody else's.
func TestEachPrivacyHasItsSubject(t *testing.T) {
	seen := map[world.Subject]bool{}
	for p := range events.Privacies {
		subject := world.SubjectOf(events.Privacy(p))
		if seen[subject] || subject == world.OfNumbers {
			t.Errorf("privacy %d has the subject %d of another", p, subject)
		}
		seen[subject] = true
	}
}

// To whom homes are live and who needs help in them is not told, the number of those is not
// told at all, nor are the devices there; whoever only counts is told steps.
func TestWhoIsToldHowManyAreCaredFor(t *testing.T) {
	old := func(id int64) *grid.Person {
		return &grid.Person{Head: grid.Head{ID: id}, Residence: grid.LivesRegistered, Place: at(5, 5), Care: []string{"living-alone"}}
	}
	var all []grid.Entity
	for id := range int64(7) {
		all = append(all, old(10+id))
	}
	for _, home := range []int64{0, 20, 21} {
		all = append(all, &grid.Device{Category: "door", State: "online", Dwelling: home, Place: at(6, 6)})
	}
	s := worldOf(t, append(all, &grid.Division{Code: "500999", Level: grid.CountyLevel, Name: "区", Boundary: box(0, 0, 64, 64)})...).Snapshot()
	for _, tt := range []struct {
		name   string
		knows  []world.Subject
		area   world.Cared // of a division
		within world.Cared // in a drawn area
		things int32       // devices of a division, of which two hang in homes
	}{
		{"who counts", []world.Subject{world.OfNumbers}, 5, world.Untold, 5},
		{"who knows the homes", []world.Subject{world.OfNumbers, world.OfHomes}, world.Untold, world.Untold, 1},
		{"who has the duty", []world.Subject{world.OfNumbers, world.OfHomes, world.OfCare}, 7, 7, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var scopes world.Scopes
			for _, subject := range tt.knows {
				scopes[subject] = grid.Everywhere()
			}
			d, _ := s.Division("500999")
			if got := d.CountersFor(&scopes).Care; got != tt.area {
				t.Errorf("of the division %d, want %d", got, tt.area)
			}
			if got := d.CountersFor(&scopes).Devices; got != tt.things {
				t.Errorf("of the division %d devices, want %d", got, tt.things)
			}
			if got := d.CountersFor(&scopes).Plus(d.CountersFor(&scopes)).Care; (got == world.Untold) != (tt.area == world.Untold) {
				t.Errorf("of two divisions together %d", got)
			}
			sum, err := s.Within(t.Context(), box(0, 0, 64, 64), &scopes)
			if err != nil || sum.Care != tt.within {
				t.Errorf("in a drawn area %d, %v; want %d", sum.Care, err, tt.within)
			}
		})
	}
}

// Of somebody's edit those hear to whom a number of an area is another one after it: of tags
// of care alone whoever has that duty, and of what no number tells nobody.
func TestForWhomAnEditMovesNumbers(t *testing.T) {
	const parish grid.Code = "500999"
	old := func(revision int64, change func(*grid.Person)) *grid.Person {
		p := &grid.Person{Head: grid.Head{ID: 1, Revision: revision}, Residence: grid.LivesRegistered, Place: at(5, 5), Born: 19900101}
		change(p)
		return p
	}
	for _, tt := range []struct {
		name   string
		change func(*grid.Person)
		want   []world.Counted
	}{
		{"lives alone", func(p *grid.Person) { p.Care = []string{"living-alone"} }, []world.Counted{{Code: parish, Care: true}}},
		{"was verified", func(p *grid.Person) { p.Verified = 20260301 }, nil},
		{"is older than was known", func(p *grid.Person) { p.Born = 19400101 }, []world.Counted{{Code: parish}}},
		{"is older, and lives alone", func(p *grid.Person) { p.Born, p.Care = 19400101, []string{"living-alone"} }, []world.Counted{{Code: parish}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := worldOf(t, old(1, func(*grid.Person) {}), &grid.Division{Code: parish, Level: grid.CountyLevel, Name: "区", Boundary: box(0, 0, 64, 64)})
			effects, err := w.Apply(world.Position{Epoch: "test", Pos: 2}, steps(old(2, tt.change)))
			if err != nil || !slices.Equal(effects.Counters, tt.want) {
				t.Errorf("moves %+v, %v; want %+v", effects.Counters, err, tt.want)
			}
		})
	}
	for home, want := range map[int64][]world.Counted{0: {{Code: parish}}, 20: {{Code: parish, Care: true}}} {
		w := worldOf(t, &grid.Division{Code: parish, Level: grid.CountyLevel, Name: "区", Boundary: box(0, 0, 64, 64)})
		effects, err := w.Apply(world.Position{Epoch: "test", Pos: 2}, steps(&grid.Device{Head: grid.Head{ID: 9, Revision: 1}, Dwelling: home, Place: at(6, 6)}))
		if err != nil || !slices.Equal(effects.Counters, want) {
			t.Errorf("a device in the home %d moves %+v, %v; want %+v", home, effects.Counters, err, want)
		}
	}
}

// Where nothing else happens a care event is counted all the same, far from it at the label of
// its town, and the label's tile is another one then: for who has the duty there.
func TestACareEventAloneIsCountedAtTheLabel(t *testing.T) {
	const far grid.Code = "500999001"
	w := worldOf(t, &grid.Division{Code: far, Level: grid.TownLevel, Name: "宽镇", Boundary: box(0, 0, 90000, 400), Label: at(200, 200)})
	label := tiles.Holding(geo.Project(at(200, 200)), 11)
	counts := func(scopes *world.Scopes) (all []string) {
		for _, f := range tilestest.Decode(t, w.Snapshot().DrawTile(tiles.NewEncoder(), label, scopes, "events"))["events"] {
			all = append(all, fmt.Sprint(f.Properties["count"]))
		}
		return all
	}
	before := w.Snapshot().TileVersion("events", label)
	visit := &events.Event{Head: grid.Head{ID: 2, Revision: 1}, Category: "care", State: events.Reported, Place: at(89000, 200)}
	if label == tiles.Holding(geo.Project(visit.Place), 11) {
		t.Fatal("the event lies in the tile of the label")
	}
	if _, err := w.Apply(world.Position{Epoch: "test", Pos: 2}, steps(visit)); err != nil {
		t.Fatal(err)
	}
	if w.Snapshot().TileVersion("events", label) == before {
		t.Error("the tile of the label is the same as before")
	}
	if with, without := counts(caring(far)), counts(caring()); !slices.Equal(with, []string{"1"}) || len(without) != 0 {
		t.Errorf("who has the duty is told %v, who has none %v", with, without)
	}
}
