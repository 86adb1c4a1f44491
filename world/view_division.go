package world

import (
	"cmp"
	"iter"
	"slices"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// A Division is one division in force of a Snapshot.
type Division struct {
	s    *state
	row  *divisionRow
	Slot uint32 // of its code
}

// DivisionAt returns the division in a slot that this Snapshot gave.
func (s *Snapshot) DivisionAt(slot uint32) Division {
	return Division{&s.state, s.division(slot), slot}
}

// Division returns the division in force under a code, and false if there is none.
func (s *Snapshot) Division(code grid.Code) (Division, bool) {
	area := s.areaOf(code)
	if s.division(area) == nil {
		return Division{}, false
	}
	return s.DivisionAt(area), true
}

// ID returns the id of the division.
func (d Division) ID() int64 { return d.s.divisions.id(d.s.areas.rows.at(d.Slot).division) }

// Code returns the code.
func (d Division) Code() grid.Code { return d.row.code }

// Name returns the name.
func (d Division) Name() string { return d.row.name }

// Level returns the level, which the code says.
func (d Division) Level() grid.Level { return d.row.code.Level() }

// Kind returns what tells kinds of one level apart.
func (d Division) Kind() string { return d.row.kind }

// Label returns where its label stands, the zero Point if nowhere.
func (d Division) Label() geo.Point { return d.row.label }

// Boundary returns the boundary, nil if it has none. It is shared and must not be written to.
func (d Division) Boundary() geo.MultiPolygon { return d.row.boundary }

// Counters returns the live numbers with those of all it manages, without private events.
func (d Division) Counters() Counters { return d.s.counters.at(d.Slot).Counters }

// CountersFor returns the numbers as somebody with scopes may know them: live where they
// know single homes, else the homes and people of the beginning of the day, in steps
// (RULES C1); who is cared for and devices in homes, live, where they know that; and the
// private events that they may know of.
func (d Division) CountersFor(scopes *Scopes) Counters {
	var c Counters
	if scopes[OfHomes].Holds(d.row.code) {
		if c = d.Counters(); !scopes[OfCare].Holds(d.row.code) {
			c.Care, c.Devices = Untold, c.Devices-d.s.counters.at(d.Slot).bound
		}
	} else {
		c = d.s.coarse(d.Slot)
	}
	for p := events.Ordinary + 1; p < events.Privacies; p++ {
		seen := d.s.privateIn(d.Slot, p, &scopes[eventSubjects[p]]).counters()
		c.plus(&seen, 1)
	}
	return c
}

// privateIn returns the numbers of the private events of an area that a scope holds.
func (s *state) privateIn(area uint32, p events.Privacy, scope *grid.Scope) happened {
	own := *s.counters.at(area).of(p)
	switch {
	case scope.IsEmpty():
		return happened{}
	case own == (happened{}), scope.IsEverywhere():
		return own
	}
	var sum happened
	for at := s.areas.rows.at(area).children; at != none; at = s.areas.rows.at(at).next {
		own.plus(*s.counters.at(at).of(p), -1)
		sum.plus(s.privateIn(at, p, scope), 1)
	}
	if scope.Holds(s.code(area)) {
		sum.plus(own, 1)
	}
	return sum
}

// Norm returns the number of households that the division should have, from and
// to; zeros if none is set.
func (d Division) Norm() (low, high int32) { return d.row.norms[0], d.row.norms[1] }

// Envelope returns the box around the boundary, and false if there is none.
func (d Division) Envelope() (geo.Envelope, bool) { return d.row.envelope, len(d.row.boundary) > 0 }

// Parent returns the division that manages this one, and false if it is not known.
func (d Division) Parent() (Division, bool) {
	parent := d.s.areas.rows.at(d.Slot).parent
	row := d.s.division(parent)
	return Division{d.s, row, parent}, row != nil
}

// Workers calls visit with each worker who answers for the division itself, in
// the order of ids.
func (d Division) Workers(visit func(Worker)) {
	var slots []uint32
	for at := d.s.areas.rows.at(d.Slot).workers; at != none; at = d.s.workers.rows.at(at).next {
		slots = append(slots, at)
	}
	slices.SortFunc(slots, func(a, b uint32) int { return cmp.Compare(d.s.workers.id(a), d.s.workers.id(b)) })
	for _, slot := range slots {
		visit(Worker{d.s, d.s.workers.rows.at(slot), slot})
	}
}

// Divisions yields all divisions in force in the order of their codes.
func (s *Snapshot) Divisions() iter.Seq[Division] {
	return func(yield func(Division) bool) {
		for _, area := range s.codes {
			if !yield(s.DivisionAt(area)) {
				return
			}
		}
	}
}

// Chain returns the divisions that hold p, from the city in: the finest one that
// holds it exactly, and those that manage it. It is nil outside every division.
func (s *Snapshot) Chain(p geo.Point) []Division { return s.chain(s.areaAt(p)) }

// Above returns a division and those that manage it, from the city in; nil if
// there is none under the code.
func (s *Snapshot) Above(code grid.Code) []Division { return s.chain(s.areaOf(code)) }

func (s *Snapshot) chain(area uint32) []Division {
	var few [8]Division
	i := len(few)
	for i > 0 && s.division(area) != nil {
		i--
		few[i] = s.DivisionAt(area)
		area = s.areas.rows.at(area).parent
	}
	if i == len(few) {
		return nil
	}
	return slices.Clone(few[i:])
}

// Children returns the divisions that a division manages, in the order of codes.
func (s *Snapshot) Children(code grid.Code) []Division {
	area := s.areaOf(code)
	if area == none {
		return nil
	}
	var out []Division
	for at := s.areas.rows.at(area).children; at != none; at = s.areas.rows.at(at).next {
		if s.division(at) != nil {
			out = append(out, s.DivisionAt(at))
		}
	}
	slices.SortFunc(out, func(a, b Division) int { return cmp.Compare(a.Code(), b.Code()) })
	return out
}

// Counters returns the live numbers of an area with all that it manages, without private
// events; zeros if nothing is known of it.
func (s *Snapshot) Counters(code grid.Code) Counters {
	area := s.areaOf(code)
	if area == none {
		return Counters{}
	}
	return s.counters.at(area).Counters
}

// Extent returns the box around all that everybody may see, give or take a few metres;
// false if there is nothing. It costs the same however much there is.
func (s *Snapshot) Extent() (env geo.Envelope, ok bool) {
	for k := range sorts {
		if !public(k) || s.found[k] == nil {
			continue
		}
		box, some := s.found[k].Extent()
		switch {
		case !some:
		case !ok:
			env, ok = box, true
		default:
			env = env.Union(box)
		}
	}
	return env, ok
}

// ToBePlaced returns the divisions below a county whose manager is not known, in the
// order of codes. A county stands at the top where its city is not stored. A World of one
// area knows of none: it does not hold who manages its neighbours.
func (s *Snapshot) ToBePlaced() []Division {
	if s.own != "" {
		return nil
	}
	var out []Division
	for _, area := range s.codes {
		node := s.areas.rows.at(area)
		if node.level > grid.CountyLevel && s.division(node.parent) == nil {
			out = append(out, s.DivisionAt(area))
		}
	}
	return out
}

// Borders yields each stretch of border whose envelope meets env once, whatever
// the number of divisions that share it.
func (s *Snapshot) Borders(env geo.Envelope) iter.Seq[*Border] {
	return s.webs[nearWeb].search(env)
}

// LevelOf returns the highest level among the divisions that a border bounds.
func (s *Snapshot) LevelOf(b *Border) grid.Level { return s.highest(b.Areas) }
