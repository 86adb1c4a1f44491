package divide

import (
	"cmp"
	"slices"
)

// roadBias is how strongly trees avoid good borders, so that those are left to be cut.
const roadBias = 0.2

// A tree is a random spanning tree of a set of pieces.
type tree struct {
	order  []int32   // pieces, each after its parent
	parent []int32   // position of the parent in order
	below  []float64 // weight of the subtree, by position
	class  []uint8   // class of the border to the parent
	at     map[int32]int32
}

// span returns a random spanning tree whose edges avoid good borders, so that
// those are left to be cut; nil if pieces do not hang together.
func (t *Task) span(pieces []int32) *tree {
	in := make(map[int32]int32, len(pieces))
	for i, p := range pieces {
		in[p] = int32(i)
	}
	type priced struct {
		link int32
		cost float64
	}
	var links []priced
	for _, p := range pieces {
		for _, l := range t.Map.near[p] {
			link := t.Map.links[l]
			if _, ok := in[t.Map.other(l, p)]; ok && link.A == p {
				links = append(links, priced{l, t.Chance.Float() + roadBias*float64(link.Class)})
			}
		}
	}
	slices.SortStableFunc(links, func(a, b priced) int { return cmp.Compare(a.cost, b.cost) })
	root := make([]int32, len(pieces))
	for i := range root {
		root[i] = int32(i)
	}
	find := func(i int32) int32 {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	kept := make([][]int32, len(pieces))
	n := 1
	for _, e := range links {
		a, b := in[t.Map.links[e.link].A], in[t.Map.links[e.link].B]
		if ra, rb := find(a), find(b); ra != rb {
			root[ra] = rb
			kept[a], kept[b] = append(kept[a], e.link), append(kept[b], e.link)
			n++
		}
	}
	if n < len(pieces) {
		return nil
	}
	return t.root(pieces, in, kept)
}

// root orders the tree from its first piece and sums the weights below.
func (t *Task) root(pieces []int32, in map[int32]int32, kept [][]int32) *tree {
	tr := &tree{at: make(map[int32]int32, len(pieces))}
	visit := func(p, parent int32, class uint8) {
		tr.at[p] = int32(len(tr.order))
		tr.order, tr.parent = append(tr.order, p), append(tr.parent, parent)
		tr.class = append(tr.class, class)
		tr.below = append(tr.below, t.Weight[p])
	}
	visit(pieces[0], -1, 0)
	for i := 0; i < len(tr.order); i++ {
		p := tr.order[i]
		for _, l := range kept[in[p]] {
			if q := t.Map.other(l, p); tr.parent[i] < 0 || q != tr.order[tr.parent[i]] {
				visit(q, int32(i), t.Map.links[l].Class)
			}
		}
	}
	for i := len(tr.order) - 1; i > 0; i-- {
		tr.below[tr.parent[i]] += tr.below[i]
	}
	return tr
}

// sides returns the pieces below piece, itself among them, and the others.
func (tr *tree) sides(piece int32) (below, rest []int32) {
	under := make([]bool, len(tr.order))
	for i, p := range tr.order {
		under[i] = p == piece || tr.parent[i] >= 0 && under[tr.parent[i]]
		if under[i] {
			below = append(below, p)
		} else {
			rest = append(rest, p)
		}
	}
	return below, rest
}
