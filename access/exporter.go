package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

// Why a file is not given out.
var (
	// ErrNotReady reports an export that nobody has approved yet, that was refused, or
	// whose time is over.
	ErrNotReady = errors.New("it is not approved, was refused, or its time is over: ask for it again")
	// ErrGrown reports that a file would hold more of people than was approved.
	ErrGrown = errors.New("there is more about people in it now than was approved: ask for it again")
)

const (
	// exportSpan is how long an export can be decided, and then taken.
	exportSpan = 7 * 24 * time.Hour
	// takenSpan is how long a file can be taken again: a download may break.
	takenSpan = time.Hour
	// splitSpan is for how long what somebody asks for counts as one file.
	splitSpan = 24 * time.Hour
	// settledSpan is how long an account's holder has to notice that somebody else opened the
	// link that was made for it: the link and the password of before let him in no more.
	settledSpan = 7 * 24 * time.Hour
)

// An Exporter is what one viewer may do with exports: ask, decide on those of others,
// take the own ones. What the viewer has no say in is not there. It is safe for
// concurrent use and costs nothing to make.
type Exporter struct {
	*Office
	view *View
}

// NewExporter returns the Exporter of a viewer, whose View and Office these are.
func NewExporter(v *View, o *Office) *Exporter { return &Exporter{o, v} }

// A Filing is an export as somebody sees it.
type Filing struct {
	*staff.Export
	Who     string // login of Account; empty if there is no such account any more
	Own     bool
	Decides bool // it waits for somebody, who may be the viewer
	Over    bool // its time is over
	Counts  bool // the viewer may know Rows and Personal
}

// Ask asks for a file. It is ready at once, or waits for a second person if it holds more
// rows about people than the settings allow. The error wraps grid.ErrNotFound where the
// viewer has no such right, or grid.ErrInvalid.
func (x *Exporter) Ask(ctx context.Context, want *staff.Export) (Filing, grid.Receipt, error) {
	if _, err := Filed(want.Of); err != nil && x.viewer.has(role.Export) {
		return Filing{}, grid.Receipt{}, refuse(staff.Exports, "kind", fmt.Sprintf("must be one of %v", events.Kinds()))
	}
	in, err := x.division(want)
	if err != nil {
		return Filing{}, grid.Receipt{}, err
	}
	account, ok := x.account()
	if !ok { // of nobody in particular no file could say whose it is
		return Filing{}, grid.Receipt{}, ErrForbidden
	}
	now := x.desk.Clock()
	want.Account, want.AskedAt, want.Ends, want.State = account, now, now.Add(exportSpan), staff.ExportReady
	want.Role, want.Over, _ = x.viewer.grant.Highest(role.Export, want.Area)
	if err := errors.Join(want.Validate(), grid.CheckTexts(want)); err != nil { // before anything is counted
		return Filing{}, grid.Receipt{}, err
	}
	settings, err := x.settings(ctx)
	if err != nil {
		return Filing{}, grid.Receipt{}, err
	}
	if want.Rows, want.Personal, err = x.view.tally(ctx, want.Of, in); err != nil {
		return Filing{}, grid.Receipt{}, err
	}
	receipt, err := x.file(ctx, want, settings)
	return x.filing(want), receipt, err
}

// file stores what was asked for, ready or waiting. Others may be asked for at this moment, so
// what is ready is looked at again once it is stored: whichever is stored last sees the others.
func (x *Exporter) file(ctx context.Context, want *staff.Export, settings *staff.Settings) (receipt grid.Receipt, err error) {
	if want.State, err = x.stateOf(ctx, want, settings); err != nil {
		return receipt, err
	}
	receipt, err = x.desk.Store.Write(ctx, x.write("exports.ask", want, fmt.Sprintf("%s in %s as %s for %s rows=%d personal=%d %s",
		want.Of, want.Area, want.Format, want.Purpose, want.Rows, want.Personal, want.State)))
	if err != nil || want.State != staff.ExportReady {
		return receipt, err
	}
	if want.State, err = x.stateOf(ctx, want, settings); err != nil || want.State == staff.ExportReady {
		return receipt, err
	}
	return x.desk.Store.Write(ctx, x.write("exports.hold", want, "others were asked for at the same moment"))
}

