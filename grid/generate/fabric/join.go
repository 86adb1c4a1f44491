package fabric

// Closed is the label of a face that belongs to nobody and that Join leaves alone.
const Closed = -2

// Join makes each label in 0 … n-1 one connected piece: faces without a label,
// and pieces cut off from the largest of their label, go to the neighbour with
// the longest common border. It changes label.
func (g *Graph) Join(label []int32, n int) {
	for range 6 {
		if !g.release(label, n) {
			return
		}
		for g.adopt(label, n) {
		}
	}
}

// release takes the label from all but the largest piece of each and reports
// whether any face is without one.
func (g *Graph) release(label []int32, n int) bool {
	piece := make([]int32, len(label))
	for i := range piece {
		piece[i] = -1
	}
	var size []int64
	best := make([]int32, n)
	for i := range best {
		best[i] = -1
	}
	for f := range label {
		if l := label[f]; piece[f] < 0 && l >= 0 && int(l) < n {
			id := int32(len(size))
			size = append(size, g.flood(label, piece, f, id))
			if best[l] < 0 || size[id] > size[best[l]] {
				best[l] = id
			}
		}
	}
	any := false
	for f, l := range label {
		if l != Closed && (l < 0 || int(l) >= n || piece[f] != best[l]) {
			label[f] = -1
			any = true
		}
	}
	return any
}

// flood marks the piece of f's label around f and returns twice its area.
func (g *Graph) flood(label, piece []int32, f int, id int32) int64 {
	area := int64(0)
	stack := []int32{int32(f)}
	piece[f] = id
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		area += g.Faces[at].Area2
		g.Edges(int(at), func(h int32) {
			if to := g.Face[h^1]; to != Outside && piece[to] < 0 && label[to] == label[f] {
				piece[to] = id
				stack = append(stack, to)
			}
		})
	}
	return area
}

// adopt labels the faces that touch a labelled one and reports whether it
// labelled any.
func (g *Graph) adopt(label []int32, n int) bool {
	any := false
	next := append([]int32(nil), label...)
	for f, l := range label {
		if l >= 0 || l == Closed {
			continue
		}
		share := make(map[int32]float64)
		best, longest := int32(-1), 0.0
		g.Edges(f, func(h int32) {
			to := g.labelOf(label, h^1)
			if to < 0 {
				return
			}
			share[to] += length(g.Points[g.Origin[h]], g.Points[g.To(h)])
			if share[to] > longest {
				best, longest = to, share[to]
			}
		})
		if best >= 0 {
			next[f], any = best, true
		}
	}
	copy(label, next)
	return any
}
