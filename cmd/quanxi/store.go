package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store/gpkg"
	"quanxi/store/postgis"
)

// A store keeps entities and their log. Both stores are one.
type store interface {
	grid.Store
	feed.Log
	// Sweep removes what dead loads and old idempotency keys left behind.
	Sweep(ctx context.Context) error
	// Unindexed drops the indexes by which entities are found until restore, for a
	// store that is not in use yet.
	Unindexed(ctx context.Context) (restore func(context.Context) error, err error)
}

// open opens the store that the flags name, and makes the embedded one if there
// is none.
func (f storeFlags) open(ctx context.Context) (store, error) {
	s, err := f.openBare(ctx)
	if err == nil && f.wrap != nil {
		s = f.wrap(s)
	}
	return s, err
}

func (f storeFlags) openBare(ctx context.Context) (store, error) {
	if f.Database != "" {
		return postgis.Open(ctx, f.Database)
	}
	if err := os.MkdirAll(filepath.Dir(f.file()), 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return gpkg.Open(ctx, f.file())
}

// keyMark returns the mark of the master key that the store which the flags name belongs to,
// empty if it belongs to none. It changes nothing and waits for nobody: a dump of the store may
// be under way.
func (f storeFlags) keyMark(ctx context.Context) (string, error) {
	if f.Database != "" {
		return postgis.KeyMark(ctx, f.Database)
	}
	if !exists(f.file()) {
		return "", fmt.Errorf("there is no store in %s, and --database names none", f.Data)
	}
	return gpkg.KeyMark(ctx, f.file())
}

// openExisting opens the store that the flags name and makes none: a mistyped
// folder is an error, not a new city.
func (f storeFlags) openExisting(ctx context.Context) (store, error) {
	if f.Database == "" && !exists(f.file()) {
		return nil, fmt.Errorf("there is no store in %s; serve, demo and generate make one", f.Data)
	}
	return f.open(ctx)
}

// A sweeper removes what is of no use any more.
type sweeper interface {
	Sweep(ctx context.Context) error
}

// sweep tidies up from time to time until ctx ends.
func sweep(ctx context.Context, s sweeper, log *slog.Logger) error {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			sweepOnce(ctx, s, log)
		}
	}
}

func sweepOnce(ctx context.Context, s sweeper, log *slog.Logger) {
	if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "sweep", "err", err)
	}
}

// sweepNowAndThen is sweep that begins at once.
func sweepNowAndThen(ctx context.Context, s sweeper, log *slog.Logger) error {
	sweepOnce(ctx, s, log)
	return sweep(ctx, s, log)
}
