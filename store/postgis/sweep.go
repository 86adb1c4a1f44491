package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// sweepRows is how many rows one short transaction of a sweep deletes.
const sweepRows = 1000

// Sweep drops what aborted loads left behind, in short transactions, and
// idempotency keys older than grid.OnceKept. It makes the indexes that somebody dropped
// and did not live to restore. Several nodes may sweep at once.
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
	if _, err := s.pool.Exec(ctx, "DELETE FROM quanxi.once WHERE at < now() - make_interval(secs => $1)", grid.OnceKept.Seconds()); err != nil {
		return fmt.Errorf("sweep: %w", classify(err))
	}
	return nil
}

// abandon aborts open loads whose process is no more: nobody holds their lock.
func (s *Store) abandon(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, "SELECT id FROM quanxi.loads WHERE state = 'open'")
	if err != nil {
		return err
	}
	open, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range open {
		err := s.update(ctx, func(tx pgx.Tx) error {
			var free bool
			if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1, $2)", loadLock, int32(id)).Scan(&free); err != nil || !free {
				return err
			}
			return abort(ctx, tx, "system", id)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) abort(ctx context.Context, actor string, id int64) error {
	return s.update(ctx, func(tx pgx.Tx) error { return abort(ctx, tx, actor, id) })
}

// abort marks an open load as aborted, with an audit row; otherwise does nothing.
func abort(ctx context.Context, tx pgx.Tx, actor string, id int64) error {
	tag, err := tx.Exec(ctx, "UPDATE quanxi.loads SET state = 'aborted' WHERE id = $1 AND state = 'open'", id)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	batch := new(pgx.Batch)
	recordLoad(batch, grid.By{Actor: actor}, "loads.abort", id, feed.Change{}, new(grid.Receipt))
	return tx.SendBatch(ctx, batch).Close()
}

// sweep deletes the rows of an aborted load and frees those that it would have
// replaced.
func (s *Store) sweep(ctx context.Context, load int64) error {
	for _, kind := range feed.Kinds() {
		for more := true; more; {
			err := s.update(ctx, func(tx pgx.Tx) (err error) {
				more, err = sweepSome(ctx, tx, rowTable(kind), load)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.update(ctx, func(tx pgx.Tx) error {
		batch := new(pgx.Batch)
		batch.Queue("DELETE FROM quanxi.subject_key WHERE load = $1 AND load <> 0", load)
		batch.Queue("DELETE FROM quanxi.load_over WHERE load = $1", load)
		return tx.SendBatch(ctx, batch).Close()
	})
}

// sweepSome locks by id like every writer. An entity has one current row, so the
// load's is deleted before the older one becomes current again.
func sweepSome(ctx context.Context, tx pgx.Tx, table string, load int64) (more bool, err error) {
	rows, err := tx.Query(ctx, fmt.Sprintf("SELECT id FROM %s WHERE load = $1 AND load <> 0 ORDER BY id LIMIT $2", table), load, sweepRows)
	if err != nil {
		return false, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return false, err
	}
	batch := new(pgx.Batch)
	batch.Queue(fmt.Sprintf("SELECT 1 FROM %s WHERE id = ANY ($1) ORDER BY id, replaced_by FOR UPDATE", table), ids)
	batch.Queue(fmt.Sprintf("DELETE FROM %s WHERE id = ANY ($1) AND load = $2", table), ids, load)
	batch.Queue(fmt.Sprintf("UPDATE %s SET replaced_by = 0 WHERE id = ANY ($1) AND replaced_by = $2", table), ids, load)
	return true, tx.SendBatch(ctx, batch).Close()
}
