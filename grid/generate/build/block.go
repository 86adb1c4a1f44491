package build

import (
	"cmp"
	"math"
	"slices"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
)

// A block is a face of the road net in the core.
type block struct {
	ring  plane.Ring
	inner plane.Vec
	box   plane.Box
	area  float64 // hectares
	slope float64
	bank  float64
	wide  float64 // mean width, metres
}

// A quota is how many of each facility a town has.
type quota map[string]int

// Blocks gives each block a kind, cuts it into parcels and fills them, from the
// centre outwards.
func (g *Ground) Blocks(rings []plane.Ring) {
	s := g.Site
	blocks := make([]block, len(rings))
	for i, r := range rings {
		p := r.Inner()
		blocks[i] = block{r, p, r.SmallestBox(), r.Area() / 1e4, s.Value(s.Slope, p), s.Value(s.Bank, p), 2 * r.Area() / r.Perimeter()}
	}
	slices.SortStableFunc(blocks, func(a, b block) int {
		return cmp.Compare(a.inner.Dist(s.Centre), b.inner.Dist(s.Centre))
	})
	left := quota{School: 1, Hospital: 1, Market: 1, Park: 1}
	if s.Want.Street {
		left = quota{School: 3, Hospital: 1, Market: 2, Park: 3, Office: 3}
	}
	rnd := s.Chance("blocks")
	sector := plane.Heading(rnd.Spread(math.Pi))
	for i, b := range blocks {
		kind := g.kindOf(b, left, sector, rnd)
		rnd := s.Chance("block", uint64(i))
		for _, ring := range g.halve(b.ring, kind, rnd, 0) {
			g.Parcels = append(g.Parcels, Parcel{Ring: ring, Kind: kind, Block: i})
			g.fill(len(g.Parcels)-1, rnd)
		}
	}
}

// kindOf decides what a block is for. Slow noise makes the kinds come in patches.
func (g *Ground) kindOf(b block, left quota, sector plane.Vec, rnd *chance.Stream) string {
	s := g.Site
	out := b.inner.Dist(s.Centre) / s.Radius
	take := func(kind string, lo, hi, p float64) bool {
		if !s.Want.Street { // a market town is smaller in all
			lo, hi = 0.5*lo, 0.45*hi
		}
		if left[kind] > 0 && b.area >= lo && b.area <= hi && rnd.Happens(p) {
			left[kind]--
			return true
		}
		return false
	}
	old, shore := s.Rough(20, b.inner, 420), 520.0
	if !s.Want.Street {
		shore = 220
	}
	switch {
	case b.bank < 38 || b.bank < 90 && b.wide < 42 || b.slope > 0.37 || b.box.W < 11 || b.wide < 14 || b.area < 0.08:
		return Green
	case out > 0.12 && take(School, 1.4, 6, 0.5):
		return School
	case take(Hospital, 0.9, 4, 0.4):
		return Hospital
	case take(Market, 0.35, 1.4, 0.5):
		return Market
	case out > 0.15 && take(Park, 0.8, 5, 0.3):
		return Park
	case out < 0.35 && take(Office, 0.5, 5, 0.6):
		return Office
	case s.Want.Street && out > 0.6 && b.area > 1.2 && b.inner.Sub(s.Centre).Unit().Dot(sector) > 0.72:
		return Industry
	case b.area < 0.35 || b.bank < shore && old > 0.22:
		return Old
	}
	return g.housing(b, out)
}

func (g *Ground) housing(b block, out float64) string {
	s := g.Site
	n := s.Rough(21, b.inner, 520)
	if !s.Want.Street { // a market town has few lifts
		switch {
		case n > 0.45 && b.area > 0.8:
			return Mid
		case n < -0.3 || b.area < 0.5:
			return Old
		}
		return Slab
	}
	switch {
	case n > 0.22 && b.box.W > 26:
		return Tower
	case n > -0.02 && b.box.W > 24:
		return Mid
	}
	return Slab
}

// largest is the most that a parcel of a kind covers, in hectares.
func largest(kind string) float64 {
	switch kind {
	case Old:
		return 0.26
	case Slab, Mid, Tower:
		return 3
	}
	return math.Inf(1)
}

// halve cuts a block across the long axis of its smallest box until the pieces
// are small enough. The cuts become lanes, or stairs where they are steep.
func (g *Ground) halve(r plane.Ring, kind string, rnd *chance.Stream, depth int) []plane.Ring {
	if r.Area()/1e4 <= largest(kind) || depth > 9 {
		return []plane.Ring{r}
	}
	bend := 0.05
	if kind == Old {
		bend = 0.22
	}
	box := r.SmallestBox()
	for range 12 {
		p := box.Place(box.L*rnd.Spread(0.24), 0)
		d := box.U.Left().Turn(rnd.Spread(bend))
		left, right, ok := r.Split(p, d)
		if !ok || min(left.Area(), right.Area()) < 0.25*r.Area() {
			continue
		}
		lane := g.cutLane(left, p, d, kind)
		g.Ways.Add(lane)
		g.Edges = append(g.Edges, lane.Line)
		return append(g.halve(left, kind, rnd, depth+1), g.halve(right, kind, rnd, depth+1)...)
	}
	return []plane.Ring{r}
}