// stateOf returns whether a file is ready or waits for a second person, beside the others that
// its account asked for lately.
func (x *Exporter) stateOf(ctx context.Context, want *staff.Export, settings *staff.Settings) (staff.ExportState, error) {
	sofar, err := x.lately(ctx, want.Account, func(e *staff.Export) bool {
		return want.Personal > 0 && e.ID != want.ID && e.State != staff.ExportRefused
	})
	if needsSecond(want.Personal+sofar, settings) {
		return staff.ExportWaiting, err
	}
	return staff.ExportReady, err
}

// lately counts the rows about people of an account's exports that it asked for or took in the
// last splitSpan and that a test takes: many small files are one big one.
func (x *Exporter) lately(ctx context.Context, account int64, takes func(*staff.Export) bool) (personal int64, err error) {
	since := x.desk.Clock().Add(-splitSpan)
	for e, err := range x.desk.Store.Entities(ctx, staff.Exports, grid.Query{Column: "account", Values: []string{accountName(account)}}) {
		if err != nil {
			return 0, err
		}
		if e := e.(*staff.Export); later(e.AskedAt, e.TakenAt).After(since) && takes(e) {
			personal += e.Personal
		}
	}
	return personal, nil
}

// needsSecond reports whether files with so many rows about people need a second person.
func needsSecond(personal int64, s *staff.Settings) bool {
	return s.ExportRows == 0 || personal > s.ExportRows
}

// division returns the division that an export is of, or grid.ErrNotFound unless the
// viewer may take files there and sees the kind.
func (x *Exporter) division(want *staff.Export) (world.Division, error) {
	if err := x.view.holdsDivision(want.Area); err != nil {
		return world.Division{}, err
	}
	in, ok := x.view.world.Snapshot().Division(want.Area)
	if !ok || !x.viewer.MayExport(want.Of, want.Area) {
		return in, fmt.Errorf("export of %.20s in %.20q: %w", want.Of, want.Area, grid.ErrNotFound)
	}
	return in, nil
}

// tally counts what a file would hold, and what of it is about somebody.
func (v *View) tally(ctx context.Context, kind grid.Kind, in world.Division) (rows, personal int64, err error) {
	for e, err := range v.selected(ctx, kind, in) {
		if err != nil {
			return 0, 0, err
		}
		rows++
		if v.isAbout(e) {
			personal++
		}
	}
	return rows, personal, nil
}

func (x *Exporter) write(action string, e *staff.Export, detail string) grid.Write {
	w := grid.Write{Actor: x.registry.Actor, From: x.registry.From, Action: action, Detail: detail, Put: []grid.Entity{e}}
	w.Post = x.viewer.post(role.Export, e.Area)
	if e.ID != 0 {
		w.Object = fmt.Sprintf("%s/%d", staff.Exports, e.ID)
	}
	return w
}

// Exports returns the viewer's own exports and those that the viewer may decide, newest
// first; grid.ErrNotFound for whoever may take no files.
func (x *Exporter) Exports(ctx context.Context) ([]Filing, error) {
	if !x.viewer.has(role.Export) {
		return nil, fmt.Errorf("exports: %w", grid.ErrNotFound)
	}
	found := map[int64]Filing{}
	for _, q := range []grid.Query{
		{Column: "account", Values: []string{x.viewer.account}}, {Column: "state", Values: []string{string(staff.ExportWaiting)}},
	} {
		for e, err := range x.desk.Store.Entities(ctx, staff.Exports, q) {
			if err != nil {
				return nil, err
			}
			if f := x.filing(e.(*staff.Export)); x.knows(f) {
				found[f.ID] = f
			}
		}
	}
	return newestFirst(found), nil
}

// knows reports whether an export is the viewer's own or one that it has a say in.
func (x *Exporter) knows(f Filing) bool {
	return f.Own && !x.viewer.narrow || x.viewer.hasIn(role.Export, f.Export.Over) && x.viewer.hasIn(role.Export, f.Area)
}

