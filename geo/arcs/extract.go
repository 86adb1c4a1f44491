package arcs

import (
	"slices"

	"quanxi/geo"
)

// A graph is the chains' edges, each once, seen from their vertices.
type graph struct {
	uses  map[step]setID // by forward step
	next  map[geo.Point][]geo.Point
	order []geo.Point // vertices in the order they were met
}

// extract turns the chains into arcs: it joins edges through every vertex where
// exactly two meet that border the same faces.
func (e *edit) extract() {
	g := e.graph()
	junction := make(map[geo.Point]bool)
	for _, p := range g.order {
		if e.isJunction(g, p) {
			junction[p] = true
		}
	}
	for _, p := range g.order {
		if junction[p] {
			for len(g.next[p]) > 0 {
				e.fresh = append(e.fresh, e.arc(g, g.walk(p, junction)))
			}
		}
	}
	for _, p := range g.order { // rings without junctions are left
		for len(g.next[p]) > 0 {
			e.fresh = append(e.fresh, e.arc(g, startAtLeast(g.walk(p, junction))))
		}
	}
}

func (e *edit) graph() *graph {
	g := &graph{uses: make(map[step]setID), next: make(map[geo.Point][]geo.Point)}
	for _, c := range e.chains {
		for i := 1; i < len(c.points); i++ {
			s, set := step{c.points[i-1], c.points[i]}, c.uses
			if !s.forward() {
				s, set = s.back(), e.sets.turn(set)
			}
			present, known := g.uses[s]
			if !known {
				g.link(s.from, s.to)
				g.link(s.to, s.from)
			}
			g.uses[s] = e.sets.union(present, set)
		}
	}
	return g
}

func (g *graph) link(from, to geo.Point) {
	if len(g.next[from]) == 0 {
		g.order = append(g.order, from)
	}
	g.next[from] = append(g.next[from], to)
}

// usesOf returns the uses of an edge as seen along s.
func (e *edit) usesOf(g *graph, s step) setID {
	if s.forward() {
		return g.uses[s]
	}
	return e.sets.turn(g.uses[s.back()])
}

// isJunction reports whether arcs end at p. Arcs that were not dissolved end
// only at ends of dissolved ones, and go on ending there.
func (e *edit) isJunction(g *graph, p geo.Point) bool {
	next := g.next[p]
	if len(next) != 2 || e.usesOf(g, step{next[0], p}) != e.usesOf(g, step{p, next[1]}) {
		return true
	}
	if !e.ends[p] {
		return false
	}
	for id, a := range e.old.near(geo.Envelope{Min: p, Max: p}) {
		if !e.dissolved[id] && (a.Points[0] == p || a.Points[len(a.Points)-1] == p) {
			return true
		}
	}
	return false
}

// walk takes the edges from p to the next junction, or back to p, out of g.
func (g *graph) walk(p geo.Point, junction map[geo.Point]bool) geo.Line {
	line := geo.Line{p}
	for {
		q := g.next[p][0]
		g.unlink(p, q)
		g.unlink(q, p)
		line = append(line, q)
		if junction[q] || q == line[0] {
			return line
		}
		p = q
	}
}

func (g *graph) unlink(from, to geo.Point) {
	at := slices.Index(g.next[from], to)
	g.next[from] = slices.Delete(g.next[from], at, at+1)
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
func (e *edit) arc(g *graph, line geo.Line) *Arc {
	n := len(line)
	order := comparePoints(line[0], line[n-1])
	if order > 0 || order == 0 && comparePoints(line[1], line[n-2]) > 0 {
		slices.Reverse(line)
	}
	uses := e.sets.sets[e.usesOf(g, step{line[0], line[1]})]
	return &Arc{Points: line, Uses: slices.Clone(uses)}
}
