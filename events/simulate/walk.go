package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"quanxi/geo"
)

const (
	paceM  = 1.2 // metres a second
	leashM = 350 // how far from the middle of the own grid
)

// A walker is a grid worker on the way from one corner to the next.
type walker struct {
	worker
	home, from, to int32
	walked         float64   // metres of the stretch
	moved          time.Time // when the position was last worked out
	report         time.Time // when to tell it next
}

// post puts the workers on the streets of their grids, one after the other in
// time, so that their reports do not come all at once.
func (s *Simulation) post(ctx context.Context, workers []worker, now time.Time) error {
	s.walkers = nil
	for i, w := range workers[:min(len(workers), s.Workers)] {
		label, err := s.api.label(ctx, w.Area)
		if err != nil && !errors.Is(err, errStale) {
			return err
		}
		if label.IsZero() {
			continue
		}
		at := s.streets.nearest(label)
		s.walkers = append(s.walkers, &walker{
			worker: w, home: at, from: at, to: at, moved: now,
			report: now.Add(s.Report * time.Duration(i) / time.Duration(len(workers))),
		})
	}
	return nil
}

// walk moves those whose time it is to report.
func (s *Simulation) walk(ctx context.Context, now time.Time) error {
	var errs []error
	for _, w := range s.walkers {
		if now.Before(w.report) {
			continue
		}
		s.advance(w, now)
		w.report = now.Add(s.Report)
		errs = append(errs, failed("worker", w.ID, s.tell(ctx, w, now)))
	}
	return errors.Join(errs...)
}

// advance walks from where the worker last was, at an even pace.
func (s *Simulation) advance(w *walker, now time.Time) {
	left := paceM * now.Sub(w.moved).Seconds()
	w.moved = now
	for range 1000 { // more corners than anybody passes between two reports
		stretch := geo.DistanceM(s.streets.corners[w.from], s.streets.corners[w.to])
		if w.walked+left < stretch {
			w.walked += left
			return
		}
		left -= stretch - w.walked
		w.from, w.to = w.to, s.streets.onward(w.from, w.to, w.home, leashM, s.chance)
		w.walked = 0
	}
}

// place returns where a walker is.
func (s *Simulation) place(w *walker) geo.Point {
	a, b := s.streets.corners[w.from], s.streets.corners[w.to]
	stretch := geo.DistanceM(a, b)
	if stretch == 0 {
		return a
	}
	share := w.walked / stretch
	return geo.Point{
		Lon: a.Lon + int32(share*float64(b.Lon-a.Lon)),
		Lat: a.Lat + int32(share*float64(b.Lat-a.Lat)),
	}
}

func (s *Simulation) tell(ctx context.Context, w *walker, now time.Time) error {
	lon, lat := s.place(w).Degrees()
	body := map[string]any{"lon": lon, "lat": lat, "at": now.UTC()}
	return s.api.do(ctx, http.MethodPost, fmt.Sprintf("/api/workers/%d/position", w.ID), 0, body, nil)
}
