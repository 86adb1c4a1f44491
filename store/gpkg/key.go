package gpkg

import (
	"context"
	"database/sql"
	"encoding/json"
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

// LiveKeys implements grid.Store.
func (s *Store) LiveKeys(ctx context.Context, kind grid.Kind, ids []int64) (map[int64]grid.SubjectKey, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := s.readers.Load().QueryContext(ctx, `SELECT id, wrapped FROM subject_key WHERE kind = ? AND id IN (SELECT value FROM json_each(?))
		AND (load = 0 OR load IN (SELECT id FROM loads WHERE state = 'live')) ORDER BY id, load`, string(kind), string(list))
	var found []grid.SubjectKey
	if err == nil {
		found, err = collect(rows, func(rows *sql.Rows) (grid.SubjectKey, error) {
			k := grid.SubjectKey{Kind: kind}
			err := rows.Scan(&k.ID, &k.Wrapped)
			return k, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", kind, classify(err))
	}
	return store.ByID(found), nil
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

// erase destroys the keys of a data subject, the digests in all versions of it, and
// whatever else versions and log hold of its past. All of it leaves the file itself too:
// deleted content is overwritten; see wipe.
func (t tx) erase(kind grid.Kind, id int64) error {
	if _, err := t.w.layout(kind); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM subject_key WHERE kind = ? AND id = ?", string(kind), id); err != nil {
		return err
	}
	for _, column := range store.DigestsOf(kind) {
		if err := t.exec(fmt.Sprintf("UPDATE %q SET %q = NULL WHERE id = ?", rowTable(kind), column), id); err != nil {
			return err
		}
	}
	return t.erasePast(kind, id)
}

func (t tx) erasePast(kind grid.Kind, id int64) error {
	names, values, err := store.BlankColumns(kind, bind)
	if err != nil {
		return err
	}
	for i, name := range names {
		query := fmt.Sprintf("UPDATE %q SET %q = ? WHERE id = ? AND %s", rowTable(kind), name, store.Unshown("loads"))
		if err := t.exec(query, values[i], id); err != nil {
			return err
		}
	}
	return t.exec(`UPDATE change SET body = '{"id":' || id || ',"revision":' || revision || '}' WHERE kind = ? AND id = ? AND op = 'put'`, string(kind), id)
}

// wipe empties the write-ahead log of what was deleted, as soon as readers let it. If
// they keep that log for longer than they may, the next Sweep does it: false.
func (s *Store) wipe(ctx context.Context) bool {
	s.remains.Store(true)
	ctx, cancel := context.WithTimeout(ctx, s.options.ReadLimit)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if emptied, err := s.writer.emptyLog(ctx); emptied || err != nil && ctx.Err() == nil {
			s.remains.Store(!emptied)
			return emptied
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return false
		}
	}
}
