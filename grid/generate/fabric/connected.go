package fabric

import (
	"cmp"
	"slices"

	"quanxi/geo"
)

// twoConnected splits segments into those of the 2-connected component that
// holds the first, which is of the outer ring, and the other components that
// enclose anything.
func twoConnected(in []Segment) (kept []Segment, dropped [][]Segment) {
	t := newTarjan(in)
	for v := range t.around {
		if t.depth[v] == 0 {
			t.search(int32(v))
		}
	}
	for _, edges := range t.parts {
		part := make([]Segment, len(edges))
		outer := false
		for i, e := range edges {
			part[i] = in[e]
			outer = outer || e == 0
		}
		if outer {
			kept = part
		} else if len(part) > 2 {
			dropped = append(dropped, part)
		}
	}
	return kept, dropped
}

// tarjan finds 2-connected components with an explicit stack: towns have paths
// longer than a goroutine's patience.
type tarjan struct {
	ends   [][2]int32
	around [][]int32 // edges by vertex
	depth  []int32   // order of discovery, 0 if not yet seen
	low    []int32
	used   []bool
	stack  []int32 // edges of the components not yet closed
	parts  [][]int32
	clock  int32
}

func newTarjan(in []Segment) *tarjan {
	index := map[geo.Point]int32{}
	t := &tarjan{ends: make([][2]int32, len(in)), used: make([]bool, len(in))}
	for e, s := range in {
		for k, p := range [2]geo.Point{s.A, s.B} {
			v, ok := index[p]
			if !ok {
				v = int32(len(t.around))
				index[p], t.around = v, append(t.around, nil)
			}
			t.ends[e][k] = v
			t.around[v] = append(t.around[v], int32(e))
		}
	}
	t.depth, t.low = make([]int32, len(t.around)), make([]int32, len(t.around))
	return t
}

type frame struct {
	v, edge int32 // the vertex and the edge by which it was reached
	next    int   // position in around[v]
	mark    int   // height of the edge stack before that edge
}

func (t *tarjan) search(root int32) {
	path := []frame{{v: root, edge: -1}}
	t.visit(root)
	for len(path) > 0 {
		f := &path[len(path)-1]
		if f.next < len(t.around[f.v]) {
			e := t.around[f.v][f.next]
			f.next++
			if t.used[e] {
				continue
			}
			t.used[e] = true
			w := t.ends[e][0] + t.ends[e][1] - f.v
			mark := len(t.stack)
			t.stack = append(t.stack, e)
			if t.depth[w] != 0 {
				t.low[f.v] = min(t.low[f.v], t.depth[w])
				continue
			}
			t.visit(w)
			path = append(path, frame{v: w, edge: e, mark: mark})
			continue
		}
		done := *f
		path = path[:len(path)-1]
		if len(path) > 0 {
			t.leave(done, path[len(path)-1].v)
		}
	}
}

func (t *tarjan) visit(v int32) {
	t.clock++
	t.depth[v], t.low[v] = t.clock, t.clock
}

// leave closes a component if nothing below f reaches above parent.
func (t *tarjan) leave(f frame, parent int32) {
	t.low[parent] = min(t.low[parent], t.low[f.v])
	if t.low[f.v] >= t.depth[parent] {
		t.parts = append(t.parts, append([]int32(nil), t.stack[f.mark:]...))
		t.stack = t.stack[:f.mark]
	}
}

// stitchArea2 is twice the area of the envelope, in square units, from which on
// an island is worth tying: about a hectare.
const stitchArea2 = 200_000_000

// stitch returns two lines from each larger island, and from each hole, to the
// nearest vertices of the rest, so that it does not vanish.
func stitch(kept []Segment, dropped [][]Segment, rings []Segment) []Segment {
	var out []Segment
	for _, part := range dropped {
		if slices.ContainsFunc(part, func(s Segment) bool { return s.Class == RingClass }) {
			out = append(out, moor(kept, part, rings)...)
			continue
		}
		west, east := extremes(part)
		south, north := west.Lat, west.Lat
		for _, s := range part {
			south, north = min(south, s.A.Lat), max(north, s.A.Lat)
		}
		if 2*(int64(east.Lon)-int64(west.Lon))*(int64(north)-int64(south)) < stitchArea2 {
			continue
		}
		for _, end := range [2]geo.Point{west, east} {
			if to, ok := nearest(kept, end, anywhere); ok && to != end {
				out = append(out, Segment{end, to, 1})
			}
		}
	}
	return out
}

func extremes(part []Segment) (west, east geo.Point) {
	byLon := func(a, b Segment) int { return cmp.Compare(a.A.Lon, b.A.Lon) }
	return slices.MinFunc(part, byLon).A, slices.MaxFunc(part, byLon).A
}

// moorings is how many vertices of a hole are tried.
const moorings = 12

// moor returns two lines that tie a hole to the rest without touching a ring
// elsewhere: the shortest, and one from as far as possible around the hole.
func moor(kept, hole, rings []Segment) []Segment {
	var from []geo.Point
	for i := range min(len(hole), moorings) {
		from = append(from, hole[i*len(hole)/min(len(hole), moorings)].A)
	}
	clear := func(p, q geo.Point) bool { return free(hole, p, q) && free(rings, p, q) }
	var first Segment
	for _, p := range from {
		to, ok := nearest(kept, p, func(q geo.Point) bool { return clear(p, q) })
		if ok && (first.A == first.B || dist2(p, to) < dist2(first.A, first.B)) {
			first = Segment{p, to, 1}
		}
	}
	slices.SortStableFunc(from, func(p, q geo.Point) int { return cmp.Compare(dist2(q, first.A), dist2(p, first.A)) })
	for _, p := range from {
		to, ok := nearest(kept, p, func(q geo.Point) bool { return q != first.B && clear(p, q) })
		if ok && p != first.A {
			return []Segment{first, {p, to, 1}}
		}
	}
	return nil
}

// free reports whether the straight line from p to q touches no ring but at its ends.
func free(rings []Segment, p, q geo.Point) bool {
	line := Segment{A: p, B: q}
	e := envelope(line)
	for _, s := range rings {
		if b := envelope(s); b.x1 < e.x0 || b.x0 > e.x1 || b.y1 < e.y0 || b.y0 > e.y1 {
			continue
		}
		ends := s.A == p || s.A == q || s.B == p || s.B == q
		if !ends && meets(line, s) {
			return false
		}
	}
	return true
}

func anywhere(geo.Point) bool { return true }

// nearest returns the vertex of segments nearest to p, apart from p itself, that
// may be taken.
func nearest(segments []Segment, p geo.Point, may func(geo.Point) bool) (geo.Point, bool) {
	best, at := int64(-1), geo.Point{}
	for _, s := range segments {
		for _, q := range [2]geo.Point{s.A, s.B} {
			if d := dist2(p, q); d > 0 && (best < 0 || d < best) && may(q) {
				best, at = d, q
			}
		}
	}
	return at, best >= 0
}
