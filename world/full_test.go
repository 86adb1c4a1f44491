package world

import (
	"errors"
	"testing"
	"time"

	"quanxi/grid"
)

// What is replaced takes up room until the World is loaded anew; before the room
// runs out it says so, and a load makes room.
func TestAFullWorldAsksToBeLoadedAnew(t *testing.T) {
	w := New(Options{Now: time.Now})
	steps := []Step{{Entity: &grid.Worker{Head: grid.Head{ID: 1, Revision: 1}, Name: "何大勇", Role: "grid-worker", Area: "500106003001001"}}}
	w.draft.texts.next = mostItems
	if _, err := w.Apply(Position{Epoch: "e", Pos: 1}, steps); !errors.Is(err, ErrFull) {
		t.Fatalf("got %v, want ErrFull", err)
	}
	if err := w.Begin().Publish(Position{Epoch: "e", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Apply(Position{Epoch: "e", Pos: 2}, steps); err != nil {
		t.Errorf("after a load: %v", err)
	}
}
