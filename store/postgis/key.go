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

// LiveKeys implements grid.Store.
func (s *Store) LiveKeys(ctx context.Context, kind grid.Kind, ids []int64) (map[int64]grid.SubjectKey, error) {
	scan := func(row pgx.CollectableRow) (grid.SubjectKey, error) {
		k := grid.SubjectKey{Kind: kind}
		err := row.Scan(&k.ID, &k.Wrapped)
		return k, err
	}
	found, err := gather(ctx, s.pool, scan, `SELECT id, wrapped FROM quanxi.subject_key WHERE kind = $1 AND id = ANY ($2)
		AND (load = 0 OR load IN (SELECT l.id FROM quanxi.loads l WHERE l.state = 'live')) ORDER BY id, load`, string(kind), ids)
	if err != nil {
		return nil, fmt.Errorf("keys of %s: %w", kind, classify(err))
	}
	return store.ByID(found), nil
}

// putKey queues the replacement of a subject's live key, or its first key.
func putKey(batch *pgx.Batch, k grid.SubjectKey) {
	batch.Queue("UPDATE quanxi.loads SET edited = true WHERE NOT edited AND state = 'live' AND id = (SELECT load "+liveKey+")", string(k.Kind), k.ID)
	batch.Queue(`INSERT INTO quanxi.subject_key (kind, id, load, wrapped) VALUES ($1, $2, COALESCE((SELECT load `+liveKey+`), 0), $3)
		ON CONFLICT (kind, id, load) DO UPDATE SET wrapped = excluded.wrapped`, string(k.Kind), k.ID, k.Wrapped)
}

// erase queues the end of a data subject's keys, of its digests in all versions, and of
// whatever else versions and log hold of its past.
func erase(batch *pgx.Batch, ref grid.Ref) error {
	batch.Queue("DELETE FROM quanxi.subject_key WHERE kind = $1 AND id = $2", string(ref.Kind), ref.ID)
	for _, column := range store.DigestsOf(ref.Kind) {
		batch.Queue(fmt.Sprintf("UPDATE %s SET %q = NULL WHERE id = $1", rowTable(ref.Kind), column), ref.ID)
	}
	names, values, err := store.BlankColumns(ref.Kind, bind)
	if err != nil {
		return err
	}
	for i, name := range names {
		query := fmt.Sprintf("UPDATE %s SET %q = $1 WHERE id = $2 AND %s", rowTable(ref.Kind), name, store.Unshown("quanxi.loads"))
		batch.Queue(query, values[i], ref.ID)
	}
	batch.Queue(`UPDATE quanxi.change SET body = format('{"id":%s,"revision":%s}', id, revision) WHERE kind = $1 AND id = $2 AND op = 'put'`, string(ref.Kind), ref.ID)
	return nil
}

// wipe frees the deleted keys on disk, for later rows to overwrite; false if that has to
// wait. In archived write-ahead logs they stay until those expire.
func (s *Store) wipe(ctx context.Context) bool {
	_, err := s.pool.Exec(ctx, "VACUUM quanxi.subject_key")
	return err == nil
}
