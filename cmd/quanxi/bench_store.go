package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/gpkg"
)

// embedded opens an empty embedded store in a folder of its own.
func embedded(ctx context.Context) (store, func(), error) {
	path, remove, err := folder()
	if err != nil {
		return nil, nil, err
	}
	s, err := gpkg.Open(ctx, filepath.Join(path, "bench.gpkg"))
	if err != nil {
		remove()
		return nil, nil, err
	}
	return s, func() { s.Close(); remove() }, nil
}

// benchChanges stores durable changes in batches of 100, each one transaction
// with its audit and change rows, at first alone and then beside a sealer.
func benchChanges(ctx context.Context, tell func(figure)) error {
	const on = "embedded store, synchronous=FULL, transactions of 100"
	rate, err := measureChanges(ctx, func(context.Context, store) error { return nil })
	if err != nil {
		return err
	}
	tell(figure{"changes_durable", rate, "/s wall", on})
	if rate, err = measureChanges(ctx, sealBeside); err != nil {
		return err
	}
	tell(figure{"changes_sealed", rate, "/s wall", on + ", the audit sealed meanwhile"})
	return nil
}

// measureChanges returns how many changes a second an empty store takes while
// something goes on beside, which ends with its context.
func measureChanges(ctx context.Context, beside func(context.Context, store) error) (float64, error) {
	s, closeStore, err := embedded(ctx)
	if err != nil {
		return 0, err
	}
	defer closeStore()
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- beside(ctx, s) }()
	began := time.Now()
	err = storeChanges(ctx, s)
	took := time.Since(began)
	cancel()
	return changesMeasured / took.Seconds(), errors.Join(err, <-ended)
}

// changesMeasured is how many changes are stored for a figure.
const changesMeasured = 40_000

func storeChanges(ctx context.Context, s grid.Store) error {
	const batch = 100
	for n := 0; n < changesMeasured; n += batch {
		put := make([]grid.Entity, batch)
		for k := range put {
			put[k] = eventAt(n + k)
		}
		if _, err := s.Write(ctx, grid.Write{Actor: "bench", Action: "events.create", Put: put}); err != nil {
			return err
		}
	}
	return nil
}

// sealBeside seals the audit of a store, with its seals in a folder of their own.
func sealBeside(ctx context.Context, s store) error {
	path, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	sealer := access.NewSealer(s, access.MasterKey{1}, filepath.Join(path, "seals"), slog.New(slog.DiscardHandler))
	return errors.Join(sealer.Run(ctx), sealer.Status().Alarm)
}

func eventAt(n int) *events.Event {
	at := time.Date(2026, 11, 8, 2, 10, 0, 0, time.UTC)
	return &events.Event{Category: "lamp", Title: fmt.Sprintf("event %d", n), Place: geo.At(106.5+float64(n%1000)*1e-4, 29.5), State: events.Reported,
		Urgency: events.Routine, OccurredAt: at, ReportedAt: at, DueAt: at.Add(4 * time.Hour)}
}

// benchImport imports 500,000 buildings while another writer goes on, and tells
// the longest wait of that writer.
func benchImport(ctx context.Context, tell func(figure)) error {
	s, closeStore, err := embedded(ctx)
	if err != nil {
		return err
	}
	defer closeStore()
	load, err := s.BeginLoad(ctx, grid.LoadInfo{Actor: "bench", About: "500,000 buildings"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	began := time.Now()
	go func() { ended <- importBuildings(ctx, load, 500_000) }()
	waits, err := writeUntil(ctx, s, ended)
	if err != nil {
		cancel()
		return errors.Join(err, <-ended)
	}
	cancel()
	slices.Sort(waits)
	on := fmt.Sprintf("500,000 buildings into the embedded store in %.0f s, %d writes meanwhile", time.Since(began).Seconds(), len(waits))
	tell(figure{"import_wait_longest", milliseconds(percentile(waits, 1)), "ms wall", on})
	tell(figure{"import_wait_p99", milliseconds(percentile(waits, 0.99)), "ms wall", on})
	return nil
}

// writeUntil stores an event every 5 ms until an import has ended, and returns
// how long each took. After an error of its own the import is still running.
func writeUntil(ctx context.Context, s grid.Store, ended chan error) ([]time.Duration, error) {
	var waits []time.Duration
	for n := 0; ; n++ {
		select {
		case err := <-ended:
			ended <- err // for whoever waits for it after an error
			return waits, err
		default:
		}
		at := time.Now()
		if _, err := s.Write(ctx, grid.Write{Actor: "bench", Action: "events.create", Put: []grid.Entity{eventAt(n)}}); err != nil {
			return waits, err
		}
		waits = append(waits, time.Since(at))
		pause(ctx, 5*time.Millisecond)
	}
}

func importBuildings(ctx context.Context, load grid.Load, n int) error {
	env := geo.Envelope{Min: geo.At(106, 29), Max: geo.At(107, 30)}
	all := rows(env, n)
	for chunk := range slices.Chunk(all, batchSize) {
		put := make([]grid.Entity, len(chunk))
		for i, b := range chunk {
			b.Revision = 0
			put[i] = b
		}
		if err := load.Put(ctx, put, nil); err != nil {
			return err
		}
	}
	_, err := load.Commit(ctx)
	return err
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
