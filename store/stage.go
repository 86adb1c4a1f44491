package store

import (
	"fmt"

	"quanxi/grid"
)

// OwnIDs is where the ids begin that a store assigns itself.
const OwnIDs = 1 << 52

// Identify gives e the id of the entity that already holds its external id, if
// e has no id of its own, and reports whether it has one now.
func Identify(s *State, e grid.Entity) bool {
	head := e.Entity()
	if head.ID == 0 && head.External != "" {
		head.ID, _ = s.Holder(e.Kind(), head.External)
	}
	return head.ID != 0
}

// Stage plans that load brings e, whose id is set. The revision of e is not
// looked at. The error wraps grid.ErrConflict if another load stages the same
// entity, grid.ErrInvalid if its external id is taken or would change.
func (p *Plan) Stage(s *State, load int64, e grid.Entity) error {
	head, kind := e.Entity(), e.Kind()
	if err := p.take(s, kind, head.ID, head.External, load); err != nil {
		return err
	}
	if v := s.current(kind, head.ID); v != nil && v.Load == load {
		return p.restage(s, v, e)
	}
	base := s.shown(kind, head.ID)
	externalID := head.External
	if base != nil && !base.Removed && base.External != "" {
		if externalID != "" && externalID != base.External {
			return refuseExternal(kind, "a load may not change it")
		}
		externalID = base.External
	}
	revision := s.top(kind, head.ID) + 1
	if base == nil || base.ReplacedBy != 0 {
		if err := p.retire(s, kind, head.ID); err != nil {
			return err
		}
	}
	if base != nil {
		if base.Load != 0 {
			p.Over = appendOnce(p.Over, base.Load)
		}
		s.release(kind, base)
		p.move(kind, base, load, base.Effective())
		base.By.State = grid.LoadOpen
	}
	p.insert(s, &Row{Kind: kind, ID: head.ID, Load: load, Revision: revision, Entity: e, External: externalID})
	return nil
}

// restage replaces what the load itself has staged before.
func (p *Plan) restage(s *State, v *Version, e grid.Entity) error {
	kind, externalID := e.Kind(), e.Entity().External
	if externalID == "" {
		externalID = v.External
	}
	if v.External != "" && externalID != v.External {
		return refuseExternal(kind, "a load may not change it")
	}
	v.External = externalID
	s.hold(kind, v)
	if row := s.pending[v]; row != nil {
		row.Entity, row.External = e, externalID
		return nil
	}
	p.Rows = append(p.Rows, &Row{Act: Replace, Kind: kind, ID: v.ID, Load: v.Load,
		Revision: v.Revision, Entity: e, External: externalID})
	return nil
}

// take makes sure that an entity may have an external id: nobody else that is
// live holds it, and no other load is bringing somebody who does. A holder that
// a dead load left behind gives it up.
func (p *Plan) take(s *State, kind grid.Kind, id int64, externalID string, load int64) error {
	holder, held := s.Holder(kind, externalID)
	if externalID == "" || !held || holder == id {
		return nil
	}
	if v := s.shown(kind, holder); v != nil && !v.Removed && v.External == externalID {
		return refuseExternal(kind, "is taken")
	}
	switch v := s.current(kind, holder); {
	case v == nil:
		return nil
	case v.Own.dead():
		return p.retire(s, kind, holder)
	case v.Load == load:
		return refuseExternal(kind, "is taken")
	}
	return fmt.Errorf("%s: a load is bringing the external id: %w", kind, grid.ErrConflict)
}

func refuseExternal(kind grid.Kind, why string) error {
	return &grid.FieldError{Kind: kind, Field: "external", Why: why}
}
