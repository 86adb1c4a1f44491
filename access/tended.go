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
// role.NewGrant.
//
// Codes do not say who answers for an area: a city's says nothing of its counties', and a town may
// manage what has another county's code. So it asks for the grants of those with posts in the county
// of the code, of whom the first nearly always does, and before it says no for those of everybody
// else whose role could give it: of 30,000 grid workers in about 0.15 s.
func (d *Directory) Tends(p events.Privacy, area grid.Code, at time.Time, scopeOf func(grid.Code) grid.Scope) bool {
	if d.Unclaimed() {
		return true
	}
	tends := func(account int64) bool {
		grant, _ := d.Grant(account, at, scopeOf)
		return NewViewer("", grant).SeesEvents(p, area)
	}
	near := func(post grid.Code) bool { return ofOneCounty(post, area) }
	far := func(post grid.Code) bool { return !near(post) }
	return slices.ContainsFunc(d.mayTend(p, near), tends) || slices.ContainsFunc(d.mayTend(p, far), tends)
}

// mayTend returns those who sign in and hold posts, or stand in for them, in areas that a test
// takes and of roles by which events of a privacy are known.
func (d *Directory) mayTend(p events.Privacy, takes func(post grid.Code) bool) []int64 {
	rights := rightsOf(world.SubjectOf(p))
	d.mu.RLock()
	defer d.mu.RUnlock()
	var ids []int64
	for id, post := range d.held.posts {
		if !takes(post.Area) || d.held.table[post.Role].At(post.Area.Level())&rights != rights {
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

// ofOneCounty reports whether two codes begin with that of one county, or one of them is what the
// other begins with.
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
