package world_test

import (
	"sync"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// A written is a World of one grid with two buildings, between which one
// publication after another moves everything.
func written(t *testing.T) *world.World {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	steps := []world.Step{
		{Entity: &grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "5000", Level: 1, Name: "市", Boundary: box(0, 0, 64, 64)}},
		{Entity: &grid.Building{Head: grid.Head{ID: 1, Revision: 1}, Name: "甲楼", Footprint: box(1, 1, 2, 2)}},
		{Entity: &grid.Building{Head: grid.Head{ID: 2, Revision: 1}, Name: "乙楼", Footprint: box(10, 10, 2, 2)}},
	}
	if _, err := w.Apply(world.Position{Pos: 1}, append(steps, turn(1)...)); err != nil {
		t.Fatal(err)
	}
	return w
}

// turn is an application that puts 40 homes with a person each, and an event of
// that number, into one of the buildings; of homes without people there are none.
func turn(n int64) []world.Step {
	var steps []world.Step
	for i := int64(1); i <= 40; i++ {
		steps = append(steps,
			world.Step{Entity: &grid.Person{Head: grid.Head{ID: i, Revision: n}, Dwelling: i, Residence: grid.LivesOnly, Born: 19400101}},
			world.Step{Entity: &grid.Dwelling{Head: grid.Head{ID: i, Revision: n}, Building: 1 + n%2, Floor: 1, State: grid.Rented}})
	}
	x := int(10 * (n % 2))
	return append(steps, world.Step{Entity: &events.Event{Head: grid.Head{ID: 1, Revision: n}, Category: "water", Title: "漏水",
		Place: at(1+x, 1+x), State: events.Reported, Urgency: events.Routine, OccurredAt: monday}})
}

// TestNoReaderSeesHalfOfAChange lets readers look at everything while a writer
// moves it. It finds missing copies with the race detector, and torn states
// without.
func TestNoReaderSeesHalfOfAChange(t *testing.T) {
	w := written(t)
	var done, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					whole(t, w.Snapshot())
				}
			}
		})
	}
	done.Go(func() {
		for n := int64(2); n < 300; n++ {
			if _, err := w.Apply(world.Position{Pos: n}, turn(n)); err != nil {
				t.Error(err)
			}
			w.SetPosition(world.WorkerPosition{Worker: 1, Place: at(1, 1), At: monday.Add(time.Duration(n))})
		}
	})
	done.Wait()
	close(stop)
	readers.Wait()
}

// whole checks that a snapshot is one of the states that were published.
func whole(t *testing.T, s *world.Snapshot) {
	full, bare := int(s.Position().Pos%2), int(1-s.Position().Pos%2)
	for i, id := range []int64{1, 2} {
		b, ok := s.Building(id)
		want := world.Homes{}
		if i == full {
			want = world.Homes{Dwellings: 40, Rented: 40, People: 40, Living: 40, Aged60: 40}
		}
		people := int32(0)
		b.Dwellings(func(d world.Dwelling) { d.People(func(world.Person) { people++ }) })
		if !ok || b.Homes() != want || people != want.People {
			t.Errorf("at %d building %d has %+v and %d people", s.Position().Pos, id, b.Homes(), people)
		}
	}
	if c := s.Counters("5000"); c.People != 40 || c.Dwellings != 40 || c.Buildings != 2 || c.Open != 1 {
		t.Errorf("at %d the city counts %+v", s.Position().Pos, c)
	}
	there := func(n int) geo.Envelope { return geo.Envelope{Min: at(n, n), Max: at(n+2, n+2)} }
	for range s.Slots(events.Events, there(10*bare)) {
		t.Errorf("at %d the event is where it was before", s.Position().Pos)
	}
	found := 0
	for slot := range s.Slots(events.Events, there(10*full)) {
		if s.EventAt(slot).Area() == "5000" {
			found++
		}
	}
	if found != 1 {
		t.Errorf("at %d the event is found %d times", s.Position().Pos, found)
	}
	if hits := s.Search("楼", 10, of(grid.Everywhere())); len(hits) != 2 {
		t.Errorf("at %d %d buildings are found by name", s.Position().Pos, len(hits))
	}
}
