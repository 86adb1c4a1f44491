package world

import (
	"iter"
	"sync"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// DrawTile draws layers of a tile, one after the other, as they are for somebody with
// scopes, and returns their bytes, which are e's until its next use. What
// is too large is drawn coarser as a whole. A layer that there is not, or that is not
// drawn at that zoom, or has nothing to show, adds nothing. The same state gives the
// same bytes on every node.
func (s *Snapshot) DrawTile(e *tiles.Encoder, id tiles.ID, scopes *Scopes, layers ...string) []byte {
	d := drawings.Get().(*drawing)
	defer d.done()
	d.Snapshot, d.e, d.id, d.scopes, d.envelope = s, e, id, scopes, id.Envelope()
	return e.Fit(id, tiles.MaxBytes, func(*tiles.Encoder) {
		for _, layer := range layers {
			if n, ok := layerNumber(layer); ok && table[n].Drawn(id.Z) {
				d.layer(layer)()
			}
		}
	})
}

// drawings keeps the scratch memory of drawings that are done.
var drawings = sync.Pool{New: func() any { return new(drawing) }}

// A drawing is one tile in the making.
type drawing struct {
	*Snapshot
	e        *tiles.Encoder
	id       tiles.ID
	scopes   *Scopes
	envelope geo.Envelope
	order    []numbered       // scratch of slots
	spare    []numbered       // scratch of sorted
	pixels   []geo.Pixel      // scratch of shown and swept
	rings    rings            // scratch: of the present feature
	asked    [subjects]uint32 // the area that holds was asked for last, plus one
	held     [subjects]bool
}

// done lets go of everything but the scratch memory.
func (d *drawing) done() {
	*d = drawing{order: d.order, spare: d.spare, pixels: d.pixels, rings: d.rings}
	drawings.Put(d)
}

func (d *drawing) layer(name string) func() {
	switch name {
	case baseLayer:
		return d.base
	case divisionsLayer:
		return d.divisionsAndBorders
	case buildingsLayer:
		return d.footprints
	case shadowLayer:
		return d.shadows
	case dwellingsLayer:
		return d.slabs
	case componentsLayer:
		return d.componentsAndDevices
	case devicesLayer:
		return d.boundDevices
	case camerasLayer:
		return d.cameraMarks
	case serviceLayer:
		return d.servicePoints
	case eventsLayer:
		return d.eventsOrCounts
	case workersLayer:
		return d.workersOnDuty
	case peopleLayer:
		return d.peopleCounts
	}
	return func() {}
}

// each yields what of a kind the tile may show, in the order of ids, until it is too large:
// slots and the index depend on the history of the node.
func (d *drawing) each(kind grid.Kind) iter.Seq[numbered] {
	return func(yield func(numbered) bool) {
		if d.e.Full() {
			return
		}
		for _, n := range d.slots(kind) {
			if d.e.Full() || !yield(n) {
				return
			}
		}
	}
}

// slots returns what of a kind the tile may show, in the order of ids.
func (d *drawing) slots(kind grid.Kind) []numbered {
	k, _ := sortOf(kind)
	ids := d.shelfOf(k)
	d.order = d.order[:0]
	for slot := range d.visible(k, d.envelope, d.id.Z) {
		d.order = append(d.order, numbered{ids.id(slot), slot})
	}
	d.order, d.spare = sorted(d.order, d.spare)
	return d.order
}

// holds reports whether the scope of a subject holds an area. Neighbours in a tile
// mostly have the same area.
func (d *drawing) holds(of Subject, area uint32) bool {
	if d.asked[of] != area+1 || area == none {
		d.asked[of], d.held[of] = area+1, d.scopes[of].Holds(d.code(area))
	}
	return d.held[of]
}

// polygon draws a ring of a feature.
func (d *drawing) polygon(ring []geo.Pixel, outer bool) {
	if outer {
		d.e.Outer(ring)
	} else {
		d.e.Hole(ring)
	}
}

// text adds a text unless it is empty.
func (d *drawing) text(p tiles.Property, text string) {
	if text != "" {
		d.e.Str(p, text)
	}
}
