package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// sweepRows is how many rows one short transaction of a sweep deletes.
const sweepRows = 500

// Sweep drops what aborted loads left behind, idempotency keys older than grid.OnceKept,
// and what a destroyed key left in the log. It makes the indexes that somebody dropped
// and did not live to restore. It works in short transactions; other writers go in between.
func (s *Store) Sweep(ctx context.Context) error {
	if err := s.abandon(ctx); err != nil {
		return fmt.Errorf("sweep: %w", classify(err))
	}
	if err := store.SweepAborted(ctx, s, s.sweep); err != nil {
		return fmt.Errorf("sweep: %w", classify(err))
	}
	if err := s.index(ctx); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if s.remains.Load() {
		emptied, err := s.writer.emptyLog(ctx)
		if err != nil {
			return fmt.Errorf("sweep: %w", classify(err))
		}
		s.remains.Store(!emptied)
	}
	err := s.writer.do(ctx, func(t tx) error {
		return t.exec("DELETE FROM once WHERE at < ?", time.Now().Add(-grid.OnceKept).UnixMicro())
	})
	if err != nil {
		return fmt.Errorf("sweep: %w", classify(err))
	}
	return nil
}

// abandon aborts the loads of dead processes: if nobody at all has one open,
// those that say so are theirs.
func (s *Store) abandon(ctx context.Context) error {
	if !s.side.aloneWithLoads() {
		return nil
	}
	return s.writer.do(ctx, abandon)
}

// abandon aborts every open load: nobody is alive who could commit it.
func abandon(t tx) error {
	for {
		var id int64
		err := t.row("UPDATE loads SET state = 'aborted' WHERE id = (SELECT min(id) FROM loads WHERE state = 'open') RETURNING id", nil, &id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := t.recordLoad(grid.By{Actor: "system"}, "loads.abort", id, feed.Change{}); err != nil {
			return err
		}
	}
}

// sweep deletes the rows of an aborted load and frees those that it would have
// replaced.
func (s *Store) sweep(ctx context.Context, load int64) error {
	for _, kind := range feed.Kinds() {
		for more := true; more; {
			err := s.writer.do(ctx, func(t tx) (err error) {
				more, err = t.sweepSome(rowTable(kind), load)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.writer.do(ctx, func(t tx) error {
		if err := t.exec("DELETE FROM subject_key WHERE load = ?", load); err != nil {
			return err
		}
		return t.exec("DELETE FROM load_over WHERE load = ?", load)
	})
}

func (t tx) sweepSome(table string, load int64) (more bool, err error) {
	ids, err := t.firstIDs(table, load)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		// An entity has one current row: delete before freeing.
		if err := t.exec(fmt.Sprintf("DELETE FROM %q WHERE id = ? AND load = ?", table), id, load); err != nil {
			return false, err
		}
		if err := t.exec(fmt.Sprintf("UPDATE %q SET replaced_by = 0 WHERE id = ? AND replaced_by = ?", table), id, load); err != nil {
			return false, err
		}
	}
	return len(ids) > 0, nil
}

func (t tx) firstIDs(table string, load int64) ([]int64, error) {
	rows, err := t.rows(fmt.Sprintf("SELECT id FROM %q WHERE load = ? AND load <> 0 LIMIT ?", table), load, sweepRows)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
