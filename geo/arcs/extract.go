package arcs

import (
	"slices"

	"quanxi/geo"
)

// extract turns the chains into arcs: it joins edges through every vertex where
// exactly two meet that border the same faces.
func (e *edit) extract() {
	g := newGraph(e.chains, &e.sets)
	for i := range g.nodes {
		g.nodes[i].junction = e.isJunction(&g.nodes[i])
	}
	for i, n := range g.nodes {
		if n.junction {
			for len(g.nodes[i].ways) > 0 {
				e.fresh = append(e.fresh, e.arc(g.walk(int32(i))))
			}
		}
	}
	for i := range g.nodes { // rings without junctions are left
		for len(g.nodes[i].ways) > 0 {
			line, uses := g.walk(int32(i))
			e.fresh = append(e.fresh, e.arc(startAtLeast(line), uses))
		}
	}
}

// isJunction reports whether arcs end at n. Arcs that were not dissolved end
// only at ends of dissolved ones, and go on ending there.
func (e *edit) isJunction(n *node) bool {
	if len(n.ways) != 2 || e.sets.turn(n.ways[0].uses) != n.ways[1].uses {
		return true
	}
	if !e.ends[n.at] {
		return false
	}
	for id, a := range e.old.near(geo.Envelope{Min: n.at, Max: n.at}) {
		if !e.dissolved[id] && (a.Points[0] == n.at || a.Points[len(a.Points)-1] == n.at) {
			return true
		}
	}
	return false
}

// startAtLeast turns a closed line so that it begins at its least point, which
// is where both sides and every later edit will begin it too.
func startAtLeast(line geo.Line) geo.Line {
	ring := line[:len(line)-1]
	least := 0
	for i, p := range ring {
		if comparePoints(p, ring[least]) < 0 {
			least = i
		}
	}
	out := slices.Concat(ring[least:], ring[:least])
	return append(out, out[0])
}

// arc makes an arc of line, in the one direction that such an arc has.
func (e *edit) arc(line geo.Line, uses setID) *Arc {
	n := len(line)
	order := comparePoints(line[0], line[n-1])
	if order > 0 || order == 0 && comparePoints(line[1], line[n-2]) > 0 {
		slices.Reverse(line)
		uses = e.sets.turn(uses)
	}
	return &Arc{Points: slices.Clip(line), Uses: slices.Clone(e.sets.sets[uses])}
}
