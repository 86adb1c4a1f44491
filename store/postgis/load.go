package postgis

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"quanxi/feed"
	"quanxi/grid"
)

// sliceRows is how many rows a reader hands over at a time.
const sliceRows = 512

// A stretch is a range of ids of one kind, read by one reader. Its rows come in
// slices, so that visiting begins before the last is there.
type stretch struct {
	layout layout
	above  int64 // exclusive
	upTo   int64 // inclusive
	rows   chan []grid.Entity
}

// Load implements feed.Log. Several readers share one snapshot and fetch
// neighbouring stretches of ids at the same time; they are visited in order.
func (s *Store) Load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	if err := s.verifyEpoch(ctx); err != nil {
		return feed.Position{}, fmt.Errorf("load: epoch: %w", classify(err))
	}
	var at feed.Position
	err := s.snapshot(ctx, func(tx pgx.Tx) (err error) {
		// The state holds every transaction below xmin, published or not.
		at, err = position(ctx, tx, "pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
		if err != nil {
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

// readAll divides the tables and lets the readers work on them. The transaction
// keeps the snapshot alive until all are done.
func (s *Store) readAll(ctx context.Context, tx pgx.Tx, kinds []grid.Kind, visit func(grid.Entity) error) error {
	var snapshot string
	if err := tx.QueryRow(ctx, "SELECT pg_export_snapshot()").Scan(&snapshot); err != nil {
		return err
	}
	todo := make(chan *stretch)
	// A reader goes ahead by one stretch at most before its rows are visited.
	order := make(chan *stretch, s.options.Readers)
	work, ctx := errgroup.WithContext(ctx)
	for range s.options.Readers {
		work.Go(func() error { return s.readStretches(ctx, snapshot, todo) })
	}
	work.Go(func() error {
		defer close(todo)
		defer close(order)
		return s.divide(ctx, tx, kinds, todo, order)
	})
	work.Go(func() error { return visitAll(ctx, order, visit) })
	return work.Wait()
}

// divide hands out all stretches, to be read and to be visited.
func (s *Store) divide(ctx context.Context, tx pgx.Tx, kinds []grid.Kind, todo, order chan<- *stretch) error {
	for _, kind := range kinds {
		borders, err := s.sample(ctx, tx, rowTable(kind))
		if err != nil {
			return err
		}
		above := int64(math.MinInt64)
		for _, upTo := range append(borders, math.MaxInt64) {
			next := &stretch{s.layouts[kind], above, upTo, make(chan []grid.Entity, 256)}
			for _, to := range []chan<- *stretch{order, todo} {
				select {
				case to <- next:
				case <-ctx.Done():
					return ctx.Err()
				}
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
func (s *Store) readStretches(ctx context.Context, snapshot string, todo <-chan *stretch) error {
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
				if err := next.read(ctx, tx); err != nil {
					return fmt.Errorf("%s: %w", next.layout.kind, err)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

// read sends the rows of the stretch in order, and closes its channel at the end.
func (r *stretch) read(ctx context.Context, tx pgx.Tx) error {
	some := make([]grid.Entity, 0, sliceRows)
	send := func() error {
		select {
		case r.rows <- some:
			some = make([]grid.Entity, 0, sliceRows)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := each(ctx, tx, r.layout, " AND id > $1 AND id <= $2 ORDER BY id", []any{r.above, r.upTo}, func(e grid.Entity) error {
		if some = append(some, e); len(some) < sliceRows {
			return nil
		}
		return send()
	})
	if err == nil {
		err = send()
	}
	close(r.rows)
	return err
}

// visitAll calls visit for every row of every stretch in order.
func visitAll(ctx context.Context, order <-chan *stretch, visit func(grid.Entity) error) error {
	for r := range order {
		if err := r.visit(ctx, visit); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (r *stretch) visit(ctx context.Context, visit func(grid.Entity) error) error {
	for {
		select {
		case some, ok := <-r.rows:
			if !ok {
				return nil
			}
			for _, e := range some {
				if err := visit(e); err != nil {
					return err
				}
			}
		case <-ctx.Done(): // the reader may have failed before it came to this stretch
			return ctx.Err()
		}
	}
}
