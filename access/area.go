package access

import (
	"context"
	"errors"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// stamp sets the area of what carries one, from where it lies now. It is stored
// for those who open the store with other programs; whoever decides or shows
// anything takes it anew, because divisions change.
func (v *View) stamp(e grid.Entity) {
	switch e := e.(type) {
	case *grid.Building:
		e.Area = v.world.Snapshot().AreaAt(e.Place())
	case *events.Event:
		e.Area = v.world.Snapshot().AreaAt(e.Place)
	}
}

// areaOf returns the finest division that an entity belongs to: its own, that of
// the home or building it is bound to, or that of its place. It is empty for
// divisions and the base map, which belong to the city, and outside every grid.
func (v *View) areaOf(ctx context.Context, e grid.Entity) (grid.Code, error) {
	switch e := e.(type) {
	case *grid.Building:
		return v.world.Snapshot().AreaAt(e.Place()), nil
	case *events.Event:
		return v.world.Snapshot().AreaAt(e.Place), nil
	case *grid.Worker:
		return e.Area, nil
	case *grid.Dwelling:
		return v.areaOfRef(ctx, grid.Buildings, e.Building)
	case *grid.Household:
		return v.areaOfRef(ctx, grid.Dwellings, e.Dwelling)
	case *grid.Person:
		if e.Dwelling != 0 {
			return v.areaOfRef(ctx, grid.Dwellings, e.Dwelling)
		}
		return v.world.Snapshot().AreaAt(e.Place), nil
	case *grid.Device:
		if e.Dwelling != 0 {
			return v.areaOfRef(ctx, grid.Dwellings, e.Dwelling)
		}
	}
	if place, ok := e.Geometry().(geo.Point); ok {
		return v.world.Snapshot().AreaAt(place), nil
	}
	return "", nil
}

// areaOfRef returns the area of the entity that another is bound to; empty if
// that one is gone. The World mostly knows; what it has not applied yet is asked
// of the store.
func (v *View) areaOfRef(ctx context.Context, kind grid.Kind, id int64) (grid.Code, error) {
	if area := v.world.Snapshot().AreaOf(kind, id); area != "" {
		return area, nil
	}
	e, err := v.store.Entity(ctx, kind, id)
	if errors.Is(err, grid.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return v.areaOf(ctx, e)
}

// sees reports whether the viewer may know of an entity. A viewer of the whole
// city needs no look at where it lies.
func (v *View) sees(ctx context.Context, e grid.Entity) (bool, error) {
	if v.viewer.SeesAll(e.Kind()) {
		return true, nil
	}
	area, err := v.areaOf(ctx, e)
	return err == nil && v.viewer.seesIn(e, area), err
}

// seesIn is sees for what lies in a scope besides.
func (v *View) seesIn(ctx context.Context, e grid.Entity, scope grid.Scope) (bool, error) {
	ok, err := v.sees(ctx, e)
	if err != nil || !ok || scope.IsEverywhere() {
		return ok, err
	}
	area, err := v.areaOf(ctx, e)
	return err == nil && scope.Holds(area), err
}

// references returns what an entity names: present things, and the building that an
// event was in.
func references(e grid.Entity) []grid.Reference {
	if event, ok := e.(*events.Event); ok && event.Building != 0 {
		return []grid.Reference{{Column: "building", Ref: grid.Ref{Kind: grid.Buildings, ID: event.Building}}}
	}
	return grid.References(e)
}
