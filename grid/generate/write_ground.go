package generate

import (
	"strings"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/land"
	"quanxi/grid/generate/plane"
)

// ground writes water, green and the uses of land.
func (w *writer) ground() {
	w.river()
	w.streams()
	for _, p := range w.d.land.Ponds {
		w.water("", "pond", geo.MultiPolygon{{p.Lattice()}})
	}
	for _, c := range w.d.land.Covers {
		switch c.Class {
		case land.Wood:
			w.green("", "forest", c.Area)
		case land.Paddy:
			w.use("", "paddy", c.Area)
		case land.Terrace:
			w.use("", "terrace", c.Area)
		case land.Field:
			w.use("", "field", c.Area)
		}
	}
	for _, g := range w.d.land.Groves {
		w.green("", "forest", geo.MultiPolygon{{g.Lattice()}})
	}
	w.banks()
	w.parcels()
	w.groundLines("terrace-line", w.d.land.Terraces)
	w.groundLines("bund", w.d.land.Bunds)
	w.contours()
}

func (w *writer) water(name, class string, body geo.Geometry) {
	w.out.Waters = append(w.out.Waters, &grid.Water{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Waters)+1)}, Name: name, Class: class, Body: body,
	})
}

func (w *writer) green(name, class string, area geo.MultiPolygon) {
	w.out.Greens = append(w.out.Greens, &grid.Green{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Greens)+1)}, Name: name, Class: class, Area: area,
	})
}

func (w *writer) use(name, class string, body geo.Geometry) {
	w.out.LandUses = append(w.out.LandUses, &grid.LandUse{
		Head: grid.Head{ID: id(w.d.num, len(w.out.LandUses)+1)}, Name: name, Class: class, Body: body,
	})
}

// river is the union of the atoms that lie on it: its banks are borders of the
// fabric, so it ends exactly at the town's border.
func (w *writer) river() {
	d := w.d
	label := make([]int32, len(d.graph.Faces))
	for f := range label {
		label[f] = -1
		if !d.closed[f] && d.site.Value(d.site.Bank, plane.RingFrom(d.graph.Ring(f)).Inner()) < 0 {
			label[f] = 0
		}
	}
	for _, p := range d.graph.Dissolve(label, 1)[0] {
		w.water(d.gen.riverName(), "river", geo.MultiPolygon{p})
	}
}

// banks are the narrow pieces between the river and the road behind it, as far
// as no block covers them.
func (w *writer) banks() {
	d := w.d
	covered := d.built()
	for f := range d.graph.Faces {
		if d.closed[f] {
			continue
		}
		r := plane.RingFrom(d.graph.Ring(f))
		p := r.Inner()
		if bank := d.site.Value(d.site.Bank, p); bank > 0 && bank < 45 && 2*r.Area() < 45*r.Perimeter() && !covered[d.site.Node(p)] {
			w.green("", "bank", geo.MultiPolygon{{d.graph.Ring(f)}})
		}
	}
}

// streams are lines outside the river and the core.
func (w *writer) streams() {
	s := w.d.site
	for _, l := range s.Contour(s.Stream, 0) {
		for _, part := range s.Outline.Inside(l.Smooth(1).Simplify(2), 4) {
			for _, run := range keepRuns(part.Dense(15), func(p plane.Vec) bool {
				return s.Value(s.Bank, p) > -8 && !s.InCore(p)
			}) {
				if run.Length() > 150 {
					w.water("", "stream", geo.MultiLine{latticeLine(run.Simplify(0.5))})
				}
			}
		}
	}
}

// keepRuns returns the stretches of l whose vertices all pass.
func keepRuns(l plane.Line, pass func(plane.Vec) bool) []plane.Line {
	var out []plane.Line
	var run plane.Line
	for _, p := range l {
		if pass(p) {
			run = append(run, p)
			continue
		}
		if len(run) > 1 {
			out = append(out, run)
		}
		run = nil
	}
	if len(run) > 1 {
		out = append(out, run)
	}
	return out
}

