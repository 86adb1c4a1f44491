package generate

import (
	"cmp"
	"fmt"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/divide"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
)

// A division is one area below the town: the atoms that it is made of.
type division struct {
	code    grid.Code
	atoms   []int32
	village bool // 村, for a community
	special bool // 专属网格, for a grid
	ground  geo.MultiPolygon
	label   geo.Point
	homes   int
	name    string
	owner   int // parcel that a special grid is about
}

// areas are the divisions of a town, each list in code order.
type areas struct {
	communities, grids, micros []division
	communityOf, gridOf        []int32 // by atom, index in the lists
	microOf                    []int32
}

// communitiesOf is how many communities a kind of town has.
func communitiesOf(kind string) int {
	if kind == KindTownship {
		return 8
	}
	return 11
}

// divide cuts the town into communities, these into grids and those into
// micro-grids.
func (d *draft) divide() error {
	m, open := d.atoms()
	n := len(d.graph.Faces)
	homes, load := make([]float64, n), make([]float64, n)
	for f := range n {
		homes[f] = float64(d.urban[f] + d.rural[f])
		load[f] = d.load(int32(f))
	}
	town := &divide.Task{Map: m, Weight: homes, Trees: 16, Chance: d.site.Chance("communities")}
	parts := town.SplitOpen(open, d.communityCount())
	town.Cost = d.communityCost(m, sum(homes, open)/float64(len(parts)))
	town.Improve(parts, 2)
	d.areas.communities = d.number(parts, d.communityCode(d.villages(parts)))
	for i := range d.areas.communities {
		d.cutGrids(m, load, homes, i)
	}
	return d.outlineAreas()
}

// atoms returns the map of the atoms, and those that are ground of the town.
func (d *draft) atoms() (m *divide.Map, open []int32) {
	n := len(d.graph.Faces)
	label := make([]int32, n)
	pieces := make([]divide.Piece, n)
	for f := range label {
		label[f] = int32(f)
		if d.closed[f] {
			label[f] = fabric.Closed
			continue
		}
		open = append(open, int32(f))
		pieces[f].Area = plane.RingFrom(d.graph.Ring(f)).Area()
		d.graph.Edges(f, func(h int32) {
			beyond := d.graph.Face[h^1]
			if beyond == fabric.Outside || d.closed[beyond] {
				pieces[f].Edge += metres(d.graph.Points[d.graph.Origin[h]], d.graph.Points[d.graph.To(h)])
				pieces[f].Rim = pieces[f].Rim || beyond == fabric.Outside
			}
		})
	}
	var links []divide.Link
	for _, b := range d.graph.Borders(label, metres) {
		links = append(links, divide.Link{A: b.A, B: b.B, Length: b.Length, Class: b.Class})
	}
	return divide.NewMap(pieces, links), open
}

// metres is the distance of two lattice points.
func metres(a, b geo.Point) float64 { return plane.From(a).Dist(plane.From(b)) }

// number makes areas of parts, ordered from west to east and then from north to
// south by their label points; code gives the i-th its code.
func (d *draft) number(parts [][]int32, code func(a *division)) []division {
	out := make([]division, len(parts))
	for i, p := range parts {
		slices.Sort(p)
		out[i] = division{atoms: p, homes: d.homes(p), owner: -1}
		out[i].label = d.labelPoint(p)
	}
	slices.SortStableFunc(out, func(a, b division) int {
		return cmp.Or(cmp.Compare(a.label.Lon, b.label.Lon), cmp.Compare(b.label.Lat, a.label.Lat))
	})
	for i := range out {
		code(&out[i])
	}
	return out
}

// labelPoint returns a place inside the largest atom near the middle.
func (d *draft) labelPoint(atoms []int32) geo.Point {
	label := make([]int32, len(d.graph.Faces))
	for i := range label {
		label[i] = -1
	}
	for _, a := range atoms {
		label[a] = 0
	}
	ground := d.graph.Dissolve(label, 1)[0]
	return plane.RingFrom(ground[0][0]).Inner().Lattice()
}

// communityCount is how many communities the town is cut into: as many as have
// real names, if there are any.
func (d *draft) communityCount() int {
	if n := len(d.realNames()); n > 0 {
		return n
	}
	return communitiesOf(d.plan.Kind)
}

func (d *draft) realNames() []CommunityName { return d.gen.opt.Names.communities(d.plan.Code) }

// villages decides how large a share of its homes a community may have in
// villages and still be 社区: half, or what gives as many 社区 as have real names.
func (d *draft) villages(parts [][]int32) float64 {
	real := d.realNames()
	if len(real) != len(parts) {
		return 0.5
	}
	shares := make([]float64, len(parts))
	for i, p := range parts {
		shares[i] = d.villageShare(p)
	}
	slices.Sort(shares)
	n := 0
	for _, r := range real {
		if !r.Village {
			n++
		}
	}
	if n == 0 {
		return -1
	}
	return shares[n-1]
}

// villageShare is the share of homes in villages; 1 if there are no homes.
func (d *draft) villageShare(atoms []int32) float64 {
	rural := 0
	for _, a := range atoms {
		rural += d.rural[a]
	}
	if all := d.homes(atoms); all > 0 {
		return float64(rural) / float64(all)
	}
	return 1
}

