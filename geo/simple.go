package geo

import (
	"fmt"
	"slices"
)

// checkSimple returns ErrCrossing with its place unless the edges of r meet only
// where one follows the other.
func checkSimple(r Ring) error {
	tree := newEdgeTree([][]Point{r})
	n := len(tree.edges)
	var err error
	for i, e := range tree.edges {
		ok := tree.near(segmentEnvelope(e.a, e.b), i+1, func(k int, f edge) bool {
			err = checkPair(e, f, k == i+1 || i == 0 && k == n-1)
			return err == nil
		})
		if !ok {
			return err
		}
	}
	return nil
}

// checkPair checks two edges of one ring. Neighbours share one end by nature; a
// longer common stretch means that the ring turns back on itself.
func checkPair(e, f edge, neighbours bool) error {
	switch how := Meet(e.a, e.b, f.a, f.b); {
	case how == Apart, how == Touching && neighbours:
		return nil
	}
	return fmt.Errorf("edge %d at %v and edge %d at %v: %w", e.at+1, e.a, f.at+1, f.a, ErrCrossing)
}

// checkRingsTogether checks the rings of one polygon, each of them simple,
// against each other.
func checkRingsTogether(g Polygon) error {
	if len(g) == 1 {
		return nil
	}
	owner := make([]int, len(g))
	for i := range owner {
		owner[i] = i
	}
	if err := checkNoCrossing(ringChains(g), owner, ringName); err != nil {
		return err
	}
	for i, hole := range g[1:] {
		if in, at := allWithin(hole, g[0]); !in {
			return fmt.Errorf("%s at %v: %w", ringName(i+1), at, ErrOutside)
		}
		for j, other := range g[1 : i+1] {
			if ringsOverlap(hole, other) {
				return fmt.Errorf("%s and %s at %v: %w", ringName(j+1), ringName(i+1), hole[0], ErrOverlaps)
			}
		}
	}
	return nil
}

// checkDisjoint checks the polygons of one set, each of them valid, against each
// other.
func checkDisjoint(m MultiPolygon) error {
	if len(m) < 2 {
		return nil
	}
	var chains [][]Point
	var owner []int // polygon of each chain
	for i, g := range m {
		chains = append(chains, ringChains(g)...)
		owner = append(owner, slices.Repeat([]int{i}, len(g))...)
	}
	name := func(i int) string { return fmt.Sprintf("polygon %d", i+1) }
	if err := checkNoCrossing(chains, owner, name); err != nil {
		return err
	}
	for i, g := range m {
		for j, h := range m[:i] {
			if polygonsOverlap(g, h) {
				return fmt.Errorf("polygon %d and polygon %d: %w", j+1, i+1, ErrOverlaps)
			}
		}
	}
	return nil
}

// checkNoCrossing checks that edges of chains of different owners meet in single
// points at most.
func checkNoCrossing(chains [][]Point, owner []int, name func(int) string) error {
	var err error
	newEdgeTree(chains).pairs(func(e, f edge) bool {
		o, p := owner[e.chain], owner[f.chain]
		if o == p {
			return true
		}
		if how := Meet(e.a, e.b, f.a, f.b); how == Crossing || how == Overlap {
			err = fmt.Errorf("%s at %v and %s at %v: %w",
				name(o), e.a, name(p), f.a, ErrOverlaps)
		}
		return err == nil
	})
	return err
}

func ringChains(g Polygon) [][]Point {
	out := make([][]Point, len(g))
	for i, r := range g {
		out[i] = r
	}
	return out
}
