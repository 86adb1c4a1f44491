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

// snapshot runs f in one read transaction that sees one moment.
func (s *Store) snapshot(ctx context.Context, f func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '10min'"); err != nil {
			return err
		}
		return f(tx)
	})
}

// LoadEntities implements grid.Store.
func (s *Store) LoadEntities(ctx context.Context, id int64) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		err := s.snapshot(ctx, func(tx pgx.Tx) error {
			var state grid.LoadState
			if err := tx.QueryRow(ctx, "SELECT state FROM quanxi.loads WHERE id = $1", id).Scan(&state); err != nil {
				return notFound(err)
			}
			for _, kind := range feed.Kinds() {
				if err := touched(ctx, tx, s.layouts[kind], id, yield); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("load %d: %w", id, classify(err)))
		}
	}
}

// touched yields what a load touched of one kind: its live state, or the head
// alone with the revision negated.
func touched(ctx context.Context, tx pgx.Tx, l layout, load int64, yield func(grid.Entity, error) bool) error {
	table := rowTable(l.kind)
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT v.*, m.id, CASE WHEN v.id IS NULL THEN (SELECT -max(x.revision + COALESCE(own.bump, 0) + COALESCE(over.bump, 0))
			FROM %[1]s x LEFT JOIN quanxi.loads own ON own.id = x.load LEFT JOIN quanxi.loads over ON over.id = x.replaced_by WHERE x.id = m.id) END
		FROM (SELECT DISTINCT id FROM %[1]s WHERE load = $1 AND load <> 0) m
		LEFT JOIN LATERAL (SELECT %[2]s FROM %[1]s WHERE id = m.id AND %[3]s) v ON true ORDER BY m.id`, table, l.read(), shown), inBinary(), load)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := feed.New(l.kind)
		if err != nil {
			return err
		}
		raw := rows.RawValues()
		n := len(raw) - 2
		if raw[0] == nil {
			e.Entity().ID, e.Entity().Revision = bigint(raw[n]), bigint(raw[n+1])
		} else if err := l.decode(raw[:n], e); err != nil {
			return err
		}
		if !yield(e, nil) {
			return errStop
		}
	}
	return rows.Err()
}
