// Package arcs holds areas by their borders: each stretch of border that the
// same areas share is one arc, stored once and simplified once, so that
// neighbours meet exactly at every zoom.
//
// It knows nothing of divisions, grids, drafts or tiles: a face is a number with
// a boundary. Faces of several levels may lie in one Net; where a county's border
// is also a town's, both use the same arc.
//
// The simplification of an arc depends only on its own points and on the
// full-resolution vertices around it, never on how a neighbour was simplified.
// That makes a Net independent of its history: With gives what Build from
// scratch would, save that a vertex which a former neighbour had on a straight
// edge stays in it.
package arcs

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"quanxi/geo"
)

// ErrDuplicate reports a face number that is given twice.
var ErrDuplicate = errors.New("face is given twice")

// A Face is an area with a number. Neighbours share vertices bit for bit, or one
// has additional vertices exactly on the other's edges.
type Face struct {
	ID       uint32
	Boundary geo.MultiPolygon // without polygons: the face is not on the map
}

// A Use says that an arc borders a face, and on which side.
type Use struct {
	Face uint32
	Left bool // the face lies to the left of the arc, seen along its points
}

// An Arc is a stretch of border between two junctions, or a whole ring without
// any. It is immutable.
type Arc struct {
	Points geo.Line // at least two; first equals last if the arc is a whole ring
	Zooms  []uint8  // for each point, the lowest zoom that shows it; ends have 0
	Uses   []Use    // ordered by face
}

// A Net holds faces by their arcs. It never changes: With returns a new one that
// shares what is the same. Any number of goroutines may use it. The zero Net is
// empty.
type Net struct {
	faces map[uint32]*outline
	arcs  []*Arc        // nil where a number is free
	free  []uint32      // free arc numbers, taken from the end
	index *geo.Snapshot // arc numbers by envelope; nil in the zero Net
}

// An outline is a face's boundary as runs of arcs: polygons, rings, arcs.
type outline struct{ polygons [][][]ref }

// A ref is an arc and the way it is walked.
type ref struct {
	arc      uint32
	backward bool
}

// Build returns a Net of faces. Faces without boundary are left out. Errors are
// those of geo.Check, and ErrDuplicate, with the face's number. What borders do
// to each other is not an error: see Crossings.
func Build(faces []Face) (*Net, error) { return new(Net).With(faces...) }

// With returns a Net in which changed replaces the faces of the same numbers and
// is added to the others; a face without boundary is taken out. Only arcs near
// the old and new boundaries are extracted again. n stays as it is. Errors are
// those of Build.
func (n *Net) With(changed ...Face) (*Net, error) {
	if err := check(changed); err != nil {
		return nil, err
	}
	e := newEdit(n, changed)
	e.dissolve()
	e.gather()
	e.extract()
	e.simplify()
	e.relink()
	return e.finish(), nil
}

func check(faces []Face) error {
	seen := make(map[uint32]bool, len(faces))
	for _, f := range faces {
		if seen[f.ID] {
			return fmt.Errorf("face %d: %w", f.ID, ErrDuplicate)
		}
		seen[f.ID] = true
		if len(f.Boundary) == 0 {
			continue
		}
		if err := geo.Check(f.Boundary); err != nil {
			return fmt.Errorf("face %d: %w", f.ID, err)
		}
	}
	return nil
}

// Len returns the number of faces.
func (n *Net) Len() int { return len(n.faces) }

// Faces yields the numbers of all faces in ascending order.
func (n *Net) Faces() iter.Seq[uint32] {
	return slices.Values(slices.Sorted(maps.Keys(n.faces)))
}

// Arcs yields every arc with its number, which it keeps from Net to Net for as
// long as neither it nor anything near it changes.
func (n *Net) Arcs() iter.Seq2[uint32, *Arc] {
	return func(yield func(uint32, *Arc) bool) {
		for id, a := range n.arcs {
			if a != nil && !yield(uint32(id), a) {
				return
			}
		}
	}
}

// near yields the arcs whose envelopes meet env.
func (n *Net) near(env geo.Envelope) iter.Seq2[uint32, *Arc] {
	return func(yield func(uint32, *Arc) bool) {
		if n.index == nil {
			return
		}
		for id := range n.index.Search(env) {
			if !yield(id, n.arcs[id]) {
				return
			}
		}
	}
}
