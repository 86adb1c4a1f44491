package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/grid"
	"quanxi/store"
)

// liveKey selects the key row of a subject that goes with its live state: that
// of the newest live load that brought one, or else the ordinary one.
const liveKey = `FROM quanxi.subject_key WHERE kind = $1 AND id = $2
	AND (load = 0 OR load IN (SELECT l.id FROM quanxi.loads l WHERE l.state = 'live')) ORDER BY load DESC LIMIT 1`

// SubjectKey implements grid.Store.
func (s *Store) SubjectKey(ctx context.Context, kind grid.Kind, id int64) (grid.SubjectKey, error) {
	k := grid.SubjectKey{Kind: kind, ID: id}
	err := s.pool.QueryRow(ctx, "SELECT wrapped "+liveKey, string(kind), id).Scan(&k.Wrapped)
	if err != nil {
		return grid.SubjectKey{}, fmt.Errorf("key of %s %d: %w", kind, id, classify(notFound(err)))
	}
	return k, nil
}

// putKey queues the replacement of a subject's live key, or its first key.
func putKey(batch *pgx.Batch, k grid.SubjectKey) {
	batch.Queue("UPDATE quanxi.loads SET edited = true WHERE NOT edited AND state = 'live' AND id = (SELECT load "+liveKey+")", string(k.Kind), k.ID)
	batch.Queue(`INSERT INTO quanxi.subject_key (kind, id, load, wrapped) VALUES ($1, $2, COALESCE((SELECT load `+liveKey+`), 0), $3)
		ON CONFLICT (kind, id, load) DO UPDATE SET wrapped = excluded.wrapped`, string(k.Kind), k.ID, k.Wrapped)
}

// DestroyKey implements grid.Store. The deleted row stays on disk until vacuum
// and in archived write-ahead logs until they expire.
func (s *Store) DestroyKey(ctx context.Context, about grid.AuditRow, kind grid.Kind, id int64) error {
	err := s.update(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM quanxi.subject_key WHERE kind = $1 AND id = $2", string(kind), id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return grid.ErrNotFound
		}
		batch := new(pgx.Batch)
		record(batch, "", store.Destroyed(about, kind, id), nil, new(grid.Receipt))
		return tx.SendBatch(ctx, batch).Close()
	})
	if err == nil {
		_, err = s.pool.Exec(ctx, "VACUUM quanxi.subject_key")
	}
	if err != nil {
		return fmt.Errorf("destroy key of %s %d: %w", kind, id, classify(err))
	}
	return nil
}
