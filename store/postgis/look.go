package postgis

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/grid"
)

// Look implements feed.Log.
func (s *Store) Look(ctx context.Context, read func(feed.Moment) error) (feed.Position, error) {
	if err := s.verifyEpoch(ctx); err != nil {
		return feed.Position{}, fmt.Errorf("look: epoch: %w", classify(err))
	}
	var at feed.Position
	err := s.snapshot(ctx, func(tx pgx.Tx) (err error) {
		if at, err = held(ctx, tx); err == nil {
			err = read(moment{s, tx})
		}
		return err
	})
	if err != nil {
		return feed.Position{}, fmt.Errorf("look: %w", classify(err))
	}
	return at, nil
}

// A moment is one read transaction as its reader sees it.
type moment struct {
	of *Store
	tx pgx.Tx
}

// Entities implements feed.Moment.
func (m moment) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return m.of.selected(ctx, m.tx, kind, q)
}

// Outrun implements feed.Moment.
func (m moment) Outrun(ctx context.Context, kinds []grid.Kind) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		visit := func(e grid.Entity) error {
			if !yield(e, nil) {
				return errStop
			}
			return nil
		}
		err := m.of.tombstones(ctx, m.tx, kinds, visit)
		for _, kind := range kinds {
			if err == nil {
				err = each(ctx, m.tx, m.of.layouts[kind], " AND id IN (SELECT c.id FROM quanxi.change c WHERE c.pos IS NULL AND c.kind = $1) ORDER BY id",
					[]any{string(kind)}, visit)
			}
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("what was outrun: %w", classify(err)))
		}
	}
}
