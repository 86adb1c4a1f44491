package world_test

import (
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

func TestALoadedTombstoneHoldsAgainstOlderStates(t *testing.T) {
	for _, tt := range []struct {
		name     string
		revision int64 // that comes after the load
		lives    bool
	}{
		{"an older state does not bring it back", 1, false},
		{"the state at the removal's revision does not either", 2, false},
		{"a newer state does", 3, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world.New(world.Options{Now: time.Now})
			l := w.Begin()
			if err := l.Add(&grid.Camera{Head: grid.Head{ID: 5, Revision: -2}}); err != nil {
				t.Fatal(err)
			}
			if err := l.Publish(world.Position{Epoch: "e", Pos: 1}); err != nil {
				t.Fatal(err)
			}
			late := &grid.Camera{Head: grid.Head{ID: 5, Revision: tt.revision}, State: "online", Place: geo.At(106.5, 29.5)}
			if _, err := w.Apply(world.Position{Epoch: "e", Pos: 2}, []world.Step{{Entity: late}}); err != nil {
				t.Fatal(err)
			}
			if lives := w.Snapshot().Len(grid.Cameras) == 1; lives != tt.lives {
				t.Errorf("there: %v, want %v", lives, tt.lives)
			}
		})
	}
}
