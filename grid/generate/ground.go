package generate

import (
	"cmp"
	"math"
	"slices"

	"quanxi/geo"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/spread"
	"quanxi/grid/generate/terrain"
)

// A ground is land that is divided exactly into regions: a county into towns, the
// city into counties. They grow over the terrain from their seats, so that borders
// fall on ridges and rivers.
type ground struct {
	land    terrain.Terrain
	seed    uint64
	shape   geo.Polygon    // the outer ring, and holes that belong to others
	outline *plane.Outline // of the outer ring
	cell    [2]float64     // finest and coarsest spacing of the raster, metres
	stride  float64        // how far a border is moved at a time, against that of towns
	// lastTry tells that no other attempt follows: see grow.
	lastTry bool
	// given tells that seats lie where they lie: then shares of ground cannot be met,
	// and only half the way is gone.
	given bool
}

// A region is what grows.
type region struct {
	seat plane.Vec
	want float64 // share of the ground, in any unit
}

func newGround(land terrain.Terrain, seed uint64, shape geo.Polygon) ground {
	return ground{land: land, seed: seed, shape: shape, outline: plane.NewOutline(plane.RingFrom(shape[0])), cell: [2]float64{60, 250}, stride: 1}
}

// raster samples the ground; a later attempt looks closer.
func (g *ground) raster(attempt uint64) *terrain.Raster {
	lo, hi := g.outline.Ring.Envelope()
	cell := min(max(math.Sqrt(g.outline.Ring.Area()/70_000), g.cell[0]), g.cell[1]) / (1 + 0.15*float64(attempt))
	return g.land.Sample(lo, hi, cell)
}

// divide returns a graph of the ground, and for each face the region that it
// belongs to; fabric.Closed in holes. Each region is one piece.
func (g *ground) divide(r *terrain.Raster, regions []region) (*fabric.Graph, []int32, error) {
	label := g.grow(r, regions)
	graph, err := fabric.Build(g.shape, g.lines(r, label), countyEps)
	if err != nil {
		return nil, nil, err
	}
	faces := make([]int32, len(graph.Faces))
	closed := graph.In(g.shape[1:])
	for f := range faces {
		faces[f] = label[r.Node(plane.RingFrom(graph.Ring(f)).Inner())]
		if closed[f] {
			faces[f] = fabric.Closed
		}
	}
	graph.Join(faces, len(regions))
	return graph, faces, nil
}

// lines returns the borders between labels, bent as borders are and tied to the
// ring.
func (g *ground) lines(r *terrain.Raster, label []int32) []fabric.Segment {
	half := plane.Vec{X: r.Lo.X - r.Cell/2, Y: r.Lo.Y - r.Cell/2}
	arcs := spread.Borders(label, r.W, r.H, func(i, j int) plane.Vec {
		return plane.Vec{X: half.X + float64(i)*r.Cell, Y: half.Y + float64(j)*r.Cell}
	})
	var lines []fabric.Segment
	for _, arc := range arcs {
		arc = roughen(arc.Smooth(3).Simplify(0.22*r.Cell), g.seed, 0.12, 70)
		for _, part := range g.outline.Inside(arc, 20) {
			lines = append(lines, segments(part, 5)...)
		}
	}
	return lines
}

// segments returns the pieces of a line, rounded to the lattice.
func segments(l plane.Line, class uint8) []fabric.Segment {
	out := make([]fabric.Segment, 0, len(l))
	for i := 1; i < len(l); i++ {
		out = append(out, fabric.Segment{A: l[i-1].Lattice(), B: l[i].Lattice(), Class: class})
	}
	return out
}

// grow labels the raster by region. Handicaps are turned until the shares of
// ground come near what is wanted. In a narrow strip a region in the middle holds
// too much until it holds nothing: at the last try such a state is passed over, if
// there was another.
func (g *ground) grow(r *terrain.Raster, regions []region) []int32 {
	seeds := make([]spread.Seed, len(regions))
	total := 0.0
	for i, a := range regions {
		seeds[i] = spread.Seed{Node: r.Node(a.seat)}
		total += a.want
	}
	inside := make([]bool, r.W*r.H)
	for i := range inside {
		inside[i] = g.outline.Contains(r.Place(i))
	}
	field := spread.Field{W: r.W, H: r.H, Cost: g.crossing(r, inside)}
	scale := g.outline.Ring.Area() / total
	var shared []int32
	for range 14 {
		label := field.Regions(seeds).Label
		got := make([]float64, len(seeds))
		for i, l := range label {
			if inside[i] {
				got[l] += r.Cell * r.Cell
			}
		}
		if !g.lastTry || shared == nil || slices.Min(got) > 0 {
			shared = label
		}
		for i, a := range regions {
			g.turn(&seeds[i], got[i], a.want*scale)
			if label[seeds[i].Node] != int32(i) {
				seeds[i].Handicap -= 800 * g.stride
			}
		}
		least := slices.MinFunc(seeds, func(a, b spread.Seed) int { return cmp.Compare(a.Handicap, b.Handicap) }).Handicap
		for i := range seeds {
			seeds[i].Handicap -= least
		}
	}
	return shared
}

// turn brings a region nearer to its share.
func (g *ground) turn(seed *spread.Seed, got, want float64) {
	off := math.Sqrt(got/math.Pi) - math.Sqrt(want/math.Pi)
	if g.given {
		off = min(max(off, -250*g.stride), 250*g.stride) * 0.4
	}
	seed.Handicap += 1.1 * off
}

// crossing returns what a step costs a growing region. Each node is asked for
// dozens of times, so what depends on it alone is worked out once.
func (g *ground) crossing(r *terrain.Raster, inside []bool) func(from, to int, steps float64) float64 {
	rough := make([]float64, r.W*r.H)
	for i := range rough {
		p := r.Place(i)
		rough[i] = 1.6*math.Abs(g.land.Rough(1, p, 420)) + 0.8*math.Abs(g.land.Rough(2, p, 150))
	}
	return func(from, to int, steps float64) float64 {
		k := 1 + 8*math.Abs(r.Height[to]-r.Height[from])/r.Cell
		k += rough[to]
		if (r.Bank[from] < 0) != (r.Bank[to] < 0) || (r.Middle[from] < 0) != (r.Middle[to] < 0) {
			k += 2
		}
		if !inside[to] {
			k *= 4
		}
		return steps * r.Cell * k
	}
}
