package world_test

import (
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/world"
)

// A node that was away reads of somebody erased that there was somebody, and then that
// there is nobody.
func TestSomebodyErasedComesAndGoes(t *testing.T) {
	w := world.New(world.Options{Now: time.Now})
	if _, err := w.Apply(world.Position{Pos: 1}, []world.Step{{Entity: &grid.Person{Head: grid.Head{ID: 7, Revision: 1}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Apply(world.Position{Pos: 2}, []world.Step{{Remove: grid.Ref{Kind: grid.People, ID: 7, Revision: 2}}}); err != nil {
		t.Fatal(err)
	}
	if area := w.Snapshot().AreaOf(grid.People, 7); area != "" {
		t.Errorf("still in %s", area)
	}
}
