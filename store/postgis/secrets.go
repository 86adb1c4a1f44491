package postgis

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"quanxi/grid"
	"quanxi/store"
)

const loadKeys = "SELECT load, wrapped FROM quanxi.subject_key WHERE kind = $1 AND id = $2 ORDER BY load"

func scanLoadKey(row pgx.CollectableRow) (k grid.LoadKey, err error) {
	err = row.Scan(&k.Load, &k.Wrapped)
	return k, err
}

// gather reads all rows of a query.
func gather[T any](ctx context.Context, from querier, scan pgx.RowToFunc[T], query string, args ...any) ([]T, error) {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// SubjectKeys implements grid.Store.
func (s *Store) SubjectKeys(ctx context.Context, kind grid.Kind, id int64) ([]grid.SubjectKey, error) {
	found, err := gather(ctx, s.pool, scanLoadKey, loadKeys, string(kind), id)
	if err != nil {
		return nil, fmt.Errorf("keys of %s %d: %w", kind, id, classify(err))
	}
	keys := make([]grid.SubjectKey, 0, len(found))
	for _, k := range found {
		keys = append(keys, grid.SubjectKey{Kind: kind, ID: id, Wrapped: k.Wrapped})
	}
	return keys, nil
}

// Rekey implements grid.Store. What it replaces is on disk until it is vacuumed, and in
// archived write-ahead logs until those expire.
func (s *Store) Rekey(ctx context.Context, kind grid.Kind, after int64, limit int, change func(*grid.Secrets) error) (last int64, err error) {
	if err := s.known(kind); err != nil {
		return 0, err
	}
	err = s.update(ctx, func(tx pgx.Tx) error {
		last = 0
		ids, err := gather(ctx, tx, pgx.RowTo[int64], "SELECT DISTINCT id FROM quanxi.subject_key WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3", string(kind), after, limit)
		if err != nil {
			return err
		}
		batch := new(pgx.Batch)
		for _, id := range ids {
			if err := rekey(ctx, tx, batch, kind, id, change); err != nil {
				return err
			}
			last = id
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return 0, fmt.Errorf("rekey %s: %w", kind, classify(err))
	}
	return last, nil
}

func rekey(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, kind grid.Kind, id int64, change func(*grid.Secrets) error) error {
	now, err := secrets(ctx, tx, kind, id)
	if err != nil {
		return err
	}
	was := grid.Secrets{Keys: slices.Clone(now.Keys), Rows: slices.Clone(now.Rows)}
	if err := change(&now); err != nil {
		return err
	}
	for i, k := range now.Keys {
		if !bytes.Equal(k.Wrapped, was.Keys[i].Wrapped) {
			batch.Queue("UPDATE quanxi.subject_key SET wrapped = $1 WHERE kind = $2 AND id = $3 AND load = $4", k.Wrapped, string(kind), id, k.Load)
		}
	}
	for _, u := range store.Rekeyed(was.Rows, now.Rows) {
		batch.Queue(fmt.Sprintf("UPDATE %s SET %q = $1 WHERE id = $2 AND replaced_by = $3", rowTable(kind), u.Column), u.Value, id, u.At)
	}
	return nil
}

// secrets reads and locks what is sealed of a subject.
func secrets(ctx context.Context, tx pgx.Tx, kind grid.Kind, id int64) (all grid.Secrets, err error) {
	all = grid.Secrets{Kind: kind, ID: id}
	if all.Keys, err = gather(ctx, tx, scanLoadKey, loadKeys+" FOR UPDATE", string(kind), id); err != nil {
		return all, err
	}
	query := fmt.Sprintf("SELECT replaced_by, %s FROM %s WHERE id = $1 FOR UPDATE", store.SecretColumns(kind), rowTable(kind))
	all.Rows, err = gather(ctx, tx, func(row pgx.CollectableRow) (r grid.SecretRow, err error) {
		err = row.Scan(&r.At, (*[]byte)(&r.Identity), &r.IDDigest, &r.PhoneDigest)
		return r, err
	}, query, id)
	return all, err
}

// Past implements grid.Store.
func (s *Store) Past(ctx context.Context, kind grid.Kind, id int64) ([]grid.Past, error) {
	if err := s.known(kind); err != nil {
		return nil, err
	}
	query := fmt.Sprintf(`SELECT revision, at AS happened, op, 0::bigint, '' FROM quanxi.change WHERE kind = $1 AND id = $2
		UNION ALL SELECT r.revision, l.began, 'live', l.id, l.about FROM %s r JOIN quanxi.loads l ON l.id = r.load WHERE r.id = $2 AND l.state = 'live'
		ORDER BY 1, happened`, rowTable(kind))
	list, err := gather(ctx, s.pool, func(row pgx.CollectableRow) (p grid.Past, err error) {
		err = row.Scan(&p.Revision, &p.At, &p.Op, &p.Load, &p.About)
		p.At = p.At.UTC()
		return p, err
	}, query, string(kind), id)
	if err != nil {
		return nil, fmt.Errorf("past of %s %d: %w", kind, id, classify(err))
	}
	return list, nil
}
