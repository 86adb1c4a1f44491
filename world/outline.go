package world

import (
	"iter"
	"slices"

	"quanxi/geo"
	"quanxi/geo/arcs"
)

// A Border is a stretch of border that the same divisions share on its sides, as it is
// drawn: projected, and for each vertex the lowest zoom that shows it. Leaving out the
// vertices above any zoom gives lines, and rings made of them, that still meet exactly.
type Border struct {
	Pixels []geo.Pixel
	Zooms  []uint8  // as long as Pixels
	Areas  []uint32 // slots of the divisions that it bounds, of all levels of its web
	number uint64   // below 2^53: it has no id
	turned bool     // it runs against its arc
}

// A web is a net of borders, and its arcs as they are drawn and found. There are two. In the
// near one all divisions meet; in the far one only those that show below the zoom closeUp, so
// that a county's border does not turn at every grid's that ends at it, and holds no more
// vertices than show there.
type web struct {
	net     *arcs.Net      // faces are areas
	borders pages[*Border] // by number of the arc
	found   *geo.Snapshot  // arcs by envelope
}

const (
	nearWeb = iota
	farWeb
)

// web returns the one that a tile is drawn from.
func (d *drawing) web() *web {
	if d.id.Z < closeUp {
		return &d.webs[farWeb]
	}
	return &d.webs[nearWeb]
}

// search yields the stretches of border whose envelopes meet env.
func (w *web) search(env geo.Envelope) iter.Seq[*Border] {
	return func(yield func(*Border) bool) {
		for id := range w.found.Search(env) {
			if !yield(*w.borders.at(id)) {
				return
			}
		}
	}
}

// redraw brings the webs of borders up to date with the boundaries that changed.
func (d *draft) redraw() {
	if len(d.faces) == 0 {
		return
	}
	stale := make(map[uint32]bool)
	var changed [2][]arcs.Face
	for area := range d.faces {
		face := arcs.Face{ID: area}
		if row := d.division(area); row != nil {
			face.Boundary = row.boundary
		}
		stale[area] = true
		changed[nearWeb] = append(changed[nearWeb], face)
		if d.isFar(area) {
			changed[farWeb] = append(changed[farWeb], face)
		}
	}
	clear(d.faces)
	for of, faces := range changed {
		if len(faces) > 0 {
			d.redrawWeb(of, faces, stale)
		}
	}
	for area := range stale {
		if row := d.division(area); row != nil {
			d.reshaped = append(d.reshaped, row.envelope)
		}
	}
}

// isFar reports whether anything of an area's outline shows below closeUp.
func (s *state) isFar(area uint32) bool {
	start := startOf(s.areas.rows.at(area).level)
	return min(start.polygon, start.border) < closeUp
}

// withSound adds faces to a net. Those whose boundary the net refuses are left
// out; they are drawn alone, at full resolution.
func withSound(net *arcs.Net, faces []arcs.Face) *arcs.Net {
	if next, err := net.With(faces...); err == nil {
		return next
	}
	for i, f := range faces {
		if len(f.Boundary) > 0 && geo.Check(f.Boundary) != nil {
			faces[i].Boundary = nil
		}
	}
	if next, err := net.With(faces...); err == nil {
		return next
	}
	return net
}

// redrawWeb brings one web up to date, and adds to stale the areas that arcs bound or bounded
// which changed.
func (d *draft) redrawWeb(of int, faces []arcs.Face, stale map[uint32]bool) {
	w := &d.webs[of]
	old := make(map[uint32]*arcs.Arc)
	for id, a := range w.net.Arcs() {
		old[id] = a
	}
	touch := func(a *arcs.Arc) {
		for _, u := range a.Uses {
			stale[u.Face] = true
		}
	}
	w.net = withSound(w.net, faces)
	for id, a := range w.net.Arcs() {
		if old[id] != a {
			touch(a)
			if was := old[id]; was != nil {
				touch(was)
				d.dropBorder(of, id, was)
			}
			d.addBorder(of, id, a)
		}
		delete(old, id)
	}
	for id, a := range old {
		touch(a)
		d.dropBorder(of, id, a)
	}
	w.found = d.borderIndex[of].Share()
}

func (d *draft) addBorder(of int, id uint32, a *arcs.Arc) {
	b := (&Border{Pixels: project(a.Points), Zooms: a.Zooms}).directed()
	b.number = fingerprint(b.Pixels)
	if of == farWeb {
		b.keepBelow(closeUp)
	}
	for _, u := range a.Uses {
		if n := len(b.Areas); n == 0 || b.Areas[n-1] != u.Face {
			b.Areas = append(b.Areas, u.Face)
		}
	}
	w := &d.webs[of]
	for w.borders.n <= id {
		w.borders.push(d.edition, nil)
	}
	*w.borders.edit(d.edition, id) = b
	if env, ok := geo.EnvelopeOf(a.Points); ok {
		d.borderIndex[of].Insert(id, env)
	}
}

// keepBelow leaves out the vertices that no zoom below a given one shows.
func (b *Border) keepBelow(zoom uint8) {
	var pixels []geo.Pixel
	var zooms []uint8
	for i, z := range b.Zooms {
		if z < zoom {
			pixels, zooms = append(pixels, b.Pixels[i]), append(zooms, z)
		}
	}
	b.Pixels, b.Zooms = slices.Clip(pixels), slices.Clip(zooms)
}

func (d *draft) dropBorder(of int, id uint32, a *arcs.Arc) {
	*d.webs[of].borders.edit(d.edition, id) = nil
	if env, ok := geo.EnvelopeOf(a.Points); ok {
		d.borderIndex[of].Delete(id, env)
	}
}

func project(points []geo.Point) []geo.Pixel {
	out := make([]geo.Pixel, len(points))
	for i, p := range points {
		out[i] = geo.Project(p)
	}
	return out
}
