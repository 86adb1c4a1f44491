package geo

// An edge is one segment of a border: from Chain[at] to Chain[at+1].
type edge struct {
	a, b  Point
	chain int32 // which of the chains it was taken from
	at    int32 // its place in that chain
}

// edgeTree is a static hierarchy of envelopes over edges in chain order. Borders
// wander slowly, so neighbours in order are neighbours in space, and the tree
// needs neither sorting nor tuning.
type edgeTree struct {
	edges []edge
	boxes [][]Envelope // boxes[0] over groups of edges, each further level over groups of the one below
}

const edgeFan = 8 // edges or boxes under one box

// newEdgeTree builds the tree over the segments of all chains, leaving out
// those of no length.
func newEdgeTree(chains [][]Point) *edgeTree {
	t := new(edgeTree)
	for c, chain := range chains {
		for i := 1; i < len(chain); i++ {
			if chain[i-1] != chain[i] {
				t.edges = append(t.edges, edge{chain[i-1], chain[i], int32(c), int32(i - 1)})
			}
		}
	}
	level := make([]Envelope, len(t.edges))
	for i, e := range t.edges {
		level[i] = segmentEnvelope(e.a, e.b)
	}
	for len(level) > 0 {
		level = groupEnvelopes(level)
		t.boxes = append(t.boxes, level)
		if len(level) == 1 {
			break
		}
	}
	return t
}

func groupEnvelopes(level []Envelope) []Envelope {
	up := make([]Envelope, 0, (len(level)+edgeFan-1)/edgeFan)
	for i, e := range level {
		if i%edgeFan == 0 {
			up = append(up, e)
		} else {
			up[len(up)-1] = up[len(up)-1].Union(e)
		}
	}
	return up
}

// near calls visit with each edge from position `from` on whose envelope meets
// env, in order, until visit returns false. It reports whether all were visited.
func (t *edgeTree) near(env Envelope, from int, visit func(i int, e edge) bool) bool {
	if len(t.boxes) == 0 {
		return true
	}
	return t.descend(len(t.boxes)-1, 0, env, from, visit)
}

func (t *edgeTree) descend(level, i int, env Envelope, from int, visit func(int, edge) bool) bool {
	if !t.boxes[level][i].Meets(env) {
		return true
	}
	if level == 0 {
		for k := max(from, i*edgeFan); k < min(len(t.edges), (i+1)*edgeFan); k++ {
			e := t.edges[k]
			if segmentEnvelope(e.a, e.b).Meets(env) && !visit(k, e) {
				return false
			}
		}
		return true
	}
	for k := i * edgeFan; k < min(len(t.boxes[level-1]), (i+1)*edgeFan); k++ {
		if !t.descend(level-1, k, env, from, visit) {
			return false
		}
	}
	return true
}

// pairs calls visit once for each pair of edges whose envelopes meet, until it
// returns false.
func (t *edgeTree) pairs(visit func(e, f edge) bool) bool {
	for i, e := range t.edges {
		if !t.near(segmentEnvelope(e.a, e.b), i+1, func(_ int, f edge) bool { return visit(e, f) }) {
			return false
		}
	}
	return true
}
