package postgis

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
)

// assign gives positions to the changes of whole writes, oldest first, that lie
// below the xmin of its own snapshot: no transaction that could still commit has
// a lower number. The row of the log is locked by whoever publishes.
const assign = `WITH
	ready AS MATERIALIZED (SELECT xid, seq FROM quanxi.change WHERE pos IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT $1),
	last AS MATERIALIZED (SELECT xid FROM ready ORDER BY xid DESC LIMIT 1),
	picked AS MATERIALIZED (SELECT seq, row_number() OVER (ORDER BY xid, seq) AS n FROM quanxi.change
		WHERE pos IS NULL AND xid <= (SELECT xid FROM last))
	UPDATE quanxi.change c SET pos = g.pos + p.n FROM picked p, quanxi.log g WHERE c.seq = p.seq RETURNING ` + changeColumns

// Publish implements feed.Log.
func (s *Store) Publish(ctx context.Context, limit int) (feed.Batch, error) {
	b, err := s.nothingNew(ctx)
	if err == nil && b == nil {
		b, err = s.publish(ctx, limit)
	}
	if err != nil {
		return feed.Batch{}, fmt.Errorf("publish: %w", classify(err))
	}
	return *b, nil
}

// nothingNew returns an empty batch if no change is ready, without writing
// anything. It notes whether changes wait behind an open transaction.
func (s *Store) nothingNew(ctx context.Context) (*feed.Batch, error) {
	var b feed.Batch
	var waiting, ready bool
	err := s.pool.QueryRow(ctx, `SELECT g.epoch, g.pos, `+published+`, w.xid IS NOT NULL,
		COALESCE(w.xid < pg_snapshot_xmin(pg_current_snapshot()), false)
		FROM quanxi.log g LEFT JOIN LATERAL (SELECT xid FROM quanxi.change WHERE pos IS NULL ORDER BY xid, seq LIMIT 1) w ON true`).
		Scan(&b.Epoch, &b.Pos, &b.Horizon, &waiting, &ready)
	if err != nil {
		return nil, err
	}
	s.waiting.Store(waiting && !ready)
	if ready {
		return nil, nil
	}
	b.After = b.Pos
	return &b, nil
}

// publish runs as one transaction in one round trip.
func (s *Store) publish(ctx context.Context, limit int) (*feed.Batch, error) {
	var b feed.Batch
	batch := new(pgx.Batch)
	batch.Queue("SELECT epoch, pos FROM quanxi.log FOR UPDATE").QueryRow(func(row pgx.Row) error { return row.Scan(&b.Epoch, &b.After) })
	batch.Queue(assign, limit).Query(func(rows pgx.Rows) (err error) {
		b.Changes, err = pgx.CollectRows(rows, scanChange)
		return err
	})
	batch.Queue("UPDATE quanxi.log SET pos = (SELECT COALESCE(max(pos), 0) FROM quanxi.change) RETURNING pos, " + published).
		QueryRow(func(row pgx.Row) error { return row.Scan(&b.Pos, &b.Horizon) })
	var waiting bool
	batch.Queue("SELECT EXISTS (SELECT FROM quanxi.change WHERE pos IS NULL)").QueryRow(func(row pgx.Row) error { return row.Scan(&waiting) })
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	s.waiting.Store(waiting)
	slices.SortFunc(b.Changes, func(x, y feed.Change) int { return cmp.Compare(x.Pos, y.Pos) })
	return &b, nil
}
