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

// Set changes settings that stand at a revision. The error wraps grid.ErrNotFound,
// grid.ErrInvalid, or grid.ErrConflict if somebody has changed them since.
func (o *Office) Set(ctx context.Context, revision int64, change func(*staff.Settings)) (*staff.Settings, grid.Receipt, error) {
	s, err := o.Settings(ctx)
	switch {
	case err != nil:
		return nil, grid.Receipt{}, err
	case s.Revision != revision:
		return nil, grid.Receipt{}, fmt.Errorf("settings: %w", grid.ErrConflict)
	}
	before := *s
	change(s)
	s.By, s.At = 0, o.desk.Clock()
	if account, ok := o.account(); ok {
		s.By = account
	}
	if err := s.Validate(); err != nil {
		return nil, grid.Receipt{}, err
	}
	receipt, err := o.desk.Store.Write(ctx, grid.Write{
		Actor: o.registry.Actor, From: o.registry.From, Action: "settings.change", Object: string(staff.SettingsOf), Put: []grid.Entity{s},
		Detail: fmt.Sprintf("audit_months=%d (%d) export_rows=%d (%d)", s.AuditMonths, before.AuditMonths, s.ExportRows, before.ExportRows),
	})
	if revision == 0 && errors.Is(err, grid.ErrInvalid) { // somebody else was the first
		err = fmt.Errorf("settings: %w", grid.ErrConflict)
	}
	return s, receipt, err
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
