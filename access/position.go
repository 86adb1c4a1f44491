package access

import (
	"context"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// A Position is where a worker on duty is. It is no entity: the last one counts,
// and none is stored.
type Position struct {
	Worker int64
	Name   string    // the worker's public name
	Area   grid.Code // that the worker answers for: who may see the position
	Place  geo.Point
	At     time.Time
}

// maxAhead is how far a phone's clock may run ahead of ours.
const maxAhead = time.Minute

// ReportPosition tells where a worker is, in degrees, and when. The error wraps
// grid.ErrNotFound, ErrForbidden, or grid.ErrInvalid naming the field.
func (v *View) ReportPosition(ctx context.Context, worker int64, lon, lat float64, at time.Time) error {
	e, err := v.entity(ctx, grid.Workers, worker)
	if err != nil {
		return err
	}
	if _, err := v.mayWrite(ctx, e, events.Ordinary); err != nil {
		return err
	}
	if err := geo.CheckDegrees(lon, lat); err != nil {
		return refuse(grid.Workers, "lon", err.Error())
	}
	if at.After(v.clock().Add(maxAhead)) {
		return refuse(grid.Workers, "at", "lies in the future")
	}
	w := e.(*grid.Worker)
	return v.positions(Position{Worker: w.ID, Name: w.Name, Area: w.Area, Place: geo.At(lon, lat), At: at})
}
