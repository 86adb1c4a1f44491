package access

import (
	"reflect"
	"slices"
	"time"

	"quanxi/events"
	"quanxi/grid"
	"quanxi/world"
)

// Tends reports whether anybody who signs in may know of events of a privacy in an area at a
// moment, by a post that is held; while there is no account everybody does. scopeOf is as of
// role.NewGrant. It looks at one account of the area's county after the other.
func (d *Directory) Tends(p events.Privacy, area grid.Code, at time.Time, scopeOf func(grid.Code) grid.Scope) bool {
	if d.Unclaimed() {
		return true
	}
	for _, id := range d.around(area) {
		if grant, _ := d.Grant(id, at, scopeOf); NewViewer("", grant).SeesEvents(p, area) {
			return true
		}
	}
	return false
}

// around returns those who sign in and hold posts, or stand in for them, in the county of an
// area or above it: whatever lies between divisions is told within the county.
func (d *Directory) around(area grid.Code) []int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var ids []int64
	for id, p := range d.held.posts {
		if !ofOneCounty(p.Area, area) {
			continue
		}
		for _, account := range d.held.holders(id) {
			if a := d.held.accounts[account]; a != nil && a.SignsIn() {
				ids = append(ids, account)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// ofOneCounty reports whether two areas are of one county, or one of them is above it.
func ofOneCounty(a, b grid.Code) bool {
	const county = 6 // digits of its code
	n := min(county, len(a), len(b))
	return a[:n] == b[:n]
}

// isTended reports whether anybody would know of private events in an area if there were no
// division under a code; an empty code is none.
func (v *View) isTended(p events.Privacy, area, without grid.Code) bool {
	return v.tended == nil || v.tended(p, area, without)
}

// mayLetGo refuses to take a division out of force, or to draw it otherwise, if private events
// lie in it of which nobody would know then: they would fall to what lies in its manager and in
// none of its parts. after is nil for a removal.
func (v *View) mayLetGo(before, after *grid.Division) error {
	now := v.world.Snapshot()
	d, inForce := now.Division(before.Code)
	if !inForce || d.ID() != before.ID {
		return nil
	}
	var kept world.Area // nil if nothing stays in it
	without := before.Code
	if after != nil && after.Code == before.Code && after.From == before.From && after.To == before.To {
		if reflect.DeepEqual(after.Boundary, before.Boundary) {
			return nil
		}
		kept, without = after.Boundary, ""
	}
	var above grid.Code
	if manager, known := d.Parent(); known {
		above = manager.Code()
	}
	for p := events.Ordinary + 1; p < events.Privacies; p++ {
		if losesAny(now, d, p, kept) && !v.isTended(p, above, without) {
			return refuse(grid.Divisions, "code", "has care events of which nobody would know then: no post above it, and of no town beside it, has the duty of care")
		}
	}
	return nil
}

// losesAny reports whether any event of a privacy lies in a division, in none of its parts, and
// not in what is kept of it.
func losesAny(now *world.Snapshot, d world.Division, p events.Privacy, kept world.Area) bool {
	env, ok := d.Envelope()
	if !ok {
		return false // nothing lies in what has no boundary
	}
	for slot := range now.Slots(events.Events, env) {
		e := now.EventAt(slot)
		if e.Privacy() == p && e.Area() == d.Code() && (kept == nil || !kept.Contains(e.Place())) {
			return true
		}
	}
	return false
}
