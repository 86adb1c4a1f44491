package world

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// An image in which an event is of a privacy that there is not, by which somebody else's
// scope would decide on it or none, is no World.
func TestAnImageOfAnUnknownPrivacyIsNoWorld(t *testing.T) {
	for privacy := events.Ordinary; privacy <= events.Privacies; privacy++ {
		w := New(Options{Now: func() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }})
		event := &events.Event{Head: grid.Head{ID: 1, Revision: 1}, Category: "care", State: events.Reported, Place: geo.At(106.5, 29.5)}
		if _, err := w.Apply(Position{Epoch: "e", Pos: 1}, []Step{{Entity: event}}); err != nil {
			t.Fatal(err)
		}
		s := w.Snapshot()
		slot, _ := s.events.find(1)
		s.events.rows.at(slot).privacy = privacy
		var image bytes.Buffer
		if err := s.WriteImage(&image); err != nil {
			t.Fatal(err)
		}
		err := w.Begin().Restore(&image, int64(image.Len()))
		if refused := errors.Is(err, errImage); refused != (privacy == events.Privacies) {
			t.Errorf("privacy %d: %v", privacy, err)
		}
	}
}
