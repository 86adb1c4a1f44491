package build

import (
	"cmp"
	"slices"

	"quanxi/grid/generate/plane"
)

const (
	slender    = 0.28 // compactness below which a face is cut across
	worthwhile = 1000 // metres around a face, below which it is not
	widest     = 400  // metres that a cut may be long: a longer one would look ruled
)

// Across returns lines that cut long drawn faces into shorter ones: half a river in one
// piece would make a thread of any grid that it belongs to. They run from vertex to
// vertex and touch no building.
func (g *Ground) Across(faces []plane.Ring) []plane.Line {
	var out []plane.Line
	for _, r := range faces {
		out = g.across(out, r, 0)
	}
	return out
}

func (g *Ground) across(out []plane.Line, r plane.Ring, depth int) []plane.Line {
	if r.Perimeter() < worthwhile || r.Compactness() >= slender || depth > 6 {
		return out
	}
	i, j, ok := g.waist(r)
	if !ok {
		return out
	}
	out = append(out, plane.Line{r[i], r[j]})
	one := slices.Clone(r[i : j+1])
	two := slices.Concat(r[j:], r[:i+1])
	return g.across(g.across(out, one, depth+1), two, depth+1)
}

const (
	looked = 160 // vertices of a face that are tried as ends of a cut, about
	tried  = 60  // cuts that are tried, the best first
)

// A crossing is a straight way between two vertices of a face.
type crossing struct {
	i, j  int
	score float64
}

// waist returns the vertices, the first one first, between which a face is narrow and
// long to either side.
func (g *Ground) waist(r plane.Ring) (i, j int, ok bool) {
	along := make([]float64, len(r)+1)
	for k := range r {
		along[k+1] = along[k] + r[k].Dist(r[(k+1)%len(r)])
	}
	round := along[len(r)]
	step := (len(r) + looked - 1) / looked
	var all []crossing
	for i := 0; i < len(r); i += step {
		for j := i + 2*step; j < len(r); j += step {
			way := along[j] - along[i]
			if way, d := min(way, round-way), r[i].Dist(r[j]); d < widest && way > 2.5*d {
				all = append(all, crossing{i, j, way / (d + 40)})
			}
		}
	}
	slices.SortFunc(all, func(a, b crossing) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	for _, c := range all[:min(len(all), tried)] {
		if within(r, c.i, c.j) && g.apart(plane.Ring{r[c.i], r[c.j]}, slimmest/2) {
			return c.i, c.j, true
		}
	}
	return 0, 0, false
}

// within reports whether the straight way between two vertices of r lies inside it.
func within(r plane.Ring, i, j int) bool {
	a, b := r[i], r[j]
	if !r.Contains(a.Lerp(b, 0.5)) {
		return false
	}
	for k := range r {
		next := (k + 1) % len(r)
		if k == i || k == j || next == i || next == j {
			continue
		}
		if plane.GapSegments(a, b, r[k], r[next]) < slimmest {
			return false
		}
	}
	return true
}
