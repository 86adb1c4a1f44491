package main_test

import (
	"fmt"
	"hash/fnv"
	"net/http"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
)

// places are where events are reported, each on a tile of its own at zoom 16: one
// tile of all events of a long test would be thinned.
const places = 144

// placeOf returns one of the places, within what followers look at.
func placeOf(n int) (lon, lat float64) {
	return 106.42 + 0.012*float64(n%12), 29.42 + 0.012*float64(n/12%12)
}

// report is an event at a place that its title picks.
func report(title string) map[string]any {
	hash := fnv.New32a()
	hash.Write([]byte(title))
	lon, lat := placeOf(int(hash.Sum32() % places))
	return map[string]any{"category": "lamp", "title": title, "lon": lon, "lat": lat, "urgency": "routine",
		"occurred_at": "2026-11-08T02:10:00Z"}
}

// drawn returns the state of each event that the World shows, by its tiles.
func (p *process) drawn() map[int64]string {
	p.t.Helper()
	states := map[int64]string{}
	for n := range places {
		lon, lat := placeOf(n)
		at := maptile.At(orb.Point{lon, lat}, 16)
		status, body := p.get(fmt.Sprintf("/tiles/events/%d/%d/%d.mvt", at.Z, at.X, at.Y))
		if status == http.StatusNoContent {
			continue
		}
		layers, err := mvt.Unmarshal(body)
		if status != http.StatusOK || err != nil {
			p.t.Fatalf("tile: %d %v %.200s", status, err, body)
		}
		for _, l := range layers {
			for _, f := range l.Features {
				id, _ := f.ID.(float64)
				states[int64(id)], _ = f.Properties["state"].(string)
			}
		}
	}
	return states
}
