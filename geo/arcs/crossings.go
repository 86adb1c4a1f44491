package arcs

import (
	"iter"

	"quanxi/geo"
)

// A Crossing is a place where two borders run through each other or side by side
// without a common vertex: the faces on their sides overlap or leave a gap.
type Crossing struct {
	Arcs [2]uint32
	At   geo.Point // the vertex before the place, on the first arc
}

// Crossings yields the places where arcs of n cross or overlap, at most one for
// each pair, in no particular order. It yields nothing if neighbours share their
// vertices.
func (n *Net) Crossings() iter.Seq[Crossing] {
	return func(yield func(Crossing) bool) {
		for id, a := range n.Arcs() {
			for other, b := range n.near(envelope(a.Points)) {
				if other <= id {
					continue
				}
				if at, crosses := crossing(a.Points, b.Points); crosses && !yield(Crossing{[2]uint32{id, other}, at}) {
					return
				}
			}
		}
	}
}

// crossing returns the vertex of a before the first edge that crosses or
// overlaps one of b.
func crossing(a, b geo.Line) (at geo.Point, found bool) {
	reach := envelope(b)
	for i := 1; i < len(a); i++ {
		if !envelope(a[i-1 : i+1]).Meets(reach) {
			continue
		}
		for k := 1; k < len(b); k++ {
			if how := geo.Meet(a[i-1], a[i], b[k-1], b[k]); how == geo.Crossing || how == geo.Overlap {
				return a[i-1], true
			}
		}
	}
	return geo.Point{}, false
}
