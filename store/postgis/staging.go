package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// loadLock is the class of the advisory locks that say that a load is alive; the
// other half of the key is its number.
const loadLock = 0x6c6f6164

// load implements grid.Load. Its connection holds the lock of the load, so that
// other nodes find out when this process dies.
type load struct {
	s     *Store
	conn  *pgx.Conn
	id    int64
	actor string

	brought store.Brought
}

// BeginLoad implements grid.Store.
func (s *Store) BeginLoad(ctx context.Context, about grid.LoadInfo) (grid.Load, error) {
	conn, err := s.session(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin load: %w", classify(err))
	}
	l := &load{s: s, conn: conn, actor: about.Actor}
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return l.begin(ctx, tx, about) }); err != nil {
		l.end(ctx)
		return nil, fmt.Errorf("begin load: %w", classify(err))
	}
	return l, nil
}

func (l *load) begin(ctx context.Context, tx pgx.Tx, about grid.LoadInfo) error {
	err := tx.QueryRow(ctx, "INSERT INTO quanxi.loads (actor, about, state) VALUES ($1, $2, 'open') RETURNING id", about.Actor, about.About).Scan(&l.id)
	if err != nil {
		return err
	}
	batch := new(pgx.Batch)
	batch.Queue("SELECT pg_advisory_lock($1, $2)", loadLock, int32(l.id))
	recordLoad(batch, grid.By{Actor: l.actor}, "loads.begin", l.id, feed.Change{}, new(grid.Receipt))
	return tx.SendBatch(ctx, batch).Close()
}

// ID implements grid.Load.
func (l *load) ID() int64 { return l.id }

// Put implements grid.Load.
func (l *load) Put(ctx context.Context, entities []grid.Entity, keys []grid.SubjectKey) error {
	for len(entities) > 0 || len(keys) > 0 {
		n, k := min(len(entities), l.s.options.BatchRows), min(len(keys), l.s.options.BatchRows)
		if err := l.putBatch(ctx, entities[:n], keys[:k]); err != nil {
			return fmt.Errorf("load %d: %w", l.id, classify(err))
		}
		l.brought.Add(entities[:n])
		entities, keys = entities[n:], keys[k:]
	}
	return nil
}

func (l *load) putBatch(ctx context.Context, entities []grid.Entity, keys []grid.SubjectKey) error {
	want, highest := wantList{}, map[grid.Kind]int64{}
	for _, e := range entities {
		if err := l.s.known(e.Kind()); err != nil {
			return err
		}
		if err := store.Prepare(e); err != nil {
			return err
		}
		known, err := l.mayBeKnown(ctx, e, highest)
		if err != nil {
			return err
		}
		if known {
			want.add(e.Kind(), e.Entity().ID, e.Entity().External)
		}
	}
	fresh, err := l.reserve(ctx, entities)
	if err != nil {
		return err
	}
	var set store.Assignment
	err = pgx.BeginFunc(ctx, l.conn, func(tx pgx.Tx) error { return l.stage(ctx, tx, entities, keys, want, fresh, &set) })
	if err != nil {
		set.Undo()
	}
	return err
}

// mayBeKnown reports whether something of e may be stored. It is not if e lies above
// every id of its kind that is not the store's own: imports come in the order of ids,
// most of them into an empty table. Whoever stores one there meanwhile makes the
// batch fail on the primary key.
func (l *load) mayBeKnown(ctx context.Context, e grid.Entity, highest map[grid.Kind]int64) (bool, error) {
	head, kind := e.Entity(), e.Kind()
	top, seen := highest[kind]
	if !seen {
		if err := l.conn.QueryRow(ctx, fmt.Sprintf("SELECT COALESCE(max(id), 0) FROM %s WHERE id < $1", rowTable(kind)), int64(store.OwnIDs)).Scan(&top); err != nil {
			return false, err
		}
	}
	if head.ID < store.OwnIDs {
		highest[kind] = max(top, head.ID)
	}
	return head.ID <= top || head.ID >= store.OwnIDs || head.External != "", nil
}

