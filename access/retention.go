package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// cutAction is what a row of the audit says of the removal of others.
const cutAction = "audit.cut"

// cutRows is how many rows one transaction removes, so that it is short.
const cutRows = 500

// A Retention removes rows of the audit that were kept as long as the settings say, the
// oldest first and never the last sealed one. Before anything is gone the seals say up to where, so
// that verifying goes on from there, and any other removal is still found.
type Retention struct {
	store  grid.Store
	chain  Chain
	sealer *Sealer
	clock  func() time.Time
	log    *slog.Logger
}

// NewRetention returns a Retention of an audit that a Sealer seals.
func NewRetention(store grid.Store, sealer *Sealer, clock func() time.Time, log *slog.Logger) *Retention {
	return &Retention{store, sealer.chain, sealer, clock, log}
}

// Sweep removes what is due. It may be ended at any moment, and goes on the next time. The
// error wraps ErrTampered, and nothing is removed, if what is due is not as it was
// sealed: retention must not do away with the evidence.
func (r *Retention) Sweep(ctx context.Context) error {
	settings, err := SettingsIn(ctx, r.store)
	if err != nil {
		return err
	}
	months := auditMonths(settings)
	horizon, err := r.horizon(ctx, int(months))
	if err != nil {
		return err
	}
	chain, err := r.chain.WithPast(ctx, r.store)
	if err != nil {
		return err
	}
	cut, due, err := r.due(ctx, chain, horizon)
	if err != nil || !due {
		return err
	}
	cut.By = fmt.Sprintf("rows before %s were kept for %d months", horizon.Format(time.DateOnly), months)
	if settings.By != 0 {
		cut.By += fmt.Sprintf(", as account %d has set", settings.By)
	}
	return r.remove(ctx, cut)
}

// auditMonths is how long the audit is kept. Whoever writes to the database itself does not
// shorten it below what the law says.
func auditMonths(s *staff.Settings) int64 { return max(s.AuditMonths, staff.LeastAuditMonths) }

// horizon returns the moment before which rows are due. It moves once a day. A clock that
// runs ahead of what the audit holds does not move it.
func (r *Retention) horizon(ctx context.Context, months int) (time.Time, error) {
	now := r.clock()
	for row, err := range r.store.AuditRows(ctx, grid.AuditQuery{Limit: 1}) {
		if err != nil {
			return time.Time{}, err
		}
		if row.At.Before(now) {
			now = row.At
		}
	}
	return now.UTC().Truncate(24*time.Hour).AddDate(0, -months, 0), nil
}

// due returns up to where rows are from before the horizon, with none of later among them.
func (r *Retention) due(ctx context.Context, chain Chain, horizon time.Time) (cut Cut, due bool, err error) {
	var first, previous grid.AuditRow
	for row, err := range r.store.SealedAudit(ctx, 0) {
		switch {
		case err != nil:
			return Cut{}, false, err
		case first.Seq == 0:
			first = row
		case row.Seq != previous.Seq+1 || !chain.follows(previous.MAC, row):
			return Cut{}, false, r.doubt(ctx, first, row)
		default: // what comes before a row that is there may go
			cut, due = Cut{Seq: previous.Seq, MAC: previous.MAC}, true
		}
		if !row.At.Before(horizon) {
			break
		}
		previous = row
	}
	return cut, due, nil
}

// doubt says that a row is not what it was sealed as, unless another node removes rows at
// this moment.
func (r *Retention) doubt(ctx context.Context, first, row grid.AuditRow) error {
	for now, err := range r.store.SealedAudit(ctx, 0) {
		if err == nil && now.Seq == first.Seq {
			err = fmt.Errorf("%w: row %d does not follow the one before; nothing is removed: run quanxi audit verify", ErrTampered, row.Seq)
		}
		return err
	}
	return nil
}

// remove notes a cut in the seals and in the audit, and then removes the rows.
func (r *Retention) remove(ctx context.Context, cut Cut) error {
	if err := r.sealer.NoteCut(ctx, cut); errors.Is(err, errNotSealing) {
		return nil // the process that seals will do it
	} else if err != nil {
		return err
	}
	notes := []grid.AuditRow{{Actor: systemActor, Action: cutAction, Detail: r.chain.note(cut)}}
	settled, err := r.settled(ctx, cut)
	if err != nil {
		return err
	}
	if err := r.store.Audit(ctx, append(notes, settled...)); err != nil {
		return err
	}
	total := 0
	for {
		n, err := r.store.CutAudit(ctx, cut.Seq, cutRows)
		if err != nil {
			return err
		}
		if total += n; n < cutRows {
			break
		}
	}
	r.log.InfoContext(ctx, "rows of the audit were kept long enough and are removed", "through", cut.Seq, "rows", total)
	return nil
}

// settled returns the row of the last epoch that was settled in, to be noted again, if a
// cut removes it: without it the next start would end all sign-ins.
func (r *Retention) settled(ctx context.Context, cut Cut) ([]grid.AuditRow, error) {
	for row, err := range r.store.AuditRows(ctx, grid.AuditQuery{Action: epochAction, Limit: 1}) {
		if err != nil || row.Seq == 0 || row.Seq > cut.Seq {
			return nil, err
		}
		return []grid.AuditRow{{Actor: systemActor, Action: epochAction, Object: row.Object, Detail: "settled at " + stamp(row.At) + "; noted again"}}, nil
	}
	return nil, nil
}
