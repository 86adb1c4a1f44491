package gpkg

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// Write implements grid.Store.
func (s *Store) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	for _, e := range w.Put {
		if err := store.Prepare(e); err != nil {
			return grid.Receipt{}, err
		}
	}
	var receipt grid.Receipt
	var set store.Assignment
	err := s.writer.do(ctx, func(t tx) error {
		var err error
		receipt, err = t.write(w, &set)
		return err
	})
	if err != nil {
		set.Undo()
		return grid.Receipt{}, fmt.Errorf("write: %w", classify(err))
	}
	s.committed(receipt.Mark)
	if len(w.Erase) > 0 && !receipt.Repeated {
		receipt.Remains = !s.wipe(ctx)
	}
	return receipt, nil
}

// committed tells the relay, and notes outside the file how far its log goes.
func (s *Store) committed(pos int64) {
	s.side.note(pos)
	s.signal()
}

func (t tx) write(w grid.Write, set *store.Assignment) (grid.Receipt, error) {
	if first, found, err := t.repeated(w); found || err != nil {
		return first, err
	}
	state := store.NewState()
	for _, e := range w.Put {
		if err := t.identify(state, e, set); err != nil {
			return grid.Receipt{}, err
		}
	}
	for _, ref := range w.Remove {
		if _, err := t.w.layout(ref.Kind); err != nil {
			return grid.Receipt{}, err
		}
		if err := t.fetch(state, ref.Kind, ref.ID, ""); err != nil {
			return grid.Receipt{}, err
		}
	}
	plan, out, err := store.Decide(state, w, set, feed.New)
	if err != nil {
		return grid.Receipt{}, err
	}
	if err := t.apply(plan); err != nil {
		return grid.Receipt{}, err
	}
	for _, ref := range w.Remove {
		if err := holds(dialect.Unnamed(ref), ref.ID, t.row); err != nil {
			return grid.Receipt{}, err
		}
	}
	for _, k := range w.Keys {
		if err := t.putKey(k); err != nil {
			return grid.Receipt{}, err
		}
	}
	for _, ref := range w.Erase {
		if err := t.erase(ref.Kind, ref.ID); err != nil {
			return grid.Receipt{}, err
		}
	}
	receipt, err := t.record(out.Audit, out.Changes)
	if err != nil {
		return grid.Receipt{}, err
	}
	receipt.Refs, receipt.Erased = out.Refs, out.Erased
	return receipt, t.remember(w, receipt)
}

// identify gives e an id if it has none, and fetches what is stored of it and of what
// it names.
func (t tx) identify(s *store.State, e grid.Entity, set *store.Assignment) error {
	head := e.Entity()
	if _, err := t.w.layout(e.Kind()); err != nil {
		return err
	}
	if head.ID == 0 {
		id, err := t.nextIDs(1)
		if err != nil {
			return err
		}
		set.Set(head, id, head.Revision)
	}
	for _, r := range grid.References(e) {
		if err := t.fetch(s, r.Kind, r.ID, ""); err != nil {
			return err
		}
	}
	return t.fetch(s, e.Kind(), head.ID, head.External)
}

// record writes the audit row and the changes of one write, and returns its receipt
// without refs: the mark is the position of the last change.
func (t tx) record(audit grid.AuditRow, changes []feed.Change) (grid.Receipt, error) {
	var receipt grid.Receipt
	var last int64
	err := t.row("SELECT (SELECT COALESCE(max(pos), 0) FROM change), value FROM meta WHERE name = 'epoch'", nil, &last, &receipt.Epoch)
	if err != nil {
		return receipt, err
	}
	at, end := time.Now().UnixMicro(), last+int64(len(changes))
	for i, c := range changes {
		err := t.exec("INSERT INTO change (pos, write_end, kind, id, revision, op, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			last+int64(i)+1, end, string(c.Kind), c.ID, c.Revision, string(c.Op), at, string(c.Body))
		if err != nil {
			return receipt, err
		}
	}
	receipt.Mark = end
	return receipt, t.insertAudit(at, audit)
}

func (t tx) lastPos() (last int64, err error) {
	err = t.row("SELECT COALESCE(max(pos), 0) FROM change", nil, &last)
	return last, err
}

// repeated returns the receipt of the first time that w was written, if any.
func (t tx) repeated(w grid.Write) (first grid.Receipt, found bool, err error) {
	if w.Once.Key == "" {
		return first, false, nil
	}
	var digest, receipt []byte
	var epoch string
	err = t.row(seen, []any{w.Actor, w.Once.Key}, &digest, &receipt, &epoch)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return first, false, nil
	case err != nil:
		return first, false, err
	}
	first, err = store.Repetition(w.Once, digest, receipt, epoch)
	return first, err == nil, err
}

// seen reads what is stored with a key, and the epoch of now.
const seen = "SELECT digest, receipt, (SELECT value FROM meta WHERE name = 'epoch') FROM once WHERE actor = ? AND key = ?"

// Seen implements grid.Store.
func (s *Store) Seen(ctx context.Context, actor string, once grid.Once) (grid.Receipt, bool, error) {
	if once.Key == "" {
		return grid.Receipt{}, false, nil
	}
	var digest, receipt []byte
	var epoch string
	var first grid.Receipt
	err := s.readers.Load().QueryRowContext(ctx, seen, actor, once.Key).Scan(&digest, &receipt, &epoch)
	if errors.Is(err, sql.ErrNoRows) {
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

func (t tx) remember(w grid.Write, receipt grid.Receipt) error {
	if w.Once.Key == "" {
		return nil
	}
	text, err := json.Marshal(receipt)
	if err != nil {
		return err
	}
	digest := append([]byte{}, w.Once.Digest...)
	return t.exec("INSERT INTO once (actor, key, digest, at, receipt) VALUES (?, ?, ?, ?, ?)",
		w.Actor, w.Once.Key, digest, time.Now().UnixMicro(), string(text))
}

// NextIDs implements grid.Store.
func (s *Store) NextIDs(ctx context.Context, n int) (first int64, err error) {
	err = s.writer.do(ctx, func(t tx) error {
		first, err = t.nextIDs(n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("ids: %w", classify(err))
	}
	return first, nil
}

func (t tx) nextIDs(n int) (int64, error) {
	var next int64
	err := t.row("UPDATE meta SET value = max(CAST(value AS INTEGER), ?) + ? WHERE name = 'next_id' RETURNING CAST(value AS INTEGER)",
		[]any{store.TimedID(time.Now()), n}, &next)
	if err != nil {
		return 0, err
	}
	if next > store.LastID {
		return 0, fmt.Errorf("no ids are left: %w", grid.ErrUnavailable)
	}
	return next - int64(n), nil
}