func newestFirst(found map[int64]Filing) []Filing {
	return slices.SortedFunc(maps.Values(found), func(a, b Filing) int { return cmp.Or(b.AskedAt.Compare(a.AskedAt), cmp.Compare(b.ID, a.ID)) })
}

func (x *Exporter) filing(e *staff.Export) Filing {
	f := Filing{Export: e, Own: x.isSelf(e.Account), Over: !x.desk.Clock().Before(e.Ends)}
	if a, _, ok := x.desk.Directory.Person(e.Account); ok {
		f.Who = a.Login
	}
	f.Decides = !f.Own && x.isSecond(e.Account) && !f.Over && e.State == staff.ExportWaiting && x.knows(f)
	f.Counts = f.Own && !x.viewer.narrow || x.viewer.SeesAllIn(e.Of, e.Area)
	return f
}

// isSecond reports whether the viewer is another person than an account: neither made the
// link by which the other was set up, and nobody made those of both and may have opened them
// himself a moment ago. After settledSpan that third one counts no more: whoever keeps
// accounts makes those of a whole town.
func (x *Exporter) isSecond(account int64) bool {
	own, ok := x.account()
	if !ok || !x.desk.Directory.MayBeOne(own, account) {
		return ok
	}
	to := x.desk.Directory
	return !slices.Contains(to.Makers(account), own) && !slices.Contains(to.Makers(own), account) && x.isSettled(own) && x.isSettled(account)
}

// isSettled reports whether an account was set up so long ago that its holder has it.
func (x *Exporter) isSettled(account int64) bool {
	a, _, ok := x.desk.Directory.Person(account)
	return ok && !x.desk.Clock().Before(a.SetUpAt.Add(settledSpan))
}

// find returns an export that the viewer knows of, or grid.ErrNotFound.
func (x *Exporter) find(ctx context.Context, id int64) (Filing, error) {
	if !x.viewer.has(role.Export) {
		return Filing{}, fmt.Errorf("export %d: %w", id, grid.ErrNotFound)
	}
	e, err := x.desk.Store.Entity(ctx, staff.Exports, id)
	if err != nil {
		return Filing{}, err
	}
	f := x.filing(e.(*staff.Export))
	if !x.knows(f) {
		return Filing{}, fmt.Errorf("export %d: %w", id, grid.ErrNotFound)
	}
	return f, nil
}

// Approve lets somebody else take a file; Refuse does not. The error wraps
// grid.ErrNotFound, ErrSecondPerson of the own one, ErrNotReady of one that does not wait,
// or grid.ErrConflict if somebody else has decided meanwhile.
func (x *Exporter) Approve(ctx context.Context, id int64) (Filing, grid.Receipt, error) {
	return x.decide(ctx, id, "exports.approve", staff.ExportReady)
}

// Refuse is as of Approve.
func (x *Exporter) Refuse(ctx context.Context, id int64) (Filing, grid.Receipt, error) {
	return x.decide(ctx, id, "exports.refuse", staff.ExportRefused)
}

func (x *Exporter) decide(ctx context.Context, id int64, action string, to staff.ExportState) (Filing, grid.Receipt, error) {
	f, err := x.find(ctx, id)
	account, ok := x.account()
	switch {
	case err != nil:
		return Filing{}, grid.Receipt{}, err
	case f.Own, !x.isSecond(f.Account):
		return Filing{}, grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSecondPerson)
	case !ok:
		return Filing{}, grid.Receipt{}, ErrForbidden
	case !f.Decides:
		return Filing{}, grid.Receipt{}, ErrNotReady
	}
	now := x.desk.Clock()
	e := f.Export
	e.State, e.Decider, e.DecidedAt = to, account, now
	if to == staff.ExportReady {
		e.Ends = now.Add(exportSpan)
	}
	receipt, err := x.desk.Store.Write(ctx, x.write(action, e, fmt.Sprintf("of account %d, rows=%d personal=%d", e.Account, e.Rows, e.Personal)))
	return x.filing(e), receipt, err
}
