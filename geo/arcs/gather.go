package arcs

import (
	"slices"

	"quanxi/geo"
)

// gather collects the chains that new arcs are made of: dissolved arcs as far as
// faces other than the changed ones use them, and the rings of changed faces.
// Then it puts every vertex into every edge that passes through it.
func (e *edit) gather() {
	for id := range e.dissolved {
		a := e.old.arcs[id]
		rest := slices.DeleteFunc(slices.Clone(a.Uses), func(u Use) bool {
			_, gone := e.changed[u.Face]
			return gone
		})
		if len(rest) > 0 {
			e.chains = append(e.chains, chain{a.Points, e.sets.intern(rest)})
		}
	}
	for id, boundary := range e.changed {
		left := e.sets.with(0, Use{id, true})
		polygons := make([][]int, len(boundary))
		for i, p := range boundary {
			for _, r := range p {
				polygons[i] = append(polygons[i], len(e.chains))
				e.chains = append(e.chains, chain{withoutRepeats(r), left})
			}
		}
		e.rings[id] = polygons
	}
	e.split()
}

// withoutRepeats leaves out points that repeat the one before.
func withoutRepeats(r geo.Ring) []geo.Point { return slices.Compact(slices.Clone([]geo.Point(r))) }

// split puts vertices of other chains that lie exactly on an edge into it.
func (e *edit) split() {
	for _, c := range e.chains {
		for _, p := range c.points {
			e.onto.add(p, noArc, 0)
		}
	}
	e.onto.seal()
	for i, c := range e.chains {
		e.chains[i].points = e.onto.split(c.points)
	}
}

// gcd tells how many lattice steps an edge has: with one there is no room for a
// vertex on it.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	if a < 0 {
		return -a
	}
	return a
}
