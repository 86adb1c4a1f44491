package access

import (
	"errors"

	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
)

// ErrForbidden reports that the viewer sees the thing but may not change it.
// What the viewer may not see is grid.ErrNotFound instead.
var ErrForbidden = errors.New("not yours to change")

// A rule says which rights an entity of a kind asks for, where it is.
type rule struct {
	public bool       // every signed-in member of staff sees it, everywhere
	see    role.Right // else
	make   role.Right // a new one
	change role.Right
}

// ruleOf is the table of DESIGN §4, “depends on the viewer”, and of who may write. A
// kind that is not in it is seen by nobody.
func ruleOf(kind grid.Kind) (rule, bool) {
	switch kind {
	case grid.Divisions, grid.LandUses, grid.Waters, grid.Greens, grid.Roads:
		return rule{public: true, make: role.DrawDivisions, change: role.DrawDivisions}, true
	case grid.Buildings:
		return rule{public: true, make: role.KeepPeople, change: role.KeepPeople}, true
	case grid.Components, grid.ServicePoints, grid.Organisations:
		return rule{public: true, make: role.KeepThings, change: role.KeepThings}, true
	case grid.Dwellings, grid.Households:
		return rule{see: role.SeeHomes, make: role.KeepPeople, change: role.KeepPeople}, true
	case grid.Devices: // a door contact marks the home of somebody who lives alone (RULES C2)
		return rule{see: role.SeeCare, make: role.KeepThings, change: role.KeepThings}, true
	case grid.People:
		return rule{see: role.SeePeople, make: role.KeepPeople, change: role.KeepPeople}, true
	case grid.Cameras:
		return rule{see: role.SeeDevices, make: role.KeepThings, change: role.KeepThings}, true
	case grid.Workers:
		return rule{see: role.SeeStaff, make: role.KeepThings, change: role.KeepThings}, true
	case events.Events:
		return rule{see: role.SeeEvents, make: role.ReportEvents, change: role.HandleEvents}, true
	}
	return rule{}, false
}

// Sees reports whether the viewer may know of an entity of a kind in an area;
// the area is empty for what lies outside every division.
func (v *Viewer) Sees(kind grid.Kind, area grid.Code) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || v.grant.May(r.see, area))
}

// SeesNumbers reports whether the viewer may know how many people and homes a
// division has (RULES C1).
func (v *Viewer) SeesNumbers(division grid.Code) bool {
	return v.hasIn(role.SeeNumbers, division)
}

// SeesAll reports whether the viewer may know of all entities of a kind, wherever
// they are.
func (v *Viewer) SeesAll(kind grid.Kind) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || v.grant.Scope(r.see).IsEverywhere())
}

// MayList reports whether the viewer may see anything of a kind at all.
func (v *Viewer) MayList(kind grid.Kind) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || len(v.grant.Scope(r.see).Ranges()) > 0)
}

// MayExport reports whether the viewer may take files of a kind in an area.
func (v *Viewer) MayExport(kind grid.Kind, area grid.Code) bool {
	return v.Sees(kind, area) && v.grant.May(role.Export, area)
}

// MayMake returns nil if the viewer may add an entity of a kind in an area, else as
// MayChange.
func (v *Viewer) MayMake(kind grid.Kind, area grid.Code) error {
	r, _ := ruleOf(kind)
	return v.may(r.make, kind, area)
}

// MayChange returns nil if the viewer may change an entity of a kind in an area,
// grid.ErrNotFound if the viewer does not even see it, else ErrForbidden. The
// base map and divisions belong to the city: their area is empty.
func (v *Viewer) MayChange(kind grid.Kind, area grid.Code) error {
	r, _ := ruleOf(kind)
	return v.may(r.change, kind, area)
}

func (v *Viewer) may(right role.Right, kind grid.Kind, area grid.Code) error {
	switch {
	case !v.Sees(kind, area):
		return grid.ErrNotFound
	case !v.grant.May(right, area):
		return ErrForbidden
	}
	return nil
}

// has reports whether the viewer has a right anywhere.
func (v *Viewer) has(right role.Right) bool {
	return v.signedIn && len(v.grant.Scope(right).Ranges()) > 0
}

// everywhere reports whether the viewer has a right in the whole city.
func (v *Viewer) everywhere(right role.Right) bool {
	return v.signedIn && v.grant.Scope(right).IsEverywhere()
}

// hasIn reports whether the viewer has a right in an area.
func (v *Viewer) hasIn(right role.Right, area grid.Code) bool {
	return v.signedIn && v.grant.May(right, area)
}
