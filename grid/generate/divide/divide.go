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

// A Piece is one indivisible piece of a town's ground.
type Piece struct {
	Area float64 // m²
	Edge float64 // metres of its outline that it shares with no other piece
	Rim  bool    // it touches the border of the town
}

// A Link says that two pieces share a border, and how good a border it would make.
type Link struct {
	A, B   int32
	Length float64 // metres
	Class  uint8
}

// A Map is the pieces of a town and how they lie. It is not safe for concurrent use.
type Map struct {
	pieces []Piece
	links  []Link
	near   [][]int32 // links by piece
	around []float64 // outline of each piece, metres
	open   int       // pieces that can be reached from the border

	marks []int32 // by piece: the call that marked it, and what it was marked with
	at    []int32
	call  int32
	stack []int32
}

// NewMap returns the map of pieces; a piece without links is no ground of the town.
func NewMap(pieces []Piece, links []Link) *Map {
	n := len(pieces)
	m := &Map{pieces: pieces, links: links, near: make([][]int32, n), around: make([]float64, n), marks: make([]int32, n), at: make([]int32, n)}
	for i, p := range pieces {
		m.around[i] = p.Edge
	}
	for i, l := range links {
		for _, p := range [2]int32{l.A, l.B} {
			m.near[p] = append(m.near[p], int32(i))
			m.around[p] += l.Length
		}
	}
	m.open = m.reached(nil)
	return m
}

// mark begins a new set of marked pieces: those of the list, with their positions.
func (m *Map) mark(list []int32) {
	m.call++
	for i, p := range list {
		m.marks[p], m.at[p] = m.call, int32(i)
	}
}

func (m *Map) marked(p int32) bool { return m.marks[p] == m.call }

func (m *Map) other(link int32, piece int32) int32 {
	return m.links[link].A + m.links[link].B - piece
}

// A Task cuts one connected set of pieces.
type Task struct {
	Map    *Map
	Weight []float64 // of each piece of the map
	Trees  int       // how many spanning trees are tried for each cut
	Chance *chance.Stream
	// Cost rates a part for Improve; 0 needs no change. It must not call the Task.
	Cost func(part []int32) float64

	keys []uint64 // room for span
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

// mostTries is how often pieces are cut anew.
const mostTries = 12

// SplitOpen cuts as Split does, and anew as long as a part surrounds other pieces: the
// cuts made first decide whether the later ones can be made without.
func (t *Task) SplitOpen(pieces []int32, k int) [][]int32 {
	parts := t.Split(pieces, k)
	for try := 0; try < mostTries && slices.ContainsFunc(parts, t.Map.Surrounds); try++ {
		parts = t.Split(pieces, k)
	}
	return parts
}

// A cut takes a subtree off a spanning tree and gives it so many parts.
type cut struct {
	tree  *tree
	at    int32 // position of the subtree's root
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
	byScore := func(a, b cut) int { return cmp.Compare(a.score, b.score) }
	slices.SortStableFunc(best, byScore)
	best = best[:min(len(best), weighed)]
	for i := range best {
		best[i].score += t.ragged(best[i])
	}
	slices.SortStableFunc(best, byScore)
	for _, c := range best {
		one, two = c.tree.sides(c.at)
		if !t.Map.Surrounds(one) && !t.Map.Surrounds(two) {
			return one, two, c.parts
		}
	}
	if len(best) == 0 {
		return nil, nil, 0
	}
	one, two = best[0].tree.sides(best[0].at) // an enclave that cannot be helped
	return one, two, best[0].parts
}

// weighed is how many cuts are looked at closely: for their shape and for enclaves.
const weighed = 24

// ragged is what the shapes of both sides cost a cut.
func (t *Task) ragged(c cut) float64 {
	one, two := c.tree.sides(c.at)
	return 1.5 * (max(0, 0.35-t.Map.Compactness(one)) + max(0, 0.35-t.Map.Compactness(two)))
}

// bestOfTree is how many cuts of one tree are considered.
const bestOfTree = 5

// rate scores the edges of a tree and returns the few best, in order.
func (t *Task) rate(tr *tree, k int) []cut {
	total := tr.below[0]
	mean := total / float64(k)
	out := make([]cut, 0, bestOfTree+1)
	for i := 1; i < len(tr.order); i++ {
		w := tr.below[i]
		j := min(max(int(math.Round(w/mean)), 1), k-1)
		off := math.Abs(w/float64(j)-mean) + math.Abs((total-w)/float64(k-j)-mean)
		score := off/max(mean, 1e-9) - float64(0.03*float64(tr.class[i]))
		if len(out) == bestOfTree && score >= out[bestOfTree-1].score {
			continue
		}
		at := len(out)
		for at > 0 && out[at-1].score > score {
			at--
		}
		out = slices.Insert(out, at, cut{tr, int32(i), j, score})
		out = out[:min(len(out), bestOfTree)]
	}
	return out
}

// Surrounds reports whether pieces cut any other piece off from the border.
func (m *Map) Surrounds(pieces []int32) bool {
	return m.reached(pieces)+len(pieces) < m.open
}

// reached counts the pieces that can be reached from the border without passing
// those of the list.
func (m *Map) reached(list []int32) int {
	m.mark(list)
	n := 0
	for p := range m.pieces {
		if m.pieces[p].Rim && !m.marked(int32(p)) && len(m.near[p]) > 0 {
			n += m.flood(int32(p))
		}
	}
	return n
}

// flood marks what hangs together with p and is not marked yet, and counts it.
func (m *Map) flood(p int32) int {
	m.marks[p] = m.call
	m.stack = append(m.stack[:0], p)
	n := 0
	for len(m.stack) > 0 {
		p := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		n++
		for _, l := range m.near[p] {
			if q := m.other(l, p); m.marks[q] != m.call {
				m.marks[q] = m.call
				m.stack = append(m.stack, q)
			}
		}
	}
	return n
}

// Connected reports whether pieces hang together. None are connected.
func (m *Map) Connected(pieces []int32) bool {
	if len(pieces) == 0 {
		return true
	}
	m.mark(pieces)
	in := m.call
	m.call++ // what is in and not yet seen has the mark before
	m.marks[pieces[0]] = m.call
	m.stack = append(m.stack[:0], pieces[0])
	n := 0
	for len(m.stack) > 0 {
		p := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		n++
		for _, l := range m.near[p] {
			if q := m.other(l, p); m.marks[q] == in {
				m.marks[q] = m.call
				m.stack = append(m.stack, q)
			}
		}
	}
	return n == len(pieces)
}

// Compactness is 1 for a disc and near 0 for a thread (Polsby and Popper: 4π times the
// area over the square of the outline).
func (m *Map) Compactness(pieces []int32) float64 {
	m.mark(pieces)
	area, outline := 0.0, 0.0
	for _, p := range pieces {
		area += m.pieces[p].Area
		outline += m.around[p]
		for _, l := range m.near[p] {
			if m.marked(m.other(l, p)) {
				outline -= m.links[l].Length // once from either side
			}
		}
	}
	return 4 * math.Pi * area / max(outline*outline, 1e-9)
}

// Neighbours calls see with the pieces that share a border with p.
func (m *Map) Neighbours(p int32, see func(q int32)) {
	for _, l := range m.near[p] {
		see(m.other(l, p))
	}
}
