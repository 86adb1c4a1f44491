package gpkg

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// Loads implements grid.Store.
func (s *Store) Loads(ctx context.Context) ([]grid.LoadInfo, error) {
	rows, err := s.readers.Load().QueryContext(ctx, "SELECT id, actor, about, state, began, put FROM loads ORDER BY id DESC")
	if err != nil {
		return nil, fmt.Errorf("loads: %w", classify(err))
	}
	defer rows.Close()
	var list []grid.LoadInfo
	for rows.Next() {
		var l grid.LoadInfo
		var began int64
		if err := rows.Scan(&l.ID, &l.Actor, &l.About, &l.State, &began, &l.Put); err != nil {
			return nil, fmt.Errorf("loads: %w", classify(err))
		}
		l.Began = time.UnixMicro(began).UTC()
		list = append(list, l)
	}
	return list, rows.Err()
}

// undoTries is how often an undo whose checks were outrun makes them again outside the
// write transaction; then it makes them inside, where others wait for it.
const undoTries = 3

// UndoLoad implements grid.Store.
func (s *Store) UndoLoad(ctx context.Context, by grid.By, id int64) (grid.Receipt, error) {
	receipt, err := grid.Receipt{}, errOutrun
	for range undoTries {
		var at state
		if at, err = s.holdsAt(ctx, dialect.MayUndo(), id); err != nil {
			break
		}
		if receipt, err = s.undo(ctx, by, id, func(t tx) error { return t.unmoved(at) }); !errors.Is(err, errOutrun) {
			break
		}
	}
	if errors.Is(err, errOutrun) {
		receipt, err = s.undo(ctx, by, id, func(t tx) error { return holds(dialect.MayUndo(), id, t.row) })
	}
	if err != nil {
		return grid.Receipt{}, fmt.Errorf("undo load %d: %w", id, classify(err))
	}
	s.committed(receipt.Mark)
	return receipt, nil
}

// undo undoes a load if it may be and the links allow it.
func (s *Store) undo(ctx context.Context, by grid.By, id int64, linksAllow func(tx) error) (receipt grid.Receipt, err error) {
	err = s.writer.do(ctx, func(t tx) error {
		var state grid.LoadState
		var edited bool
		if err := t.row("SELECT state, edited FROM loads WHERE id = ?", []any{id}, &state, &edited); err != nil {
			return notFound(err)
		}
		var above int64
		if err := t.row(dialect.Topmost(), []any{id}, &above); err != nil {
			return err
		}
		if err := errors.Join(store.MayUndo(state, edited, above), linksAllow(t)); err != nil {
			return err
		}
		// What comes back must look newer than what every load above has shown.
		err := t.exec(`UPDATE loads SET state = 'undone', bump = 2 + (SELECT COALESCE(sum(l.bump), 0)
			FROM load_over o JOIN loads l ON l.id = o.load WHERE o.over = ?1) WHERE id = ?1`, id)
		if err != nil {
			return err
		}
		receipt, err = t.recordLoad(by, "loads.undo", id, feed.Change{Revision: 2, Op: feed.Undone})
		return err
	})
	return receipt, err
}

// recordLoad writes the one change of a load, unless it has no Op, and its audit row.
func (t tx) recordLoad(by grid.By, action string, id int64, c feed.Change) (grid.Receipt, error) {
	c.Kind, c.ID = feed.Loads, id
	audit := grid.AuditRow{Actor: by.Actor, Post: by.Post, From: by.From, Action: action, Object: fmt.Sprintf("%s/%d", feed.Loads, id),
		Touched: store.TouchedList(store.Touched{Kind: feed.Loads, ID: id, Revision: c.Revision, Op: string(c.Op)})}
	if c.Op == "" {
		return t.record(audit, nil)
	}
	receipt, err := t.record(audit, []feed.Change{c})
	receipt.Refs = []grid.Ref{{Kind: c.Kind, ID: id, Revision: c.Revision}}
	return receipt, err
}

// LoadEntities implements grid.Store.
func (s *Store) LoadEntities(ctx context.Context, id int64) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		ctx, cancel := context.WithTimeout(ctx, 20*s.options.ReadLimit)
		defer cancel()
		if err := s.loadEntities(ctx, id, yield); err != nil {
			yield(nil, fmt.Errorf("load %d: %w", id, classify(err)))
		}
	}
}

func (s *Store) loadEntities(ctx context.Context, id int64, yield func(grid.Entity, error) bool) error {
	view, err := s.snapshot(ctx)
	if err != nil {
		return err
	}
	defer view.end()
	var state grid.LoadState
	if err := view.tx.QueryRowContext(ctx, "SELECT state FROM loads WHERE id = ?", id).Scan(&state); err != nil {
		return notFound(err)
	}
	for _, kind := range feed.Kinds() {
		more, err := view.touched(ctx, s.writer.layouts[kind], id, yield)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// touched yields what a load touched of one kind: its live state, or the head alone.
func (v view) touched(ctx context.Context, l layout, load int64, yield func(grid.Entity, error) bool) (more bool, err error) {
	live := fmt.Sprintf("SELECT %s FROM %q WHERE id = ? AND %s", l.read, rowTable(l.kind), shown)
	one, err := v.tx.PrepareContext(ctx, live)
	if err != nil {
		return false, err
	}
	defer one.Close()
	ids, err := v.tx.QueryContext(ctx, fmt.Sprintf("SELECT DISTINCT id FROM %q WHERE load = ? AND load <> 0 ORDER BY id", rowTable(l.kind)), load)
	if err != nil {
		return false, err
	}
	defer ids.Close()
	for ids.Next() {
		var id int64
		if err := ids.Scan(&id); err != nil {
			return false, err
		}
		e, err := v.state(ctx, l, one, id)
		if err != nil {
			return false, err
		}
		if !yield(e, nil) {
			return false, nil
		}
	}
	return true, ids.Err()
}
