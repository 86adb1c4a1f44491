package world

import (
	"slices"

	"quanxi/tiles"
)

// versioned are the layers whose tiles have versions. Workers move too often:
// their tiles are a snapshot for whoever asks.
var versioned = [...]string{"base", "divisions", "buildings", "dwellings", "components", "devices",
	"cameras", "service", "events", "people"}

// TileVersion returns the version of the newest change that can show in a tile of
// a layer: equal versions of two Snapshots of one World mean equal content for
// one scope. It is the Snapshot's own version for a layer without versions.
func (s *Snapshot) TileVersion(layer string, id tiles.ID) uint64 {
	i := slices.Index(versioned[:], layer)
	if i < 0 {
		return s.version
	}
	return s.versions[i].Version(id)
}

// mark makes everything that the effects touch as new as a version.
func (d *draft) mark(e Effects, version uint64) {
	var edits [len(versioned)]*tiles.Edit
	for _, t := range e.Touched {
		for _, layer := range t.Layers {
			i := slices.Index(versioned[:], layer)
			if i < 0 {
				continue
			}
			if edits[i] == nil {
				edits[i] = d.versions[i].Edit(version)
			}
			for _, sight := range [...]Sight{t.Before, t.After} {
				if sight.There {
					edits[i].Mark(sight.Envelope)
				}
			}
		}
	}
	for i, edit := range edits {
		if edit != nil {
			d.versions[i] = edit.Done()
		}
	}
}

// markAll makes every tile as new as a version.
func (d *draft) markAll(version uint64) {
	for i := range d.versions {
		edit := d.versions[i].Edit(version)
		edit.MarkAll()
		d.versions[i] = edit.Done()
	}
}
