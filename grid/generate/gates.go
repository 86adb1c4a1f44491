package generate

import (
	"cmp"
	"slices"

	"quanxi/geo"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
)

// openGates finds where roads pass from town to town: on each common border the
// flattest vertices, about one for three kilometres. Where the city goes on, they
// pass to the towns of its other counties too.
func (c *county) openGates(g *fabric.Graph, faces []int32) {
	at := map[[2]int32][]geo.Point{}
	var order [][2]int32
	for h := range g.Origin {
		if g.Face[h] == fabric.Outside || g.Face[h^1] == fabric.Outside {
			continue
		}
		key := [2]int32{faces[g.Face[h]], faces[g.Face[h^1]]}
		if key[0] < 0 || key[0] >= key[1] {
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
		t := &c.towns[i]
		t.gates = append(t.gates, c.outerGates(t.ring)...)
		if len(t.gates) < 2 {
			t.gates = append(t.gates, c.farGates(t.ring)...)
		}
	}
}

// outerGates returns the gates to other counties along ring, which are the same
// seen from there.
func (c *county) outerGates(ring geo.Ring) []geo.Point {
	var out []geo.Point
	for _, p := range ring[1:] {
		if c.gates[p] {
			out = append(out, p)
		}
	}
	return out
}

// farGates returns gates along ring that lead out of all that is planned.
func (c *county) farGates(ring geo.Ring) []geo.Point {
	var list []geo.Point
	for _, p := range ring[1:] {
		if c.rim[p] {
			list = append(list, p)
		}
	}
	out := c.flattest(list, 5000)
	return out[:min(len(out), 3)]
}

// flattest returns the flattest of the places, in order, spacing metres apart;
// none on water, and not the first or the last.
func (g *ground) flattest(list []geo.Point, spacing float64) []geo.Point {
	type candidate struct {
		p     geo.Point
		v     plane.Vec
		slope float64
	}
	var all []candidate
	for i, p := range list {
		if i == 0 || i == len(list)-1 {
			continue
		}
		v := plane.From(p)
		r := g.land.Sample(v, v, 40)
		if r.Value(r.Bank, v) < 60 {
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
