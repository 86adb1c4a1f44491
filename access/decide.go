package access

import (
	"errors"

	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/world"
)

// ErrForbidden reports that the viewer sees the thing but may not change it.
// What the viewer may not see is grid.ErrNotFound instead.
var ErrForbidden = errors.New("not yours to change")

// A rule says by what an entity of a kind is known where it is, and which rights it asks for.
type rule struct {
	public bool          // every signed-in member of staff sees it, everywhere
	of     world.Subject // else, whoever may know of that; of people see scopeOf
	make   role.Right    // a new one
	change role.Right
}

// rightsOf says by which rights a subject is known, all of them by one post. A subject that
// is not in it nobody knows.
func rightsOf(s world.Subject) role.Set {
	switch s {
	case world.OfNumbers:
		return role.SetOf(role.SeeNumbers)
	case world.OfHomes:
		return role.SetOf(role.SeeHomes)
	case world.OfCare:
		return role.SetOf(role.SeeHomes, role.SeeCare)
	case world.OfCameras:
		return role.SetOf(role.SeeDevices)
	case world.OfStaff:
		return role.SetOf(role.SeeStaff)
	case world.OfEvents:
		return role.SetOf(role.SeeEvents)
	case world.OfCareEvents:
		return role.SetOf(role.SeeEvents, role.SeeCare)
	}
	return ^role.Set(0)
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
		return rule{of: world.OfHomes, make: role.KeepPeople, change: role.KeepPeople}, true
	case grid.Devices: // a door contact marks the home of somebody who lives alone (RULES C2)
		return rule{of: world.OfCare, make: role.KeepThings, change: role.KeepThings}, true
	case grid.People:
		return rule{make: role.KeepPeople, change: role.KeepPeople}, true
	case grid.Cameras:
		return rule{of: world.OfCameras, make: role.KeepThings, change: role.KeepThings}, true
	case grid.Workers:
		return rule{of: world.OfStaff, make: role.KeepStaff, change: role.KeepStaff}, true
	case events.Events: // those that are private ask for more: see SeesEvents
		return rule{of: world.OfEvents, make: role.ReportEvents, change: role.HandleEvents}, true
	}
	return rule{}, false
}

// scopeOf returns where the viewer may know of entities of a kind that is not public. It is
// asked of each entity of a page, and costs next to nothing.
func (v *Viewer) scopeOf(kind grid.Kind, r *rule) grid.Scope {
	if kind == grid.People { // the World shows nobody: it counts people as it does homes
		return v.grant.Scope(role.SeePeople)
	}
	return v.scopes[r.of]
}

// Sees reports whether the viewer may know of an entity of a kind in an area, of an event if
// it is not private; the area is empty for what lies outside every division.
func (v *Viewer) Sees(kind grid.Kind, area grid.Code) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || v.scopeOf(kind, &r).Holds(area))
}

// SeesEvents reports whether the viewer may know of events of a privacy in an area.
func (v *Viewer) SeesEvents(p events.Privacy, area grid.Code) bool {
	return v.signedIn && v.scopes[world.SubjectOf(p)].Holds(area)
}

// seesIn reports whether the viewer may know of an entity that lies in an area.
func (v *Viewer) seesIn(e grid.Entity, area grid.Code) bool {
	if event, ok := e.(*events.Event); ok {
		return v.SeesEvents(event.Privacy(), area)
	}
	return v.Sees(e.Kind(), area)
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
	if !v.signedIn || !known {
		return false
	}
	return r.public || v.scopeOf(kind, &r).IsEverywhere() && v.knowsAll(kind, grid.Scope.IsEverywhere)
}

// SeesAllIn reports whether the viewer may know of all entities of a kind in a division.
func (v *Viewer) SeesAllIn(kind grid.Kind, division grid.Code) bool {
	return v.Sees(kind, division) && v.knowsAll(kind, func(s grid.Scope) bool { return s.Holds(division) })
}

// knowsAll reports whether the scopes of all privacies that entities of a kind may have pass.
func (v *Viewer) knowsAll(kind grid.Kind, passes func(grid.Scope) bool) bool {
	for p := range events.Privacies {
		if kind == events.Events && !passes(v.scopes[world.SubjectOf(events.Privacy(p))]) {
			return false
		}
	}
	return true
}

// MayList reports whether the viewer may see anything of a kind at all.
func (v *Viewer) MayList(kind grid.Kind) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || !v.scopeOf(kind, &r).IsEmpty())
}

// MayExport reports whether the viewer may take files of a kind in an area.
func (v *Viewer) MayExport(kind grid.Kind, area grid.Code) bool {
	return v.Sees(kind, area) && v.grant.May(role.Export, area)
}

// MayMake returns nil if the viewer may add an entity of a kind in an area, else as
// MayChange. Whoever reports events may report private ones too, which it is not shown then:
// a steward who hears nothing of an old woman next door must be able to say so.
func (v *Viewer) MayMake(kind grid.Kind, area grid.Code) error {
	r, _ := ruleOf(kind)
	return v.may(r.make, kind, area)
}

// MayChange returns nil if the viewer may change an entity of a kind, which it sees, in an
// area; grid.ErrNotFound if it sees none there, else ErrForbidden. Of an event it does not ask
// what becomes of it: whoever finds out that it is private may say so. The base map and
// divisions belong to the city: their area is empty.
func (v *Viewer) MayChange(kind grid.Kind, area grid.Code) error {
	r, _ := ruleOf(kind)
	return v.may(r.change, kind, area)
}

// mayChangeEvent is MayChange of an event, of which a private one in a gap is also handled from
// the town beside that.
func (v *Viewer) mayChangeEvent(p events.Privacy, area grid.Code) error {
	if p != events.Ordinary && v.handlesGap(area) {
		return nil
	}
	return v.MayChange(events.Events, area)
}

// handlesGap reports whether the viewer handles private events in a gap beside its town.
func (v *Viewer) handlesGap(area grid.Code) bool {
	gaps := v.grant.GapsOfAll(rightsOf(world.OfCareEvents) | role.SetOf(role.HandleEvents))
	return v.signedIn && gaps.Holds(area)
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
