package access

import (
	"context"
	"errors"
	"fmt"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// ErrNotHeld reports something that this node cannot tell of: it holds one area, and what
// was asked for lies elsewhere, or is nowhere. Which of the two only another node knows,
// and so this one does not say it either.
var ErrNotHeld = errors.New("not in the area that this node holds")

// An OwnArea is the area that a node holds.
type OwnArea struct {
	Code grid.Code
	Name string // empty if no division is in force under the code
	// Envelope is around all that is managed in the area; the zero Envelope if it has no
	// boundary.
	Envelope geo.Envelope
}

// OwnCode returns the code of the area that this node holds; empty if it holds everything.
func (vs *Views) OwnCode() grid.Code { return vs.world.Snapshot().Own() }

// Own returns the area that this node holds, and false if it holds everything.
func (vs *Views) Own() (OwnArea, bool) {
	s := vs.world.Snapshot()
	if s.Own() == "" {
		return OwnArea{}, false
	}
	own := OwnArea{Code: s.Own()}
	if d, ok := s.Division(s.Own()); ok {
		own.Name = d.Name()
	}
	own.Envelope, _ = s.ExtentOf(s.Own())
	return own, true
}

// Covers reports whether this node holds some of a box, and whether it holds all of it.
func (vs *Views) Covers(env geo.Envelope) (some, all bool) {
	cover := vs.world.Snapshot().Covers(env)
	return cover != world.Nothing, cover == world.All
}

// IsPartial reports whether this node holds a part of an area only, so that what it tells
// of it is not all. The error is ErrNotHeld if it holds nothing of it.
func (v *View) IsPartial(area Area) (bool, error) {
	env, ok := area.Envelope()
	if !ok {
		return false, nil
	}
	return v.isPartial(env)
}

func (v *View) isPartial(env geo.Envelope) (bool, error) {
	switch v.world.Snapshot().Covers(env) {
	case world.Nothing:
		return false, ErrNotHeld
	case world.Some:
		return true, nil
	}
	return false, nil
}

// holdsDivision returns nil if this node holds what lies in a division.
func (v *View) holdsDivision(code grid.Code) error {
	if !v.world.Snapshot().Holds(code) {
		return fmt.Errorf("division %.20q: %w", string(code), ErrNotHeld)
	}
	return nil
}

// isHeld reports whether this node holds an entity that is stored; it may have been stored
// a moment ago.
func (v *View) isHeld(ctx context.Context, e grid.Entity) (bool, error) {
	s := v.world.Snapshot()
	if s.Own() == "" || s.Has(e.Kind(), e.Entity().ID) {
		return true, nil
	}
	switch e := e.(type) {
	case *grid.Division:
		return s.Holds(e.Code) || s.Holds(e.Parent), nil
	case *grid.LandUse, *grid.Water, *grid.Green, *grid.Road:
		env, ok := e.Geometry().Envelope()
		return ok && s.Covers(env) != world.Nothing, nil
	}
	area, err := v.areaOf(ctx, e)
	return err == nil && s.Holds(area), err
}

// mayStore returns nil if this node can judge what is about to be stored: it lies in the
// area that the node holds, with its new state too. What lies elsewhere is not taken here:
// neither could it be said in which area it is, nor who may write there.
func (v *View) mayStore(ctx context.Context, e grid.Entity) error {
	s := v.world.Snapshot()
	if s.Own() == "" {
		return nil
	}
	held := false
	switch e := e.(type) {
	case *grid.Division:
		held = s.Holds(e.Code) || s.Holds(e.Parent)
	case *grid.LandUse, *grid.Water, *grid.Green, *grid.Road:
		env, ok := e.Geometry().Envelope()
		held = ok && s.Covers(env) != world.Nothing
	default:
		area, err := v.areaOf(ctx, e)
		if err != nil {
			return err
		}
		held = s.Holds(area)
	}
	if !held {
		return fmt.Errorf("%s: %w", e.Kind(), ErrNotHeld)
	}
	return nil
}
