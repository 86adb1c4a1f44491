package arcs

import (
	"slices"

	"quanxi/geo"
)

// A graph is the chains' edges, each once, seen from their vertices.
type graph struct {
	number map[geo.Point]int32
	nodes  []node // in the order in which the chains first come by
	spare  []way  // room for the two ways that most nodes have
}

// A node is a vertex and the edges that leave it and were not walked yet.
type node struct {
	at       geo.Point
	ways     []way
	junction bool
}

// A way is an edge as it is seen leaving a node.
type way struct {
	to   int32
	uses setID
}

func newGraph(chains []chain, sets *useSets) *graph {
	g := &graph{number: make(map[geo.Point]int32)}
	for _, c := range chains {
		turned := sets.turn(c.uses)
		from := g.node(c.points[0])
		for _, p := range c.points[1:] {
			to := g.node(p)
			g.link(sets, from, way{to, c.uses})
			g.link(sets, to, way{from, turned})
			from = to
		}
	}
	return g
}

func (g *graph) node(p geo.Point) int32 {
	n, known := g.number[p]
	if !known {
		n = int32(len(g.nodes))
		g.number[p] = n
		g.nodes = append(g.nodes, node{at: p, ways: g.room()})
	}
	return n
}

// room returns an empty list with space for two ways.
func (g *graph) room() []way {
	if len(g.spare) < 2 {
		g.spare = make([]way, 512)
	}
	room := g.spare[0:0:2]
	g.spare = g.spare[2:]
	return room
}

// link adds w to a node's ways; an edge that is there already gains its uses.
func (g *graph) link(sets *useSets, from int32, w way) {
	ways := g.nodes[from].ways
	for i := range ways {
		if ways[i].to == w.to {
			ways[i].uses = sets.union(ways[i].uses, w.uses)
			return
		}
	}
	g.nodes[from].ways = append(ways, w)
}

// walk takes the edges from a node to the next junction, or back to it, out of
// g. It returns their points and what uses them, seen that way.
func (g *graph) walk(start int32) (geo.Line, setID) {
	line := geo.Line{g.nodes[start].at}
	uses := g.nodes[start].ways[0].uses
	for from := start; ; {
		to := g.nodes[from].ways[0].to
		g.unlink(from, to)
		g.unlink(to, from)
		line = append(line, g.nodes[to].at)
		if g.nodes[to].junction || to == start {
			return line, uses
		}
		from = to
	}
}

func (g *graph) unlink(from, to int32) {
	ways := g.nodes[from].ways
	at := slices.IndexFunc(ways, func(w way) bool { return w.to == to })
	g.nodes[from].ways = slices.Delete(ways, at, at+1)
}
