package world_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// TestAnEventThatTurnsAmberIsTold watches the tile of an event, and that of the town
// that counts it, while time goes on and nothing is written.
func TestAnEventThatTurnsAmberIsTold(t *testing.T) {
	clock := monday
	w := world.New(world.Options{Now: func() time.Time { return clock }})
	town := &grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Level: grid.TownLevel, Code: "500999001", Name: "宽镇",
		Boundary: box(0, 0, 4000, 4000), Label: at(200, 200)}
	event := func(id int64, urgency events.Urgency) *events.Event {
		return &events.Event{Head: grid.Head{ID: id, Revision: 1}, Category: "water", State: events.Handling, Urgency: urgency,
			Place: at(3900, 3900), OccurredAt: monday, ReportedAt: monday, DueAt: monday.Add(10 * time.Hour)}
	}
	if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, steps(town, event(2, events.Routine), event(3, events.Urgent))); err != nil {
		t.Fatal(err)
	}
	single, counted := tiles.Holding(geo.Project(at(3900, 3900)), 14), tiles.Holding(geo.Project(at(200, 200)), 11)
	for _, tt := range []struct {
		name    string
		minutes int
		told    int // events
		redrawn bool
	}{
		{"just before four fifths of its time are gone", 8*60 - 1, 0, false},
		{"four fifths are gone: it turns amber, and what is red stays as it is", 8 * 60, 1, true},
		{"later", 9 * 60, 0, false},
		{"all of it is gone: it turns red", 10 * 60, 2, true},
		{"later still", 11 * 60, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := w.Snapshot()
			clock = monday.Add(time.Duration(tt.minutes) * time.Minute)
			effects := w.Advance()
			if told := len(slices.Collect(effects.Touched())); told != tt.told {
				t.Errorf("told of %d events, want %d", told, tt.told)
			}
			if other := !bytes.Equal(drawLayer(before, "events", counted), drawLayer(w.Snapshot(), "events", counted)); other != tt.redrawn {
				t.Errorf("the count looks different: %v", other)
			}
			for name, id := range map[string]tiles.ID{"the event": single, "the count": counted} {
				after := w.Snapshot()
				if moved := after.TileVersion("events", id) != before.TileVersion("events", id); moved != tt.redrawn {
					t.Errorf("the tile of %s has a new version: %v", name, moved)
				}
				if got := redraws(effects, "events", id); got != tt.redrawn {
					t.Errorf("screens are told of the tile of %s: %v", name, got)
				}
			}
		})
	}
}

// A label is moved, and with it the numbers that stand there: both places are drawn
// anew, though no number is another.
func TestNumbersMoveWithTheirLabel(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	town := func(revision int64, label geo.Point) *grid.Division {
		return &grid.Division{Head: grid.Head{ID: 1, Revision: revision}, Level: grid.TownLevel, Code: "500999001", Name: "宽镇", Boundary: box(0, 0, 4000, 4000), Label: label}
	}
	leak := &events.Event{Head: grid.Head{ID: 2, Revision: 1}, Category: "water", State: events.Handling, Urgency: events.Routine,
		Place: at(3900, 3900), OccurredAt: monday, ReportedAt: monday, DueAt: monday.Add(time.Hour)}
	house := &grid.Building{Head: grid.Head{ID: 3, Revision: 1}, Footprint: box(3900, 200, 1, 1)}
	home := &grid.Dwelling{Head: grid.Head{ID: 4, Revision: 1}, Building: 3, Floor: 1, State: grid.OwnerOccupied}
	person := &grid.Person{Head: grid.Head{ID: 5, Revision: 1}, Dwelling: 4, Residence: grid.LivesRegistered}
	if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, steps(town(1, at(200, 200)), leak, house, home, person)); err != nil {
		t.Fatal(err)
	}
	before := w.Snapshot()
	effects, err := w.Apply(world.Position{Epoch: "test", Pos: 2}, steps(town(2, at(3000, 3000))))
	if err != nil {
		t.Fatal(err)
	}
	after := w.Snapshot()
	for name, place := range map[string]geo.Point{"the old label": at(200, 200), "the new label": at(3000, 3000)} {
		id := tiles.Holding(geo.Project(place), 11)
		for _, layer := range []string{"events", "people"} {
			if bytes.Equal(drawLayer(before, layer, id), drawLayer(after, layer, id)) {
				t.Fatalf("the tile of %s of %s looks the same: the test watches the wrong one", layer, name)
			}
			if after.TileVersion(layer, id) == before.TileVersion(layer, id) || !redraws(effects, layer, id) {
				t.Errorf("nobody is told of the tile of %s of %s", layer, name)
			}
		}
	}
}

// redraws reports whether effects tell that a tile of a layer may look different.
func redraws(effects world.Effects, layer string, id tiles.ID) bool {
	return slices.ContainsFunc(slices.Collect(effects.Redrawn()), func(r world.Redrawn) bool {
		return r.Layer == layer && (r.Zooms == 0 || r.Zooms>>id.Z&1 != 0) && tiles.Holding(geo.Project(r.Envelope.Min), id.Z) == id
	})
}
