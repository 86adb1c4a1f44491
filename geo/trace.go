package geo

import (
	"math"
	"slices"
)

// traced strings steps into rings none of which visits a vertex twice, those
// around ground counter-clockwise and those around holes clockwise.
func traced(steps map[step]bool) []Ring {
	next := make(map[Point][]Point)
	order := make([]step, 0, len(steps))
	for s := range steps {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b step) int {
		if c := comparePoints(a.from, b.from); c != 0 {
			return c
		}
		return comparePoints(a.to, b.to)
	})
	for _, s := range order {
		next[s.from] = append(next[s.from], s.to)
	}
	var rings []Ring
	for _, s := range order {
		if slices.Contains(next[s.from], s.to) {
			rings = append(rings, parted(walkAround(next, s))...)
		}
	}
	return rings
}

// walkAround follows first and the steps after it, keeping to the same ground
// at vertices where several rings meet, until it comes back. It takes the steps
// out of next.
func walkAround(next map[Point][]Point, first step) Ring {
	r := Ring{first.from}
	for s := first; ; {
		at := slices.Index(next[s.from], s.to)
		next[s.from] = slices.Delete(next[s.from], at, at+1)
		r = append(r, s.to)
		if len(next[s.to]) == 0 || s.to == first.from && !sharper(next, s, first.to) {
			return r
		}
		s = step{s.to, sharpest(next[s.to], s)}
	}
}

// sharpest returns where to go after s so that the ground on its left stays the
// same: the first way out met when turning clockwise from the way back.
func sharpest(ways []Point, s step) Point {
	return slices.MinFunc(ways, func(a, b Point) int {
		if turn(s, a) < turn(s, b) {
			return -1
		}
		return 1
	})
}

// sharper reports whether at the end of s some way is nearer than the one to p,
// which was taken when the ring began.
func sharper(next map[Point][]Point, s step, p Point) bool {
	return turn(s, sharpest(next[s.to], s)) < turn(s, p)
}

// turn returns the clockwise angle from the way back to the way to p.
func turn(s step, p Point) float64 {
	angle := step{s.to, s.from}.angle() - step{s.to, p}.angle()
	if angle <= 0 {
		angle += 2 * math.Pi
	}
	return angle
}

// parted cuts a closed walk into rings at the vertices that it visits again.
func parted(walk Ring) []Ring {
	var rings []Ring
	var open []Point
	seen := make(map[Point]int)
	for _, p := range walk {
		at, again := seen[p]
		if !again {
			seen[p] = len(open)
			open = append(open, p)
			continue
		}
		r := append(Ring(slices.Clone(open[at:])), p)
		for _, q := range open[at+1:] {
			delete(seen, q)
		}
		open = open[:at+1]
		if len(r) >= 4 && r.DoubleArea() != 0 {
			rings = append(rings, r)
		}
	}
	return rings
}

// assembled makes polygons of rings: each hole goes to the smallest outer ring
// that holds it.
func assembled(rings []Ring) MultiPolygon {
	var out MultiPolygon
	for _, r := range rings {
		if r.IsCCW() {
			out = append(out, Polygon{r})
		}
	}
	slices.SortStableFunc(out, func(a, b Polygon) int {
		if a[0].DoubleArea() < b[0].DoubleArea() {
			return -1
		}
		return 1
	})
	for _, r := range rings {
		if r.IsCCW() {
			continue
		}
		for i := range out {
			if in, _ := allWithin(r, out[i][0]); in {
				out[i] = append(out[i], r)
				break
			}
		}
	}
	return out
}
