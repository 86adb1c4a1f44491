package world

import (
	"quanxi/geo"
	"quanxi/grid"
)

// A World of one area holds the divisions, buildings, people, things and events of that
// area, its own. What it takes to draw the area and to say what it is part of it holds as
// well: the divisions that manage it, those and the base map that meet the box around it,
// and whoever works in it or above it. It counts for its own divisions alone.
//
// Which things are its own follows from the divisions of the moment, as everything does
// that asks where something lies; so things come and go without a change of their own.

// Own returns the code of the area that the World holds; empty for everything.
func (s *Snapshot) Own() grid.Code { return s.own }

// Holds reports whether the World holds what lies in a division: all that there is, or
// what is managed in its own area.
func (s *Snapshot) Holds(code grid.Code) bool { return s.isOwn(s.areaOf(code)) }

// Has reports whether an entity is there, in all that the World holds.
func (s *Snapshot) Has(kind grid.Kind, id int64) bool {
	k, ok := sortOf(kind)
	return ok && s.has(k, id)
}

// Knows reports whether something is, or was, known of an entity, so that an image may hold
// it: of everything, where the World holds everything.
func (s *Snapshot) Knows(kind grid.Kind, id int64) bool { return s.knows(kind, id) }

func (s *state) knows(kind grid.Kind, id int64) bool {
	k, ok := sortOf(kind)
	if ok && s.own != "" {
		_, ok = s.shelfOf(k).find(id)
	}
	return ok
}

func (s *state) has(k sort, id int64) bool {
	_, lives := s.shelfOf(k).live(id)
	return lives
}

// isOwn reports whether the World holds what lies in an area.
func (s *state) isOwn(area uint32) bool {
	if s.own == "" {
		return true
	}
	own := s.areaOf(s.own)
	return own != none && s.manages(own, area)
}

// isAbove reports whether an area manages the World's own, directly or through others.
func (s *state) isAbove(area uint32) bool {
	own := s.areaOf(s.own)
	return area != none && own != none && area != own && s.manages(area, own)
}

// stepOfOwn is step for a World of one area.
func (d *draft) stepOfOwn(s Step) {
	k, ref := nameOf(s)
	r := d.shelfOf(k)
	slot, known := r.find(ref.ID)
	lived := known && r.lives(slot)
	if !lived && !d.admits(s, k, ref, known) {
		return
	}
	d.taken++
	if s.Entity == nil {
		d.remove(k, ref)
		d.asks.gone = d.asks.gone || lived && (k == buildings || k == dwellings)
		return
	}
	d.put(s.Entity)
	slot, _ = r.find(ref.ID)
	switch {
	case lived:
		d.asks.changed = append(d.asks.changed, item{k, slot})
	case r.lives(slot):
		d.asks.came(k, slot)
	}
	if b, ok := s.Entity.(*grid.Building); ok && b.Steward != 0 {
		d.asks.stewards = append(d.asks.stewards, d.workerSlot(b.Steward))
	}
}

// nameOf says what a step is about, at which revision.
func nameOf(s Step) (sort, grid.Ref) {
	ref := s.Remove
	if s.Entity != nil {
		head := s.Entity.Entity()
		ref = grid.Ref{Kind: s.Entity.Kind(), ID: head.ID, Revision: head.Revision}
	}
	k, _ := sortOf(ref.Kind) // check has made sure of it
	return k, ref
}

// admits reports whether a step about something that is not held is of concern. If not,
// and it is of the log, it is remembered: the log may tell an older state after it, of
// which nothing else would say that it is older (RULES A7).
func (d *draft) admits(s Step, k sort, ref grid.Ref, known bool) bool {
	key := passedKey{k, ref.ID}
	if ref.Revision < d.asks.passed.of(key) {
		return false
	}
	if s.Entity == nil && known || s.Entity != nil && d.belongs(k, s.Entity) {
		return true
	}
	if !s.Present {
		d.asks.passed.note(key, ref.Revision)
	}
	return false
}

// belongs reports whether an entity that is not held is to be held, by what is known now.
// It may turn out otherwise before the application is done: what came too early leaves
// again, and what is missed is asked for.
func (d *draft) belongs(k sort, e grid.Entity) bool {
	switch e := e.(type) {
	case *grid.Division:
		env, drawn := e.Boundary.Envelope()
		return d.concerns(e.Code, e.Parent, env, drawn)
	case *grid.Building:
		return d.isOwnPlace(e.Place())
	case *grid.Dwelling:
		return d.has(buildings, e.Building)
	case *grid.Household:
		return d.has(dwellings, e.Dwelling)
	case *grid.Person:
		if e.Dwelling == 0 {
			return d.isOwnPlace(e.Place)
		}
		return d.has(dwellings, e.Dwelling)
	case *grid.Worker:
		_, named := d.workers.find(e.ID)
		area := d.areaOf(e.Area)
		return named || d.isOwn(area) || d.isAbove(area)
	case *grid.Device:
		return d.isOwnPlace(e.Place) || d.has(dwellings, e.Dwelling)
	}
	g := e.Geometry()
	if p, ok := g.(geo.Point); ok {
		return d.isOwnPlace(p)
	}
	if g == nil || !d.asks.reached {
		return false
	}
	env, ok := g.Envelope()
	return ok && d.asks.reach.Meets(env)
}

// isOwnPlace reports whether a place lies in the own area, as the World keeps places.
func (d *draft) isOwnPlace(p geo.Point) bool {
	d.shareDivisions()
	return d.isOwn(d.areaAt(geo.Unproject(geo.Project(p))))
}

// concerns reports whether a division is held that has a code and a parent, and may be
// drawn in a box: whether it, or another with its code, is one of the own area, or manages
// it, or lies beside it on the map, or has a code by which it might be taken for one of it.
func (d *draft) concerns(code, parent grid.Code, env geo.Envelope, drawn bool) bool {
	if d.isConcern(code, parent, env, drawn) {
		return true
	}
	area := d.areaOf(code)
	if area == none {
		return false
	}
	for at := d.areas.rows.at(area).claims; at != none; at = d.divisions.rows.at(at).next {
		if row := d.divisions.rows.at(at); d.isConcern(row.code, row.parent, row.envelope, len(row.boundary) > 0) {
			return true // which of them is in force decides what the code stands for
		}
	}
	return false
}

// isConcern is concerns of a division alone.
func (d *draft) isConcern(code, parent grid.Code, env geo.Envelope, drawn bool) bool {
	area, up := d.areaOf(code), d.areaOf(parent)
	switch {
	case code == d.own, area != none && (d.isOwn(area) || d.isAbove(area)), up != none && d.isOwn(up):
		return true
	case drawn && d.asks.reached && d.asks.reach.Meets(env):
		return true
	}
	for n := len(code); n > 0; n-- {
		if begins := d.areaOf(code[:n]); begins != none && d.isOwn(begins) {
			return true
		}
	}
	return false
}
