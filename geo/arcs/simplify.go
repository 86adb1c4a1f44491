package arcs

import (
	"container/heap"
	"math"

	"quanxi/geo"
)

// FullZoom is the zoom from which on every vertex is shown.
const FullZoom = 20

// simplify gives each new arc the zooms of its points.
func (e *edit) simplify() {
	partners := e.partners()
	work := e.fresh
	for _, id := range e.again {
		a := *e.arcs[id]
		e.arcs[id] = &a
		work = append(work, &a)
	}
	field := e.obstacles(work)
	for i, a := range work {
		a.Zooms = simplify(a.Points, int32(i), partners[endsOf(a)] > 1, field)
	}
}

func endsOf(a *Arc) step { return step{a.Points[0], a.Points[len(a.Points)-1]} }

// partners counts the arcs between each pair of ends. Two arcs between the same
// ends must not both become straight. Arcs that were kept, but gain or lose such
// a partner, are simplified again.
func (e *edit) partners() map[step]int {
	count := make(map[step]int)
	pairs := make(map[step]bool)
	for _, a := range e.fresh {
		count[endsOf(a)]++
		pairs[endsOf(a)] = true
	}
	for id := range e.dissolved {
		pairs[endsOf(e.old.arcs[id])] = true
	}
	for pair := range pairs {
		for id, a := range e.old.near(geo.Envelope{Min: pair.from, Max: pair.from}) {
			if !e.dissolved[id] && endsOf(a) == pair {
				count[pair]++
				e.again = append(e.again, id)
			}
		}
	}
	return count
}

// obstacles returns all vertices that may stand in the way of simplifying the
// arcs of work, those of work owned by their number in it.
func (e *edit) obstacles(work []*Arc) *field {
	f := new(field)
	known := make(map[uint32]bool)
	for _, id := range e.again {
		known[id] = true
	}
	for i, a := range work {
		for k, p := range a.Points {
			owner := int32(i)
			if k == 0 || k == len(a.Points)-1 {
				owner = noArc
			}
			f.add(p, owner, int32(k))
		}
	}
	for _, a := range work {
		for id, b := range e.old.near(envelope(a.Points)) {
			if known[id] || e.dissolved[id] {
				continue
			}
			known[id] = true
			for _, p := range b.Points {
				f.add(p, noArc, 0)
			}
		}
	}
	f.seal()
	return f
}

// A thinning takes points out of one arc, least first (Visvalingam and Whyatt).
// A point goes only if the triangle that this cuts off holds no vertex: no
// vertex of any other arc at full resolution, and none of this arc that is still
// there. So whatever state each of two arcs is in, they cross no more than they
// did before: to cross the new edge, an edge would need an end in the triangle.
type thinning struct {
	points     []geo.Point
	self       int32
	field      *field
	prev, next []int32
	queue      thinQueue
	weight     []float64 // of each point still there; -1 once it is gone
	left       int       // inner points still there
	least      int       // inner points that stay in any case
}

// simplify returns the zooms of the points of one arc.
func simplify(points []geo.Point, self int32, hasPartner bool, f *field) []uint8 {
	n := len(points)
	zooms := make([]uint8, n)
	if n < 3 {
		return zooms
	}
	t := &thinning{points: points, self: self, field: f, left: n - 2,
		prev: make([]int32, n), next: make([]int32, n), weight: make([]float64, n)}
	switch {
	case points[0] == points[n-1]:
		t.least = 2
	case hasPartner:
		t.least = 1
	}
	for i := 1; i < n-1; i++ {
		t.prev[i], t.next[i] = int32(i-1), int32(i+1)
		t.next[i-1], t.prev[i+1] = int32(i), int32(i)
	}
	for i := 1; i < n-1; i++ {
		t.push(int32(i))
	}
	t.run(zooms)
	return zooms
}

func (t *thinning) run(zooms []uint8) {
	var heaviest float64
	for len(t.queue) > 0 && t.left > t.least {
		top := heap.Pop(&t.queue).(thinItem)
		if top.weight != t.weight[top.at] || !t.free(top.at) {
			continue // outdated, or blocked until a neighbour goes
		}
		heaviest = max(heaviest, top.weight)
		zooms[top.at] = zoomOf(heaviest)
		if zooms[top.at] == 0 {
			return // the rest is heavier still
		}
		t.remove(top.at)
	}
}

func (t *thinning) remove(i int32) {
	t.weight[i] = -1
	t.left--
	p, q := t.prev[i], t.next[i]
	t.next[p], t.prev[q] = q, p
	t.push(p)
	t.push(q)
}

// push queues an inner point with its present weight, after which older entries
// for it count no more.
func (t *thinning) push(i int32) {
	if i == 0 || int(i) == len(t.points)-1 {
		return
	}
	t.weight[i] = weight(t.points[t.prev[i]], t.points[i], t.points[t.next[i]])
	heap.Push(&t.queue, thinItem{t.weight[i], i})
}

// weight returns the area that taking v out moves from one side to the other, in
// square lattice units at the equator of the drawn map.
func weight(u, v, w geo.Point) float64 {
	area := geo.Ring{u, v, w, u}.DoubleArea()
	_, lat := v.Degrees()
	return math.Abs(float64(area)) / 2 / math.Cos(min(math.Abs(lat), 89)*math.Pi/180)
}

// free reports whether the closed triangle at i holds no vertex but its corners.
func (t *thinning) free(i int32) bool {
	u, v, w := t.points[t.prev[i]], t.points[i], t.points[t.next[i]]
	for n := range t.field.within(envelope([]geo.Point{u, v, w})) {
		p := t.field.points[n]
		gone := t.field.owner[n] == t.self && t.weight[t.field.place[n]] < 0
		if !gone && p != u && p != v && p != w && inTriangle(u, v, w, p) {
			return false
		}
	}
	return true
}

// inTriangle reports whether p lies in the closed triangle u, v, w.
func inTriangle(u, v, w, p geo.Point) bool {
	a, b, c := geo.Orient(u, v, p), geo.Orient(v, w, p), geo.Orient(w, u, p)
	return a >= 0 && b >= 0 && c >= 0 || a <= 0 && b <= 0 && c <= 0
}

// unitsPerPixel is the width of one screen pixel at zoom 0, where the world is
// 512 pixels wide, in lattice units at the equator.
const unitsPerPixel = 360 * geo.PerDegree / 512

// zoomOf returns the lowest zoom at which a vertex of this weight shows: where
// it moves a quarter of a square pixel.
func zoomOf(weight float64) uint8 {
	pixel := float64(unitsPerPixel)
	for zoom := uint8(0); zoom < FullZoom; zoom++ {
		if weight >= pixel*pixel/4 {
			return zoom
		}
		pixel /= 2
	}
	return FullZoom
}

type thinItem struct {
	weight float64
	at     int32
}

// thinQueue is a heap of items, lightest first, then in order of place.
type thinQueue []thinItem

func (q thinQueue) Len() int { return len(q) }
func (q thinQueue) Less(i, j int) bool {
	return q[i].weight < q[j].weight || q[i].weight == q[j].weight && q[i].at < q[j].at
}
func (q thinQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *thinQueue) Push(v any)   { *q = append(*q, v.(thinItem)) }
func (q *thinQueue) Pop() any {
	last := len(*q) - 1
	v := (*q)[last]
	*q = (*q)[:last]
	return v
}
