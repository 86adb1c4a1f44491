package feedtest

import "quanxi/grid"

// A Viewer is a feed.Viewer who sees everything in a scope and nothing else.
type Viewer struct {
	Account string
	Scope   grid.Scope
}

// Everybody is a viewer of the whole city.
func Everybody() Viewer { return Viewer{"local", grid.Everywhere()} }

// Of returns a viewer of what lies in or under a division, with its code as account.
func Of(code grid.Code) Viewer { return Viewer{string(code), grid.NewScope(grid.Under(code))} }

// Sees implements feed.Viewer.
func (v Viewer) Sees(_ grid.Kind, area grid.Code) bool { return v.Scope.Holds(area) }

// SeesNumbers implements feed.Viewer.
func (v Viewer) SeesNumbers(division grid.Code) bool { return v.Scope.Holds(division) }

// Ranges implements feed.Viewer.
func (v Viewer) Ranges() []grid.CodeRange { return v.Scope.Ranges() }
