package access

import (
	"context"
	"errors"
	"fmt"

	"quanxi/grid"
	"quanxi/staff"
)

// Settle sees that what was taken back stays so, in a store that may have been put back
// to an earlier state (RULES B8): whoever was erased is erased again, and in an epoch that
// nobody has settled in yet, all sign-ins, tokens and set-up links of the state before
// end. Every node calls it at its start and when the epoch changes; a row of the audit
// keeps the second of them from ending the sign-ins of the first.
func (x *Eraser) Settle(ctx context.Context, epoch string) error {
	first, err := x.endSignIns(ctx, epoch)
	if err != nil {
		return fmt.Errorf("end the sign-ins of before: %w", err)
	}
	n, err := x.Replay(ctx)
	if err != nil || !first {
		return err
	}
	return x.Store.Audit(ctx, []grid.AuditRow{{
		Actor: systemActor, Action: epochAction, Object: epochObject(epoch), Detail: fmt.Sprintf("%d erased again", n),
	}})
}

// epochAction is the action of the rows that say which epochs were settled in. Retention
// keeps the last of them.
const epochAction = "epochs.begin"

// systemActor is who does what nobody has asked for.
const systemActor = "system"

func epochObject(epoch string) string { return "epochs/" + epoch }

func (x *Eraser) hasSettled(ctx context.Context, epoch string) (bool, error) {
	for _, err := range x.Store.AuditRows(ctx, grid.AuditQuery{Object: epochObject(epoch), Limit: 1}) {
		return err == nil, err
	}
	return false, nil
}

// endBatch is how many sign-ins one transaction ends.
const endBatch = 500

// endSignIns ends everything by which somebody comes in without a password, unless the
// epoch is settled, also by another node meanwhile. It reads sign-ins first and looks then:
// nobody is let in before an epoch is settled, so that what it ends is of before.
func (x *Eraser) endSignIns(ctx context.Context, epoch string) (first bool, err error) {
	for tries := 0; ; {
		refs, err := firstSignIns(ctx, x.Store)
		if err != nil {
			return false, err
		}
		settled, err := x.hasSettled(ctx, epoch)
		if err != nil || settled || len(refs) == 0 {
			return !settled, err
		}
		_, err = x.witness().Write(ctx, grid.Write{Actor: systemActor, Action: "signins.end", Remove: refs})
		switch lost := errors.Is(err, grid.ErrConflict) || errors.Is(err, grid.ErrNotFound); {
		case lost && tries < replayTries: // somebody signed out meanwhile
			tries++
		case err != nil:
			return false, err
		}
	}
}

func firstSignIns(ctx context.Context, s grid.Store) (refs []grid.Ref, err error) {
	for _, kind := range []grid.Kind{staff.SignIns, staff.Setups} {
		for e, err := range s.Entities(ctx, kind, grid.Query{Limit: endBatch - len(refs)}) {
			if err != nil {
				return nil, err
			}
			refs = append(refs, refOf(e))
		}
		if len(refs) == endBatch {
			break
		}
	}
	return refs, nil
}
