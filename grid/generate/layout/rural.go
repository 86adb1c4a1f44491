package layout

import (
	"cmp"
	"math"
	"slices"

	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/spread"
)

// A Group is a village group 村民小组: the place that its lane leads to.
type Group struct {
	Place plane.Vec
	Homes int
}

// A Country is what lies outside the core.
type Country struct {
	Groups []Group
	Roads  []Road       // lanes and county roads, each ending exactly on another road
	Lines  []plane.Line // borders between the grounds of groups
}

const homesPerGroup = 95

// rural works on every second node of the raster.
type rural struct {
	s     *Site
	w, h  int
	ways  *Ways
	joint map[int]plane.Vec // exact place on a road, by node that carries one
}

// Settle places the groups and reaches them and the gates with lanes.
func Settle(s *Site, streets *Ways) Country {
	r := &rural{s: s, w: (s.W + 1) / 2, h: (s.H + 1) / 2, ways: streets, joint: map[int]plane.Vec{}}
	groups := r.placeGroups()
	c := Country{Groups: groups}
	c.Roads = r.lanes(groups)
	c.Lines = r.grounds(groups)
	return c
}

func (r *rural) place(i int) plane.Vec {
	return plane.Vec{X: r.s.Lo.X + float64(i%r.w)*2*r.s.Cell, Y: r.s.Lo.Y + float64(i/r.w)*2*r.s.Cell}
}

// fine returns the node of the full raster under node i.
func (r *rural) fine(i int) int { return i/r.w*2*r.s.W + i%r.w*2 }

func (r *rural) node(p plane.Vec) int {
	x := min(max(int(math.Round((p.X-r.s.Lo.X)/(2*r.s.Cell))), 0), r.w-1)
	y := min(max(int(math.Round((p.Y-r.s.Lo.Y)/(2*r.s.Cell))), 0), r.h-1)
	return y*r.w + x
}

// placeGroups scatters the groups evenly over ground that is not too steep.
func (r *rural) placeGroups() []Group {
	s := r.s
	want := s.Want.RuralHomes / homesPerGroup
	open := 0.0
	for i := range r.w * r.h {
		if p := r.place(i); s.Value(s.Bank, p) > 40 && s.Outline.Contains(p) && !s.InCore(p) {
			open += 4 * s.Cell * s.Cell
		}
	}
	rnd := s.Chance("groups")
	lo, hi := s.Outline.Ring.Envelope()
	var out []Group
	for steep, apart := 0.24, 0.80*math.Sqrt(open/float64(max(want, 1))); len(out) < want && apart > 60; steep, apart = steep+0.02, apart*0.93 {
		for range 1500 {
			p := plane.Vec{X: rnd.Between(lo.X, hi.X), Y: rnd.Between(lo.Y, hi.Y)}
			if len(out) < want && s.Value(s.Slope, p) < steep && s.Value(s.Bank, p) > 60 && r.free(out, p, apart) {
				out = append(out, Group{Place: p, Homes: int(homesPerGroup * rnd.Between(0.72, 1.28))})
			}
		}
	}
	for i := range out {
		out[i].Place = r.place(r.node(out[i].Place)) // where its lane leads
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Compare(a.Place.X, b.Place.X) })
	return out
}

func (r *rural) free(out []Group, p plane.Vec, apart float64) bool {
	if !r.s.Outline.Clear(p, 90) || r.s.InCore(p) || p.Dist(r.s.Centre) < r.s.Radius*0.9 {
		return false
	}
	for _, g := range out {
		if g.Place.Dist(p) < apart {
			return false
		}
	}
	return true
}

// field is what ways over land cost: steep ground and water are dear.
func (r *rural) field() spread.Field {
	s := r.s
	height, base, dear := make([]float64, r.w*r.h), make([]float64, r.w*r.h), make([]float64, r.w*r.h)
	for n := range height {
		i := r.fine(n)
		height[n], base[n], dear[n] = s.Height[i], 1+0.5*math.Abs(s.Rough(5, s.Place(i), 260)), 1
		if s.Bank[i] < 8 {
			dear[n] *= 45
		}
		if !s.Outline.Clear(r.place(n), 24) {
			dear[n] *= 60
		}
	}
	return spread.Field{W: r.w, H: r.h, Cost: func(from, to int, steps float64) float64 {
		d := steps * 2 * s.Cell
		g := (height[from] - height[to]) / d / 0.07
		return d * (base[to] + 0.6*g*g) * dear[to]
	}}
}

// lanes grows ways from the streets and reads them back from groups and gates.
func (r *rural) lanes(groups []Group) []Road {
	seeds := r.mouths()
	f := r.field()
	g := f.Ways(seeds, -1)
	tails := r.gateTails(g)
	tree := r.use(g, groups, tails)
	for range 2 { // what is walked often becomes cheap, so that neighbours share a lane
		shared, beside := f, tree.beside()
		shared.Cost = func(from, to int, steps float64) float64 {
			c := f.Cost(from, to, steps)
			switch {
			case tree.use[from] > 0 && tree.use[to] > 0:
				c *= 0.3
			case beside[to]:
				c *= 1.9
			}
			return c
		}
		g = shared.Ways(seeds, -1)
		tree = r.use(g, groups, tails)
	}
	roads := tree.roads()
	if r.holdPassed(tree, groups, roads) {
		roads = tree.roads()
	}
	for _, t := range tails {
		roads = append(roads, Road{Line: plane.Line{r.spot(t.node), t.at}, Class: County, Half: HalfWidth(County)})
	}
	return append(roads, r.joined(r.loops(f, g, groups), roads)...)
}

