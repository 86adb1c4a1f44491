package fabric

import (
	"slices"

	"quanxi/geo"
)

// Dissolve returns the region of each label in 0 … n-1: the union of the faces
// that carry it. A face labelled otherwise belongs to none.
func (g *Graph) Dissolve(label []int32, n int) []geo.MultiPolygon {
	rings := make([][]geo.Ring, n)
	seen := make([]bool, len(g.Origin))
	for h := range g.Origin {
		l := g.labelOf(label, int32(h))
		if seen[h] || l < 0 || int(l) >= n || l == g.labelOf(label, int32(h)^1) {
			continue
		}
		rings[l] = append(rings[l], simpleRings(g.border(label, int32(h), seen))...)
	}
	out := make([]geo.MultiPolygon, n)
	for l := range rings {
		out[l] = nest(rings[l])
	}
	return out
}

func (g *Graph) labelOf(label []int32, h int32) int32 {
	if g.Face[h] == Outside {
		return -1
	}
	return label[g.Face[h]]
}

// border walks the edge of a region from h on, the region to the left.
func (g *Graph) border(label []int32, h int32, seen []bool) geo.Ring {
	l := g.labelOf(label, h)
	r := geo.Ring{g.Points[g.Origin[h]]}
	for at := h; !seen[at]; {
		seen[at] = true
		r = append(r, g.Points[g.To(at)])
		at = g.Next[at]
		for g.labelOf(label, at^1) == l { // an edge within the region: pass by
			at = g.Next[at^1]
		}
	}
	return r
}

// simpleRings splits a closed walk where it visits a vertex again.
func simpleRings(walk geo.Ring) []geo.Ring {
	at := map[geo.Point]int{}
	var out []geo.Ring
	var path geo.Ring
	for _, p := range walk {
		if i, ok := at[p]; ok {
			loop := append(append(geo.Ring(nil), path[i:]...), p)
			for _, q := range path[i+1:] {
				delete(at, q)
			}
			path = path[:i+1]
			if len(loop) > 3 {
				out = append(out, loop)
			}
			continue
		}
		at[p] = len(path)
		path = append(path, p)
	}
	return out
}

// nest puts each hole into the smallest outer ring around it. The largest
// polygon comes first.
func nest(rings []geo.Ring) geo.MultiPolygon {
	var out geo.MultiPolygon
	var holes []geo.Ring
	slices.SortStableFunc(rings, func(a, b geo.Ring) int { return sign(DoubleArea(b) - DoubleArea(a)) })
	for _, r := range rings {
		if DoubleArea(r) > 0 {
			out = append(out, geo.Polygon{r})
		} else {
			holes = append(holes, r)
		}
	}
	for _, h := range holes {
		for i := len(out) - 1; i >= 0; i-- {
			if encloses(out[i][0], h) {
				out[i] = append(out[i], h)
				break
			}
		}
	}
	return out
}

// encloses reports whether hole h lies in r. They may share vertices, so the
// first vertex of h that is not on r decides.
func encloses(r, h geo.Ring) bool {
	for _, p := range h {
		if !slices.Contains(r, p) {
			return Inside(r, p)
		}
	}
	return true
}

// A Border is what two neighbouring faces or regions share.
type Border struct {
	A, B   int32   // A < B
	Length float64 // as it was measured
	Class  uint8   // the best along it
	On     float64 // length along edges of class 3 and better
}

// Borders returns the borders between differently labelled faces, sorted; measure
// gives the length of an edge.
func (g *Graph) Borders(label []int32, measure func(a, b geo.Point) float64) []Border {
	at := map[[2]int32]int{}
	var out []Border
	for h := int32(0); int(h) < len(g.Origin); h += 2 {
		a, b := g.labelOf(label, h), g.labelOf(label, h^1)
		if a > b {
			a, b = b, a
		}
		if a < 0 || a == b {
			continue
		}
		i, ok := at[[2]int32{a, b}]
		if !ok {
			i = len(out)
			at[[2]int32{a, b}] = i
			out = append(out, Border{A: a, B: b})
		}
		l := measure(g.Points[g.Origin[h]], g.Points[g.To(h)])
		out[i].Length += l
		out[i].Class = max(out[i].Class, g.Class[h/2])
		if g.Class[h/2] >= 3 {
			out[i].On += l
		}
	}
	slices.SortFunc(out, func(a, b Border) int {
		return sign(int64(a.A-b.A))*2 + sign(int64(a.B-b.B))
	})
	return out
}
