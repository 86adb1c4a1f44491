package arcs

import (
	"iter"
	"slices"

	"quanxi/geo"
)

// A Ring is one ring of a face with the lowest zoom of each point; the last
// point repeats the first. Leaving out the points above any zoom leaves a valid
// ring that still meets its neighbours exactly.
type Ring struct {
	Points geo.Ring
	Zooms  []uint8
}

// Outline returns the face's polygons, outer ring first, or nil if there is no
// such face. The caller owns the result.
func (n *Net) Outline(id uint32) [][]Ring {
	o := n.faces[id]
	if o == nil {
		return nil
	}
	out := make([][]Ring, len(o.polygons))
	for i, rings := range o.polygons {
		out[i] = make([]Ring, len(rings))
		for j, refs := range rings {
			out[i][j] = n.ring(refs)
		}
	}
	return out
}

// Rings calls visit for each ring of a face in the order of Outline, with the arcs along
// it: their numbers, and whether they are walked from their last point. It returns false
// if there is no such face.
func (n *Net) Rings(id uint32, visit func(outer bool, along iter.Seq2[uint32, bool])) bool {
	o := n.faces[id]
	if o == nil {
		return false
	}
	for _, rings := range o.polygons {
		for i, refs := range rings {
			visit(i == 0, func(yield func(uint32, bool) bool) {
				for _, r := range refs {
					if !yield(r.arc, r.backward) {
						return
					}
				}
			})
		}
	}
	return true
}

// ring strings the arcs of one ring together.
func (n *Net) ring(refs []ref) Ring {
	var r Ring
	for _, rf := range refs {
		points, zooms := n.walk(rf)
		r.Points = append(r.Points, points[:len(points)-1]...)
		r.Zooms = append(r.Zooms, zooms[:len(zooms)-1]...)
	}
	r.Points = append(r.Points, r.Points[0])
	r.Zooms = append(r.Zooms, r.Zooms[0])
	return r
}

// walk returns an arc's points and zooms in the order in which rf walks them.
func (n *Net) walk(rf ref) (geo.Line, []uint8) {
	a := n.arcs[rf.arc]
	if !rf.backward {
		return a.Points, a.Zooms
	}
	points, zooms := slices.Clone(a.Points), slices.Clone(a.Zooms)
	slices.Reverse(points)
	slices.Reverse(zooms)
	return points, zooms
}

// Polygon returns the face as it is at a zoom, normalized, or nil if there is no
// such face. At zoom 20 and above every vertex is there. All faces at one zoom
// fit together as they do at full resolution. The caller owns the result.
func (n *Net) Polygon(id uint32, zoom uint8) geo.MultiPolygon {
	outline := n.Outline(id)
	if outline == nil {
		return nil
	}
	out := make(geo.MultiPolygon, len(outline))
	for i, rings := range outline {
		for _, r := range rings {
			out[i] = append(out[i], r.at(zoom))
		}
	}
	return out
}

func (r Ring) at(zoom uint8) geo.Ring {
	var out geo.Ring
	for i, p := range r.Points[:len(r.Points)-1] {
		if r.Zooms[i] <= zoom {
			out = append(out, p)
		}
	}
	return append(out, out[0])
}
