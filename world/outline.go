package world

import (
	"quanxi/geo"
	"quanxi/geo/arcs"
)

// A Border is a stretch of border that the same divisions share on its sides, as it is
// drawn: projected, and for each vertex the lowest zoom that shows it. Leaving out the
// vertices above any zoom gives lines, and rings made of them, that still meet exactly.
type Border struct {
	Pixels []geo.Pixel
	Zooms  []uint8  // as long as Pixels
	Areas  []uint32 // slots of the divisions that it bounds, of all levels
	turned bool     // it runs against its arc
}

// redraw brings the net of borders, and what is projected from it, up to date
// with the boundaries that changed.
func (d *draft) redraw() {
	if len(d.faces) == 0 {
		return
	}
	before := d.net
	var changed []arcs.Face
	for area := range d.faces {
		face := arcs.Face{ID: area}
		if row := d.division(area); row != nil {
			face.Boundary = row.boundary
		}
		changed = append(changed, face)
	}
	clear(d.faces)
	d.net = withSound(before, changed)
	stale := make(map[uint32]bool)
	for _, f := range changed {
		stale[f.ID] = true
	}
	d.redrawBorders(before, stale)
	d.foundBorders = d.borderIndex.Share()
	if d.borderOverview.changed {
		d.farBorders = d.borderOverview.share()
	}
	for area := range stale {
		if row := d.division(area); row != nil {
			d.reshaped = append(d.reshaped, row.envelope)
		}
	}
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

// redrawBorders projects the arcs that changed, and adds to stale the areas that
// they bound or bounded.
func (d *draft) redrawBorders(before *arcs.Net, stale map[uint32]bool) {
	old := make(map[uint32]*arcs.Arc)
	for id, a := range before.Arcs() {
		old[id] = a
	}
	touch := func(a *arcs.Arc) {
		for _, u := range a.Uses {
			stale[u.Face] = true
		}
	}
	for id, a := range d.net.Arcs() {
		if old[id] != a {
			touch(a)
			if was := old[id]; was != nil {
				touch(was)
				d.dropBorder(id, was)
			}
			d.addBorder(id, a)
		}
		delete(old, id)
	}
	for id, a := range old {
		touch(a)
		d.dropBorder(id, a)
	}
}

func (d *draft) addBorder(id uint32, a *arcs.Arc) {
	b := &Border{Pixels: project(a.Points), Zooms: a.Zooms}
	for _, u := range a.Uses {
		if n := len(b.Areas); n == 0 || b.Areas[n-1] != u.Face {
			b.Areas = append(b.Areas, u.Face)
		}
	}
	for d.borders.n <= id {
		d.borders.push(d.edition, nil)
	}
	*d.borders.edit(d.edition, id) = b.directed()
	if env, ok := geo.EnvelopeOf(a.Points); ok {
		d.borderIndex.Insert(id, env)
		d.borderOverview.insert(d.borderFrom(b.Areas), id, env)
	}
}

func (d *draft) dropBorder(id uint32, a *arcs.Arc) {
	was := d.borders.edit(d.edition, id)
	if env, ok := geo.EnvelopeOf(a.Points); ok {
		d.borderIndex.Delete(id, env)
		d.borderOverview.delete(d.borderFrom((*was).Areas), id, env)
	}
	*was = nil
}

func project(points []geo.Point) []geo.Pixel {
	out := make([]geo.Pixel, len(points))
	for i, p := range points {
		out[i] = geo.Project(p)
	}
	return out
}
