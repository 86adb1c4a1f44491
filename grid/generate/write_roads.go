package generate

import (
	"strings"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// roads names the roads and writes them, bridges apart.
func (w *writer) roads() {
	for k := range w.d.ground.Ways.Roads {
		w.roadNames[k] = w.roadName(k)
	}
	for k, r := range w.d.ground.Ways.Roads {
		for _, part := range w.parts(r.Line) {
			name := w.roadNames[k]
			if part.bridge && r.Class == layout.Main {
				name = strings.TrimSuffix(name, "大道") + "大桥"
			}
			line := latticeLine(part.line)
			if len(line) < 2 {
				continue
			}
			w.out.Roads = append(w.out.Roads, &grid.Road{
				Head: grid.Head{ID: id(w.d.num, len(w.out.Roads)+1)},
				Name: name, Class: r.Class, WidthCM: int32(r.Half * 200), Bridge: part.bridge, Line: geo.MultiLine{line},
			})
		}
	}
}

// latticeLine rounds a line, without repeated vertices.
func latticeLine(l plane.Line) geo.Line {
	var out geo.Line
	for _, v := range l {
		if p := v.Lattice(); len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out
}

// roadName gives one name to each line of the net.
func (w *writer) roadName(k int) string {
	r := w.d.ground.Ways.Roads[k]
	switch {
	case r.Riverside:
		names := []string{"滨江路", "滨江北路", "滨江南路", "滨江东路", "滨江西路"}
		n := 0
		for i := range k {
			if w.d.ground.Ways.Roads[i].Riverside {
				n++
			}
		}
		return names[min(n, len(names)-1)]
	case r.Class == layout.Main:
		return w.stems.take() + "大道"
	case r.Class == layout.Major:
		return w.stems.take() + "路"
	case r.Class == layout.Minor && r.Line.Length() > 420:
		return w.stems.take() + "街"
	case r.Class == layout.Minor:
		return w.branchName(k)
	case r.Class == layout.County && r.Line.Length() > 900:
		return w.stems.take() + "公路"
	case r.Class == layout.Lane && r.Old && r.Line.Length() > 60:
		return w.stems.take() + "巷"
	case r.Class == layout.Stairs && r.Line.Length() > 60:
		return w.stems.take() + "梯道"
	}
	return ""
}

// branchName names a short street after the greater one that it meets: 朝阳二支路.
func (w *writer) branchName(k int) string {
	r := w.d.ground.Ways.Roads[k]
	for _, end := range []plane.Vec{r.Line[0], r.Line[len(r.Line)-1]} {
		hit, ok := w.d.ground.Ways.Nearest(end, 3, func(i int) bool {
			return i != k && strings.HasSuffix(w.roadNames[i], "路") && !strings.Contains(w.roadNames[i], "支路") && !strings.HasPrefix(w.roadNames[i], "滨江")
		})
		if !ok {
			continue
		}
		stem := strings.TrimSuffix(w.roadNames[hit.Road], "路")
		for n := 1; n < 20; n++ {
			if name := stem + numeral(n) + "支路"; !w.named(name) {
				return name
			}
		}
	}
	return w.stems.take() + "街"
}

func (w *writer) named(name string) bool {
	for _, n := range w.roadNames {
		if n == name {
			return true
		}
	}
	return false
}

type overPart struct {
	line   plane.Line
	bridge bool
}

// parts returns a line without what lies in holes of the town, bridges apart.
func (w *writer) parts(l plane.Line) []overPart {
	if len(w.d.plan.holes) == 0 {
		return w.overWater(l)
	}
	var out []overPart
	for _, run := range keepRuns(l.Dense(4), w.d.site.Outline.Contains) {
		out = append(out, w.overWater(run.Simplify(0.05))...)
	}
	return out
}

// overWater parts a line where it leaves and reaches the banks.
func (w *writer) overWater(l plane.Line) []overPart {
	s := w.d.site
	wet := false
	for _, p := range l.Dense(12) {
		wet = wet || s.Value(s.Bank, p) < 0
	}
	if !wet {
		return []overPart{{l, false}}
	}
	var out []overPart
	var run plane.Line
	over := s.Value(s.Bank, l[0]) < 0
	for _, p := range l.Dense(12) {
		run = append(run, p)
		if now := s.Value(s.Bank, p) < 0; now != over {
			out = append(out, overPart{run.Simplify(0.05), over})
			run, over = plane.Line{p}, now
		}
	}
	return append(out, overPart{run.Simplify(0.05), over})
}
