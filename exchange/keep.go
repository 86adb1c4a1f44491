package exchange

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"quanxi/grid"
)

// keepOld takes up what is stored of a batch: a file says nothing of what it cannot
// carry, and must not wipe it out.
func (s *stage) keepOld(ctx context.Context, entities []grid.Entity) error {
	by := map[string]grid.Entity{}
	for _, e := range entities {
		if key := storedUnder(e); key != "" {
			by[key] = e
		}
	}
	if len(by) == 0 || !slices.Contains([]grid.Kind{grid.Divisions, grid.Buildings, grid.Organisations, grid.People}, s.Kind) {
		return nil
	}
	// A code is one division, wherever it came from; everything else is known by its
	// id in the source.
	q := grid.Query{External: slices.Sorted(maps.Keys(by))}
	if s.Kind == grid.Divisions {
		q = grid.Query{Column: "code", Values: q.External}
	}
	olds := map[string]grid.Entity{}
	for old, err := range s.from.Entities(ctx, s.Kind, q) {
		if err != nil {
			return err
		}
		if key := storedUnder(old); olds[key] == nil || fitsBetter(by[key], old, olds[key]) {
			olds[key] = old
		}
	}
	for key, old := range olds {
		keep(by[key], old)
	}
	return nil
}

// fitsBetter says which of two divisions of one code, which were in force one after
// the other, another is about: one with which it shares a day, of two the later.
func fitsBetter(e, a, b grid.Entity) bool {
	d, isDivision := e.(*grid.Division)
	if !isDivision {
		return false
	}
	first, second := a.(*grid.Division), b.(*grid.Division)
	if meets := d.Meets(first); meets != d.Meets(second) {
		return meets
	}
	return first.From > second.From
}

// storedUnder is what tells an entity from all others of its kind; empty if nothing does.
func storedUnder(e grid.Entity) string {
	if d, ok := e.(*grid.Division); ok {
		return string(d.Code)
	}
	return e.Entity().External
}

// keep takes over from old what no file of the kind carries, and of a division what
// this one does not: a list of names must not wipe out the borders that came before it.
func keep(e, old grid.Entity) {
	switch e := e.(type) {
	case *grid.Division:
		keepDivision(e, old.(*grid.Division))
	case *grid.Building:
		old := old.(*grid.Building)
		e.Entrances, e.Steward = old.Entrances, old.Steward
	case *grid.Organisation:
		e.Building = old.(*grid.Organisation).Building
	case *grid.Person:
		old := old.(*grid.Person)
		e.ID, e.Revision = old.ID, old.Revision // the seal is bound to the id
		e.Household, e.Since, e.Verified = old.Household, old.Since, old.Verified
	}
}

func keepDivision(d, old *grid.Division) {
	d.Head = old.Head
	if len(d.Boundary) == 0 {
		// The border that stays keeps its label: the file's point may be an office.
		if d.Label.IsZero() || len(old.Boundary) > 0 {
			d.Label = old.Label
		}
		d.Boundary = old.Boundary
	}
	d.Parent = cmp.Or(d.Parent, old.Parent)
	d.DivisionKind = cmp.Or(d.DivisionKind, old.DivisionKind)
	d.From, d.To = cmp.Or(d.From, old.From), cmp.Or(d.To, old.To)
	if d.NormLow == 0 && d.NormHigh == 0 {
		d.NormLow, d.NormHigh = old.NormLow, old.NormHigh
	}
}
