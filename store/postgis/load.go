package postgis

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// Load implements feed.Log. Several readers share one snapshot and fetch
// neighbouring stretches of ids at the same time; they are visited in order.
func (s *Store) Load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	if err := s.verifyEpoch(ctx); err != nil {
		return feed.Position{}, fmt.Errorf("load: epoch: %w", classify(err))
	}
	var at feed.Position
	err := s.snapshot(ctx, func(tx pgx.Tx) (err error) {
		if at, err = held(ctx, tx); err != nil {
			return err
		}
		if err := s.readAll(ctx, tx, kinds, visit); err != nil {
			return err
		}
		return s.tombstones(ctx, tx, kinds, visit)
	})
	if err != nil {
		return feed.Position{}, fmt.Errorf("load: %w", classify(err))
	}
	return at, nil
}

// held returns of which position the state of a transaction's snapshot is: it holds every
// transaction below xmin, published or not.
func held(ctx context.Context, tx pgx.Tx) (feed.Position, error) {
	return position(ctx, tx, "pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
}

// readAll divides the tables and lets the readers work on them. The transaction
// keeps the snapshot alive until all are done.
func (s *Store) readAll(ctx context.Context, tx pgx.Tx, kinds []grid.Kind, visit func(grid.Entity) error) error {
	var snapshot string
	if err := tx.QueryRow(ctx, "SELECT pg_export_snapshot()").Scan(&snapshot); err != nil {
		return err
	}
	return store.ReadInOrder(ctx, store.Reading{
		Readers: s.options.Readers,
		Divide:  func(ctx context.Context, hand store.Hand) error { return s.divide(ctx, tx, kinds, hand) },
		Read: func(ctx context.Context, todo <-chan *store.Stretch) error {
			return s.readStretches(ctx, snapshot, todo)
		},
		Visit: visit,
	})
}

// divide hands out all stretches.
func (s *Store) divide(ctx context.Context, tx pgx.Tx, kinds []grid.Kind, hand store.Hand) error {
	for _, kind := range kinds {
		borders, err := s.sample(ctx, tx, rowTable(kind))
		if err != nil {
			return err
		}
		above := int64(math.MinInt64)
		for _, upTo := range append(borders, math.MaxInt64) {
			if err := hand(kind, above, upTo); err != nil {
				return err
			}
			above = upTo
		}
	}
	return nil
}

// sample returns ids that divide a table into parts of about StretchPages,
// guessed from a few pages.
func (s *Store) sample(ctx context.Context, tx pgx.Tx, table string) ([]int64, error) {
	var parts int64
	if err := tx.QueryRow(ctx, "SELECT pg_relation_size($1::regclass) / 8192 / $2", table, s.options.StretchPages).Scan(&parts); err != nil || parts == 0 {
		return nil, err
	}
	const pagesPerBorder = 4
	percent := min(100, float64(100*pagesPerBorder)/float64(s.options.StretchPages))
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT DISTINCT max(id) FROM (SELECT id, ntile($2) OVER (ORDER BY id) AS part
		FROM %s TABLESAMPLE SYSTEM ($1)) sampled GROUP BY part ORDER BY 1`, table), percent, int32(parts))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// readStretches works on what comes until there is no more.
func (s *Store) readStretches(ctx context.Context, snapshot string, todo <-chan *store.Stretch) error {
	return s.snapshot(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET TRANSACTION SNAPSHOT '%s'", snapshot)); err != nil {
			return err
		}
		for {
			select {
			case next, ok := <-todo:
				if !ok {
					return nil
				}
				err := next.Fill(ctx, func(visit func(grid.Entity) error) error {
					return each(ctx, tx, s.layouts[next.Kind], " AND id > $1 AND id <= $2 ORDER BY id", []any{next.Above, next.UpTo}, visit)
				})
				if err != nil {
					return fmt.Errorf("%s: %w", next.Kind, err)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}
