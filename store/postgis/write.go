package postgis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// mustHit makes a queued statement fail with ErrConflict unless it changes one
// row: somebody else was there in between.
func mustHit(q *pgx.QueuedQuery) {
	q.Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != 1 {
			return fmt.Errorf("changed meanwhile: %w", grid.ErrConflict)
		}
		return nil
	})
}

// Write implements grid.Store.
func (s *Store) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	var receipt grid.Receipt
	var set store.Assignment
	want, err := s.prepare(ctx, w, &set)
	switch {
	case err != nil:
	case len(want) == 0 && w.Once.Key == "":
		receipt, err = s.carryOut(ctx, s.pool, store.NewState(), w, &set)
	default:
		err = s.update(ctx, func(tx pgx.Tx) (err error) {
			receipt, err = s.write(ctx, tx, w, want, &set)
			return err
		})
	}
	if err != nil {
		set.Undo()
		return grid.Receipt{}, fmt.Errorf("write: %w", classify(err))
	}
	s.committed()
	return receipt, nil
}

// prepare checks w, gives ids to new entities, and lists what must be known. Of
// an entity that is new by its id and claims no external id there is nothing to
// know.
func (s *Store) prepare(ctx context.Context, w grid.Write, set *store.Assignment) (wantList, error) {
	want := wantList{}
	for _, e := range w.Put {
		if err := s.known(e.Kind()); err != nil {
			return nil, err
		}
		if err := store.Prepare(e); err != nil {
			return nil, err
		}
		head := e.Entity()
		if head.ID == 0 {
			id, err := s.takeID(ctx)
			if err != nil {
				return nil, err
			}
			set.Set(head, id, head.Revision)
			if head.External == "" {
				continue
			}
		}
		want.add(e.Kind(), head.ID, head.External)
	}
	for _, ref := range w.Remove {
		if err := s.known(ref.Kind); err != nil {
			return nil, err
		}
		want.add(ref.Kind, ref.ID, "")
	}
	return want, nil
}

func (s *Store) known(kind grid.Kind) error {
	if _, ok := s.layouts[kind]; !ok {
		return fmt.Errorf("kind %q: %w", kind, grid.ErrInvalid)
	}
	return nil
}

// write looks at what is there, and then does what there is to do.
func (s *Store) write(ctx context.Context, tx pgx.Tx, w grid.Write, want wantList, set *store.Assignment) (grid.Receipt, error) {
	if first, found, err := repeated(ctx, tx, w); found || err != nil {
		return first, err
	}
	state, err := fetch(ctx, tx, want)
	if err != nil {
		return grid.Receipt{}, err
	}
	return s.carryOut(ctx, tx, state, w, set)
}

// sender is a transaction, or a pool that makes one of each batch.
type sender interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}

// carryOut plans w and carries it out in one round trip.
func (s *Store) carryOut(ctx context.Context, to sender, state *store.State, w grid.Write, set *store.Assignment) (grid.Receipt, error) {
	plan, out, err := store.Decide(state, w, set, events.New)
	if err != nil {
		return grid.Receipt{}, err
	}
	receipt := grid.Receipt{Refs: out.Refs}
	batch := new(pgx.Batch)
	if err := s.apply(batch, plan); err != nil {
		return grid.Receipt{}, err
	}
	for _, k := range w.Keys {
		putKey(batch, k)
	}
	record(batch, out.Audit, out.Changes, &receipt)
	if err := remember(batch, w, receipt); err != nil {
		return grid.Receipt{}, err
	}
	err = to.SendBatch(ctx, batch).Close()
	return receipt, err
}

// record queues the changes and the audit row of one write. When the batch has
// run, receipt has its mark.
func record(batch *pgx.Batch, audit grid.AuditRow, changes []feed.Change, receipt *grid.Receipt) {
	n := len(changes)
	if n > 0 {
		kinds, ops, bodies := make([]string, n), make([]string, n), make([]string, n)
		ids, revisions := make([]int64, n), make([]int64, n)
		for i, c := range changes {
			kinds[i], ids[i], revisions[i], ops[i], bodies[i] = string(c.Kind), c.ID, c.Revision, string(c.Op), string(c.Body)
		}
		batch.Queue(`INSERT INTO quanxi.change (kind, id, revision, op, body)
			SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])`, kinds, ids, revisions, ops, bodies)
	}
	batch.Queue(insertAudit+" RETURNING xid::text::bigint", auditArgs(audit)...).QueryRow(func(row pgx.Row) error { return row.Scan(&receipt.Mark) })
}

// repeated claims w's idempotency key for this transaction, or returns the
// receipt of the first time. It waits for another transaction with the same key.
func repeated(ctx context.Context, tx pgx.Tx, w grid.Write) (first grid.Receipt, found bool, err error) {
	if w.Once.Key == "" {
		return first, false, nil
	}
	digest := append([]byte{}, w.Once.Digest...)
	tag, err := tx.Exec(ctx, "INSERT INTO quanxi.once (actor, key, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", w.Actor, w.Once.Key, digest)
	if err != nil || tag.RowsAffected() == 1 {
		return first, false, err
	}
	var receipt []byte
	err = tx.QueryRow(ctx, "SELECT digest, receipt FROM quanxi.once WHERE actor = $1 AND key = $2", w.Actor, w.Once.Key).Scan(&digest, &receipt)
	if err == nil {
		first, err = store.Repetition(w.Once, digest, receipt)
	}
	return first, err == nil, err
}

// Seen implements grid.Store.
func (s *Store) Seen(ctx context.Context, actor string, once grid.Once) (grid.Receipt, bool, error) {
	if once.Key == "" {
		return grid.Receipt{}, false, nil
	}
	var digest, receipt []byte
	var first grid.Receipt
	err := s.pool.QueryRow(ctx, "SELECT digest, receipt FROM quanxi.once WHERE actor = $1 AND key = $2", actor, once.Key).Scan(&digest, &receipt)
	if errors.Is(err, pgx.ErrNoRows) {
		return first, false, nil
	}
	if err == nil {
		first, err = store.Repetition(once, digest, receipt)
	}
	if err != nil {
		return grid.Receipt{}, false, fmt.Errorf("idempotency key: %w", classify(err))
	}
	return first, true, nil
}

// remember queues the receipt for repetitions. Its mark is the transaction's
// own number, which only the server knows yet.
func remember(batch *pgx.Batch, w grid.Write, receipt grid.Receipt) error {
	if w.Once.Key == "" {
		return nil
	}
	refs, err := json.Marshal(receipt.Refs)
	if err != nil {
		return err
	}
	mustHit(batch.Queue(`UPDATE quanxi.once SET receipt = '{"Mark":' || pg_current_xact_id()::text || ',"Refs":' || $3::text || '}'
		WHERE actor = $1 AND key = $2`, w.Actor, w.Once.Key, string(refs)))
	return nil
}
