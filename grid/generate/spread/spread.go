// Package spread grows regions and finds cheapest ways over a raster of nodes.
//
// It knows nothing of what a step costs or what a label means.
package spread

import "math"

// A Seed is where a label starts, and how far behind the others.
type Seed struct {
	Node     int
	Handicap float64
}

// A Field is a raster of W × H nodes. Cost returns what the step from one node
// to another, steps nodes long (1, √2 or √5), costs; +Inf closes it.
type Field struct {
	W, H int
	Cost func(from, to int, steps float64) float64
}

// A Growth is the outcome of growing: for each node the label that reached it
// first, the node it was reached from, and the cost. A node that nothing reached
// has label and parent -1.
type Growth struct {
	Label, Parent []int32
	Cost          []float64
}

type move struct {
	dx, dy int
	steps  float64
}

var (
	eight   = []move{{1, 0, 1}, {0, 1, 1}, {-1, 0, 1}, {0, -1, 1}, {1, 1, math.Sqrt2}, {-1, 1, math.Sqrt2}, {-1, -1, math.Sqrt2}, {1, -1, math.Sqrt2}}
	sqrt5   = math.Sqrt(5)
	sixteen = append(append([]move(nil), eight...), move{2, 1, sqrt5}, move{1, 2, sqrt5}, move{-1, 2, sqrt5},
		move{-2, 1, sqrt5}, move{-2, -1, sqrt5}, move{-1, -2, sqrt5}, move{1, -2, sqrt5}, move{2, -1, sqrt5})
)

// Regions grows label i from seeds[i], eight neighbours to a node.
func (f Field) Regions(seeds []Seed) Growth { return f.grow(seeds, eight, -1) }

// Ways grows from all seeds with sixteen neighbours to a node, which leaves
// fewer steps in a way, and stops once node until is reached; -1 reaches all.
func (f Field) Ways(seeds []Seed, until int) Growth { return f.grow(seeds, sixteen, until) }

func (f Field) grow(seeds []Seed, moves []move, until int) Growth {
	n := f.W * f.H
	g := Growth{make([]int32, n), make([]int32, n), make([]float64, n)}
	for i := range n {
		g.Label[i], g.Parent[i], g.Cost[i] = -1, -1, math.Inf(1)
	}
	var q queue
	for i, s := range seeds {
		if s.Handicap < g.Cost[s.Node] {
			g.Label[s.Node], g.Cost[s.Node] = int32(i), s.Handicap
			q.push(item{s.Handicap, int32(s.Node)})
		}
	}
	for len(q) > 0 {
		it := q.pop()
		at := int(it.node)
		if it.cost > g.Cost[at] {
			continue
		}
		if at == until {
			break
		}
		x, y := at%f.W, at/f.W
		for _, m := range moves {
			if nx, ny := x+m.dx, y+m.dy; nx >= 0 && ny >= 0 && nx < f.W && ny < f.H {
				to := ny*f.W + nx
				if c := it.cost + f.Cost(at, to, m.steps); c < g.Cost[to] {
					g.Label[to], g.Parent[to], g.Cost[to] = g.Label[at], it.node, c
					q.push(item{c, int32(to)})
				}
			}
		}
	}
	return g
}

type item struct {
	cost float64
	node int32
}

// before orders by cost and then by node, so that ties never depend on the heap.
func (a item) before(b item) bool { return a.cost < b.cost || a.cost == b.cost && a.node < b.node }

// queue is a binary heap.
type queue []item

func (q *queue) push(it item) {
	h := append(*q, it)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !it.before(h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = it
	*q = h
}

func (q *queue) pop() item {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for len(h) > 0 {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1].before(h[c]) {
			c++
		}
		if !h[c].before(last) {
			break
		}
		h[i] = h[c]
		i = c
	}
	if len(h) > 0 {
		h[i] = last
	}
	*q = h
	return top
}