// communityCode tells 社区 from 村 and numbers them from 001 and from 200, as GB/T
// 10114 has it, or gives them the codes of the real ones.
func (d *draft) communityCode(most float64) func(*division) {
	next := [2]int{1, 200}
	real := [2][]CommunityName{}
	for _, n := range d.realNames() {
		k := 0
		if n.Village {
			k = 1
		}
		real[k] = append(real[k], n)
	}
	return func(a *division) {
		k := 0
		if a.village = d.villageShare(a.atoms) > most; a.village {
			k = 1
		}
		if len(real[k]) > 0 {
			a.code, a.name, real[k] = grid.Code(real[k][0].Code), real[k][0].Name, real[k][1:]
			return
		}
		for {
			a.code = grid.Code(fmt.Sprintf("%s%03d", d.plan.Code, next[k]))
			next[k]++
			if !slices.ContainsFunc(d.realNames(), func(n CommunityName) bool { return n.Code == string(a.code) }) {
				return
			}
		}
	}
}

// cutGrids cuts one community into special and general grids.
func (d *draft) cutGrids(m *divide.Map, load, homes []float64, community int) {
	c := &d.areas.communities[community]
	rest, special := d.setApart(m, c.atoms)
	task := &divide.Task{Map: m, Weight: load, Trees: 24, Chance: d.site.Chance("grids", uint64(community)), Cost: d.gridCost(m)}
	cut := func() [][]int32 { return cutBest(task, rest, max(1, round(sum(load, rest)))) }
	parts := cut()
	for len(special) > 0 && slices.ContainsFunc(parts, m.Surrounds) {
		rest, special = giveBack(m, parts, rest, special)
		parts = cut()
	}
	next := 1
	general := d.number(parts, func(a *division) {
		a.code = grid.Code(fmt.Sprintf("%s%03d", c.code, next))
		next++
	})
	next = 901
	extra := d.number(special, func(a *division) {
		a.code, a.special = grid.Code(fmt.Sprintf("%s%03d", c.code, next)), true
		a.owner = d.parcelOf(a.atoms)
		next++
	})
	for _, g := range append(general, extra...) {
		d.cutMicros(m, homes, &g)
		d.areas.grids = append(d.areas.grids, g)
	}
}

// cutMicros cuts one grid into micro-grids of 50 to 80 homes where its
// buildings allow: a single tower may hold more.
func (d *draft) cutMicros(m *divide.Map, homes []float64, g *division) {
	k := max(1, round(float64(g.homes)/microGrid))
	task := &divide.Task{Map: m, Weight: homes, Trees: 8, Chance: d.site.Chance("micro", uint64(g.atoms[0]))}
	parts := [][]int32{g.atoms}
	if !g.special && k > 1 {
		task.Cost = func(p []int32) float64 { return max(0, 50-sum(homes, p), sum(homes, p)-80) / 10 }
		parts = task.SplitOpen(g.atoms, k)
		task.Improve(parts, 1)
	}
	next := 1
	d.areas.micros = append(d.areas.micros, d.number(parts, func(a *division) {
		a.code = grid.Code(fmt.Sprintf("%s%02d", g.code, next))
		next++
	})...)
}

// setApart takes the ground of schools, hospitals, offices and industry out of a
// community as special grids, as long as the rest hangs together.
func (d *draft) setApart(m *divide.Map, atoms []int32) (rest []int32, special [][]int32) {
	rest = atoms
	kinds := d.atomKinds()
	for _, a := range atoms {
		if !slices.Contains(rest, a) || !apart(kinds[a]) {
			continue
		}
		var own, others []int32
		for _, b := range rest {
			if b == a || kinds[b] == kinds[a] && touches(m, a, b) {
				own = append(own, b)
			} else {
				others = append(others, b)
			}
		}
		if d.homes(own) < 20 && m.Connected(own) && m.Connected(others) && len(others) > 0 && d.homes(others) > 0 && len(special) < 2 {
			special, rest = append(special, own), others
		}
	}
	return rest, special
}

// giveBack makes a special grid that lies within one part ground like other again, or
// the last if it is not seen which.
func giveBack(m *divide.Map, parts [][]int32, rest []int32, special [][]int32) ([]int32, [][]int32) {
	i := slices.IndexFunc(special, func(own []int32) bool {
		return slices.ContainsFunc(parts, func(p []int32) bool { return m.Surrounds(p) && !m.Surrounds(slices.Concat(p, own)) })
	})
	if i < 0 {
		i = len(special) - 1
	}
	return slices.Concat(rest, special[i]), slices.Delete(special, i, i+1)
}

func apart(kind string) bool {
	return kind == build.School || kind == build.Hospital || kind == build.Office || kind == build.Industry
}

func touches(m *divide.Map, a, b int32) bool {
	hit := false
	m.Neighbours(a, func(q int32) { hit = hit || q == b })
	return hit
}

// atomKinds returns the kind of parcel under each atom; empty outside the core.
func (d *draft) atomKinds() []string {
	out := make([]string, len(d.graph.Faces))
	for i, b := range d.ground.Buildings {
		if b.Parcel >= 0 {
			out[d.atomOf[i]] = d.ground.Parcels[b.Parcel].Kind
		}
	}
	return out
}

func (d *draft) parcelOf(atoms []int32) int {
	for i, b := range d.ground.Buildings {
		if b.Parcel >= 0 && slices.Contains(atoms, d.atomOf[i]) {
			return b.Parcel
		}
	}
	return -1
}
