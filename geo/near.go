package geo

import "math"

// GapM returns the distance in metres from p to the nearest place of g: 0 if a
// polygon of g contains p, +Inf if g has no points. Meant for distances up to a
// few kilometres.
func GapM(g Geometry, p Point) float64 {
	f := planeAt(p)
	gap := math.Inf(1)
	chain := func(points []Point) {
		for i, q := range points {
			gap = min(gap, f.gap(points[max(i-1, 0)], q))
		}
	}
	switch g := g.(type) {
	case Point:
		if !g.IsZero() {
			chain([]Point{g})
		}
	case MultiLine:
		for _, l := range g {
			chain(l)
		}
	case MultiPolygon:
		if g.Contains(p) {
			return 0
		}
		for _, poly := range g {
			for _, r := range poly {
				chain(r)
			}
		}
	}
	return gap
}

// gap returns the distance in metres from the plane's origin to segment a–b.
func (f plane) gap(a, b Point) float64 {
	ax, ay := f.metres(a)
	bx, by := f.metres(b)
	return math.Sqrt(squaredGap(ax, ay, bx, by))
}

// Intersects reports whether a and b share at least one point; touching counts.
func Intersects(a, b MultiPolygon) bool {
	for _, g := range a {
		for _, h := range b {
			if len(g) > 0 && len(h) > 0 && chainsMeet(g[0], h[0]) && polygonsMeet(g, h) {
				return true
			}
		}
	}
	return false
}

// A Fence answers which lines reach into an area.
type Fence struct {
	area   MultiPolygon
	border *edgeTree
}

// NewFence returns the Fence around m, which must not change after.
func NewFence(m MultiPolygon) *Fence {
	var chains [][]Point
	for _, g := range m {
		chains = append(chains, ringChains(g)...)
	}
	return &Fence{m, newEdgeTree(chains)}
}

// Meets reports whether any of l lies in the area or on its border.
func (f *Fence) Meets(l MultiLine) bool {
	for _, line := range l {
		if len(line) > 0 && f.area.Contains(line[0]) || f.border.meets(line) {
			return true
		}
	}
	return false
}

// Covers reports how much of a box lies in the area: whether any of it does, touching
// counted, and whether all of it does, away from the border.
func (f *Fence) Covers(e Envelope) (some, all bool) {
	corners := e.Ring()
	apart := f.border.near(e, 0, func(_ int, at edge) bool {
		if e.Contains(at.a) || e.Contains(at.b) {
			return false
		}
		for i := 1; i < len(corners); i++ {
			if Meet(at.a, at.b, corners[i-1], corners[i]) != Apart {
				return false
			}
		}
		return true
	})
	if !apart {
		return true, false
	}
	inside := f.area.Contains(e.Min)
	return inside, inside
}

// meets reports whether a chain touches an edge of the tree.
func (t *edgeTree) meets(chain []Point) bool {
	for i := 1; i < len(chain); i++ {
		a, b := chain[i-1], chain[i]
		free := t.near(segmentEnvelope(a, b), 0, func(_ int, e edge) bool {
			return Meet(a, b, e.a, e.b) == Apart
		})
		if !free {
			return true
		}
	}
	return false
}

// polygonsMeet looks for meeting borders first: without any, one polygon holds
// the other or they are apart, and any vertex tells.
func polygonsMeet(g, h Polygon) bool {
	tree := newEdgeTree(ringChains(h))
	for _, r := range g {
		if tree.meets(r) {
			return true
		}
	}
	return g.Contains(h[0][0]) || h.Contains(g[0][0])
}
