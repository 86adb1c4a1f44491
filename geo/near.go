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

// polygonsMeet looks for meeting borders first: without any, one polygon holds
// the other or they are apart, and any vertex tells.
func polygonsMeet(g, h Polygon) bool {
	tree := newEdgeTree(ringChains(h))
	for _, r := range g {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			free := tree.near(segmentEnvelope(a, b), 0, func(_ int, e edge) bool {
				return Meet(a, b, e.a, e.b) == Apart
			})
			if !free {
				return true
			}
		}
	}
	return g.Contains(h[0][0]) || h.Contains(g[0][0])
}