// reserve takes as many ids as entities have none, beside the transaction. Those
// that find their id through their external id leave one unused.
func (l *load) reserve(ctx context.Context, entities []grid.Entity) (first int64, err error) {
	n := 0
	for _, e := range entities {
		if e.Entity().ID == 0 {
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	return l.s.NextIDs(ctx, n)
}

// stage writes one batch in one transaction.
func (l *load) stage(ctx context.Context, tx pgx.Tx, entities []grid.Entity, keys []grid.SubjectKey, want wantList, fresh int64, set *store.Assignment) error {
	if err := mustBeOpen(ctx, tx, l.id); err != nil {
		return err
	}
	state, err := fetch(ctx, tx, want)
	if err != nil {
		return err
	}
	plan := new(store.Plan)
	for _, e := range entities {
		head := e.Entity()
		set.Set(head, head.ID, head.Revision)
		if !store.Identify(state, e) {
			head.ID, fresh = fresh, fresh+1
		}
		if err := plan.Stage(state, l.id, e); err != nil {
			return err
		}
	}
	return l.carryOut(ctx, tx, plan, keys, len(entities))
}

// carryOut copies the new rows in bulk, after the old ones have made room.
func (l *load) carryOut(ctx context.Context, tx pgx.Tx, plan *store.Plan, keys []grid.SubjectKey, put int) error {
	inserts := map[grid.Kind][]*store.Row{}
	rest := &store.Plan{}
	for _, r := range plan.Rows {
		if r.Act == store.Insert {
			inserts[r.Kind] = append(inserts[r.Kind], r)
		} else {
			rest.Rows = append(rest.Rows, r)
		}
	}
	batch := new(pgx.Batch)
	if err := l.s.apply(batch, rest); err != nil {
		return err
	}
	for _, over := range plan.Over {
		batch.Queue("INSERT INTO quanxi.load_over (load, over) VALUES ($1, $2) ON CONFLICT DO NOTHING", l.id, over)
	}
	l.queueKeys(batch, keys)
	mustHit(batch.Queue("UPDATE quanxi.loads SET put = put + $2 WHERE id = $1 AND state = 'open'", l.id, put))
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	for _, kind := range feed.Kinds() {
		if err := l.copyRows(ctx, tx, kind, inserts[kind]); err != nil {
			return err
		}
	}
	return nil
}

// queueKeys queues one statement for all keys; of two for one subject the last stays.
func (l *load) queueKeys(batch *pgx.Batch, keys []grid.SubjectKey) {
	if len(keys) == 0 {
		return
	}
	kinds, ids, wrapped := make([]string, len(keys)), make([]int64, len(keys)), make([][]byte, len(keys))
	for i, k := range keys {
		kinds[i], ids[i], wrapped[i] = string(k.Kind), k.ID, k.Wrapped
	}
	batch.Queue(`INSERT INTO quanxi.subject_key (kind, id, load, wrapped)
		SELECT DISTINCT ON (kind, id) kind, id, $4, wrapped
		FROM unnest($1::text[], $2::bigint[], $3::bytea[]) WITH ORDINALITY k (kind, id, wrapped, n) ORDER BY kind, id, n DESC
		ON CONFLICT (kind, id, load) DO UPDATE SET wrapped = excluded.wrapped`, kinds, ids, wrapped, l.id)
}

func (l *load) copyRows(ctx context.Context, tx pgx.Tx, kind grid.Kind, rows []*store.Row) error {
	if len(rows) == 0 {
		return nil
	}
	layout := l.s.layouts[kind]
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"quanxi", string(kind) + "_rows"}, layout.written(),
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) { return layout.args(rows[i]) }))
	return err
}

func mustBeOpen(ctx context.Context, tx pgx.Tx, id int64) error {
	var state grid.LoadState
	if err := tx.QueryRow(ctx, "SELECT state FROM quanxi.loads WHERE id = $1", id).Scan(&state); err != nil {
		return notFound(err)
	}
	if state != grid.LoadOpen {
		return fmt.Errorf("is %s: %w", state, grid.ErrConflict)
	}
	return nil
}

// Commit implements grid.Load.
func (l *load) Commit(ctx context.Context) (grid.Receipt, error) {
	var receipt grid.Receipt
	err := l.s.update(ctx, func(tx pgx.Tx) error {
		if err := mayCommit(ctx, tx, l.id); err != nil {
			return err
		}
		batch := new(pgx.Batch)
		holdNamed(batch, l.id)
		queueChecks(batch, dialect.MayCommit(l.brought.Open()), l.id)
		mustHit(batch.Queue("UPDATE quanxi.loads SET state = 'live' WHERE id = $1", l.id))
		recordLoad(batch, grid.By{Actor: l.actor}, "loads.commit", l.id, feed.Change{Revision: 1, Op: feed.Live}, &receipt)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return grid.Receipt{}, fmt.Errorf("commit load %d: %w", l.id, classify(err))
	}
	l.end(ctx)
	l.s.committed()
	return receipt, nil
}

// mayCommit locks the rows of a load and of all loads under it, and refuses if
// something that it replaces was edited or undone.
func mayCommit(ctx context.Context, tx pgx.Tx, id int64) error {
	if err := takeTurn(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `SELECT 1 FROM quanxi.loads WHERE id = $1 OR id IN (SELECT over FROM quanxi.load_over WHERE load = $1)
		ORDER BY id FOR UPDATE`, id); err != nil {
		return err
	}
	if err := mustBeOpen(ctx, tx, id); err != nil {
		return err
	}
	var spoilt bool
	err := tx.QueryRow(ctx, `SELECT spoilt OR EXISTS (SELECT 1 FROM quanxi.load_over o JOIN quanxi.loads b ON b.id = o.over
		WHERE o.load = l.id AND b.state <> 'live') FROM quanxi.loads l WHERE l.id = $1`, id).Scan(&spoilt)
	if err == nil && spoilt {
		err = fmt.Errorf("something it replaces was edited: %w", grid.ErrConflict)
	}
	return err
}

// end gives the connection back, and the lock with it.
func (l *load) end(ctx context.Context) {
	if l.conn != nil {
		_ = l.conn.Close(context.WithoutCancel(ctx)) // the server notices by itself
		l.conn = nil
	}
}

// Abort implements grid.Load.
func (l *load) Abort(ctx context.Context) error {
	if l.conn == nil {
		return nil
	}
	err := l.s.abort(ctx, l.actor, l.id)
	if err == nil || errors.Is(err, grid.ErrConflict) {
		l.end(ctx)
		err = l.s.sweep(ctx, l.id)
	}
	if err != nil {
		return fmt.Errorf("abort load %d: %w", l.id, classify(err))
	}
	return nil
}
