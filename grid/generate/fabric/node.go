// Package fabric makes exact planar graphs of whole numbers from rough lines,
// and regions of their faces. A fabric never adds a vertex to the ring it got
// from above; that one rule makes neighbours equal bit for bit.
//
// It knows classes of edges and labels of faces, not what they stand for.
package fabric

import (
	"slices"

	"quanxi/geo"
)

// A Segment is one straight piece of line. The higher its class, the better a
// border it makes.
type Segment struct {
	A, B  geo.Point
	Class uint8
}

// RingClass is the class of the segments of the given rings; no other may have it.
const RingClass = 9

// node returns the pieces of rings and lines such that pieces meet only at their
// ends, those of the rings first. Vertices within eps units become one. Pieces of
// the rings are never cut or moved: a line that would cross one or touch it loses
// that piece.
//
// It ends, whatever the lines: a round either loses pieces or puts shorter ones in
// the place of longer ones, and lengths are those of a lattice.
func node(rings []geo.Ring, lines []Segment, eps int64) []Segment {
	n := &noder{eps: eps, cell: max(9_000, 20*eps), near: map[[2]int64][]geo.Point{}, onRing: map[geo.Point]bool{}}
	segments := make([]Segment, 0, len(lines))
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			n.add(ring[i])
			n.onRing[ring[i]] = true
			segments = append(segments, Segment{ring[i-1], ring[i], RingClass})
		}
	}
	for _, s := range lines {
		segments = append(segments, Segment{n.snap(s.A), n.snap(s.B), min(s.Class, RingClass-1)})
	}
	for changed := true; changed; {
		segments, changed = n.round(unique(segments))
	}
	return segments
}

type noder struct {
	eps, cell int64
	near      map[[2]int64][]geo.Point // vertices by square of eps units
	onRing    map[geo.Point]bool
}

func (n *noder) add(p geo.Point) {
	key := [2]int64{int64(p.Lon) / n.eps, int64(p.Lat) / n.eps}
	n.near[key] = append(n.near[key], p)
}

// snap returns the nearest vertex within eps of p, or makes p a vertex.
func (n *noder) snap(p geo.Point) geo.Point {
	x, y := int64(p.Lon)/n.eps, int64(p.Lat)/n.eps
	best, at := n.eps*n.eps+1, p
	for dy := int64(-1); dy <= 1; dy++ {
		for dx := int64(-1); dx <= 1; dx++ {
			for _, q := range n.near[[2]int64{x + dx, y + dy}] {
				if d := dist2(p, q); d < best {
					best, at = d, q
				}
			}
		}
	}
	if best > n.eps*n.eps {
		n.add(p)
	}
	return at
}

// unique drops points and repetitions; of equal pieces the best class stays.
func unique(in []Segment) []Segment {
	seen := make(map[[2]geo.Point]int, len(in))
	out := make([]Segment, 0, len(in))
	for _, s := range in {
		if s.A == s.B {
			continue
		}
		key := [2]geo.Point{s.A, s.B}
		if less(s.B, s.A) {
			key = [2]geo.Point{s.B, s.A}
		}
		if at, ok := seen[key]; ok {
			out[at].Class = max(out[at].Class, s.Class)
			continue
		}
		seen[key] = len(out)
		out = append(out, s)
	}
	return out
}

// A verdict collects what one round wants done to the segments.
type verdict struct {
	cuts [][]geo.Point
	drop []bool
	any  bool
}

// cutShorter wants segment i, which is s, cut at p if that shortens it, and reports
// whether it does.
func (v *verdict) cutShorter(i int, s Segment, p geo.Point) bool {
	if !shortens(s, p) {
		return false
	}
	v.cuts[i], v.any = append(v.cuts[i], p), true
	return true
}

func (v *verdict) lose(i int) { v.drop[i], v.any = true, true }

// round cuts segments where they touch or cross, once.
func (n *noder) round(in []Segment) ([]Segment, bool) {
	v := &verdict{cuts: make([][]geo.Point, len(in)), drop: make([]bool, len(in))}
	n.pairs(in, func(i, j int) { n.judge(v, in, i, j) })
	if !v.any {
		return in, false
	}
	out := make([]Segment, 0, len(in)+len(in)/4)
	for i, s := range in {
		switch {
		case v.drop[i]:
		case len(v.cuts[i]) == 0:
			out = append(out, s)
		default:
			out = append(out, pieces(s, v.cuts[i])...)
		}
	}
	return out, true
}

