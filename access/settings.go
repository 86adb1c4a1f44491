package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

// SettingsIn returns the settings in force in a store.
func SettingsIn(ctx context.Context, s grid.Store) (*staff.Settings, error) {
	for e, err := range s.Entities(ctx, staff.SettingsOf, grid.Query{External: []string{staff.SettingsID}}) {
		if err != nil {
			return nil, err
		}
		return e.(*staff.Settings), nil
	}
	return staff.DefaultSettings(), nil
}

func (o *Office) settings(ctx context.Context) (*staff.Settings, error) {
	return SettingsIn(ctx, o.desk.Store)
}

// Settings returns the settings in force, for whoever runs the system of the whole city: they
// are everybody's. Else the error wraps grid.ErrNotFound. Revision 0 are those that nobody has changed yet.
func (o *Office) Settings(ctx context.Context) (*staff.Settings, error) {
	if !o.viewer.everywhere(role.RunSystem) {
		return nil, fmt.Errorf("settings: %w", grid.ErrNotFound)
	}
	return o.settings(ctx)
}

// Set changes settings that stand at a revision. What would protect less is proposed, in the
// place of what was, and comes into force when a second person accepts it (RULES B3). The
// error wraps grid.ErrNotFound, grid.ErrInvalid, grid.ErrConflict if somebody has changed
// them since, or ErrSecondPerson of whoever has no account and is no first one.
func (o *Office) Set(ctx context.Context, revision int64, change func(*staff.Settings)) (*staff.Settings, grid.Receipt, error) {
	before, err := o.settingsAt(ctx, revision)
	if err != nil {
		return nil, grid.Receipt{}, err
	}
	wanted := *before
	change(&wanted)
	if err := wanted.Validate(); err != nil {
		return nil, grid.Receipt{}, err
	}
	after, asked := before.Tightened(wanted)
	account, _ := o.account()
	action := "settings.change"
	if !asked.IsNone() {
		if account == 0 {
			return nil, grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSecondPerson)
		}
		asked.By, asked.At = account, o.desk.Clock()
		after.Proposed = asked
	}
	if isSame := after.AuditMonths == before.AuditMonths && after.ExportRows == before.ExportRows; isSame && !asked.IsNone() {
		action = "settings.propose"
	} else {
		after.By, after.At = account, o.desk.Clock()
	}
	return o.putSettings(ctx, action, before, &after)
}

// AcceptSettings puts what somebody else proposed of settings that stand at a revision in
// force. The error wraps ErrForbidden and ErrSecondPerson, grid.ErrConflict, or
// grid.ErrNotFound if nothing is proposed.
func (o *Office) AcceptSettings(ctx context.Context, revision int64) (*staff.Settings, grid.Receipt, error) {
	before, err := o.proposedSettings(ctx, revision)
	if err != nil {
		return nil, grid.Receipt{}, err
	}
	account, ok := o.account()
	if !ok || o.desk.Directory.MayBeOne(before.Proposed.By, account) {
		return nil, grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSecondPerson)
	}
	after := before.Loosened()
	after.By, after.At = account, o.desk.Clock()
	return o.putSettings(ctx, "settings.change", before, &after)
}

// WithdrawSettings drops what is proposed of settings, by oneself or somebody else. The
// error wraps grid.ErrConflict, or grid.ErrNotFound if nothing is.
func (o *Office) WithdrawSettings(ctx context.Context, revision int64) (*staff.Settings, grid.Receipt, error) {
	before, err := o.proposedSettings(ctx, revision)
	if err != nil {
		return nil, grid.Receipt{}, err
	}
	after := *before
	after.Proposed = staff.Loosening{}
	return o.putSettings(ctx, "settings.withdraw", before, &after)
}

// Proposer returns the login of who proposed a change of settings; empty if there is no such
// account any more.
func (o *Office) Proposer(s *staff.Settings) string {
	if a, _, ok := o.desk.Directory.Person(s.Proposed.By); ok {
		return a.Login
	}
	return ""
}

// settingsAt returns the settings if they stand at a revision.
func (o *Office) settingsAt(ctx context.Context, revision int64) (*staff.Settings, error) {
	s, err := o.Settings(ctx)
	if err == nil && s.Revision != revision {
		err = fmt.Errorf("settings: %w", grid.ErrConflict)
	}
	return s, err
}

func (o *Office) proposedSettings(ctx context.Context, revision int64) (*staff.Settings, error) {
	s, err := o.settingsAt(ctx, revision)
	if err == nil && s.Proposed.IsNone() {
		err = fmt.Errorf("a change of settings: %w", grid.ErrNotFound)
	}
	return s, err
}

func (o *Office) putSettings(ctx context.Context, action string, before, after *staff.Settings) (*staff.Settings, grid.Receipt, error) {
	detail := fmt.Sprintf("audit_months=%d (%d) export_rows=%d (%d)", after.AuditMonths, before.AuditMonths, after.ExportRows, before.ExportRows)
	proposed := after.Proposed
	if proposed.IsNone() { // any more
		proposed = before.Proposed
	}
	if !proposed.IsNone() {
		detail += fmt.Sprintf(" proposed by account %d: audit_months=%d export_rows=%d", proposed.By, proposed.AuditMonths, proposed.ExportRows)
	}
	receipt, err := o.desk.Store.Write(ctx, grid.Write{
		Actor: o.registry.Actor, From: o.registry.From, Action: action, Object: string(staff.SettingsOf), Put: []grid.Entity{after}, Detail: detail,
	})
	if before.Revision == 0 && errors.Is(err, grid.ErrInvalid) { // somebody else was the first
		err = fmt.Errorf("settings: %w", grid.ErrConflict)
	}
	return after, receipt, err
}

// A Kept says how long something is kept that no setting changes.
type Kept struct {
	What string
	For  time.Duration // zero for as long as the log
}

// KeptSpans lists how long things are kept.
func KeptSpans() []Kept {
	return []Kept{
		{"browser-sign-in", browserSpan}, {"browser-sign-in-unused", idleSpan}, {"program-sign-in", programSpan},
		{"setup-link", setupSpan}, {"unmasking", unmaskSpan}, {"unmasking-trace", 0}, {"worker-position", world.OnDuty},
		{"export-to-take", exportSpan}, {"export-to-take-again", takenSpan}, {"export-trace", 0}, {"idempotency-key", grid.OnceKept}, {"change-log", 0},
	}
}
