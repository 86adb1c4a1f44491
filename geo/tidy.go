package geo

import (
	"errors"
	"math"
	"slices"
)

// ErrTooFine reports a result with details of a few lattice units that rounding
// tangled beyond repair.
var ErrTooFine = errors.New("geometry is too fine for the lattice")

// tidied mends what rounding to the lattice does to valid polygons: edges that
// came to cross or touch by a unit or two. It cuts all edges where they meet,
// drops those that run both ways, and strings the rest together anew. Valid
// polygons come back as they are.
func tidied(m MultiPolygon) (MultiPolygon, error) {
	if len(m) == 0 || checkPolygons(m) == nil {
		return m, nil
	}
	steps, err := noded(m.Normalized())
	if err != nil {
		return nil, err
	}
	rings := traced(steps)
	out := assembled(rings)
	if len(out) > 0 {
		if err := checkPolygons(out); err != nil {
			return nil, errors.Join(ErrTooFine, err)
		}
	}
	return out, nil
}

// A step is a directed edge with the inside to its left.
type step struct{ from, to Point }

// noded returns the steps around m, cut so that they meet at ends only: those that
// part what m winds around from what it does not.
func noded(m MultiPolygon) (map[step]bool, error) {
	var chains [][]Point
	for _, g := range m {
		chains = append(chains, ringChains(g)...)
	}
	for range 64 { // a rounded cut can cross anew; it seldom takes more than two rounds
		cut, clean := cutWhereMeeting(chains)
		if clean {
			return outline(netSteps(chains))
		}
		chains = cut
	}
	return nil, ErrTooFine
}

// cutWhereMeeting puts a vertex into every edge where another meets it inside.
func cutWhereMeeting(chains [][]Point) (cut [][]Point, clean bool) {
	tree := newEdgeTree(chains)
	cuts := make(map[[2]int32][]Point) // by chain and place
	add := func(e edge, p Point) {
		if p != e.a && p != e.b {
			key := [2]int32{e.chain, e.at}
			cuts[key] = append(cuts[key], p)
		}
	}
	tree.pairs(func(e, f edge) bool {
		for _, p := range meetingPoints(e, f) {
			add(e, p)
			add(f, p)
		}
		return true
	})
	for c, chain := range chains {
		var out []Point
		for i, p := range chain {
			out = appendNew(out, p)
			on := cuts[[2]int32{int32(c), int32(i)}]
			slices.SortFunc(on, func(a, b Point) int { return compareFrom(p, a, b) })
			for _, q := range on {
				out = appendNew(out, q)
			}
		}
		cut = append(cut, out)
	}
	return cut, len(cuts) == 0
}

// compareFrom orders places by their distance from p.
func compareFrom(p, a, b Point) int {
	away := func(q Point) int64 { return abs64(int64(q.Lon)-int64(p.Lon)) + abs64(int64(q.Lat)-int64(p.Lat)) }
	switch da, db := away(a), away(b); {
	case da < db:
		return -1
	case da > db:
		return 1
	}
	return 0
}

// meetingPoints returns where two edges must be cut.
func meetingPoints(e, f edge) []Point {
	switch Meet(e.a, e.b, f.a, f.b) {
	case Crossing:
		return []Point{crossingPoint(e, f)}
	case Touching, Overlap:
		var on []Point
		for _, p := range [...]Point{f.a, f.b} {
			if Orient(e.a, e.b, p) == 0 && onSegment(e.a, e.b, p) {
				on = append(on, p)
			}
		}
		for _, p := range [...]Point{e.a, e.b} {
			if Orient(f.a, f.b, p) == 0 && onSegment(f.a, f.b, p) {
				on = append(on, p)
			}
		}
		return on
	}
	return nil
}

// crossingPoint returns the lattice point nearest to where e and f cross.
func crossingPoint(e, f edge) Point {
	dx, dy := float64(e.b.Lon)-float64(e.a.Lon), float64(e.b.Lat)-float64(e.a.Lat)
	gx, gy := float64(f.b.Lon)-float64(f.a.Lon), float64(f.b.Lat)-float64(f.a.Lat)
	ox, oy := float64(f.a.Lon)-float64(e.a.Lon), float64(f.a.Lat)-float64(e.a.Lat)
	t := (ox*gy - oy*gx) / (dx*gy - dy*gx)
	return nearestPoint(float64(e.a.Lon)+t*dx, float64(e.a.Lat)+t*dy)
}

// netSteps returns how often each step is walked, less how often its reverse is.
func netSteps(chains [][]Point) map[step]int {
	net := make(map[step]int)
	for _, c := range chains {
		for i := 1; i < len(c); i++ {
			back := step{c[i], c[i-1]}
			switch {
			case c[i] == c[i-1]:
			case net[back] > 1:
				net[back]--
			case net[back] == 1:
				delete(net, back)
			default:
				net[step{c[i-1], c[i]}]++
			}
		}
	}
	return net
}

// angle returns the direction of s in radians.
func (s step) angle() float64 {
	return math.Atan2(float64(s.to.Lat)-float64(s.from.Lat), float64(s.to.Lon)-float64(s.from.Lon))
}