// useOf returns the class of land use of a kind of parcel.
func useOf(kind string) string {
	switch kind {
	case build.Slab, build.Mid, build.Tower:
		return "housing"
	case build.Market:
		return "commerce"
	}
	return kind
}

func (w *writer) parcels() {
	s := w.d.site
	for _, p := range w.d.ground.Parcels {
		area := geo.MultiPolygon{{p.Ring.Lattice()}}
		if fabric.DoubleArea(area[0][0]) < 1000 {
			continue
		}
		switch {
		case p.Kind == build.Park:
			w.green(p.Name, "park", area)
		case p.Kind == build.Green && s.Value(s.Bank, p.Ring.Inner()) < 45:
			w.green("", "bank", area)
		case p.Kind == build.Green:
			w.green("", "belt", area)
		case p.Name != "":
			w.use(p.Name, useOf(p.Kind), area)
		default:
			w.use(p.Quarter, useOf(p.Kind), area)
		}
	}
	for _, p := range w.d.ground.Pitches {
		w.use("", "pitch", geo.MultiPolygon{{p.Lattice()}})
	}
}

// lineCell is the size of the squares by which short lines are gathered to one
// feature, in metres.
const lineCell = 300

// groundLines writes short lines, those of one square as one feature.
func (w *writer) groundLines(class string, lines []plane.Line) {
	at := map[[2]int]int{}
	var groups []geo.MultiLine
	for _, l := range lines {
		line := latticeLine(l)
		if len(line) < 2 {
			continue
		}
		mid := l[len(l)/2].Sub(w.d.site.Lo).Mul(1.0 / lineCell)
		key := [2]int{int(mid.X), int(mid.Y)}
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], line)
	}
	for _, g := range groups {
		w.use("", class, g)
	}
}

// contourStep is the rise between contour lines, in metres.
const contourStep = 20

func (w *writer) contours() {
	s := w.d.site
	for _, lines := range s.Contours(s.Height, 160, contourStep, 60) {
		for _, l := range lines {
			for _, run := range keepRuns(l.Smooth(1).Simplify(2).Dense(15), func(p plane.Vec) bool { return s.Outline.Clear(p, 4) }) {
				if run.Length() > 200 {
					w.use("", "contour", geo.MultiLine{latticeLine(run.Simplify(0.5))})
				}
			}
		}
	}
}

// quarters names 小区, schools, hospitals, markets and parks.
func (w *writer) quarters() {
	rnd := w.d.site.Chance("quarters")
	used := map[string]bool{}
	fresh := func(draw func() string) string {
		name := draw()
		for range 20 {
			if !used[name] {
				break
			}
			name = draw()
		}
		used[name] = true
		return name
	}
	parcels := w.d.ground.Parcels
	for i := 0; i < len(parcels); {
		j := i
		for j < len(parcels) && parcels[j].Block == parcels[i].Block {
			j++
		}
		switch kind := parcels[i].Kind; kind {
		case build.Slab, build.Mid, build.Tower:
			name := fresh(func() string { return quarterName(rnd) })
			for k := i; k < j; k++ {
				parcels[k].Quarter = name
				if j-i > 1 {
					parcels[k].Quarter += numeral(k-i+1) + "期"
				}
			}
		default:
			parcels[i].Name = w.facility(kind)
		}
		i = j
	}
}

// facility names a parcel that serves the town.
func (w *writer) facility(kind string) string {
	town := strings.NewReplacer("街道", "", "镇", "", "乡", "").Replace(w.d.plan.Name)
	switch kind {
	case build.School:
		return w.stems.take() + []string{"小学", "中学", "实验学校"}[w.d.site.Chance("school", uint64(w.stems.next)).Int(3)]
	case build.Hospital:
		if w.d.plan.Kind == KindStreet {
			return town + "人民医院"
		}
		return town + "中心卫生院"
	case build.Market:
		return w.stems.take() + "农贸市场"
	case build.Park:
		return w.stems.take() + "公园"
	case build.Office:
		return w.stems.take() + "中心"
	case build.Industry:
		return w.stems.take() + "工业园"
	}
	return ""
}
