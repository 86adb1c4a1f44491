package access

import (
	"context"
	"errors"
	"fmt"

	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

// A Taking is a file that somebody is about to take. Entities may be walked once; then
// Taken lets the file go.
type Taking struct {
	Filing
	Empty    grid.Entity
	exporter *Exporter
	in       world.Division
	personal int64
}

// Take returns what a file is to hold, as the rights of this moment have it. The error
// wraps grid.ErrNotFound, ErrForbidden of somebody else's or without the right, or
// ErrNotReady.
func (x *Exporter) Take(ctx context.Context, id int64) (*Taking, error) {
	f, err := x.find(ctx, id)
	if err != nil {
		return nil, err
	}
	in, err := x.division(f.Export)
	switch {
	case !f.Own, errors.Is(err, grid.ErrNotFound):
		return nil, ErrForbidden
	case f.Export.State != staff.ExportReady && f.Export.State != staff.ExportTaken, f.Over:
		return nil, ErrNotReady
	}
	empty, err := Filed(f.Of)
	return &Taking{Filing: f, Empty: empty, exporter: x, in: in}, err
}

// Entities yields what the file is to hold, as the viewer is shown it.
func (t *Taking) Entities(ctx context.Context) func(func(grid.Entity, error) bool) {
	v := t.exporter.view
	return func(yield func(grid.Entity, error) bool) {
		for e, err := range v.selected(ctx, t.Of, t.in) {
			if err == nil {
				if v.isAbout(e) {
					t.personal++
				}
				e, err = v.file(ctx, e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Find looks up what something in the file names, if the viewer sees it, for its id elsewhere.
func (t *Taking) Find(ctx context.Context) func(grid.Kind, int64) (grid.Entity, error) {
	return func(kind grid.Kind, id int64) (grid.Entity, error) { return t.exporter.view.entity(ctx, kind, id) }
}

// Post returns the post by which the file was asked for, as role@area.
func (t *Taking) Post() string { return fmt.Sprintf("%s@%s", t.Role, t.Export.Over) }

// Taken leaves the trace of a file with so many rows and of a digest. Only then may
// anything of it leave. The error wraps ErrGrown if more of it is about people than was
// agreed to, grid.ErrConflict if it is taken twice at the same moment.
func (t *Taking) Taken(ctx context.Context, rows int, digest []byte) error {
	settings, err := t.exporter.settings(ctx)
	if err != nil {
		return err
	}
	beside, err := t.beside(ctx)
	if err != nil {
		return err
	}
	if t.personal+beside > allowed(t.Export, settings) {
		return ErrGrown
	}
	e := *t.Export
	if again := t.exporter.desk.Clock().Add(takenSpan); e.State == staff.ExportReady && again.Before(e.Ends) {
		e.Ends = again
	}
	e.State = staff.ExportTaken
	_, err = t.exporter.desk.Store.Write(ctx, t.exporter.write("exports.take", &e, fmt.Sprintf("rows=%d personal=%d sha256=%x", rows, t.personal, digest)))
	return err
}

// beside returns how many rows about people left lately in other files to which nobody agreed;
// none counts beside a file that was agreed to, or that is about nobody.
func (t *Taking) beside(ctx context.Context) (int64, error) {
	if t.Export.Decider != 0 || t.personal == 0 {
		return 0, nil
	}
	return t.exporter.lately(ctx, t.Export.Account, func(e *staff.Export) bool {
		return e.ID != t.Export.ID && e.Decider == 0 && e.State == staff.ExportTaken
	})
}

// allowed returns how many rows about people a file may hold: what was approved and a
// tenth, since people move in meanwhile, or else what needs no approval.
func allowed(e *staff.Export, s *staff.Settings) int64 {
	if e.Decider != 0 {
		return e.Personal + e.Personal/10
	}
	if s.ExportRows == 0 { // it needs one now
		return -1
	}
	return s.ExportRows
}
