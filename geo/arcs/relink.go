package arcs

import (
	"slices"

	"quanxi/geo"
)

// relink stores the new arcs and strings them into the outlines of the faces
// that changed or that used a dissolved arc.
func (e *edit) relink() {
	for _, a := range e.fresh {
		id := e.add(a)
		e.index.Insert(id, envelope(a.Points))
		n := len(a.Points)
		e.begin[step{a.Points[0], a.Points[1]}] = ref{id, false}
		e.begin[step{a.Points[n-1], a.Points[n-2]}] = ref{id, true}
	}
	for id, polygons := range e.rings {
		delete(e.faces, id)
		if len(polygons) > 0 {
			e.faces[id] = e.changedOutline(polygons)
		}
	}
	touched := make(map[uint32]bool)
	for id := range e.dissolved {
		for _, u := range e.old.arcs[id].Uses {
			touched[u.Face] = true
		}
	}
	for id := range touched {
		if _, changed := e.changed[id]; !changed {
			e.faces[id] = e.keptOutline(e.old.faces[id])
		}
	}
}

func (e *edit) changedOutline(polygons [][]int) *outline {
	o := new(outline)
	for _, rings := range polygons {
		var polygon [][]ref
		for _, c := range rings {
			polygon = append(polygon, e.turned(e.around(e.chains[c].points)))
		}
		o.polygons = append(o.polygons, polygon)
	}
	return o
}

// keptOutline replaces dissolved arcs by those that now run along them.
func (e *edit) keptOutline(old *outline) *outline {
	o := new(outline)
	for _, rings := range old.polygons {
		var polygon [][]ref
		for _, refs := range rings {
			polygon = append(polygon, e.turned(e.keptRing(refs)))
		}
		o.polygons = append(o.polygons, polygon)
	}
	return o
}

func (e *edit) keptRing(refs []ref) []ref {
	first := slices.IndexFunc(refs, func(r ref) bool { return !e.dissolved[r.arc] })
	if first < 0 {
		return e.around(e.string(refs))
	}
	refs = slices.Concat(refs[first:], refs[:first])
	var out []ref
	for len(refs) > 0 {
		run := slices.IndexFunc(refs, func(r ref) bool { return !e.dissolved[r.arc] })
		switch {
		case run == 0:
			out, refs = append(out, refs[0]), refs[1:]
			continue
		case run < 0:
			run = len(refs)
		}
		out = append(out, e.along(e.string(refs[:run]))...)
		refs = refs[run:]
	}
	return out
}

// turned begins a ring with the arc that begins at the least point, so that a
// face is the same down to the order of its points whatever edits led there.
func (e *edit) turned(ring []ref) []ref {
	begin := func(r ref) geo.Point {
		points := e.arcs[r.arc].Points
		if r.backward {
			return points[len(points)-1]
		}
		return points[0]
	}
	least := 0
	for i, r := range ring {
		if comparePoints(begin(r), begin(ring[least])) < 0 {
			least = i
		}
	}
	return slices.Concat(ring[least:], ring[:least])
}

// string returns the points of a run of old arcs, with the vertices that have
// since been put into their edges.
func (e *edit) string(refs []ref) []geo.Point {
	var points []geo.Point
	for _, rf := range refs {
		next, _ := e.old.walk(rf)
		points = append(points[:max(len(points)-1, 0)], next...)
	}
	return e.onto.split(points)
}

// around returns the new arcs along a closed chain, wherever the first begins.
func (e *edit) around(points []geo.Point) []ref {
	ring := points[:len(points)-1]
	for i, p := range ring {
		if _, ok := e.begin[step{p, points[i+1]}]; ok {
			turned := slices.Concat(ring[i:], ring[:i])
			return e.along(append(turned, p))
		}
	}
	panic("arcs: a ring has lost its arcs")
}

// along returns the new arcs along a chain that begins and ends at their ends.
func (e *edit) along(points []geo.Point) []ref {
	var out []ref
	for i := 0; i+1 < len(points); {
		rf, ok := e.begin[step{points[i], points[i+1]}]
		if !ok {
			panic("arcs: a border has lost its arc")
		}
		out = append(out, rf)
		i += len(e.arcs[rf.arc].Points) - 1
	}
	return out
}
