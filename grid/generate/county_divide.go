package generate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"quanxi/geo"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/spread"
	"quanxi/grid/generate/terrain"
)

// divide gives each town its ground: regions grown over the terrain from the
// towns' seats, so that borders fall on ridges and rivers.
func (c *county) divide(attempt uint64) error {
	if len(c.towns) == 1 {
		c.towns[0].ring = c.ring
		c.towns[0].seat = c.outline.Ring.Inner()
		c.towns[0].gates = c.farGates(c.ring)
		return nil
	}
	lo, hi := c.outline.Ring.Envelope()
	cell := min(max(math.Sqrt(c.outline.Ring.Area()/70_000), 60), 250) / (1 + 0.15*float64(attempt))
	r := c.land.Sample(lo, hi, cell)
	inside := make([]bool, r.W*r.H)
	for i := range inside {
		inside[i] = c.outline.Contains(r.Place(i))
	}
	c.seat(r, attempt)
	label := c.grow(r, inside)
	half := plane.Vec{X: r.Lo.X - r.Cell/2, Y: r.Lo.Y - r.Cell/2}
	arcs := spread.Borders(label, r.W, r.H, func(i, j int) plane.Vec {
		return plane.Vec{X: half.X + float64(i)*r.Cell, Y: half.Y + float64(j)*r.Cell}
	})
	var lines []fabric.Segment
	for _, arc := range arcs {
		arc = roughen(arc.Smooth(3).Simplify(0.22*r.Cell), c.seed, 0.12, 70)
		for _, part := range c.outline.Inside(arc, 20) {
			lines = append(lines, segments(part, 5)...)
		}
	}
	g, err := fabric.Build(c.ring, lines, countyEps)
	if err != nil {
		return err
	}
	return c.settle(g, r, label)
}

// segments returns the pieces of a line, rounded to the lattice.
func segments(l plane.Line, class uint8) []fabric.Segment {
	out := make([]fabric.Segment, 0, len(l))
	for i := 1; i < len(l); i++ {
		out = append(out, fabric.Segment{A: l[i-1].Lattice(), B: l[i].Lattice(), Class: class})
	}
	return out
}

// seat chooses a seat for each town that has none: of many random places the
// one farthest from the others, streets drawn to the middle and to the river.
func (c *county) seat(r *terrain.Raster, attempt uint64) {
	rnd := chance.New(c.seed, "seats", attempt)
	centre := plane.From(c.fact.centre)
	lo, hi := c.outline.Ring.Envelope()
	reach := math.Sqrt(c.outline.Ring.Area() / math.Pi)
	var taken []plane.Vec
	for i := range c.towns {
		if v := c.towns[i].seat; v != (plane.Vec{}) && attempt == 0 {
			taken = append(taken, v)
		}
	}
	for i := range c.towns {
		t := &c.towns[i]
		if t.seat != (plane.Vec{}) && (c.outline.Clear(t.seat, 200) || attempt == 0) {
			continue
		}
		best := math.Inf(-1)
		for range 160 {
			p := plane.Vec{X: rnd.Between(lo.X, hi.X), Y: rnd.Between(lo.Y, hi.Y)}
			if !c.outline.Clear(p, 900) {
				continue
			}
			score := min(nearestOf(taken, p), 2.2*math.Sqrt(area(t.Kind)/math.Pi))
			if t.Kind == KindStreet {
				score -= 0.9*p.Dist(centre)/reach*3000 + 2.5*max(0, r.Value(r.Bank, p)-400)
			}
			if r.Value(r.Bank, p) < 150 {
				score -= 1500
			}
			if score > best {
				best, t.seat = score, p
			}
		}
		taken = append(taken, t.seat)
	}
}

func nearestOf(list []plane.Vec, p plane.Vec) float64 {
	best := 1e6
	for _, q := range list {
		best = min(best, q.Dist(p))
	}
	return best
}

// grow labels the raster by town. Handicaps are turned until the shares of
// ground come near what the kinds ask for.
func (c *county) grow(r *terrain.Raster, inside []bool) []int32 {
	seeds := make([]spread.Seed, len(c.towns))
	total := 0.0
	for i, t := range c.towns {
		seeds[i] = spread.Seed{Node: r.Node(t.seat)}
		total += area(t.Kind)
	}
	field := spread.Field{W: r.W, H: r.H, Cost: func(from, to int, steps float64) float64 {
		return steps * r.Cell * c.crossing(r, inside, from, to)
	}}
	scale := c.outline.Ring.Area() / total
	var label []int32
	for range 14 {
		label = field.Regions(seeds).Label
		got := make([]float64, len(seeds))
		for i, l := range label {
			if inside[i] {
				got[l] += r.Cell * r.Cell
			}
		}
		for i, t := range c.towns {
			c.turn(&seeds[i], t, got[i], area(t.Kind)*scale)
			if label[seeds[i].Node] != int32(i) {
				seeds[i].Handicap -= 800
			}
		}
		least := slices.MinFunc(seeds, func(a, b spread.Seed) int { return cmp.Compare(a.Handicap, b.Handicap) }).Handicap
		for i := range seeds {
			seeds[i].Handicap -= least
		}
	}
	return label
}

