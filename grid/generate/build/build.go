// Package build fills the blocks of a town with parcels and buildings, and its
// villages with farmhouses.
//
// It knows roads and terrain, but not who lives in a home, nor how the town is
// divided for governance.
package build

import (
	"math"

	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// The kinds of parcels.
const (
	Slab     = "slab"  // rows of six or seven floors
	Mid      = "mid"   // rows of eleven to eighteen floors with lifts
	Tower    = "tower" // point blocks of twenty-four and more floors
	Old      = "old"   // the old quarter
	Office   = "office"
	School   = "school"
	Hospital = "hospital"
	Industry = "industry"
	Market   = "market"
	Park     = "park"
	Green    = "green"
)

// A Parcel is one piece of a block, used in one way.
type Parcel struct {
	Ring    plane.Ring
	Kind    string
	Block   int
	Homes   int
	Name    string // of the school, park …, given later
	Quarter string // 小区, given later
}

// An Entrance is a way into a building; Level 0 is at street level.
type Entrance struct {
	Place plane.Vec
	Level int
	Unit  int
}

// A Building is one structure with its homes counted but not yet numbered.
type Building struct {
	Ring      plane.Ring // footprint
	Box       plane.Box  // around the footprint
	Kind      string     // kind of parcel, Farmhouse or Shop
	Parcel    int        // -1 outside the core
	Group     int        // village group, -1 in the core
	Cluster   int        // 院落 within the group
	Floors    int        // above street level
	Below     int        // below street level
	Units     int
	Each      int // homes on a floor of a unit
	Shops     int // floors of shops at the bottom, before the first homes
	Homes     int
	Height    float64 // metres
	Year      int
	Entrances []Entrance
}

// Kinds of buildings that are no kinds of parcels.
const (
	Farmhouse = "farmhouse"
	Shop      = "shop"
)

// A Ground holds what has been built so far.
type Ground struct {
	Site      *layout.Site
	Ways      *layout.Ways // grows by lanes and stairs
	Parcels   []Parcel
	Buildings []Building
	Pitches   []plane.Ring // running tracks
	Keep      *layout.Ways // lines that no farmhouse may touch: borders of groups, banks

	// Edges are the lanes by which blocks were cut into parcels.
	Edges []plane.Line

	cells *plane.Cells
}

// NewGround returns empty ground with the given roads.
func NewGround(s *layout.Site, ways *layout.Ways) *Ground {
	lo, hi := s.Outline.Ring.Envelope()
	return &Ground{Site: s, Ways: ways, Keep: layout.NewWays(lo, hi), cells: plane.NewCells(lo, hi, 50)}
}

// A rule says how a box has to fit in.
type rule struct {
	setback float64 // from the edge of the parcel, metres
	street  float64 // from the surface of roads
	gap     float64 // from other buildings
}

// fits reports whether ring may stand in a parcel, which may be nil.
func (g *Ground) fits(ring plane.Ring, parcel plane.Ring, r rule) bool {
	for _, p := range ring {
		if parcel != nil && !parcel.Contains(p) {
			return false
		}
		if g.Site.Value(g.Site.Bank, p) < 6 {
			return false
		}
	}
	for i, a := range parcel {
		b := parcel[(i+1)%len(parcel)]
		for j, p := range ring {
			if plane.GapSegments(a, b, p, ring[(j+1)%len(ring)]) < r.setback {
				return false
			}
		}
	}
	return g.apart(ring, r.gap) && g.Ways.Clear(ring, r.street)
}

// apart reports whether ring keeps gap metres from every building.
func (g *Ground) apart(ring plane.Ring, gap float64) bool {
	lo, hi := ring.Envelope()
	far := plane.Vec{X: gap, Y: gap}
	apart := true
	g.cells.Find(lo.Sub(far), hi.Add(far), func(id int) bool {
		apart = plane.GapRings(ring, g.Buildings[id].Box.Ring()) >= gap
		return apart
	})
	return apart
}

// put adds a building; its homes, floors below and entrances follow from the
// ground under it.
func (g *Ground) put(b Building) {
	b.Below = g.below(b)
	if b.Each > 0 {
		b.Homes = b.Units * b.Each * (b.Floors - b.Shops + b.Below)
	}
	b.Height = height(b)
	b.Entrances = g.entrances(b)
	lo, hi := b.Box.Ring().Envelope()
	g.cells.Add(len(g.Buildings), lo, hi)
	if b.Parcel >= 0 {
		g.Parcels[b.Parcel].Homes += b.Homes
	}
	g.Buildings = append(g.Buildings, b)
}

const floorHeight = 3.0 // metres

func height(b Building) float64 {
	per := floorHeight
	switch b.Kind {
	case Office, Hospital, School:
		per = 3.6
	case Industry, Market:
		per = 5
	}
	return per*float64(b.Floors) + 0.6
}

// mostBelow is how many floors a building may have below street level.
const mostBelow = 5

func (g *Ground) below(b Building) int {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range b.Box.Ring() {
		h := g.Site.Value(g.Site.Height, p)
		lo, hi = min(lo, h), max(hi, h)
	}
	most := mostBelow
	switch b.Kind {
	case Farmhouse, Old:
		most = 1
	case Industry, Market:
		most = 0
	}
	return min(int((hi-lo)/floorHeight), most)
}

// entrances puts one door a unit on the higher long side, and on the lower one
// as well if there are floors below: 吊脚楼 with a street on either level.
func (g *Ground) entrances(b Building) []Entrance {
	h := g.Site.Raster
	up := 1.0
	if h.Value(h.Height, b.Box.Place(0, b.Box.W)) < h.Value(h.Height, b.Box.Place(0, -b.Box.W)) {
		up = -1
	}
	var out []Entrance
	n := max(b.Units, 1)
	for u := range n {
		x := b.Box.L * (float64(2*u+1)/float64(n) - 1)
		out = append(out, Entrance{b.Box.Place(x, up*b.Box.W), 0, u + 1})
		if b.Below > 0 {
			out = append(out, Entrance{b.Box.Place(x, -up*b.Box.W), -b.Below, u + 1})
		}
	}
	return out
}
