package access

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"quanxi/grid"
)

// action names what a command does, for the audit row.
func action(kind grid.Kind, verb string) string { return fmt.Sprintf("%s.%s", kind, verb) }

// once returns what the store needs to know a command again; nothing if it has
// no key.
func (o Origin) once(action string, id int64, body []byte) grid.Once {
	if o.Once == "" {
		return grid.Once{}
	}
	digest := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", action, id, body))
	return grid.Once{Key: o.Once, Digest: digest[:]}
}

// once carries out a command, or returns the receipt of the first time. The store
// is asked first, because the first time itself has made the revision stale; and
// again after a refusal, because it may have come in between.
func (v *View) once(ctx context.Context, once grid.Once, do func() (grid.Receipt, error)) (grid.Receipt, error) {
	if first, found, err := v.store.Seen(ctx, v.viewer.account, once); found || err != nil {
		return first, err
	}
	receipt, err := do()
	if err != nil {
		if first, found, again := v.store.Seen(ctx, v.viewer.account, once); found && again == nil {
			return first, nil
		}
	}
	return receipt, err
}

// answer is once for a command that puts one entity.
func (v *View) answer(ctx context.Context, once grid.Once, do func() (Written, error)) (Written, error) {
	var w Written
	receipt, err := v.once(ctx, once, func() (_ grid.Receipt, err error) {
		w, err = do()
		return w.Receipt, err
	})
	if err == nil && receipt.Repeated {
		return v.repeated(ctx, receipt)
	}
	return w, err
}

// repeated answers a command that put one entity and is repeated: with the
// entity as it is now, or its id and revision alone if it is no longer there to
// see, or cannot be read. What was done stays done.
func (v *View) repeated(ctx context.Context, first grid.Receipt) (Written, error) {
	if len(first.Refs) != 1 {
		return Written{}, fmt.Errorf("receipt of %d entities: %w", len(first.Refs), grid.ErrConflict)
	}
	ref := first.Refs[0]
	e, err := v.entity(ctx, ref.Kind, ref.ID)
	if err == nil {
		var rec Record
		if rec, err = v.record(ctx, e); err == nil {
			return Written{rec, first}, nil
		}
	}
	return receiptOf(ref, first)
}

// receiptOf answers a command with nothing but id and revision of what it put.
func receiptOf(ref grid.Ref, receipt grid.Receipt) (Written, error) {
	body, err := json.Marshal(map[string]int64{"id": ref.ID, "revision": ref.Revision})
	return Written{Record{ref.ID, ref.Revision, body}, receipt}, err
}
