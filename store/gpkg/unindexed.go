package gpkg

import (
	"context"
	"fmt"
	"sync"

	"quanxi/feed"
	"quanxi/grid"
)

// Unindexed drops the indexes by which entities are found, until restore makes them
// again in one go: in a city, keeping those of random digests up to date would write
// hundreds of gigabytes. Meanwhile to find somebody is to read the whole table, and
// while they are made nobody can write, so it is for a store that is not in use yet.
// If the process dies, the next Sweep of any other makes them. restore may be called
// twice.
func (s *Store) Unindexed(ctx context.Context) (restore func(context.Context) error, err error) {
	release, err := s.side.shareLoads()
	if err != nil {
		return nil, fmt.Errorf("drop indexes: %w", err)
	}
	release = sync.OnceFunc(release)
	err = s.writer.do(ctx, func(t tx) error {
		for _, l := range allLookups() {
			if err := t.exec(fmt.Sprintf("DROP INDEX IF EXISTS %q", l.name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		release()
		return nil, fmt.Errorf("drop indexes: %w", classify(err))
	}
	return func(ctx context.Context) error {
		release()
		return s.index(ctx)
	}, nil
}

func allLookups() []lookup {
	var all []lookup
	for _, kind := range feed.Kinds() {
		all = append(all, lookupsOf(kind)...)
	}
	return all
}

// index makes the lookups that are missing, unless somebody has a load open: it may
// be doing without them. Each is one transaction.
func (s *Store) index(ctx context.Context) error {
	if !s.side.aloneWithLoads() {
		return nil
	}
	for _, l := range allLookups() {
		var there bool
		if err := s.readers.Load().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)", l.name).Scan(&there); err != nil {
			return fmt.Errorf("make indexes: %w", classify(err))
		}
		if there {
			continue
		}
		if err := s.writer.makeIndex(ctx, l); err != nil {
			return fmt.Errorf("make index %s: %w", l.name, classify(err))
		}
	}
	return nil
}

// makeIndex makes one index. What it sorts goes to files: a city's does not fit into
// memory.
func (w *writer) makeIndex(ctx context.Context, l lookup) error {
	if err := w.pragma(ctx, "PRAGMA temp_store = FILE"); err != nil {
		return err
	}
	err := w.do(ctx, func(t tx) error {
		_, err := t.w.conn.ExecContext(t.ctx, l.create)
		return err
	})
	if again := w.pragma(context.WithoutCancel(ctx), "PRAGMA temp_store = MEMORY"); err == nil {
		err = again
	}
	return err
}

// pragma changes a setting of the connection, between transactions.
func (w *writer) pragma(ctx context.Context, query string) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-w.turn }()
	if w.stmts == nil {
		return fmt.Errorf("store is closed: %w", grid.ErrUnavailable)
	}
	_, err := w.conn.ExecContext(ctx, query)
	return err
}
