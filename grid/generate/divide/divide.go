// Package divide cuts a town of small indivisible pieces into connected parts of
// even weight: communities, grids and micro-grids.
//
// It knows pieces, weights and borders, not what they stand for. Because every
// part is a union of pieces, all levels partition the town exactly.
package divide

import (
	"cmp"
	"math"
	"slices"

	"quanxi/grid/generate/chance"
)

// A Link says that two pieces share a border, and how good a border it would make.
type Link struct {
	A, B  int32
	Class uint8
}

// A Map is the pieces of a town and how they lie.
type Map struct {
	n     int
	links []Link
	near  [][]int32 // links by piece
	edge  []bool    // pieces on the town's border
}

// NewMap returns the map of n pieces; edge tells which of them touch the border.
func NewMap(n int, links []Link, edge []bool) *Map {
	m := &Map{n: n, links: links, near: make([][]int32, n), edge: edge}
	for i, l := range links {
		m.near[l.A] = append(m.near[l.A], int32(i))
		m.near[l.B] = append(m.near[l.B], int32(i))
	}
	return m
}

func (m *Map) other(link int32, piece int32) int32 {
	return m.links[link].A + m.links[link].B - piece
}

// A Task cuts one connected set of pieces.
type Task struct {
	Map    *Map
	Weight []float64 // of each piece of the map
	Trees  int       // how many spanning trees are tried for each cut
	Chance *chance.Stream
}

// Split cuts pieces into k connected parts of nearly equal weight. No part
// surrounds other pieces of the town if that can be had.
func (t *Task) Split(pieces []int32, k int) [][]int32 {
	if k <= 1 || len(pieces) < 2 {
		return [][]int32{pieces}
	}
	one, two, j := t.halve(pieces, k)
	if one == nil {
		return [][]int32{pieces}
	}
	return append(t.Split(one, j), t.Split(two, k-j)...)
}

// A cut takes the subtree below piece off a spanning tree and gives it j parts.
type cut struct {
	tree  *tree
	piece int32
	parts int
	score float64
}

// halve finds the best single cut over many trees.
func (t *Task) halve(pieces []int32, k int) (one, two []int32, j int) {
	var best []cut
	for range t.Trees {
		if tr := t.span(pieces); tr != nil {
			best = append(best, t.rate(tr, k)...)
		}
	}
	slices.SortStableFunc(best, func(a, b cut) int { return cmp.Compare(a.score, b.score) })
	for _, c := range best {
		one, two = c.tree.sides(c.piece)
		if !t.Map.Surrounds(one) && !t.Map.Surrounds(two) {
			return one, two, c.parts
		}
	}
	if len(best) == 0 {
		return nil, nil, 0
	}
	one, two = best[0].tree.sides(best[0].piece) // an enclave that cannot be helped
	return one, two, best[0].parts
}

// rate scores the edges of a tree and returns the few best.
func (t *Task) rate(tr *tree, k int) []cut {
	total := tr.below[0]
	mean := total / float64(k)
	var out []cut
	for i := 1; i < len(tr.order); i++ {
		w := tr.below[i]
		j := min(max(int(math.Round(w/mean)), 1), k-1)
		off := math.Abs(w/float64(j)-mean) + math.Abs((total-w)/float64(k-j)-mean)
		score := off/max(mean, 1e-9) - 0.03*float64(tr.class[i])
		out = append(out, cut{tr, tr.order[i], j, score})
	}
	slices.SortStableFunc(out, func(a, b cut) int { return cmp.Compare(a.score, b.score) })
	return out[:min(len(out), 5)]
}

// Surrounds reports whether pieces cut any other piece off from the border.
func (m *Map) Surrounds(pieces []int32) bool {
	seen := make([]bool, m.n)
	for _, p := range pieces {
		seen[p] = true
	}
	left := m.n - len(pieces)
	var stack []int32
	for p := range int32(m.n) {
		if m.edge[p] && !seen[p] {
			seen[p] = true
			stack = append(stack, p)
		}
	}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		left--
		for _, l := range m.near[p] {
			if q := m.other(l, p); !seen[q] {
				seen[q] = true
				stack = append(stack, q)
			}
		}
	}
	return left > 0
}

// Connected reports whether pieces hang together. None are connected.
func (m *Map) Connected(pieces []int32) bool {
	if len(pieces) == 0 {
		return true
	}
	in := make(map[int32]bool, len(pieces))
	for _, p := range pieces {
		in[p] = true
	}
	stack := []int32{pieces[0]}
	delete(in, pieces[0])
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, l := range m.near[p] {
			if q := m.other(l, p); in[q] {
				delete(in, q)
				stack = append(stack, q)
			}
		}
	}
	return len(in) == 0
}

// Neighbours calls see with the pieces that share a border with p.
func (m *Map) Neighbours(p int32, see func(q int32)) {
	for _, l := range m.near[p] {
		see(m.other(l, p))
	}
}
