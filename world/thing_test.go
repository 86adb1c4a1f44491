package world

import (
	"fmt"
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
)

// Texts are kept until the World is loaded anew, and a device reports all day.
func TestTheValuesOfADeviceLeaveNothingBehind(t *testing.T) {
	w := New(Options{Now: func() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }})
	report := func(revision int64) {
		t.Helper()
		device := &grid.Device{Head: grid.Head{ID: 1, Revision: revision}, Name: "水位计", Category: "level", State: "online",
			LastValue: fmt.Sprintf("%d.%02d", 160+revision/100, revision%100), Place: geo.At(106.5, 29.5)}
		if _, err := w.Apply(Position{Pos: revision}, []Step{{Entity: device}}); err != nil {
			t.Fatal(err)
		}
	}
	report(1)
	texts, interned := w.draft.texts.next, len(w.draft.interns)
	for revision := range int64(1000) {
		report(2 + revision)
	}
	if grown := w.draft.texts.next - texts; grown != 0 || len(w.draft.interns) != interned {
		t.Errorf("a thousand values left %d bytes and %d texts", grown, len(w.draft.interns)-interned)
	}
}
