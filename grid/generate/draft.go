package generate

import (
	"fmt"
	"math"

	"quanxi/geo"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/land"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// A draft is one town while it is being made: first the ground and what stands
// on it, then how it is divided. Each step fills its part and reads the earlier.
type draft struct {
	gen    *Generator
	county *county
	plan   *townPlan
	num    uint64 // the code as a number

	site    *layout.Site
	country layout.Country
	ground  *build.Ground
	laid    int          // how many roads there were before blocks were cut
	cuts    []plane.Line // between the buildings of blocks
	land    land.Country

	graph  *fabric.Graph // its faces are the atoms
	closed []bool        // atoms that are holes of the town
	atomOf []int32       // atom of each building
	urban  []int         // homes by atom, in blocks
	rural  []int         // homes by atom, in villages
	areas  areas
}

const townEps = 110 // units: 1.2 m

// Classes of lines as borders, besides roads' own.
const (
	borderCut   = 1
	borderGroup = 2
	borderLane  = 3
	borderBank  = 5
	borderRiver = 7
)

// wanted returns how much of what a kind of town has.
func wanted(kind string) layout.Wanted {
	switch kind {
	case KindStreet:
		return layout.Wanted{UrbanHomes: 16_500, RuralHomes: 1_500, Density: 10_000, Street: true}
	case KindTown:
		return layout.Wanted{UrbanHomes: 2_300, RuralHomes: 6_000, Density: 9_400}
	}
	return layout.Wanted{UrbanHomes: 900, RuralHomes: 3_800, Density: 7_000}
}

// layOut finds the town's place, its roads and its villages.
func (d *draft) layOut() {
	c := d.county
	d.site = layout.NewSite(c.land, d.plan.shape(), d.plan.seat, d.plan.gates, c.seed, d.num, wanted(d.plan.Kind))
	streets := layout.Streets(d.site)
	d.country = layout.Settle(d.site, streets)
	for _, r := range d.country.Roads {
		streets.Add(r)
	}
	d.laid = len(streets.Roads)
	d.ground = build.NewGround(d.site, streets)
}

// survey lays out and builds the town.
func (d *draft) survey() error {
	d.layOut()
	lines := d.frame(d.ground.Ways.Roads)
	first, err := fabric.Build(d.plan.shape(), lines, townEps)
	if err != nil {
		return fmt.Errorf("blocks: %w", err)
	}
	d.keepClear()
	d.ground.Blocks(d.coreFaces(first))
	d.ground.Villages(d.country.Groups)
	across := d.ground.Across(openFaces(first, d.plan.holes))
	d.ground.Finish()
	for _, l := range across {
		lines = append(lines, segments(l, borderCut)...)
	}
	for _, l := range d.ground.Edges {
		lines = append(lines, segments(l, borderLane)...)
	}
	d.cuts = d.ground.Cuts()
	for _, l := range d.cuts {
		lines = append(lines, segments(l, borderCut)...)
	}
	if d.graph, err = fabric.Build(d.plan.shape(), lines, townEps); err != nil {
		return fmt.Errorf("atoms: %w", err)
	}
	d.closed = d.graph.In(d.plan.holes)
	d.assign()
	d.land, err = land.Invent(d.site, d.ground.Ways, d.built(), d.farmhouses())
	if err != nil {
		return fmt.Errorf("land: %w", err)
	}
	return nil
}

// openFaces returns the faces that lie in no hole.
func openFaces(g *fabric.Graph, holes []geo.Ring) []plane.Ring {
	var out []plane.Ring
	closed := g.In(holes)
	for f := range g.Faces {
		if !closed[f] {
			out = append(out, plane.RingFrom(g.Ring(f)))
		}
	}
	return out
}

// frame returns the lines that part blocks: roads, banks, the river's middle and
// the borders of village groups, all tied to vertices of the ring.
func (d *draft) frame(roads []layout.Road) []fabric.Segment {
	var out []fabric.Segment
	add := func(l plane.Line, class uint8) {
		for _, part := range d.site.Outline.Inside(l, 16) {
			out = append(out, segments(part, class)...)
		}
	}
	for _, r := range roads {
		add(r.Line, layout.Border(r.Class))
	}
	for _, l := range d.site.Contour(d.site.Bank, 0) {
		add(l.Simplify(1.5), borderBank)
	}
	for _, l := range d.site.Contour(d.site.Middle, 0) {
		add(l.Simplify(4), borderRiver)
	}
	for _, l := range d.country.Lines {
		add(l, borderGroup)
	}
	return out
}

// keepClear tells the ground which lines besides roads no farmhouse may touch.
func (d *draft) keepClear() {
	for _, l := range d.country.Lines {
		d.ground.Keep.Add(layout.Road{Line: l})
	}
	for _, l := range d.site.Contour(d.site.Bank, 0) {
		d.ground.Keep.Add(layout.Road{Line: l.Simplify(1.5)})
	}
}

// largestBlock is the most ground, in m², that counts as a block of the core.
const largestBlock = 400_000

// coreFaces returns the faces that lie in the core for a good part.
func (d *draft) coreFaces(g *fabric.Graph) []plane.Ring {
	var out []plane.Ring
	closed := g.In(d.plan.holes)
	for f := range g.Faces {
		if closed[f] {
			continue
		}
		r := plane.RingFrom(g.Ring(f))
		most, least := float64(largestBlock), 0.4
		g.Edges(f, func(h int32) {
			if g.Class[h/2] == fabric.RingClass { // beside the border, only what is surely a block
				most, least = largestBlock/6, 0.7
			}
		})
		if r.Area() <= most && d.site.Value(d.site.Bank, r.Inner()) > 0 && d.coreShare(r) > least {
			out = append(out, r)
		}
	}
	return out
}

func (d *draft) coreShare(r plane.Ring) float64 {
	lo, hi := r.Envelope()
	in, core := 0, 0
	for i := range 8 {
		for j := range 8 {
			p := plane.Vec{
				X: lo.X + (hi.X-lo.X)*(float64(i)+0.5)/8,
				Y: lo.Y + (hi.Y-lo.Y)*(float64(j)+0.5)/8,
			}
			if r.Contains(p) {
				in++
				if d.site.InCore(p) {
					core++
				}
			}
		}
	}
	if in == 0 {
		return 0
	}
	return float64(core) / float64(in)
}

// built marks the nodes of the raster that blocks cover.
func (d *draft) built() []bool {
	s := d.site
	out := make([]bool, s.W*s.H)
	for _, p := range d.ground.Parcels {
		lo, hi := p.Ring.Envelope()
		first, last := s.Node(lo), s.Node(hi)
		for y := first / s.W; y <= last/s.W; y++ {
			for x := first % s.W; x <= last%s.W; x++ {
				n := y*s.W + x
				out[n] = out[n] || p.Ring.Contains(s.Place(n))
			}
		}
	}
	return out
}

func (d *draft) farmhouses() []plane.Vec {
	var out []plane.Vec
	for _, b := range d.ground.Buildings {
		if b.Group >= 0 {
			out = append(out, b.Box.C)
		}
	}
	return out
}

// assign finds the atom of each building. A building that a border touches
// after all is taken down.
func (d *draft) assign() {
	lo, hi := d.site.Outline.Ring.Envelope()
	cells := plane.NewCells(lo, hi, 100)
	rings := make([]geo.Ring, len(d.graph.Faces))
	for f := range rings {
		rings[f] = d.graph.Ring(f)
		a, b := plane.RingFrom(rings[f]).Envelope()
		cells.Add(f, a, b)
	}
	d.urban, d.rural = make([]int, len(rings)), make([]int, len(rings))
	kept := d.ground.Buildings[:0]
	for _, b := range d.ground.Buildings {
		foot := b.Ring.Lattice()
		atom := int32(-1)
		cells.Near(b.Box.C, 0, func(f int) bool {
			if fabric.Inside(rings[f], b.Box.C.Lattice()) {
				if !d.closed[f] && fabric.Holds(rings[f], foot) {
					atom = int32(f)
				}
				return false
			}
			return true
		})
		if atom < 0 {
			continue
		}
		if b.Group >= 0 {
			d.rural[atom] += b.Homes
		} else {
			d.urban[atom] += b.Homes
		}
		kept = append(kept, b)
		d.atomOf = append(d.atomOf, atom)
	}
	d.ground.Buildings = kept
}

// load is how much of a grid an atom's homes make up: 1 is a full grid.
func (d *draft) load(atom int32) float64 {
	return float64(d.urban[atom])/urbanGrid + float64(d.rural[atom])/ruralGrid
}

// Households of a grid, and of a micro-grid, that the division aims at.
const (
	urbanGrid = 400
	ruralGrid = 94
	microGrid = 65
)

func (d *draft) homes(atoms []int32) int {
	n := 0
	for _, a := range atoms {
		n += d.urban[a] + d.rural[a]
	}
	return n
}

func sum(weight []float64, atoms []int32) float64 {
	s := 0.0
	for _, a := range atoms {
		s += weight[a]
	}
	return s
}

func round(x float64) int { return int(math.Round(x)) }
