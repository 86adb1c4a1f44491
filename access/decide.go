package access

import (
	"errors"

	"quanxi/events"
	"quanxi/grid"
)

// ErrForbidden reports that the viewer sees the thing but may not change it.
// What the viewer may not see is grid.ErrNotFound instead.
var ErrForbidden = errors.New("not yours to change")

// A reach says who sees entities of a kind.
type reach int

const (
	nobody   reach = iota
	allStaff       // every signed-in member of staff, everywhere
	ownAreas       // those whose scope holds the entity's area
)

// reachOf is the table of DESIGN §4, "depends on the viewer". A kind that is not
// in it is seen by nobody.
func reachOf(kind grid.Kind) reach {
	switch kind {
	case grid.Divisions, grid.LandUses, grid.Waters, grid.Greens, grid.Roads,
		grid.Buildings, grid.Components, grid.ServicePoints, grid.Organisations:
		return allStaff
	case grid.Dwellings, grid.Households, grid.People, grid.Devices, grid.Cameras, grid.Workers, events.Events:
		return ownAreas
	}
	return nobody
}

// Sees reports whether the viewer may know of an entity of a kind in an area;
// the area is empty for what lies outside every division.
func (v Viewer) Sees(kind grid.Kind, area grid.Code) bool {
	switch reachOf(kind) {
	case allStaff:
		return v.SignedIn
	case ownAreas:
		return v.SignedIn && v.Scope.Holds(area)
	}
	return false
}

// MayList reports whether the viewer may see anything of a kind at all.
func (v Viewer) MayList(kind grid.Kind) bool {
	return v.SignedIn && (reachOf(kind) == allStaff || reachOf(kind) == ownAreas && len(v.Scope.Ranges()) > 0)
}

// MayWrite returns nil if the viewer may change an entity of a kind in an area,
// grid.ErrNotFound if the viewer does not even see it, else ErrForbidden. The
// base map and divisions belong to the city: their area is empty.
func (v Viewer) MayWrite(kind grid.Kind, area grid.Code) error {
	switch {
	case !v.Sees(kind, area):
		return grid.ErrNotFound
	case !v.Scope.Holds(area):
		return ErrForbidden
	}
	return nil
}
