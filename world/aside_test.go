package world_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/world"
)

var errAway = errors.New("the database is away")

// cutOff yields steps and then breaks off.
func cutOff(steps ...world.Step) iter.Seq2[world.Step, error] {
	return func(yield func(world.Step, error) bool) {
		for _, s := range steps {
			if !yield(s, nil) {
				return
			}
		}
		yield(world.Step{}, errAway)
	}
}

// What was taken of an application that broke off is seen by nobody, whatever else
// is published meanwhile, until somebody brings the rest.
func TestAnApplicationThatBreaksOff(t *testing.T) {
	clock := monday
	w := world.New(world.Options{Now: func() time.Time { return clock }})
	tower := func(id int64) world.Step {
		return world.Step{Entity: &grid.Building{Head: grid.Head{ID: id, Revision: 1}, Name: "楼", Footprint: box(int(id), 1, 1, 1)}}
	}
	if _, err := w.ApplyEach(world.Position{Pos: 1}, cutOff(tower(1), tower(2))); !errors.Is(err, errAway) {
		t.Fatalf("ApplyEach: %v", err)
	}
	clock = clock.AddDate(0, 0, 1) // another day would be published by Advance
	w.Advance()
	if s := w.Snapshot(); s.Len(grid.Buildings) != 0 || s.Position().Pos != 0 {
		t.Errorf("%d buildings are seen at %d, want none", s.Len(grid.Buildings), s.Position().Pos)
	}
	for _, less := range []world.Position{{Pos: 0}, {Epoch: "another", Pos: 9}} {
		if _, err := w.Apply(less, []world.Step{tower(1)}); !errors.Is(err, world.ErrBrokenOff) {
			t.Errorf("an application up to %v that ends before: %v, want ErrBrokenOff", less, err)
		}
	}
	effects, err := w.Apply(world.Position{Pos: 1}, []world.Step{tower(1), tower(2), tower(3)})
	if err != nil {
		t.Fatal(err)
	}
	var told []int64
	for touched := range effects.Touched() {
		told = append(told, touched.ID)
	}
	if s := w.Snapshot(); s.Len(grid.Buildings) != 3 || !slices.Equal(told, []int64{1, 2, 3}) {
		t.Errorf("%d buildings are seen and %v told of, want all three", s.Len(grid.Buildings), told)
	}
}

func TestALoadReplacesWhatWasBrokenOff(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	half := world.Step{Entity: &grid.Building{Head: grid.Head{ID: 1, Revision: 1}, Footprint: box(1, 1, 1, 1)}}
	if _, err := w.ApplyEach(world.Position{Pos: 9}, cutOff(half)); !errors.Is(err, errAway) {
		t.Fatalf("ApplyEach: %v", err)
	}
	l := w.Begin()
	if err := l.Publish(world.Position{Pos: 7}); err != nil {
		t.Fatal(err)
	}
	if effects := w.Advance(); touches(effects) != 0 || w.Snapshot().Len(grid.Buildings) != 0 {
		t.Errorf("%d buildings, want none", w.Snapshot().Len(grid.Buildings))
	}
	if _, err := w.Apply(world.Position{Pos: 8}, []world.Step{half}); err != nil || w.Snapshot().Len(grid.Buildings) != 1 {
		t.Errorf("an application that ends before the one that was broken off: %v, %d buildings, want one", err, w.Snapshot().Len(grid.Buildings))
	}
}
