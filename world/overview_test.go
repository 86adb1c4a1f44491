package world_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// TestOverviewLeavesNothingOut draws the same tiles with and without the indexes of what
// shows far out, after random changes and after a load.
func TestOverviewLeavesNothingOut(t *testing.T) {
	everybody := world.AllOf(grid.Everywhere())
	rapid.Check(t, func(t *rapid.T) {
		steps, truth := drawHistory(t)
		now := func() time.Time { return monday }
		changed := world.New(world.Options{Now: now})
		for pos, batch := range batches(t, steps) {
			if _, err := changed.Apply(world.Position{Epoch: "e", Pos: int64(pos)}, batch); err != nil {
				t.Fatal(err)
			}
		}
		var layers []string
		for _, l := range world.Layers() {
			layers = append(layers, l.Name)
		}
		e := tiles.NewEncoder()
		for _, s := range []*world.Snapshot{changed.Snapshot(), load(t, now, truth).Snapshot()} {
			for zoom := range uint8(13) {
				id := tiles.Holding(geo.Project(drawPoint(t)), zoom)
				got := slices.Clone(s.DrawTile(e, id, &everybody, layers...))
				if want := s.InFull().DrawTile(e, id, &everybody, layers...); !bytes.Equal(got, want) {
					t.Fatalf("%v has %d bytes, of everything that lies in it %d", id, len(got), len(want))
				}
			}
		}
	})
}
