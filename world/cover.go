package world

import (
	"slices"

	"quanxi/geo"
)

// A Cover says how much of a part of the map a World holds.
type Cover uint8

// The covers.
const (
	Nothing Cover = iota // none of it lies in the area that the World holds
	Some                 // some does
	All                  // all does, away from the border
)

// Covers returns how much of a box the World holds: All if it holds everything there is. It
// may call All of a box Some, if parts of the own area lie apart.
func (s *Snapshot) Covers(env geo.Envelope) Cover {
	if s.own == "" {
		return All
	}
	some, all := false, false
	if s.fence != nil {
		some, all = s.fence.Covers(env)
	}
	switch {
	case all && !s.hasForeign(env):
		return All
	case some || s.hasOwnApart(env):
		return Some
	}
	return Nothing
}

// HoldsSome reports whether Covers is not Nothing, in less time.
func (s *Snapshot) HoldsSome(env geo.Envelope) bool {
	if s.own == "" {
		return true
	}
	if s.fence != nil {
		if some, _ := s.fence.Covers(env); some {
			return true
		}
	}
	return s.hasOwnApart(env)
}

// hasForeign reports whether some of a box within the own area's boundary is managed by
// others.
func (s *Snapshot) hasForeign(env geo.Envelope) bool {
	level := s.own.Level()
	return s.anyDivision(env, func(area uint32) bool { return s.areas.rows.at(area).level > level && !s.isOwn(area) })
}

// hasOwnApart reports whether some of a box belongs to the own area, though its boundary
// may not say so.
func (s *Snapshot) hasOwnApart(env geo.Envelope) bool {
	root := s.areaOf(s.own)
	return s.anyDivision(env, func(area uint32) bool { return area != root && s.isOwn(area) })
}

// anyDivision reports whether a division that a test takes meets a box.
func (s *Snapshot) anyDivision(env geo.Envelope, takes func(area uint32) bool) bool {
	box := geo.MultiPolygon{{env.Ring()}}
	for area := range s.found[divisions].Search(env) {
		if row := s.division(area); len(row.boundary) > 0 && takes(area) && geo.Intersects(row.boundary, box) {
			return true
		}
	}
	return false
}

// refence puts the fence where the boundary of the own area is now.
func (d *draft) refence() {
	var boundary geo.MultiPolygon
	if row := d.division(d.areaOf(d.own)); row != nil {
		boundary = row.boundary
	}
	if !sameBoundary(boundary, d.fenced) {
		d.fenced, d.fence = boundary, nil
		if len(boundary) > 0 {
			d.fence = geo.NewFence(slices.Clone(boundary))
		}
	}
}

// counts reports whether the numbers of a division are all there: neither those of who
// manages the own area are, nor those of its neighbours.
func (d *drawing) counts(div Division) bool { return d.isOwn(div.Slot) }
