// Package access decides who may see and do what, and hands out Views that have
// the decision built in. The decisions are pure functions: no I/O.
//
// It knows nothing of SQL or HTTP.
package access

import "quanxi/grid"

// A Viewer is whoever is asking. The zero Viewer sees nothing.
type Viewer struct {
	Account string
	// Scope is the areas the viewer answers for: there homes and, where the posts
	// say so, people are shown.
	Scope grid.Scope
	// SignedIn staff see the public layers everywhere; a zero Viewer does not.
	SignedIn bool
}

// Local returns the one viewer of a server that listens on loopback only and has
// no accounts yet: the whole city.
func Local() Viewer {
	return Viewer{Account: "local", Scope: grid.Everywhere(), SignedIn: true}
}
