package world

import (
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// layers is how many tile layers there are.
const layers = 12

// drawnVersions are the versions of the tiles of each layer, by layerNumber.
type drawnVersions [layers]tiles.Versions

// layerNumber returns the place of a layer in Layers, and false if there is none.
func layerNumber(name string) (int, bool) {
	for i := range table {
		if table[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// TileVersion returns the version of the last publication that changed what a
// tile of a layer shows to anybody, or may have; equal versions of Snapshots of
// one World mean equal content for one scope. For workers it grows with every
// position too. It is zero for a layer that does not exist.
func (s *Snapshot) TileVersion(layer string, id tiles.ID) uint64 {
	n, ok := layerNumber(layer)
	if !ok {
		return 0
	}
	version := s.tiles[n].Version(id)
	if layer == workersLayer {
		version += s.positions.count()
	}
	return version
}

// markAll makes every tile a new one.
func (d *draft) markAll(version uint64) {
	for i := range d.tiles {
		edit := d.tiles[i].Edit(version)
		edit.MarkAll()
		d.tiles[i] = edit.Done()
	}
}

// markTiles gives the tiles that the effects of a publication redraw its version.
func (d *draft) markTiles(effects Effects, version uint64) {
	var edits [layers]*tiles.Edit
	for r := range effects.Redrawn() {
		n, _ := layerNumber(r.Layer)
		if edits[n] == nil {
			edits[n] = d.tiles[n].Edit(version)
		}
		edits[n].Mark(r.Envelope)
	}
	for i, edit := range edits {
		if edit != nil {
			d.tiles[i] = edit.Done()
		}
	}
}

// elsewhere returns what is redrawn elsewhere than where the touched entities are:
// the numbers at the labels of areas, where those stood and stand, and outlines that
// were simplified anew because a neighbour moved.
func (d *draft) elsewhere() []Redrawn {
	var out []Redrawn
	for area, n := range d.moved {
		row := d.division(area)
		if row == nil {
			continue
		}
		out = d.numbersAt(out, label{d.areas.rows.at(area).level, row.label}, n)
	}
	for _, at := range d.relabelled {
		out = d.numbersAt(out, at, eventNumbers|peopleNumbers)
	}
	for _, env := range d.reshaped {
		out = append(out, Redrawn{Layer: divisionsLayer, Envelope: env})
	}
	d.reshaped, d.relabelled = nil, nil
	return out
}

// A label is where the numbers of an area stand.
type label struct {
	level grid.Level
	place geo.Point
}

// numbersAt adds the layers in which numbers stand at a label.
func (s *state) numbersAt(out []Redrawn, at label, n numbers) []Redrawn {
	env := geo.Envelope{Min: at.place, Max: at.place}
	if zooms := s.countedZooms(at.level, singleEvents); n&eventNumbers != 0 && zooms != 0 {
		out = append(out, Redrawn{eventsLayer, env, zooms})
	}
	if zooms := s.countedZooms(at.level, peopleByBuilding); n&peopleNumbers != 0 && zooms != 0 {
		out = append(out, Redrawn{peopleLayer, env, zooms})
	}
	return out
}
