package world_test

import (
	"bytes"
	"fmt"
	"slices"
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
			tile := w.Snapshot().DrawTile(tiles.NewEncoder(), id, of(everywhere), "events")
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

// A tile of several layers is their bytes in a row, and as a whole no larger than one
// of a single layer: what does not fit is thinned in all of them.
func TestATileOfSeveralLayersFitsAsAWhole(t *testing.T) {
	for _, tt := range []struct {
		name  string
		count int
		whole bool // all of it fits
	}{
		{"a quiet street", 50, true},
		{"each layer fits, and not all of them", 19_000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world.New(world.Options{Now: func() time.Time { return monday }})
			l := w.Begin()
			for i := range tt.count {
				head := grid.Head{ID: int64(i + 1), Revision: 1}
				place := geo.Point{Lon: corner.Lon + int32(i%140)*100, Lat: corner.Lat + int32(i/140)*100}
				for _, e := range []grid.Entity{
					&grid.Component{Head: head, Category: "lamp", Code: fmt.Sprintf("500999-%d", i), State: "normal", Place: place},
					&grid.ServicePoint{Head: head, Category: "clinic", Name: fmt.Sprintf("第%d卫生站", i), Hours: "08:00–18:00", Place: place},
				} {
					if err := l.Add(e); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := l.Publish(world.Position{Epoch: "test", Pos: 1}); err != nil {
				t.Fatal(err)
			}
			id, s := tiles.Holding(geo.Project(geo.Point{Lon: corner.Lon + 7_000, Lat: corner.Lat + 7_000}), 15), w.Snapshot()
			draw := func(layers ...string) []byte { return s.DrawTile(tiles.NewEncoder(), id, of(everywhere), layers...) }
			lamps, clinics, both := draw("components"), draw("service"), draw("components", "service")
			if len(lamps) == 0 || len(lamps) > tiles.MaxBytes || len(clinics) == 0 || len(clinics) > tiles.MaxBytes || len(both) > tiles.MaxBytes {
				t.Errorf("%d and %d bytes, together %d", len(lamps), len(clinics), len(both))
			}
			if whole := bytes.Equal(both, slices.Concat(lamps, clinics)); whole != tt.whole {
				t.Errorf("%d and %d bytes, together %d: one behind the other: %v", len(lamps), len(clinics), len(both), whole)
			}
			for layer, features := range map[string]int{"components": 1, "service": 1} {
				if got := len(tilestest.Decode(t, both)[layer]); got < features {
					t.Errorf("nothing of %s is left", layer)
				}
			}
		})
	}
}
