package postgis

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// wanted is what a transaction must know of one kind before it plans.
type wanted struct {
	ids       []int64
	externals []string
}

// A wantList is what a transaction must know.
type wantList map[grid.Kind]*wanted

func (l wantList) add(kind grid.Kind, id int64, external string) {
	w := l[kind]
	if w == nil {
		w = new(wanted)
		l[kind] = w
	}
	if id != 0 {
		w.ids = append(w.ids, id)
	}
	if external != "" {
		w.externals = append(w.externals, external)
	}
}

// fetch locks the rows of everything in l and returns them all. Kinds and ids
// are locked in one order by everybody. The second query of a kind sees what
// those committed for whom the first has waited.
func fetch(ctx context.Context, tx pgx.Tx, l wantList) (*store.State, error) {
	s, batch := store.NewState(), new(pgx.Batch)
	for _, kind := range feed.Kinds() {
		w := l[kind]
		if w == nil {
			continue
		}
		slices.SortFunc(w.ids, cmp.Compare[int64])
		batch.Queue(fmt.Sprintf("SELECT 1 FROM %s WHERE id = ANY($1) ORDER BY id, replaced_by FOR UPDATE", rowTable(kind)), w.ids)
		batch.Queue(versionsQuery(kind), w.ids, w.externals).Query(func(rows pgx.Rows) error { return addVersions(s, kind, rows) })
	}
	return s, tx.SendBatch(ctx, batch).Close()
}

// versionsQuery takes ids and external ids. They are joined into one array so
// that the primary key serves both.
func versionsQuery(kind grid.Kind) string {
	return fmt.Sprintf(`SELECT r.id, r.revision, r.external, r.removed, r.load, r.replaced_by,
		COALESCE(own.state, ''), COALESCE(own.bump, 0), COALESCE(own.edited, false),
		COALESCE(over.state, ''), COALESCE(over.bump, 0), COALESCE(over.spoilt, false)
		FROM %[1]s r LEFT JOIN quanxi.loads own ON own.id = r.load LEFT JOIN quanxi.loads over ON over.id = r.replaced_by
		WHERE r.id = ANY (ARRAY(SELECT unnest($1::bigint[]) UNION
			SELECT id FROM %[1]s WHERE external = ANY ($2) AND external <> '' AND NOT removed AND replaced_by = 0))`, rowTable(kind))
}

func addVersions(s *store.State, kind grid.Kind, rows pgx.Rows) error {
	for rows.Next() {
		v, err := store.ScanVersion(rows)
		if err != nil {
			return err
		}
		s.Add(kind, v)
	}
	return rows.Err()
}

// apply queues the rows of a plan and its marks on loads.
func (s *Store) apply(batch *pgx.Batch, p *store.Plan) error {
	for _, r := range p.Rows {
		if err := s.applyRow(batch, r); err != nil {
			return err
		}
	}
	for _, load := range slices.Sorted(slices.Values(slices.Concat(p.Edited, p.Named))) { // locked in one order by everybody
		if slices.Contains(p.Edited, load) {
			mustHit(batch.Queue("UPDATE quanxi.loads SET edited = true WHERE id = $1 AND state = 'live'", load))
			continue
		}
		// Whoever undoes it waits for us, and finds what names its things.
		mustHit(batch.Queue("SELECT 1 FROM quanxi.loads WHERE id = $1 AND state = 'live' FOR SHARE", load))
	}
	for _, load := range p.Spoilt {
		mustHit(batch.Queue("UPDATE quanxi.loads SET spoilt = true WHERE id = $1 AND state = 'open'", load))
	}
	return nil
}

func (s *Store) applyRow(batch *pgx.Batch, r *store.Row) error {
	l := s.layouts[r.Kind]
	if r.Act == store.Move {
		mustHit(batch.Queue(l.move(), r.To, r.Revision, r.ID, r.From))
		return nil
	}
	args, err := l.args(r)
	if err != nil {
		return err
	}
	if r.Act == store.Insert {
		batch.Queue(l.insert(), args...)
		return nil
	}
	mustHit(batch.Queue(l.replace(), append(args, r.ID, r.From)...))
	return nil
}
