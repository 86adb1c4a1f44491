package world

import (
	"cmp"
	"maps"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

// Effects say what one application changed, in what is drawn and in what is
// counted. They are the caller's to keep.
type Effects struct {
	Touched  []Touched
	Redrawn  []Redrawn
	Counters []grid.Code // divisions whose numbers moved, in order
}

// A Redrawn is where the tiles of a layer may look different.
type Redrawn struct {
	Layer    string
	Envelope geo.Envelope
	Zooms    uint32 // bit z for zoom z; 0 for all
}

// Touched is one entity that looks different, or belongs elsewhere, after an
// application. An entity may be named more than once, in order: the first says
// where it was.
type Touched struct {
	Kind     grid.Kind
	ID       int64
	Revision int64 // that was held before; 0 if none was
	Before   Sight
	After    Sight
}

// A Sight is where an entity is found and who answers for it. The zero Sight is
// nowhere.
type Sight struct {
	Envelope geo.Envelope
	Area     grid.Code
	There    bool
}

// A touch remembers what was before.
type touch struct {
	item
	revision uint32
	before   Sight
}

// layersOf returns the tile layers in which entities of a sort show.
func layersOf(k sort) []string {
	switch k {
	case divisions:
		return []string{"divisions"}
	case landuse, water, greens, roads:
		return []string{"base"}
	case buildings:
		return []string{"buildings", "shadow", "dwellings", "people"}
	case dwellings:
		return []string{"dwellings", "people"}
	case people:
		return []string{"people"}
	case components:
		return []string{"components"}
	case devices:
		return []string{"components", "devices"} // public ones are drawn with the components
	case cameras:
		return []string{"cameras"}
	case service:
		return []string{"service"}
	case happenings:
		return []string{"events"}
	case workers:
		return []string{"workers"}
	}
	return nil
}

// sight returns where an entity is, nowhere if it is not live.
func (s *state) sight(k sort, slot uint32) Sight {
	if k == divisions { // addressed by slot here, drawn by area
		return s.sightOfDivision(slot)
	}
	if !s.shelfOf(k).lives(slot) {
		return Sight{}
	}
	env, ok := s.envelope(k, slot)
	if !ok && k != workers {
		return Sight{}
	}
	return Sight{env, s.code(s.areaOfItem(k, slot)), true}
}

func (s *state) sightOfDivision(slot uint32) Sight {
	if !s.divisions.lives(slot) {
		return Sight{}
	}
	row := s.divisions.rows.at(slot)
	env := row.envelope
	if len(row.boundary) == 0 {
		env = geo.Envelope{Min: row.label, Max: row.label}
	}
	return Sight{env, row.code, true}
}

// note remembers an entity as it is before a change.
func (d *draft) note(k sort, slot uint32) {
	if !d.bulk {
		d.touched = append(d.touched, touch{item{k, slot}, d.shelfOf(k).revision(slot), d.sight(k, slot)})
	}
}

func (d *draft) noteNew(k sort, slot uint32) {
	if !d.bulk {
		d.touched = append(d.touched, touch{item: item{k, slot}, revision: d.shelfOf(k).revision(slot)})
	}
}

// effects returns what was noted, as it is now, and forgets it.
func (d *draft) effects() Effects {
	var out Effects
	for _, t := range d.touched {
		after := d.sight(t.sort, t.slot)
		out.Touched = append(out.Touched, Touched{Kind: kindOf(t.sort), ID: d.shelfOf(t.sort).id(t.slot), Revision: int64(t.revision),
			Before: t.before, After: after})
		for _, sight := range [...]Sight{t.before, after} {
			for _, layer := range layersOf(t.sort) {
				if sight.There {
					out.Redrawn = append(out.Redrawn, Redrawn{Layer: layer, Envelope: sight.Envelope})
				}
			}
		}
	}
	out.Redrawn = append(out.Redrawn, d.elsewhere()...)
	for area := range maps.Keys(d.moved) {
		out.Counters = append(out.Counters, d.code(area))
	}
	slices.SortFunc(out.Counters, func(a, b grid.Code) int { return cmp.Compare(a, b) })
	d.touched = nil
	clear(d.moved)
	return out
}
