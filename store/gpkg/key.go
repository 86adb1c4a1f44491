package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"quanxi/grid"
	"quanxi/store"
)

// liveKey selects the key row of a subject that goes with its live state: that
// of the newest live load that brought one, or else the ordinary one.
const liveKey = `FROM subject_key WHERE kind = ? AND id = ?
	AND (load = 0 OR load IN (SELECT id FROM loads WHERE state = 'live')) ORDER BY load DESC LIMIT 1`

// SubjectKey implements grid.Store.
func (s *Store) SubjectKey(ctx context.Context, kind grid.Kind, id int64) (grid.SubjectKey, error) {
	k := grid.SubjectKey{Kind: kind, ID: id}
	err := s.readers.Load().QueryRowContext(ctx, "SELECT wrapped "+liveKey, string(kind), id).Scan(&k.Wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		err = grid.ErrNotFound
	}
	if err != nil {
		return grid.SubjectKey{}, fmt.Errorf("key of %s %d: %w", kind, id, classify(err))
	}
	return k, nil
}

// putKey replaces the live key of a subject, or gives it one.
func (t tx) putKey(k grid.SubjectKey) error {
	var load int64
	err := t.row("SELECT load "+liveKey, []any{string(k.Kind), k.ID}, &load)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if load != 0 {
		if err := t.exec("UPDATE loads SET edited = 1 WHERE id = ?", load); err != nil {
			return err
		}
	}
	return t.stageKey(k, load)
}

// stageKey keeps a key that goes live with a load.
func (t tx) stageKey(k grid.SubjectKey, load int64) error {
	return t.exec("INSERT INTO subject_key (kind, id, load, wrapped) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET wrapped = excluded.wrapped",
		string(k.Kind), k.ID, load, k.Wrapped)
}

// DestroyKey implements grid.Store. The key leaves the file itself too: deleted
// content is overwritten, and the write-ahead log is emptied. If readers keep that
// log for long, the error wraps grid.ErrUnavailable: nobody can open the identity any
// more, but remains of the key are in the log until Sweep finds it free.
func (s *Store) DestroyKey(ctx context.Context, about grid.AuditRow, kind grid.Kind, id int64) error {
	var receipt grid.Receipt
	err := s.writer.do(ctx, func(t tx) error {
		n, err := t.count("DELETE FROM subject_key WHERE kind = ? AND id = ?", string(kind), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return grid.ErrNotFound
		}
		receipt, err = t.record(store.Destroyed(about, kind, id), nil)
		return err
	})
	if err == nil {
		s.committed(receipt.Mark)
		s.remains.Store(true)
		err = s.wipe(ctx)
	}
	if err != nil {
		return fmt.Errorf("destroy key of %s %d: %w", kind, id, classify(err))
	}
	return nil
}

// wipe empties the write-ahead log of what was deleted, as soon as readers let it.
func (s *Store) wipe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.ReadLimit)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		emptied, err := s.writer.emptyLog(ctx)
		if emptied || err != nil && ctx.Err() == nil {
			s.remains.Store(!emptied)
			return err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("the key is destroyed, remains of it stay in the log while it is read: %w", grid.ErrUnavailable)
		}
	}
}
