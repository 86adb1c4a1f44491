package world_test

import (
	"testing"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
	"quanxi/world"
)

// A day on which everything happens in one tile: the tile stays small, and no red
// event is left out of it.
func TestNoRedEventIsSwallowed(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	l := w.Begin()
	const count, burning = 30_000, 100
	for i := range count {
		e := &events.Event{Head: grid.Head{ID: int64(i + 1), Revision: 1}, Category: "lamp", State: events.Handling, Urgency: events.Routine,
			Place:      geo.Point{Lon: corner.Lon + int32(i%110)*900, Lat: corner.Lat + int32(i/110)*900},
			OccurredAt: monday, ReportedAt: monday, DueAt: monday.Add(time.Duration(i) * time.Minute)}
		e.DueAt = e.DueAt.Add(time.Hour)
		if i%(count/burning) == 0 {
			e.Category, e.Urgency = "fire", events.Urgent
		}
		if err := l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{Epoch: "test", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	red, others := 0, 0
	for x := range uint32(2) {
		for y := range uint32(2) {
			id := tiles.Holding(geo.Project(corner), 12)
			id.X, id.Y = id.X+x, id.Y-y
			tile := w.Snapshot().DrawTile(tiles.NewEncoder(), "events", id, everywhere)
			if len(tile) > tiles.MaxBytes {
				t.Errorf("%v has %d bytes", id, len(tile))
			}
			for _, f := range tilestest.Decode(t, tile)["events"] {
				if f.Properties["urgency"] == "urgent" {
					red++
				} else {
					others++
				}
			}
		}
	}
	if red != burning || others == 0 || others >= count-burning {
		t.Errorf("%d red events of %d are drawn, and %d others", red, burning, others)
	}
}
