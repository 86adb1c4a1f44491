package access

import (
	"context"
	"errors"
	"fmt"
	"iter"

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
		for some, err := range grid.InParts(v.selected(ctx, t.Of, t.in), selectedAtOnce) {
			var keys map[int64]grid.SubjectKey
			if err == nil {
				keys, err = v.keysOf(ctx, t.Of, some)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range some {
				if v.isAbout(e) {
					t.personal++
				}
				e, err := v.file(ctx, e, keys)
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// Find looks up what things in the file name, as far as the viewer sees them, for their ids
// elsewhere.
func (t *Taking) Find(ctx context.Context) func(grid.Kind, []int64) iter.Seq2[grid.Entity, error] {
	v := t.exporter.view
	return func(kind grid.Kind, ids []int64) iter.Seq2[grid.Entity, error] {
		return func(yield func(grid.Entity, error) bool) {
			if !v.viewer.MayList(kind) {
				return
			}
			for e, err := range v.byID(ctx, kind, ids) {
				seen := false
				if err == nil {
					seen, err = v.sees(ctx, e)
				}
				if (seen || err != nil) && !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// Post returns the post by which the file was asked for, as role@area.
func (t *Taking) Post() string { return fmt.Sprintf("%s@%s", t.Role, t.Export.Over) }

// Taken leaves the trace of a file with so many rows and of a digest. Only then may
// anything of it leave. The error wraps ErrGrown if more of it is about people than was
// agreed to, grid.ErrConflict if it is taken twice at the same moment.
//
// Other files may be taken at this moment, so it is looked again once the trace is stored:
// whichever is stored last sees the others. What does not fit beside them is put back.
func (t *Taking) Taken(ctx context.Context, rows int, digest []byte) error {
	if err := t.fits(ctx); err != nil {
		return err
	}
	e := t.taken(rows)
	_, err := t.exporter.desk.Store.Write(ctx, t.exporter.write("exports.take", e, fmt.Sprintf("rows=%d personal=%d sha256=%x", rows, t.personal, digest)))
	if err != nil {
		return err
	}
	if err := t.fits(ctx); err != nil {
		return errors.Join(err, t.putBack(context.WithoutCancel(ctx), e.Revision))
	}
	return nil
}

// taken returns the export as it is once a file with so many rows has left.
func (t *Taking) taken(rows int) *staff.Export {
	e, now := *t.Export, t.exporter.desk.Clock()
	if again := now.Add(takenSpan); e.State == staff.ExportReady && again.Before(e.Ends) {
		e.Ends = again
	}
	if e.Decider == 0 && (e.State == staff.ExportReady || t.personal > e.Personal) {
		e.Rows, e.Personal = int64(rows), t.personal
	}
	e.State, e.TakenAt = staff.ExportTaken, now
	return &e
}

// putBack stores, at a revision, that nothing has left. If the file was taken again meanwhile,
// that one says what has.
func (t *Taking) putBack(ctx context.Context, revision int64) error {
	e := *t.Export
	e.Revision = revision
	_, err := t.exporter.desk.Store.Write(ctx, t.exporter.write("exports.put-back", &e, "nothing has left: others were taken at the same moment"))
	return unlessBeaten(err)
}

// fits returns ErrGrown if more of the file is about people than may leave.
func (t *Taking) fits(ctx context.Context) error {
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
	return nil
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
