package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// Loads implements grid.Store.
func (s *Store) Loads(ctx context.Context) ([]grid.LoadInfo, error) {
	rows, err := s.pool.Query(ctx, "SELECT id, actor, about, state, began, put FROM quanxi.loads ORDER BY id DESC")
	if err != nil {
		return nil, fmt.Errorf("loads: %w", classify(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l grid.LoadInfo, err error) {
		err = row.Scan(&l.ID, &l.Actor, &l.About, &l.State, &l.Began, &l.Put)
		l.Began = l.Began.UTC()
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("loads: %w", classify(err))
	}
	return list, nil
}

// UndoLoad implements grid.Store.
func (s *Store) UndoLoad(ctx context.Context, by grid.By, id int64) (grid.Receipt, error) {
	var receipt grid.Receipt
	err := s.update(ctx, func(tx pgx.Tx) error {
		if err := mayUndo(ctx, tx, id); err != nil {
			return err
		}
		// What comes back must look newer than what every load above has shown.
		batch := new(pgx.Batch)
		queueChecks(batch, dialect.MayUndo(), id)
		mustHit(batch.Queue(`UPDATE quanxi.loads SET state = 'undone', bump = 2 + (SELECT COALESCE(sum(l.bump), 0)
			FROM quanxi.load_over o JOIN quanxi.loads l ON l.id = o.load WHERE o.over = $1) WHERE id = $1`, id))
		recordLoad(batch, by, "loads.undo", id, feed.Change{Revision: 2, Op: feed.Undone}, &receipt)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return grid.Receipt{}, fmt.Errorf("undo load %d: %w", id, classify(err))
	}
	s.committed()
	return receipt, nil
}

// turnLock is the advisory lock of whoever has a load come or go, one in a database:
// what names the things of a load must not go live while that load is being undone.
const turnLock = 0x7475_726e

// takeTurn waits until no other load comes or goes, until the transaction ends.
func takeTurn(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(turnLock))
	return err
}

// mayUndo locks the row of a load and refuses unless it is live, unedited and
// under no other live load. Whoever commits a load above locks it too.
func mayUndo(ctx context.Context, tx pgx.Tx, id int64) error {
	if err := takeTurn(ctx, tx); err != nil {
		return err
	}
	var state grid.LoadState
	var edited bool
	if err := tx.QueryRow(ctx, "SELECT state, edited FROM quanxi.loads WHERE id = $1 FOR UPDATE", id).Scan(&state, &edited); err != nil {
		return notFound(err)
	}
	var above int64
	if err := tx.QueryRow(ctx, dialect.Topmost(), id).Scan(&above); err != nil {
		return err
	}
	return store.MayUndo(state, edited, above)
}

// recordLoad queues the one change of a load, unless it has no Op, and its audit
// row. When the batch has run, receipt is complete.
func recordLoad(batch *pgx.Batch, by grid.By, action string, id int64, c feed.Change, receipt *grid.Receipt) {
	c.Kind, c.ID = feed.Loads, id
	audit := grid.AuditRow{Actor: by.Actor, Post: by.Post, From: by.From, Action: action, Object: fmt.Sprintf("%s/%d", feed.Loads, id),
		Touched: store.TouchedList(store.Touched{Kind: feed.Loads, ID: id, Revision: c.Revision, Op: string(c.Op)})}
	if c.Op == "" {
		record(batch, "", audit, nil, receipt)
		return
	}
	receipt.Refs = []grid.Ref{{Kind: c.Kind, ID: id, Revision: c.Revision}}
	record(batch, "", audit, []feed.Change{c}, receipt)
}
