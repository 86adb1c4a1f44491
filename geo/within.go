package geo

import "slices"

// The functions here ask how borders lie to one another once it is known that
// their edges neither cross nor overlap, so that they meet in single points at
// most. Between two such points a border stays on one side of the other, and
// one witness in between decides for the whole stretch.

// A half is a place on the lattice of half units, where the middle of any two
// lattice points lies exactly.
type half struct{ lon, lat int64 }

func middle(a, b Point) half {
	return half{int64(a.Lon) + int64(b.Lon), int64(a.Lat) + int64(b.Lat)}
}

// enclosesHalf is encloses for a place on the half lattice.
func (r Ring) enclosesHalf(p half) bool {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (2*int64(a.Lat) > p.lat) == (2*int64(b.Lat) > p.lat) {
			continue
		}
		if a.Lat > b.Lat {
			a, b = b, a
		}
		dx, dy := int64(b.Lon)-int64(a.Lon), int64(b.Lat)-int64(a.Lat)
		if compareProducts(dx, p.lat-2*int64(a.Lat), dy, p.lon-2*int64(a.Lon)) > 0 {
			odd = !odd
		}
	}
	return odd
}

func (g Polygon) containsHalf(p half) bool {
	inside := false
	for _, r := range g {
		if r.enclosesHalf(p) {
			inside = !inside
		}
	}
	return inside
}

// witnesses yields places on r, off the border of g, such that every stretch of
// r between two meetings with g holds at least one, until yield returns false.
func witnesses(r Ring, g Polygon, yield func(at Point, w half) bool) {
	tree := newEdgeTree(ringChains(g))
	fresh := true // no witness yet for the stretch we are on
	for i := 1; i < len(r); i++ {
		stops := meetingsOn(r[i-1], r[i], tree)
		for k := 1; k < len(stops); k++ {
			if fresh = fresh || stops[k-1].met; fresh {
				if !yield(r[i-1], middle(stops[k-1].at, stops[k].at)) {
					return
				}
				fresh = false
			}
		}
	}
}

type stop struct {
	at  Point
	met bool // the other border passes through here
}

// meetingsOn returns a, b and the points between them where the tree's edges
// touch the segment, in order from a. Such points are ends of one edge or the
// other, and so lie on the lattice.
func meetingsOn(a, b Point, tree *edgeTree) []stop {
	met := make(map[Point]bool)
	tree.near(segmentEnvelope(a, b), 0, func(_ int, e edge) bool {
		for _, p := range [...]Point{e.a, e.b} {
			if onSegment(a, b, p) && Orient(a, b, p) == 0 {
				met[p] = true
			}
		}
		for _, p := range [...]Point{a, b} {
			if onSegment(e.a, e.b, p) && Orient(e.a, e.b, p) == 0 {
				met[p] = true
			}
		}
		return true
	})
	stops := []stop{{a, met[a]}, {b, met[b]}}
	for p := range met {
		if p != a && p != b {
			stops = append(stops, stop{p, true})
		}
	}
	sign := comparePoints(a, b)
	slices.SortFunc(stops, func(s, t stop) int { return -sign * comparePoints(s.at, t.at) })
	return stops
}

// allWithin reports whether all of r lies inside outer or on it, and if not, the
// vertex of r at or before which it is outside.
func allWithin(r, outer Ring) (ok bool, at Point) {
	ok = true
	witnesses(r, Polygon{outer}, func(v Point, w half) bool {
		ok, at = outer.enclosesHalf(w), v
		return ok
	})
	return ok, at
}

// reachesInto reports whether any part of r lies in the interior of g.
func reachesInto(r Ring, g Polygon) bool {
	found := false
	witnesses(r, g, func(_ Point, w half) bool {
		found = g.containsHalf(w)
		return !found
	})
	return found
}

func ringsOverlap(r, s Ring) bool {
	return chainsMeet(r, s) && (reachesInto(r, Polygon{s}) || reachesInto(s, Polygon{r}))
}

func polygonsOverlap(g, h Polygon) bool {
	return chainsMeet(g[0], h[0]) && (reachesInto(g[0], h) || reachesInto(h[0], g))
}

// chainsMeet reports whether the envelopes of two chains meet.
func chainsMeet(a, b []Point) bool {
	e, ok := EnvelopeOf(a)
	f, also := EnvelopeOf(b)
	return ok && also && e.Meets(f)
}