// turn brings a town's ground nearer to what its kind asks for. Where real seats
// lie close, the shares cannot be met, and only half the way is gone.
func (c *county) turn(seed *spread.Seed, t townPlan, got, want float64) {
	off := math.Sqrt(got/math.Pi) - math.Sqrt(want/math.Pi)
	if c.realSeats {
		off = min(max(off, -250), 250) * 0.4
	}
	seed.Handicap += 1.1 * off
}

// crossing is what a metre costs a growing region.
func (c *county) crossing(r *terrain.Raster, inside []bool, from, to int) float64 {
	p := r.Place(to)
	k := 1 + 8*math.Abs(r.Height[to]-r.Height[from])/r.Cell
	k += 1.6*math.Abs(c.land.Rough(1, p, 420)) + 0.8*math.Abs(c.land.Rough(2, p, 150))
	if (r.Bank[from] < 0) != (r.Bank[to] < 0) || (r.Middle[from] < 0) != (r.Middle[to] < 0) {
		k += 2
	}
	if !inside[to] {
		k *= 4
	}
	return k
}

// settle labels the faces, makes each town one piece and takes its ring.
func (c *county) settle(g *fabric.Graph, r *terrain.Raster, label []int32) error {
	faces := make([]int32, len(g.Faces))
	for f := range faces {
		faces[f] = label[r.Node(plane.RingFrom(g.Ring(f)).Inner())]
	}
	g.Join(faces, len(c.towns))
	for i, m := range g.Dissolve(faces, len(c.towns)) {
		t := &c.towns[i]
		if len(m) != 1 || len(m[0]) != 1 {
			return fmt.Errorf("town %s: %d pieces: %w", t.Code, len(m), errLostTown)
		}
		t.ring = m[0][0]
		ring := plane.RingFrom(t.ring)
		if !ring.Contains(t.seat) {
			t.seat = ring.Inner()
		}
	}
	c.openGates(g, faces)
	return nil
}

// openGates finds where roads pass from town to town: on each common border the
// flattest vertices, about one for three kilometres.
func (c *county) openGates(g *fabric.Graph, faces []int32) {
	at := map[[2]int32][]geo.Point{}
	var order [][2]int32
	for h := range g.Origin {
		if g.Face[h] == fabric.Outside || g.Face[h^1] == fabric.Outside {
			continue
		}
		key := [2]int32{faces[g.Face[h]], faces[g.Face[h^1]]}
		if key[0] >= key[1] {
			continue
		}
		if at[key] == nil {
			order = append(order, key)
		}
		at[key] = append(at[key], g.Points[g.Origin[h]])
	}
	for _, key := range order {
		for _, p := range c.flattest(at[key], 3000) {
			a, b := &c.towns[key[0]], &c.towns[key[1]]
			a.gates, b.gates = append(a.gates, p), append(b.gates, p)
		}
	}
	for i := range c.towns {
		if len(c.towns[i].gates) < 2 {
			c.towns[i].gates = append(c.towns[i].gates, c.farGates(c.towns[i].ring)...)
		}
	}
}

// farGates returns gates on the county's own border along ring.
func (c *county) farGates(ring geo.Ring) []geo.Point {
	own := map[geo.Point]bool{}
	for _, p := range c.ring {
		own[p] = true
	}
	var list []geo.Point
	for _, p := range ring[1:] {
		if own[p] {
			list = append(list, p)
		}
	}
	out := c.flattest(list, 5000)
	return out[:min(len(out), 3)]
}

// flattest returns the flattest of the places, in order, spacing metres apart;
// none on water.
func (c *county) flattest(list []geo.Point, spacing float64) []geo.Point {
	type candidate struct {
		p     geo.Point
		v     plane.Vec
		slope float64
	}
	var all []candidate
	for i, p := range list {
		v := plane.From(p)
		r := c.land.Sample(v, v, 40)
		if i == 0 || i == len(list)-1 || r.Value(r.Bank, v) < 60 {
			continue
		}
		all = append(all, candidate{p, v, r.Value(r.Slope, v)})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.slope, b.slope) })
	var out []geo.Point
	var taken []plane.Vec
	for _, a := range all {
		if nearestOf(taken, a.v) >= spacing {
			taken = append(taken, a.v)
			out = append(out, a.p)
		}
	}
	return out
}
