package world_test

import (
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
	"quanxi/world"
)

func TestWhoIsSilentIsOffDuty(t *testing.T) {
	id := tiles.Holding(geo.Project(at(1, 1)), 14)
	for _, tt := range []struct {
		name   string
		silent time.Duration
		drawn  int
	}{
		{"just heard of", 0, 1},
		{"ten minutes ago", 10 * time.Minute, 1},
		{"longer than ten minutes ago", 10*time.Minute + time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := worldOf(t, &grid.Worker{Name: "秦小越", Role: "grid-worker"})
			w.SetPosition(world.WorkerPosition{Worker: 1, Place: at(1, 1), At: monday.Add(-tt.silent)})
			if got := tilestest.Decode(t, drawLayer(w.Snapshot(), "workers", id))["workers"]; len(got) != tt.drawn {
				t.Errorf("%d workers drawn, want %d", len(got), tt.drawn)
			}
		})
	}
}
