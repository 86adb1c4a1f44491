package world_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/grid"
	"quanxi/world"
)

// numbersOnly know numbers everywhere and no home.
var numbersOnly = func() *world.Scopes {
	var scopes world.Scopes
	scopes[world.OfNumbers] = grid.Everywhere()
	return &scopes
}()

// A hamlet is a community of some grids with so many people in each, and a clock.
type hamlet struct {
	*world.World
	now  time.Time
	pos  int64
	next int64
}

func newHamlet(t *testing.T, people ...int) *hamlet {
	t.Helper()
	b := &hamlet{now: monday, next: 1000}
	b.World = world.New(world.Options{Now: func() time.Time { return b.now }})
	b.fill(t, world.DayCensus{}, people...)
	return b
}

// fill loads the hamlet, with a census of before.
func (b *hamlet) fill(t *testing.T, kept world.DayCensus, people ...int) {
	t.Helper()
	loader := b.Begin()
	loader.KeepCensus(kept)
	add := func(e grid.Entity) {
		e.Entity().Revision = 1
		if err := loader.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	add(&grid.Division{Head: grid.Head{ID: 1}, Code: "500999001001", Name: "村", Level: grid.CommunityLevel, Boundary: box(0, 0, 10*len(people), 10)})
	for i, n := range people {
		code := grid.Code(fmt.Sprintf("500999001001%03d", i+1))
		add(&grid.Division{Head: grid.Head{ID: int64(i + 2)}, Code: code, Parent: "500999001001", Name: "网格", Level: grid.GridLevel, Boundary: box(10*i, 0, 10, 10)})
		for range n {
			add(b.person(i))
		}
	}
	if err := loader.Publish(world.Position{Epoch: "test"}); err != nil {
		t.Fatal(err)
	}
}

// person is somebody new who lives in the i-th grid.
func (b *hamlet) person(i int) *grid.Person {
	b.next++
	return &grid.Person{Head: grid.Head{ID: b.next, Revision: 1}, Residence: grid.LivesRegistered, Place: at(10*i+5, 5)}
}

func (b *hamlet) apply(t *testing.T, entities ...grid.Entity) world.Effects {
	t.Helper()
	b.pos++
	effects, err := b.Apply(world.Position{Epoch: "test", Pos: b.pos}, steps(entities...))
	if err != nil {
		t.Fatal(err)
	}
	return effects
}

// people returns how many whoever only counts is shown, in the whole and in each grid.
func (b *hamlet) people() (all int32, parts []int32) {
	s := b.Snapshot()
	for d := range s.Divisions() {
		n := d.CountersFor(numbersOnly).People
		if d.Level() == grid.GridLevel {
			parts = append(parts, n)
		} else {
			all = n
		}
	}
	return all, parts
}

func TestWhoeverOnlyCountsIsShownSteps(t *testing.T) {
	for _, tt := range []struct {
		name   string
		people []int
		whole  int32
		parts  []int32
	}{
		{"one person and none look the same", []int{1, 0}, 0, []int32{0, 0}},
		{"few of many do not show by what is left of the whole", []int{2, 200}, 200, []int32{0, 200}},
		{"all just below a step do not give each other away", []int{4, 4, 4, 4, 4}, 25, []int32{5, 5, 5, 5, 5}},
		{"errors to both sides meet", []int{102, 103, 104, 101}, 410, []int32{100, 105, 105, 100}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole, parts := newHamlet(t, tt.people...).people()
			if whole != tt.whole || !slices.Equal(parts, tt.parts) {
				t.Errorf("%d of %v, want %d of %v", whole, parts, tt.whole, tt.parts)
			}
		})
	}
}

