package divide

import "slices"

// roadBias is how strongly trees avoid good borders, so that those are left to be cut.
const roadBias = 0.2

// A tree is a random spanning tree of a set of pieces.
type tree struct {
	order  []int32   // pieces, each after its parent
	parent []int32   // position of the parent in order
	below  []float64 // weight of the subtree, by position
	class  []uint8   // class of the border to the parent
}

// span returns a random spanning tree whose edges avoid good borders, so that
// those are left to be cut; nil if pieces do not hang together.
func (t *Task) span(pieces []int32) *tree {
	m := t.Map
	m.mark(pieces)
	keys := t.keys[:0] // a price, and which link it is for
	for _, p := range pieces {
		for _, l := range m.near[p] {
			if link := m.links[l]; link.A == p && m.marked(link.B) {
				price := t.Chance.Float() + float64(roadBias*float64(link.Class))
				keys = append(keys, uint64(price*(1<<32))<<28|uint64(l))
			}
		}
	}
	slices.Sort(keys)
	t.keys = keys
	f := newForest(len(pieces))
	for _, key := range keys {
		l := int32(key & (1<<28 - 1))
		f.add(m.at[m.links[l].A], m.at[m.links[l].B], l)
	}
	if len(f.kept) < 2*(len(pieces)-1) {
		return nil
	}
	return t.root(pieces, f)
}

// A forest grows into a spanning tree. Its nodes are positions in a list of pieces.
type forest struct {
	above []int32 // towards the representative of the node's part
	first []int32 // by node: its latest half of a kept link, -1 if there is none
	kept  []half
}

// A half is one direction of a link that is kept.
type half struct{ link, next int32 }

func newForest(n int) *forest {
	f := &forest{above: make([]int32, n), first: make([]int32, n), kept: make([]half, 0, 2*n)}
	for i := range f.above {
		f.above[i], f.first[i] = int32(i), -1
	}
	return f
}

func (f *forest) find(i int32) int32 {
	for f.above[i] != i {
		f.above[i] = f.above[f.above[i]]
		i = f.above[i]
	}
	return i
}

// add keeps a link between nodes of different parts.
func (f *forest) add(a, b, link int32) {
	ra, rb := f.find(a), f.find(b)
	if ra == rb {
		return
	}
	f.above[ra] = rb
	for _, node := range [2]int32{a, b} {
		f.kept = append(f.kept, half{link, f.first[node]})
		f.first[node] = int32(len(f.kept) - 1)
	}
}

// root orders the tree from its first piece and sums the weights below. The pieces
// are marked.
func (t *Task) root(pieces []int32, f *forest) *tree {
	m, n := t.Map, len(pieces)
	tr := &tree{order: make([]int32, 0, n), parent: make([]int32, 0, n), below: make([]float64, 0, n), class: make([]uint8, 0, n)}
	visit := func(p, parent int32, class uint8) {
		tr.order, tr.parent = append(tr.order, p), append(tr.parent, parent)
		tr.class = append(tr.class, class)
		tr.below = append(tr.below, t.Weight[p])
	}
	visit(pieces[0], -1, 0)
	for i := 0; i < len(tr.order); i++ {
		p := tr.order[i]
		for k := f.first[m.at[p]]; k >= 0; k = f.kept[k].next {
			l := f.kept[k].link
			if q := m.other(l, p); tr.parent[i] < 0 || q != tr.order[tr.parent[i]] {
				visit(q, int32(i), m.links[l].Class)
			}
		}
	}
	for i := len(tr.order) - 1; i > 0; i-- {
		tr.below[tr.parent[i]] += tr.below[i]
	}
	return tr
}

// sides returns the pieces below the piece at a position, itself among them, and the
// others.
func (tr *tree) sides(at int32) (below, rest []int32) {
	under := make([]bool, len(tr.order))
	for i, p := range tr.order {
		under[i] = int32(i) == at || tr.parent[i] >= 0 && under[tr.parent[i]]
		if under[i] {
			below = append(below, p)
		} else {
			rest = append(rest, p)
		}
	}
	return below, rest
}
