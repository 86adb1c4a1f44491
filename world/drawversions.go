package world

import (
	"quanxi/geo"
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

// marking gathers what one publication changes in the tiles of all layers.
type marking struct {
	draft   *draft
	version uint64
	edits   [layers]*tiles.Edit
}

func (m *marking) mark(layer string, env geo.Envelope) {
	n, _ := layerNumber(layer)
	if m.edits[n] == nil {
		m.edits[n] = m.draft.tiles[n].Edit(m.version)
	}
	m.edits[n].Mark(env)
}

// markTiles notes where the effects of a publication show.
func (d *draft) markTiles(effects Effects, version uint64) {
	m := marking{draft: d, version: version}
	for t := range effects.Touched() {
		for _, sight := range [...]Sight{t.Before, t.After} {
			for _, layer := range t.Layers {
				if sight.There {
					m.mark(layer, sight.Envelope)
				}
			}
		}
	}
	m.labels(effects)
	for i, edit := range m.edits {
		if edit != nil {
			d.tiles[i] = edit.Done()
		}
	}
}

// labels notes what changed elsewhere than where the touched entities are: the
// numbers at the labels of areas, and outlines that were simplified anew because
// a neighbour moved.
func (m *marking) labels(effects Effects) {
	for _, code := range effects.Counters {
		if row := m.draft.division(m.draft.areaOf(code)); row != nil {
			at := geo.Envelope{Min: row.label, Max: row.label}
			m.mark(eventsLayer, at)
			m.mark(peopleLayer, at)
		}
	}
	for _, env := range m.draft.reshaped {
		m.mark(divisionsLayer, env)
	}
	m.draft.reshaped = nil
}
