package world

import (
	"iter"

	"quanxi/geo"
	"quanxi/grid"
)

// A Snapshot is the state of the World at one position of the log. It never
// changes, costs nothing to hold, and any number of goroutines may read it.
//
// Slots are dense numbers of entities of one kind, good for the Snapshot that
// gave them. The slot of a division is that of its code.
type Snapshot struct {
	state
	at      Position
	version uint64

	positions *positions // of the World; not part of the state
}

// Position returns where in the log the state stands.
func (s *Snapshot) Position() Position { return s.at }

// Version counts the publications of this World, one more for each.
func (s *Snapshot) Version() uint64 { return s.version }

// Slots yields the slots of a kind whose envelopes meet env, in no particular
// order. Kinds without a place of their own yield nothing; people yields only
// those who have a place instead of a dwelling.
func (s *Snapshot) Slots(kind grid.Kind, env geo.Envelope) iter.Seq[uint32] {
	k, ok := sortOf(kind)
	if !ok || s.found[k] == nil {
		return func(func(uint32) bool) {}
	}
	return s.found[k].Search(env)
}

// Slot returns the slot of a live entity by its id; of a division in force, that
// of its code.
func (s *Snapshot) Slot(kind grid.Kind, id int64) (uint32, bool) {
	k, ok := sortOf(kind)
	if !ok {
		return 0, false
	}
	slot, ok := s.shelfOf(k).live(id)
	if k == divisions && ok {
		row := s.divisions.rows.at(slot)
		return row.area, row.area != none && s.areas.rows.at(row.area).division == slot
	}
	return slot, ok
}

// Len returns the number of live entities of a kind.
func (s *Snapshot) Len(kind grid.Kind) int {
	k, ok := sortOf(kind)
	if !ok {
		return 0
	}
	return s.shelfOf(k).alive
}

// AreaAt returns the code of the finest division that holds p, empty if none does.
// It is exact: a point on a shared border belongs to one side.
func (s *Snapshot) AreaAt(p geo.Point) grid.Code { return s.code(s.areaAt(p)) }

// AreaOf returns the code of the area that an entity belongs to: its own, that of
// its home, or that of its place. It is empty outside every division, and for
// the base map.
func (s *Snapshot) AreaOf(kind grid.Kind, id int64) grid.Code {
	k, ok := sortOf(kind)
	if !ok {
		return ""
	}
	slot, ok := s.shelfOf(k).live(id)
	if !ok {
		return ""
	}
	if k == divisions {
		return s.divisions.rows.at(slot).code
	}
	return s.code(s.areaOfItem(k, slot))
}
