package fabric

import (
	"errors"
	"slices"

	"quanxi/geo"
)

// A Graph is a planar graph without dead ends: each of its faces is a simple
// polygon without holes. It is immutable once built.
//
// Half-edge h runs from Points[Origin[h]] to the origin of its twin h^1, with
// its face to the left.
type Graph struct {
	Points []geo.Point
	Origin []int32
	Class  []uint8 // by edge, h/2
	Next   []int32 // the following half-edge around the face
	Face   []int32 // the face to the left; Outside beyond the ring
	Faces  []Face
}

// A Face is one simple polygon of a graph.
type Face struct {
	First int32 // one of its half-edges
	Area2 int64 // twice its area in square units
}

// Outside is the face beyond the ring.
const Outside = -1

// ErrLost reports a ring that did not come back whole.
var ErrLost = errors.New("fabric: the ring was lost")

// Build returns the graph of the rings of ground, the outer one first, and of
// lines. Lines within eps units of each other become one; those that lead
// nowhere, or hang on one vertex, are left out, after an attempt to tie larger
// islands to their surroundings. Holes are faces like others: see Graph.In.
func Build(ground geo.Polygon, lines []Segment, eps int64) (*Graph, error) {
	given := 0
	for _, r := range ground {
		given += len(r) - 1
	}
	for attempt := 0; ; attempt++ {
		segments := node(ground, lines, eps)
		kept, dropped := twoConnected(segments)
		stitches := stitch(kept, dropped, segments[:given])
		if len(stitches) == 0 || attempt == 3 {
			return assemble(kept, given)
		}
		lines = append(segments[given:], stitches...)
	}
}

// assemble sorts half-edges around vertices and walks the faces.
func assemble(segments []Segment, ringEdges int) (*Graph, error) {
	g := &Graph{}
	index := map[geo.Point]int32{}
	vertex := func(p geo.Point) int32 {
		i, ok := index[p]
		if !ok {
			i = int32(len(g.Points))
			index[p], g.Points = i, append(g.Points, p)
		}
		return i
	}
	for _, s := range segments {
		if s.Class == RingClass {
			ringEdges--
		}
		g.Origin = append(g.Origin, vertex(s.A), vertex(s.B))
		g.Class = append(g.Class, s.Class)
	}
	if ringEdges != 0 {
		return nil, ErrLost
	}
	g.link()
	return g, g.walk()
}

// To returns the vertex at the end of h.
func (g *Graph) To(h int32) int32 { return g.Origin[h^1] }

// link fills Next: at the end of h the walk goes on along the edge that comes
// next clockwise, which keeps the face to the left.
func (g *Graph) link() {
	around := make([][]int32, len(g.Points))
	for h := range g.Origin {
		v := g.Origin[h]
		around[v] = append(around[v], int32(h))
	}
	g.Next = make([]int32, len(g.Origin))
	for v, list := range around {
		slices.SortFunc(list, func(a, b int32) int {
			return byAngle(g.Points[v], g.Points[g.To(a)], g.Points[g.To(b)])
		})
		for i, h := range list {
			g.Next[h^1] = list[(i+len(list)-1)%len(list)]
		}
	}
}

// byAngle orders a and b counter-clockwise around o, from the east on.
func byAngle(o, a, b geo.Point) int {
	ha, hb := lower(o, a), lower(o, b)
	if ha != hb {
		return ha - hb
	}
	return -sign(turn(o, a, b))
}

func lower(o, a geo.Point) int {
	if a.Lat > o.Lat || a.Lat == o.Lat && a.Lon > o.Lon {
		return 0
	}
	return 1
}

// walk numbers the faces.
func (g *Graph) walk() error {
	g.Face = make([]int32, len(g.Origin))
	for h := range g.Face {
		g.Face[h] = -2
	}
	outer := 0
	for h := range g.Face {
		if g.Face[h] != -2 {
			continue
		}
		area := g.sweep(int32(h))
		id := int32(len(g.Faces))
		if area <= 0 {
			outer++
			id = Outside
		} else {
			g.Faces = append(g.Faces, Face{int32(h), area})
		}
		for at := int32(h); g.Face[at] == -2; at = g.Next[at] {
			g.Face[at] = id
		}
	}
	if outer != 1 {
		return ErrLost
	}
	return nil
}

// sweep returns twice the area to the left of the walk from h.
func (g *Graph) sweep(h int32) int64 {
	o, sum := g.Points[g.Origin[h]], int64(0)
	for at := g.Next[h]; at != h; at = g.Next[at] {
		sum += turn(o, g.Points[g.Origin[at]], g.Points[g.To(at)])
	}
	return sum
}

// Ring returns the closed ring of face f, counter-clockwise.
func (g *Graph) Ring(f int) geo.Ring {
	first := g.Faces[f].First
	r := geo.Ring{g.Points[g.Origin[first]]}
	for h := first; ; {
		r = append(r, g.Points[g.To(h)])
		if h = g.Next[h]; h == first {
			return r
		}
	}
}

// In returns which faces lie in one of the holes.
func (g *Graph) In(holes []geo.Ring) []bool {
	in := make([]bool, len(g.Faces))
	for _, hole := range holes {
		b := ringBox(hole)
		for f := range g.Faces {
			p := g.Points[g.Origin[g.Faces[f].First]]
			if b.holds(p) {
				in[f] = in[f] || g.within(f, hole)
			}
		}
	}
	return in
}

// within reports whether face f lies in a hole, given that it begins there or on
// its edge: an edge of the hole has it to the right, and no edge leaves the hole.
func (g *Graph) within(f int, hole geo.Ring) bool {
	on := map[geo.Point]int{}
	for i, p := range hole[1:] {
		on[p] = i + 1
	}
	inside := true
	g.Edges(f, func(h int32) {
		a, b := g.Points[g.Origin[h]], g.Points[g.To(h)]
		i, first := on[a]
		j, second := on[b]
		switch {
		case first && second && hole[i-1] == b: // along the edge, the other way round
		case first && second && hole[j-1] == a:
			inside = false
		case !first && !Inside(hole, a), !second && !Inside(hole, b):
			inside = false
		case first && second: // a chord
			inside = inside && insideMiddle(hole, a, b)
		}
	})
	return inside
}

// insideMiddle reports whether the middle of a chord of a ring lies inside.
func insideMiddle(r geo.Ring, a, b geo.Point) bool {
	return Inside(r, geo.Point{Lon: a.Lon + (b.Lon-a.Lon)/2, Lat: a.Lat + (b.Lat-a.Lat)/2})
}

// Edges calls see for each half-edge of face f, in order.
func (g *Graph) Edges(f int, see func(h int32)) {
	first := g.Faces[f].First
	for h := first; ; {
		see(h)
		if h = g.Next[h]; h == first {
			return
		}
	}
}
