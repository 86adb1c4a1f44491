package gpkg

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"quanxi/grid"
	"quanxi/store"
)

// SubjectKeys implements grid.Store.
func (s *Store) SubjectKeys(ctx context.Context, kind grid.Kind, id int64) ([]grid.SubjectKey, error) {
	rows, err := s.readers.Load().QueryContext(ctx, "SELECT load, wrapped FROM subject_key WHERE kind = ? AND id = ? ORDER BY load", string(kind), id)
	var found []grid.LoadKey
	if err == nil {
		found, err = collect(rows, scanLoadKey)
	}
	if err != nil {
		return nil, fmt.Errorf("keys of %s %d: %w", kind, id, classify(err))
	}
	keys := make([]grid.SubjectKey, 0, len(found))
	for _, k := range found {
		keys = append(keys, grid.SubjectKey{Kind: kind, ID: id, Wrapped: k.Wrapped})
	}
	return keys, nil
}

func scanLoadKey(rows *sql.Rows) (k grid.LoadKey, err error) {
	err = rows.Scan(&k.Load, &k.Wrapped)
	return k, err
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) (list []T, err error) {
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// Rekey implements grid.Store. What it replaces is overwritten, and leaves the
// write-ahead log when that is next emptied.
func (s *Store) Rekey(ctx context.Context, kind grid.Kind, after int64, limit int, change func(*grid.Secrets) error) (last int64, err error) {
	err = s.writer.do(ctx, func(t tx) error {
		last = 0
		rows, err := t.rows("SELECT DISTINCT id FROM subject_key WHERE kind = ? AND id > ? ORDER BY id LIMIT ?", string(kind), after, limit)
		if err != nil {
			return err
		}
		ids, err := collect(rows, func(rows *sql.Rows) (id int64, err error) { err = rows.Scan(&id); return id, err })
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := t.rekey(kind, id, change); err != nil {
				return err
			}
			last = id
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("rekey %s: %w", kind, classify(err))
	}
	s.remains.Store(true)
	return last, nil
}

func (t tx) rekey(kind grid.Kind, id int64, change func(*grid.Secrets) error) error {
	now, err := t.secrets(kind, id)
	if err != nil {
		return err
	}
	was := grid.Secrets{Keys: slices.Clone(now.Keys), Rows: slices.Clone(now.Rows)}
	if err := change(&now); err != nil {
		return err
	}
	for i, k := range now.Keys {
		if bytes.Equal(k.Wrapped, was.Keys[i].Wrapped) {
			continue
		}
		if err := t.exec("UPDATE subject_key SET wrapped = ? WHERE kind = ? AND id = ? AND load = ?", k.Wrapped, string(kind), id, k.Load); err != nil {
			return err
		}
	}
	for _, u := range store.Rekeyed(was.Rows, now.Rows) {
		if err := t.exec(fmt.Sprintf("UPDATE %q SET %q = ? WHERE row = ?", rowTable(kind), u.Column), u.Value, u.At); err != nil {
			return err
		}
	}
	return nil
}

func (t tx) secrets(kind grid.Kind, id int64) (grid.Secrets, error) {
	all := grid.Secrets{Kind: kind, ID: id}
	rows, err := t.rows("SELECT load, wrapped FROM subject_key WHERE kind = ? AND id = ? ORDER BY load", string(kind), id)
	if err != nil {
		return all, err
	}
	if all.Keys, err = collect(rows, scanLoadKey); err != nil {
		return all, err
	}
	rows, err = t.rows(fmt.Sprintf("SELECT row, %s FROM %q WHERE id = ?", store.SecretColumns(kind), rowTable(kind)), id)
	if err != nil {
		return all, err
	}
	all.Rows, err = collect(rows, func(rows *sql.Rows) (r grid.SecretRow, err error) {
		err = rows.Scan(&r.At, (*[]byte)(&r.Identity), &r.IDDigest, &r.PhoneDigest)
		return r, err
	})
	return all, err
}

// Past implements grid.Store.
func (s *Store) Past(ctx context.Context, kind grid.Kind, id int64) ([]grid.Past, error) {
	query := fmt.Sprintf(`SELECT revision, at AS happened, op, 0, '' FROM change WHERE kind = ?1 AND id = ?2
		UNION ALL SELECT r.revision, l.began, 'live', l.id, l.about FROM %q r JOIN loads l ON l.id = r.load WHERE r.id = ?2 AND l.state = 'live'
		ORDER BY 1, happened`, rowTable(kind))
	rows, err := s.readers.Load().QueryContext(ctx, query, string(kind), id)
	var list []grid.Past
	if err == nil {
		list, err = collect(rows, scanPast)
	}
	if err != nil {
		return nil, fmt.Errorf("past of %s %d: %w", kind, id, classify(err))
	}
	return list, nil
}

func scanPast(rows *sql.Rows) (p grid.Past, err error) {
	var at int64
	err = rows.Scan(&p.Revision, &at, &p.Op, &p.Load, &p.About)
	p.At = time.UnixMicro(at).UTC()
	return p, err
}
