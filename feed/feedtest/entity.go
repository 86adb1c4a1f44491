package feedtest

import (
	"fmt"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// Event returns a valid event at a place, in an area.
func Event(id int64, area grid.Code, lon, lat float64) *events.Event {
	return &events.Event{
		Head: grid.Head{ID: id}, Category: "manhole", Title: fmt.Sprintf("井盖破损 %d", id),
		Place: geo.At(lon, lat), State: events.Reported, Urgency: events.Routine, Area: area,
		OccurredAt: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
	}
}

// Building returns a valid building of about 10 m around a place.
func Building(id int64, area grid.Code, lon, lat float64) *grid.Building {
	p := geo.At(lon, lat)
	const half = 500
	ring := geo.Ring{{Lon: p.Lon - half, Lat: p.Lat - half}, {Lon: p.Lon + half, Lat: p.Lat - half},
		{Lon: p.Lon + half, Lat: p.Lat + half}, {Lon: p.Lon - half, Lat: p.Lat + half}, {Lon: p.Lon - half, Lat: p.Lat - half}}
	return &grid.Building{Head: grid.Head{ID: id}, Name: fmt.Sprintf("楼 %d", id), Footprint: geo.MultiPolygon{{ring}}, Use: grid.Housing, Area: area}
}
