package world

import (
	"cmp"
	"iter"
	"slices"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// Effects say what one application changed, in what is drawn and in what is
// counted. They are the caller's to keep.
type Effects struct {
	Counters []Counted // divisions whose numbers moved, in order of their codes

	touched   []touch
	elsewhere []Redrawn // besides where the touched are and were
	after     *state    // in which the touched are seen; nobody writes to it any more
}

// A Counted is a division whose numbers moved, and for whom. Others are shown the same as
// before. One division may be named several times.
type Counted struct {
	Code grid.Code
	// Open tells that some moved that whoever only counts there is shown too; Care, that none
	// did but of who is cared for, or of devices in homes, which is for who has that duty there. Else it is for who
	// knows single homes there.
	Open, Care bool
	// Privacy is not events.Ordinary if they are numbers of such events in the area In, which
	// is the division or lies in it: they moved for who may know of those.
	Privacy events.Privacy
	In      grid.Code
}

// Touched yields what looks different or belongs elsewhere. Of a large load that is
// much, so it is written out one at a time.
func (e Effects) Touched() iter.Seq[Touched] {
	return func(yield func(Touched) bool) {
		for _, t := range e.touched {
			one := Touched{Kind: kindOf(t.sort), ID: e.after.shelfOf(t.sort).id(t.slot), Revision: int64(t.revision),
				Before: t.before, After: e.after.sight(t.sort, t.slot)}
			if !yield(one) {
				return
			}
		}
	}
}

// A Redrawn is where the tiles of a layer may look different.
type Redrawn struct {
	Layer    string
	Envelope geo.Envelope
	Zooms    uint32 // bit z for zoom z; 0 for all
}

// Redrawn yields where tiles may look different, one at a time as Touched does.
func (e Effects) Redrawn() iter.Seq[Redrawn] {
	return func(yield func(Redrawn) bool) {
		for _, t := range e.touched {
			for _, sight := range [...]Sight{t.before, e.after.sight(t.sort, t.slot)} {
				for _, layer := range layersOf(t.sort) {
					if sight.There && !yield(Redrawn{Layer: layer, Envelope: sight.Envelope}) {
						return
					}
				}
			}
		}
		for _, r := range e.elsewhere {
			if !yield(r) {
				return
			}
		}
	}
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

// A Sight is where an entity is found, who answers for it and, of an event, who of them may
// know of it. The zero Sight is nowhere.
type Sight struct {
	Envelope geo.Envelope
	Area     grid.Code
	There    bool
	Privacy  events.Privacy
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
	at := Sight{Envelope: env, Area: s.code(s.areaOfItem(k, slot)), There: true}
	if k == happenings {
		at.Privacy = s.events.rows.at(slot).privacy
	}
	return at
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
	return Sight{Envelope: env, Area: row.code, There: true}
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

// effects returns what was noted and forgets it.
func (d *draft) effects() Effects {
	out := Effects{touched: d.touched, elsewhere: d.elsewhere(), after: &d.state}
	for area, n := range d.moved {
		if c, any := d.countedIn(area, n); any && d.isOwn(area) { // what is counted elsewhere is not all
			out.Counters = append(out.Counters, c)
		}
	}
	for m := range d.movedPrivate {
		if d.isOwn(m.area) {
			out.Counters = append(out.Counters, Counted{Code: d.code(m.area), Privacy: m.privacy, In: d.code(m.in)})
		}
	}
	slices.SortFunc(out.Counters, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Privacy, b.Privacy), cmp.Compare(a.In, b.In))
	})
	d.touched = nil
	clear(d.moved)
	clear(d.before)
	clear(d.movedPrivate)
	return out
}

// countedIn says for whom numbers of an area are others than before the application: what came
// and went, or was taken and put again as every edit is, leaves nothing to tell, and who is
// told nothing hears of nothing.
func (d *draft) countedIn(area uint32, n numbers) (c Counted, any bool) {
	by := *d.counters.at(area)
	if before, known := d.before[area]; known {
		by.plus(&before, -1)
	} else {
		by = tally{}
	}
	if c, any = countedOf(d.code(area), &by); n&censusNumbers != 0 {
		c.Open, c.Care, any = true, false, true
	}
	return c, any
}
