package access

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// Counters are the numbers of an area and all that it manages.
type Counters = world.Counters

// A DivisionRecord is a division with where it is shown and its numbers, which
// are nil where the viewer does not answer (RULES C1).
type DivisionRecord struct {
	Record
	Place    geo.Point // the zero Point if nowhere
	Counters *Counters
	Chain    Divisions // from the city to itself; of Division alone
}

// Divisions are divisions of the World.
type Divisions = []world.Division

// A DivisionPage asks for a part of the divisions, in the order of their codes.
type DivisionPage struct {
	Parent   grid.Code  // only those that it manages; empty for any
	Level    grid.Level // only of this level; zero for any
	Unplaced bool       // only those below a county whose manager is not known
	Under    grid.Code  // only those that it manages, directly or through others; empty for any
	Within   grid.Code  // as Under, with itself
	DownTo   grid.Level // only those of this level or a higher one; zero for any
	Cursor   string
	Limit    int // at least 1
	Geometry bool
}

// Counters returns the numbers of an area, or grid.ErrNotFound if there is no such division
// or the viewer does not answer for it, ErrNotHeld if this node does not count all of it.
// See world.Division.CountersFor.
func (v *View) Counters(code grid.Code) (Counters, error) {
	if err := v.holdsDivision(code); err != nil {
		return Counters{}, err
	}
	d, ok := v.world.Snapshot().Division(code)
	if !ok || !v.viewer.SeesNumbers(code) {
		return Counters{}, fmt.Errorf("numbers of %.20q: %w", string(code), grid.ErrNotFound)
	}
	return v.countersOf(d), nil
}

func (v *View) countersOf(d world.Division) Counters { return d.CountersFor(&v.viewer.scopes) }

// Division returns the division in force under a code, with or without its geometry, or
// grid.ErrNotFound; ErrNotHeld if this node need not know of it.
func (v *View) Division(ctx context.Context, code grid.Code, geometry bool) (DivisionRecord, error) {
	d, ok := v.world.Snapshot().Division(code)
	if !ok {
		return DivisionRecord{}, errors.Join(v.holdsDivision(code), fmt.Errorf("division %.20q: %w", string(code), grid.ErrNotFound))
	}
	e, err := v.entity(ctx, grid.Divisions, d.ID())
	if err != nil {
		return DivisionRecord{}, err
	}
	record, err := v.pageRecord(ctx, e, grid.Identity{}, Page{WithoutGeometry: !geometry})
	out := v.withLive(record, d)
	for up, known := d, true; known; up, known = up.Parent() {
		out.Chain = append(out.Chain, up)
	}
	slices.Reverse(out.Chain)
	return out, err
}

// Divisions returns a page of divisions in force, and the cursor of the next
// page, empty at the end.
func (v *View) Divisions(ctx context.Context, page DivisionPage) ([]DivisionRecord, string, error) {
	if !v.viewer.MayList(grid.Divisions) {
		return nil, "", fmt.Errorf("divisions: %w", grid.ErrNotFound)
	}
	after, err := v.openCode(page.Cursor)
	if err == nil {
		err = v.mayPage(&page)
	}
	if err != nil {
		return nil, "", err
	}
	found, more := selectDivisions(v.world.Snapshot(), page, after)
	records, err := v.divisionRecords(ctx, found, page.Geometry)
	if err != nil || !more {
		return records, "", err
	}
	return records, v.sealCode(found[len(found)-1].Code()), nil
}

// mayPage returns nil if this node knows all the divisions of a page. Without a wish, those
// of the area that it holds are meant.
func (v *View) mayPage(page *DivisionPage) error {
	own := v.world.Snapshot().Own()
	if own == "" {
		return nil
	}
	if page.Unplaced {
		return fmt.Errorf("divisions to be placed: %w", ErrNotHeld)
	}
	for _, code := range []grid.Code{page.Parent, page.Under} {
		if code == "" {
			continue
		}
		if err := v.holdsDivision(code); err != nil {
			return err
		}
	}
	if page.Parent == "" && page.Under == "" {
		page.Within = own
	}
	return nil
}

// selectDivisions returns the divisions of a page, and whether there are more.
func selectDivisions(s *world.Snapshot, page DivisionPage, after grid.Code) ([]world.Division, bool) {
	all := s.Divisions()
	switch {
	case page.Parent != "":
		all = slices.Values(s.Children(page.Parent))
	case page.Unplaced:
		all = slices.Values(s.ToBePlaced())
	}
	under := grid.Everywhere()
	if one := cmp.Or(page.Under, page.Within); one != "" {
		under = s.ScopeOf(one)
	}
	var found []world.Division
	for d := range all {
		switch {
		case d.Code() <= after, page.Level != 0 && d.Level() != page.Level, page.DownTo != 0 && d.Level() > page.DownTo,
			d.Code() == page.Under, !under.Holds(d.Code()):
			continue
		}
		if len(found) == page.Limit {
			return found, true
		}
		found = append(found, d)
	}
	return found, false
}

// divisionRecords reads divisions from the store, in the order given.
func (v *View) divisionRecords(ctx context.Context, found []world.Division, geometry bool) ([]DivisionRecord, error) {
	ids := make([]int64, len(found))
	for i, d := range found {
		ids[i] = d.ID()
	}
	records := make(map[int64]Record, len(found))
	for e, err := range v.store.Entities(ctx, grid.Divisions, grid.Query{IDs: ids}) {
		if err != nil {
			return nil, err
		}
		rec, err := v.pageRecord(ctx, e, grid.Identity{}, Page{WithoutGeometry: !geometry})
		if err != nil {
			return nil, err
		}
		records[rec.ID] = rec
	}
	var out []DivisionRecord
	for i, d := range found {
		if rec, ok := records[ids[i]]; ok { // else removed since
			out = append(out, v.withLive(rec, d))
		}
	}
	return out, nil
}

func (v *View) withLive(rec Record, d world.Division) DivisionRecord {
	out := DivisionRecord{Record: rec, Place: d.Label()}
	if v.viewer.SeesNumbers(d.Code()) && v.world.Snapshot().Holds(d.Code()) {
		counters := v.countersOf(d)
		out.Counters = &counters
	}
	return out
}

// sealCode makes a cursor of a code: codes are public, but every cursor is opaque.
func (v *View) sealCode(code grid.Code) string {
	return base64.RawURLEncoding.EncodeToString(v.cursors.Seal(nil, nil, []byte(code), v.cursorOwner("codes")))
}

func (v *View) openCode(cursor string) (grid.Code, error) {
	if cursor == "" {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", ErrCursor
	}
	code, err := v.cursors.Open(nil, nil, sealed, v.cursorOwner("codes"))
	if err != nil {
		return "", ErrCursor
	}
	return grid.Code(code), nil
}