// pieces returns s cut at points, each of which shortens it. Two of them may lie
// farther apart than the ends of a short piece; then the first is enough for now.
func pieces(s Segment, points []geo.Point) []Segment {
	out := cut(s, points)
	if whole := dist2(s.A, s.B); slices.ContainsFunc(out, func(p Segment) bool { return dist2(p.A, p.B) >= whole }) {
		return cut(s, points[:1])
	}
	return out
}

// cut returns s cut at points, in the order in which they lie along it.
func cut(s Segment, points []geo.Point) []Segment {
	slices.SortFunc(points, func(p, q geo.Point) int {
		if d := along(s, p) - along(s, q); d != 0 {
			return sign(d)
		}
		return sign(int64(p.Lon)-int64(q.Lon)) + 2*sign(int64(p.Lat)-int64(q.Lat))
	})
	var out []Segment
	at := s.A
	for _, p := range append(points, s.B) {
		out = append(out, Segment{at, p, s.Class})
		at = p
	}
	return out
}

// pairs calls see once for each pair of segments that come within eps.
func (n *noder) pairs(in []Segment, see func(i, j int)) {
	cells := make(map[[2]int64][]int32, len(in))
	var order [][2]int64
	for i, s := range in {
		e := envelope(s).grow(n.eps)
		for y := e.y0 / n.cell; y <= e.y1/n.cell; y++ {
			for x := e.x0 / n.cell; x <= e.x1/n.cell; x++ {
				key := [2]int64{x, y}
				if cells[key] == nil {
					order = append(order, key)
				}
				cells[key] = append(cells[key], int32(i))
			}
		}
	}
	for _, key := range order {
		list := cells[key]
		for a, i := range list {
			e := envelope(in[i]).grow(n.eps)
			for _, j := range list[a+1:] {
				f := envelope(in[j]).grow(n.eps)
				// The lower left corner of the common part lies in one cell only.
				x, y := max(e.x0, f.x0), max(e.y0, f.y0)
				if x <= min(e.x1, f.x1) && y <= min(e.y1, f.y1) && x/n.cell == key[0] && y/n.cell == key[1] {
					see(int(i), int(j))
				}
			}
		}
	}
}

// judge decides about one pair.
func (n *noder) judge(v *verdict, in []Segment, i, j int) {
	a, b := in[i], in[j]
	if a.Class == RingClass && b.Class == RingClass {
		return // necks of a given ring are not ours to mend
	}
	touched := n.touch(v, in, i, j, b.A) || n.touch(v, in, i, j, b.B)
	touched = n.touch(v, in, j, i, a.A) || n.touch(v, in, j, i, a.B) || touched
	if touched || !crosses(a, b) {
		return
	}
	switch {
	case a.Class == RingClass:
		v.lose(j)
	case b.Class == RingClass:
		v.lose(i)
	default:
		n.cross(v, in, i, j)
	}
}

// touch handles the end p of segment owner that may lie within eps of the inside of
// segment i: it cuts that, or loses the owner if that is of a ring. It reports
// whether it did.
func (n *noder) touch(v *verdict, in []Segment, i, owner int, p geo.Point) bool {
	s := in[i]
	if p == s.A || p == s.B || !within(s, p, n.eps) {
		return false
	}
	if s.Class != RingClass {
		return v.cutShorter(i, s, p)
	}
	if n.onRing[p] {
		return false
	}
	v.lose(owner)
	return true
}

// cross cuts segments i and j where they cross: at a vertex within eps or, if that
// shortens neither, at the very place. That lies in the envelopes of both, so it is
// an end of one of them at most, and shortens the other.
func (n *noder) cross(v *verdict, in []Segment, i, j int) {
	at := crossing(in[i], in[j])
	p := n.snap(at)
	if !shortens(in[i], p) && !shortens(in[j], p) {
		n.add(at)
		p = at
	}
	v.cutShorter(i, in[i], p)
	v.cutShorter(j, in[j], p)
}

func ends(s Segment, p geo.Point) bool { return p == s.A || p == s.B }

// shortens reports whether both pieces of s are shorter than it if it is cut at p.
// Of a triangle as small as eps, each corner lies beside the inside of the opposite
// side: were any but the longest cut, the sides would go on replacing each other.
func shortens(s Segment, p geo.Point) bool {
	l := dist2(s.A, s.B)
	return !ends(s, p) && dist2(s.A, p) < l && dist2(p, s.B) < l
}
