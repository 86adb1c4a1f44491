package arcs

import (
	"cmp"
	"maps"
	"slices"

	"quanxi/geo"
)

// An edit carries one With from the old Net to the new. Its steps run in the
// order in which they stand in With.
type edit struct {
	old     *Net
	changed map[uint32]geo.MultiPolygon // normalized new boundaries

	dissolved map[uint32]bool    // old arcs that are taken apart
	chains    []chain            // their remains, and the new rings
	rings     map[uint32][][]int // for each changed face the chains of its polygons' rings
	sets      useSets
	onto      field // all vertices of the chains

	ends  map[geo.Point]bool // ends of dissolved arcs
	fresh []*Arc             // arcs extracted from the chains
	again []uint32           // kept arcs to be simplified anew

	arcs  []*Arc
	free  []uint32
	index *geo.Index
	faces map[uint32]*outline
	begin map[step]ref // new arcs by their first step, either way
}

// A chain is a run of edges with the same uses.
type chain struct {
	points []geo.Point
	uses   setID
}

// A step is an edge with a direction.
type step struct{ from, to geo.Point }

func comparePoints(a, b geo.Point) int {
	return cmp.Or(cmp.Compare(a.Lon, b.Lon), cmp.Compare(a.Lat, b.Lat))
}

func newEdit(old *Net, changed []Face) *edit {
	e := &edit{
		old:       old,
		changed:   make(map[uint32]geo.MultiPolygon, len(changed)),
		dissolved: make(map[uint32]bool),
		rings:     make(map[uint32][][]int),
		sets:      newUseSets(),
		ends:      make(map[geo.Point]bool),
		arcs:      slices.Clone(old.arcs),
		free:      slices.Clone(old.free),
		faces:     maps.Clone(old.faces),
		begin:     make(map[step]ref),
	}
	if e.faces == nil {
		e.faces = make(map[uint32]*outline)
	}
	if old.index == nil {
		e.index = new(geo.Index)
	} else {
		e.index = old.index.Fork()
	}
	for _, f := range changed {
		e.changed[f.ID] = f.Boundary.Normalized()
	}
	return e
}

// dissolve marks the arcs that come near the old or new boundary of a changed
// face. All else keeps its shape, its uses and its simplification.
func (e *edit) dissolve() {
	for id, boundary := range e.changed {
		for _, p := range boundary {
			for _, r := range p {
				e.dissolveAlong(r)
			}
		}
		for _, rings := range e.old.Outline(id) {
			for _, r := range rings {
				e.dissolveAlong(r.Points)
			}
		}
	}
	for id := range e.dissolved {
		a := e.old.arcs[id]
		e.ends[a.Points[0]], e.ends[a.Points[len(a.Points)-1]] = true, true
		e.release(id)
	}
}

// dissolveAlong works in short stretches, because the envelope of a county holds
// far more arcs than its border meets.
func (e *edit) dissolveAlong(points []geo.Point) {
	const stretch = 16
	if e.old.index == nil {
		return
	}
	for i := 0; i+1 < len(points); i += stretch {
		env, _ := geo.EnvelopeOf(points[i:min(i+stretch+1, len(points))])
		for id := range e.old.near(env) {
			e.dissolved[id] = true
		}
	}
}

func (e *edit) release(id uint32) {
	e.index.Delete(id, envelope(e.arcs[id].Points))
	e.arcs[id] = nil
	e.free = append(e.free, id)
}

func (e *edit) add(a *Arc) uint32 {
	var id uint32
	if n := len(e.free); n > 0 {
		id = e.free[n-1]
		e.free = e.free[:n-1]
		e.arcs[id] = a
	} else {
		id = uint32(len(e.arcs))
		e.arcs = append(e.arcs, a)
	}
	return id
}

func envelope(points []geo.Point) geo.Envelope {
	env, _ := geo.EnvelopeOf(points)
	return env
}

func (e *edit) finish() *Net {
	return &Net{faces: e.faces, arcs: e.arcs, free: e.free, index: e.index.Share()}
}