// What whoever only counts is shown moves once a day and after a load, and nothing that is
// told meanwhile says that anything moved.
func TestACensusIsOfItsDay(t *testing.T) {
	b := newHamlet(t, 17, 30)
	for range 5 {
		for _, c := range b.apply(t, b.person(0)).Counters {
			if c.Open {
				t.Errorf("%s: told that somebody moved in", c.Code)
			}
		}
	}
	if all, parts := b.people(); all != 45 || parts[0] != 15 {
		t.Errorf("in the course of the day %d, %v", all, parts)
	}
	if live := b.Snapshot().Counters("500999001001001"); live.People != 22 || live.CountedAt != 0 {
		t.Errorf("%d live there, counted at %d, want 22 at this moment", live.People, live.CountedAt)
	}
	b.countedAt(t, monday)
	effects := b.apply(t, &events.Event{Head: grid.Head{ID: 900, Revision: 1}, Category: "water", State: events.Reported, Place: at(5, 5)})
	if len(effects.Counters) != 2 || !effects.Counters[0].Open {
		t.Errorf("an event: %v", effects.Counters)
	}
	b.now = b.now.Add(24 * time.Hour)
	told := b.Advance().Counters
	if all, parts := b.people(); all != 50 || parts[0] != 20 {
		t.Errorf("the next day %d, %v", all, parts)
	}
	tuesday := b.now
	b.countedAt(t, tuesday)
	b.now = b.now.Add(time.Hour)
	if len(told) != 2 || !told[0].Open {
		t.Errorf("the next day tells %v", told)
	}
	b.apply(t, b.person(0), b.person(0))
	again := b.Begin()
	if err := again.Add(&grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "500999001001", Level: grid.CommunityLevel, Boundary: box(0, 0, 20, 10)}); err != nil {
		t.Fatal(err)
	}
	if err := again.Publish(world.Position{Epoch: "test", Pos: b.pos}); err != nil {
		t.Fatal(err)
	}
	if all, _ := b.people(); all != 50 {
		t.Errorf("loaded anew on the same day: %d", all)
	}
	b.countedAt(t, tuesday)
	var many []grid.Entity
	for range 1000 {
		many = append(many, b.person(0))
	}
	b.apply(t, many...)
	if all, _ := b.people(); all != 1000 {
		t.Errorf("after a load: %d", all)
	}
	b.countedAt(t, tuesday.Add(time.Hour))
}

// A start in the course of the day shows what was shown before it, and so tells nobody who moved.
func TestACensusOutlivesItsProcess(t *testing.T) {
	const own = grid.Code("500999001001")
	for _, tt := range []struct {
		name   string
		change func(b *hamlet, c *world.DayCensus)
		want   int32
	}{
		{"on the same day", func(*hamlet, *world.DayCensus) {}, 45},
		{"the next day", func(b *hamlet, _ *world.DayCensus) { b.now = b.now.Add(24 * time.Hour) }, 50},
		{"of another history, as after a restore", func(_ *hamlet, c *world.DayCensus) { c.Epoch = "another" }, 50},
		{"of a node of another area", func(_ *hamlet, c *world.DayCensus) { c.Own = own }, 50},
		{"of none", func(_ *hamlet, c *world.DayCensus) { *c = world.DayCensus{} }, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := newHamlet(t, 17, 30)
			text, err := json.Marshal(before.Snapshot().DayCensus())
			if err != nil {
				t.Fatal(err)
			}
			var kept world.DayCensus
			if err := json.Unmarshal(text, &kept); err != nil {
				t.Fatal(err)
			}
			after := &hamlet{now: monday.Add(time.Hour), next: 1000}
			after.World = world.New(world.Options{Now: func() time.Time { return after.now }})
			tt.change(after, &kept)
			after.fill(t, kept, 22, 30)
			if all, _ := after.people(); all != tt.want {
				t.Errorf("%d, want %d", all, tt.want)
			}
			taken := after.now
			if tt.want == 45 {
				taken = monday
			}
			after.countedAt(t, taken)
		})
	}
}

// countedAt expects that whoever only counts is told from when the numbers are.
func (b *hamlet) countedAt(t *testing.T, want time.Time) {
	t.Helper()
	for d := range b.Snapshot().Divisions() {
		text, err := json.Marshal(d.CountersFor(numbersOnly))
		if err != nil || !strings.Contains(string(text), fmt.Sprintf(`"step":5,"counted_at":%d}`, want.Unix())) {
			t.Errorf("%s: %s, %v, want numbers of %v", d.Code(), text, err, want)
		}
	}
}
