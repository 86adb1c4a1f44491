package feedtest

import (
	"quanxi/events"
	"quanxi/grid"
)

// A Viewer is a feed.Viewer who sees everything in a scope and nothing else.
type Viewer struct {
	Account string
	Scope   grid.Scope
	Private grid.Scope // where also private events, and who is cared for, are seen
	Homes   grid.Scope // where also single homes are
}

// Everybody is a viewer of the whole city.
func Everybody() Viewer {
	return Viewer{"local", grid.Everywhere(), grid.Everywhere(), grid.Everywhere()}
}

// Of returns a viewer of what lies in or under a division, with its code as account.
func Of(code grid.Code) Viewer {
	scope := grid.NewScope(grid.Under(code))
	return Viewer{string(code), scope, scope, scope}
}

// WithoutDuty returns the viewer as one to whom nothing private is shown.
func (v Viewer) WithoutDuty() Viewer {
	v.Account, v.Private = v.Account+" without duty", grid.Scope{}
	return v
}

// WithoutHomes returns the viewer as one who counts and knows no single home.
func (v Viewer) WithoutHomes() Viewer {
	v = v.WithoutDuty()
	v.Account, v.Homes = v.Account+" and homes", grid.Scope{}
	return v
}

// Sees implements feed.Viewer.
func (v Viewer) Sees(kind grid.Kind, area grid.Code) bool {
	switch kind {
	case grid.Dwellings:
		return v.Homes.Holds(area)
	case grid.Devices:
		return v.Private.Holds(area)
	}
	return v.Scope.Holds(area)
}

// SeesEvents implements feed.Viewer.
func (v Viewer) SeesEvents(p events.Privacy, area grid.Code) bool {
	if p == events.Ordinary {
		return v.Scope.Holds(area)
	}
	return v.Private.Holds(area)
}

// SeesNumbers implements feed.Viewer.
func (v Viewer) SeesNumbers(division grid.Code) bool { return v.Scope.Holds(division) }

// Ranges implements feed.Viewer.
func (v Viewer) Ranges() []grid.CodeRange { return v.Scope.Ranges() }
