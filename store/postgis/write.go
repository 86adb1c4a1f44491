package postgis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

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
	receipt, err := s.tryWrite(ctx, w)
	if s.restored(ctx, err) {
		receipt, err = s.tryWrite(ctx, w)
	}
	if err != nil {
		return grid.Receipt{}, fmt.Errorf("write: %w", classify(err))
	}
	s.committed()
	if len(w.Erase) > 0 && !receipt.Repeated {
		receipt.Remains = !s.wipe(ctx) // else autovacuum does it
	}
	return receipt, nil
}

// tryWrite is Write in the epoch of its ids. If it fails, w is as it was.
func (s *Store) tryWrite(ctx context.Context, w grid.Write) (receipt grid.Receipt, err error) {
	j := job{Write: w, want: wantList{}}
	if err = s.prepare(ctx, &j); err == nil && len(j.want) == 0 && w.Once.Key == "" {
		receipt, err = s.carryOut(ctx, s.pool, store.NewState(), &j)
	} else if err == nil {
		err = s.update(ctx, func(tx pgx.Tx) (err error) {
			receipt, err = s.write(ctx, tx, &j)
			return err
		})
	}
	if err != nil {
		j.set.Undo()
	}
	return receipt, err
}

// A job is one attempt at a write.
type job struct {
	grid.Write
	want  wantList // what must be known
	epoch string   // of the ids that were given; empty if none was
	set   store.Assignment
}

// prepare checks j, gives ids to new entities, and lists what must be known. Of
// an entity that is new by its id and claims no external id there is nothing to
// know.
func (s *Store) prepare(ctx context.Context, j *job) error {
	for _, e := range j.Put {
		if err := s.known(e.Kind()); err != nil {
			return err
		}
		if err := store.Prepare(e); err != nil {
			return err
		}
		for _, r := range grid.References(e) {
			j.want.add(r.Kind, r.ID, "")
		}
		head := e.Entity()
		if head.ID == 0 {
			id, epoch, err := s.takeID(ctx)
			if err != nil {
				return err
			}
			j.set.Set(head, id, head.Revision)
			// Of two epochs the older is expected, and found to be over.
			j.epoch = cmp.Or(j.epoch, epoch)
			if head.External == "" {
				continue
			}
		}
		j.want.add(e.Kind(), head.ID, head.External)
	}
	for _, ref := range j.Remove {
		if err := s.known(ref.Kind); err != nil {
			return err
		}
		j.want.add(ref.Kind, ref.ID, "")
	}
	for _, ref := range j.Erase {
		if err := s.known(ref.Kind); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) known(kind grid.Kind) error {
	if _, ok := s.layouts[kind]; !ok {
		return fmt.Errorf("kind %q: %w", kind, grid.ErrInvalid)
	}
	return nil
}

// write looks at what is there, and then does what there is to do.
func (s *Store) write(ctx context.Context, tx pgx.Tx, j *job) (grid.Receipt, error) {
	if first, found, err := repeated(ctx, tx, j.Write); found || err != nil {
		return first, err
	}
	state, err := fetch(ctx, tx, j.want)
	if err != nil {
		return grid.Receipt{}, err
	}
	return s.carryOut(ctx, tx, state, j)
}

// sender is a transaction, or a pool that makes one of each batch.
type sender interface {
	SendBatch(context.Context, *pgx.Batch) pgx.BatchResults
}

// carryOut plans j and carries it out in one round trip.
func (s *Store) carryOut(ctx context.Context, to sender, state *store.State, j *job) (grid.Receipt, error) {
	plan, out, err := store.Decide(state, j.Write, &j.set, feed.New)
	if err != nil {
		return grid.Receipt{}, err
	}
	receipt := grid.Receipt{Refs: out.Refs, Erased: out.Erased}
	batch := new(pgx.Batch)
	if err := s.apply(batch, plan); err != nil {
		return grid.Receipt{}, err
	}
	for _, ref := range j.Remove {
		queueChecks(batch, dialect.Unnamed(ref), ref.ID) // its rows are locked: who names it waits, and finds it gone
	}
	for _, k := range j.Keys {
		putKey(batch, k)
	}
	for _, ref := range j.Erase {
		if err := erase(batch, ref); err != nil {
			return grid.Receipt{}, err
		}
	}
	record(batch, j.epoch, out.Audit, out.Changes, &receipt)
	if err := remember(batch, j.Write, receipt); err != nil {
		return grid.Receipt{}, err
	}
	err = to.SendBatch(ctx, batch).Close()
	return receipt, err
}

// record queues the changes and the audit row of one write, which fails unless the
// epoch is the expected one; any will do if that is empty. When the batch has run,
// receipt has its mark and epoch.
func record(batch *pgx.Batch, expected string, audit grid.AuditRow, changes []feed.Change, receipt *grid.Receipt) {
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
	batch.Queue(insertAudit+" RETURNING xid::text::bigint, quanxi.epoch($13)", append(auditArgs(audit), expected)...).
		QueryRow(func(row pgx.Row) error { return row.Scan(&receipt.Mark, &receipt.Epoch) })
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
	var epoch string
	err = tx.QueryRow(ctx, seen, w.Actor, w.Once.Key).Scan(&digest, &receipt, &epoch)
	if err == nil {
		first, err = store.Repetition(w.Once, digest, receipt, epoch)
	}
	return first, err == nil, err
}

// seen reads what is stored with a key, and the epoch of now.
const seen = "SELECT digest, receipt, (SELECT epoch FROM quanxi.log) FROM quanxi.once WHERE actor = $1 AND key = $2"

// Seen implements grid.Store.
func (s *Store) Seen(ctx context.Context, actor string, once grid.Once) (grid.Receipt, bool, error) {
	if once.Key == "" {
		return grid.Receipt{}, false, nil
	}
	var digest, receipt []byte
	var epoch string
	var first grid.Receipt
	err := s.pool.QueryRow(ctx, seen, actor, once.Key).Scan(&digest, &receipt, &epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return first, false, nil
	}
	if err == nil {
		first, err = store.Repetition(once, digest, receipt, epoch)
	}
	if err != nil {
		return grid.Receipt{}, false, fmt.Errorf("idempotency key: %w", classify(err))
	}
	return first, true, nil
}

// remember queues the receipt for repetitions. Its mark is the transaction's
// own number, which like the epoch only the server knows yet.
func remember(batch *pgx.Batch, w grid.Write, receipt grid.Receipt) error {
	if w.Once.Key == "" {
		return nil
	}
	refs, err := json.Marshal(receipt.Refs)
	if err != nil {
		return err
	}
	erased, err := json.Marshal(receipt.Erased)
	if err != nil {
		return err
	}
	mustHit(batch.Queue(`UPDATE quanxi.once SET receipt = json_build_object('Mark', pg_current_xact_id()::text::bigint,
		'Epoch', (SELECT epoch FROM quanxi.log), 'Refs', $3::json, 'Erased', $4::json)::text
		WHERE actor = $1 AND key = $2`, w.Actor, w.Once.Key, string(refs), string(erased)))
	return nil
}