// holdPassed holds the lanes at groups that they would be smoothed past, where a lane
// comes to a group and turns back, and reports whether there are any.
func (r *rural) holdPassed(tree *laneTree, groups []Group, roads []Road) bool {
	ways, any := r.net(roads), false
	for _, g := range groups {
		if _, ok := ways.Nearest(g.Place, 3*r.s.Cell, func(int) bool { return true }); !ok {
			tree.held[r.node(g.Place)], any = true, true
		}
	}
	return any
}

// net returns the streets and other roads.
func (r *rural) net(roads []Road) *Ways {
	ways := NewWays(r.s.Outline.Ring.Envelope())
	for _, road := range slices.Concat(r.ways.Roads, roads) {
		ways.Add(road)
	}
	return ways
}

// use counts how often each node is walked from groups and gates to the streets.
func (r *rural) use(g spread.Growth, groups []Group, tails []tail) *laneTree {
	n := r.w * r.h
	t := &laneTree{r: r, parent: g.Parent, use: make([]int, n), far: make([]bool, n), held: make([]bool, n)}
	walk := func(at int, gate bool) {
		for ; at >= 0; at = int(g.Parent[at]) {
			t.use[at]++
			t.far[at] = t.far[at] || gate
		}
	}
	for _, gr := range groups {
		walk(r.node(gr.Place), false)
	}
	for _, tail := range tails {
		walk(tail.node, true)
		t.held[tail.node] = true
	}
	return t
}

// mouths seeds the ways at the streets: where a main road ends first, so that
// roads from outside come in by it.
func (r *rural) mouths() []spread.Seed {
	var out []spread.Seed
	seen := map[int]bool{}
	for _, road := range r.ways.Roads {
		late := map[string]float64{Main: 0, Major: 120}[road.Class]
		if road.Class == Minor {
			late = 300
		}
		for _, p := range road.Line.Dense(12) {
			if n := r.node(p); !seen[n] && r.s.Value(r.s.Bank, p) > 12 {
				seen[n] = true
				r.joint[n] = p
				out = append(out, spread.Seed{Node: n, Handicap: late})
			}
		}
	}
	if len(out) == 0 {
		n := r.node(r.s.Centre)
		r.joint[n] = r.s.Centre
		out = append(out, spread.Seed{Node: n})
	}
	return out
}

// spot returns the exact place of a node: a joint, or the node itself.
func (r *rural) spot(n int) plane.Vec {
	if v, ok := r.joint[n]; ok {
		return v
	}
	return r.place(n)
}

type tail struct {
	node int
	at   plane.Vec
}

// gateTails returns for each gate that can be seen the node nearest to it inside.
func (r *rural) gateTails(g spread.Growth) []tail {
	var out []tail
	for _, gate := range r.s.Gates {
		at := plane.From(gate)
		best, node := math.Inf(1), -1
		for dy := -4; dy <= 4; dy++ {
			for dx := -4; dx <= 4; dx++ {
				p := at.Add(plane.Vec{X: float64(dx) * 2 * r.s.Cell, Y: float64(dy) * 2 * r.s.Cell})
				n := r.node(p)
				q := r.place(n)
				if d := q.Dist(at); d < best && g.Label[n] >= 0 && r.s.Outline.Clear(q, 26) && r.s.Outline.Sees(q, at) && r.s.Value(r.s.Bank, q) > 8 {
					best, node = d, n
				}
			}
		}
		if node >= 0 {
			out = append(out, tail{node, at})
		}
	}
	return out
}

// grounds returns the borders between the groups' grounds.
func (r *rural) grounds(groups []Group) []plane.Line {
	if len(groups) < 2 {
		return nil
	}
	s := r.s
	seeds := make([]spread.Seed, len(groups))
	for i, g := range groups {
		seeds[i].Node = r.node(g.Place)
	}
	f := spread.Field{W: r.w, H: r.h, Cost: func(from, to int, steps float64) float64 {
		i, j := r.fine(from), r.fine(to)
		k := 1 + 5*math.Abs(s.Height[i]-s.Height[j])/(steps*2*s.Cell)
		if (s.Middle[i] < 0) != (s.Middle[j] < 0) && s.Bank[j] < 0 || (s.Bank[i] < 0) != (s.Bank[j] < 0) {
			k += 12
		}
		if (s.Stream[i] < 0) != (s.Stream[j] < 0) {
			k += 6
		}
		return steps * 2 * s.Cell * k
	}}
	label := f.Regions(seeds).Label
	for i := range label {
		if s.InCore(r.place(i)) || s.Bank[r.fine(i)] < 0 {
			label[i] = -1
		}
	}
	half := plane.Vec{X: s.Lo.X - s.Cell, Y: s.Lo.Y - s.Cell}
	lines := spread.Borders(label, r.w, r.h, func(i, j int) plane.Vec {
		return plane.Vec{X: half.X + float64(i)*2*s.Cell, Y: half.Y + float64(j)*2*s.Cell}
	})
	for i, l := range lines {
		lines[i] = roughen(l.Smooth(3).Simplify(9), s)
	}
	return lines
}

// roughen takes the ruled look from a line: its vertices wander a little.
func roughen(l plane.Line, s *Site) plane.Line {
	out := l.Dense(70)
	for i := 1; i < len(out)-1; i++ {
		out[i] = out[i].Add(plane.Vec{X: 9 * s.Rough(6, out[i], 160), Y: 9 * s.Rough(7, out[i], 160)})
	}
	return out
}
