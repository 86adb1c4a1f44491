package world

import (
	"cmp"
	"slices"

	"quanxi/events"
	"quanxi/grid"
)

func (d *draft) divisionSlot(id int64) uint32 {
	return d.divisions.ensure(d.edition, id, divisionRow{area: none, next: none})
}

// area returns the node of a code, a new one if nothing spoke of it yet; none if
// it is no code.
func (d *draft) area(c grid.Code) uint32 {
	if !c.Valid() {
		return none
	}
	slot := d.areas.ensure(d.edition, codeKey(c), areaRow{division: none, claims: none, parent: none,
		children: none, next: none, workers: none, level: c.Level()})
	if slot == d.counters.n {
		d.counters.push(d.edition, tally{})
	}
	return slot
}

func (d *draft) putDivision(e *grid.Division) {
	slot := d.divisionSlot(e.ID)
	if !d.accept(divisions, slot, &e.Head) {
		return
	}
	env, _ := e.Boundary.Envelope()
	label := e.Label
	if label.IsZero() {
		label = e.Boundary.LabelPoint()
	}
	area := d.area(e.Code)
	*d.divisions.rows.edit(d.edition, slot) = divisionRow{
		code: e.Code, name: e.Name, kind: e.DivisionKind, parent: e.Parent, from: e.From, to: e.To, label: label,
		boundary: e.Boundary, envelope: env, norms: [2]int32{e.NormLow, e.NormHigh}, area: area, next: none,
	}
	if area == none {
		return // no code, no place in the tree
	}
	d.unplace(area)
	node := d.areas.rows.edit(d.edition, area)
	d.divisions.rows.edit(d.edition, slot).next = node.claims
	node.claims = slot
	d.place(area)
}

func (d *draft) withdrawDivision(slot uint32) {
	area := d.divisions.rows.at(slot).area
	if area == none {
		return
	}
	d.unplace(area)
	d.unclaim(area, slot)
	d.place(area)
}

// unclaim takes a division out of the list of those under its code.
func (d *draft) unclaim(area, slot uint32) {
	next := d.divisions.rows.at(slot).next
	at := d.areas.rows.at(area).claims
	if at == slot {
		d.areas.rows.edit(d.edition, area).claims = next
		return
	}
	for d.divisions.rows.at(at).next != slot {
		at = d.divisions.rows.at(at).next
	}
	d.divisions.rows.edit(d.edition, at).next = next
}

// unplace takes the division in force out of the index, the tree staying as it is.
func (d *draft) unplace(area uint32) {
	d.remember(area)
	row := d.division(area)
	if row == nil {
		return
	}
	d.unindex(divisions, area)
	d.reshape(area)
	if len(row.boundary) > 0 {
		d.regions = append(d.regions, row.envelope)
		d.faces[area] = true
	}
	d.forget(divisions, area)
	d.count(area, d.itself(area), -1)
	d.areas.rows.edit(d.edition, area).division = none
	d.recoded = true
}

// itself counts an area's own division.
func (d *draft) itself(area uint32) *tally {
	c := &tally{Counters: Counters{Divisions: 1}}
	switch d.areas.rows.at(area).level {
	case grid.CommunityLevel:
		c.Communities = 1
	case grid.GridLevel:
		c.Grids = 1
	}
	return c
}

// reshape notes that what is drawn of an area changes. It may be the outline of a
// division that nobody touched: another has taken its code, or left it.
func (d *draft) reshape(area uint32) {
	if row := d.division(area); row != nil && !d.bulk {
		d.relabelled = append(d.relabelled, label{d.areas.rows.at(area).level, row.label})
	}
	if env, ok := d.envelope(divisions, area); ok {
		d.reshaped = append(d.reshaped, env)
	}
}

// place chooses the division in force under a code: of those whose time it is,
// the one with the lowest id, so that the order of arrival does not matter.
func (d *draft) place(area uint32) {
	best := none
	for at := d.areas.rows.at(area).claims; at != none; at = d.divisions.rows.at(at).next {
		if d.inForce(at) && (best == none || d.divisions.id(at) < d.divisions.id(best)) {
			best = at
		}
	}
	d.areas.rows.edit(d.edition, area).division = best
	d.recoded, d.asks.moved = true, true
	row := d.division(area)
	if row == nil {
		d.reparent(area, none)
		return
	}
	d.index(divisions, area)
	d.reshape(area)
	if len(row.boundary) > 0 {
		d.regions = append(d.regions, row.envelope)
		d.faces[area] = true
	}
	d.learn(divisions, area)
	d.count(area, d.itself(area), 1)
	d.reparent(area, d.area(row.parent))
}

func (d *draft) inForce(slot uint32) bool {
	row := d.divisions.rows.at(slot)
	return row.from <= d.today && (row.to == 0 || d.today < row.to)
}

// reparent hangs an area, with all its numbers, under another manager. A parent
// that is not of a higher level is refused, so that the tree has no circles.
func (d *draft) reparent(area, parent uint32) {
	node := d.areas.rows.edit(d.edition, area)
	if parent != none && d.areas.rows.at(parent).level >= node.level {
		parent = none
	}
	if node.parent == parent {
		return
	}
	total := *d.counters.at(area)
	d.count(node.parent, &total, -1)
	if node.parent != none {
		d.unchild(node.parent, area)
	}
	node.parent, node.next = parent, none
	if parent != none {
		up := d.areas.rows.edit(d.edition, parent)
		node.next, up.children = up.children, area
	}
	d.count(parent, &total, 1)
}

func (d *draft) unchild(parent, area uint32) {
	next := d.areas.rows.at(area).next
	at := d.areas.rows.at(parent).children
	if at == area {
		d.areas.rows.edit(d.edition, parent).children = next
		return
	}
	for d.areas.rows.at(at).next != area {
		at = d.areas.rows.at(at).next
	}
	d.areas.rows.edit(d.edition, at).next = next
}

// count moves the counters of an area and of all that manage it.
func (d *draft) count(area uint32, delta *tally, sign int32) {
	if *delta == (tally{}) {
		return
	}
	for at := area; at != none; at = d.areas.rows.at(at).parent {
		counted := d.counters.edit(d.edition, at)
		if _, known := d.before[at]; !known && !d.bulk {
			d.before[at] = *counted
		}
		counted.plus(delta, sign)
	}
	d.move(area, numbersOf(delta))
	for p := events.Ordinary + 1; p < events.Privacies; p++ {
		if *delta.of(p) != (happened{}) {
			d.movePrivate(area, p)
		}
	}
}

// movePrivate notes that numbers of private events of an area moved, and so of all that
// manage it, for whoever may know of such events in that area.
func (d *draft) movePrivate(in uint32, p events.Privacy) {
	for area := in; area != none && !d.bulk; area = d.areas.rows.at(area).parent {
		d.movedPrivate[privateMove{area, in, p}] = true
	}
}

// A privateMove are the numbers of an area that moved with private events in an area of it.
type privateMove struct {
	area, in uint32
	privacy  events.Privacy
}

// move notes that numbers of an area and of all that manage it are others now.
func (d *draft) move(area uint32, n numbers) {
	for ; area != none && !d.bulk; area = d.areas.rows.at(area).parent {
		d.moved[area] |= n
	}
}

// order sorts the areas that have a division by their codes.
func (d *draft) order() {
	if !d.recoded {
		return
	}
	codes := make([]uint32, 0, len(d.codes)+8)
	for area := range d.areas.rows.n {
		if d.areas.rows.at(area).division != none {
			codes = append(codes, area)
		}
	}
	slices.SortFunc(codes, func(a, b uint32) int { return cmp.Compare(d.code(a), d.code(b)) })
	d.codes, d.recoded = codes, false
}

// turn makes another day today: divisions come into force and go out of it, and
// people grow old.
func (d *draft) turn(today grid.Date) {
	was := d.today
	if today == was {
		return
	}
	for slot := range d.divisions.rows.n {
		row := d.divisions.rows.at(slot)
		d.today = was
		before := row.area != none && d.inForce(slot)
		d.today = today
		if d.divisions.lives(slot) && row.area != none && before != d.inForce(slot) {
			d.unplace(row.area)
			d.place(row.area)
		}
	}
	d.today = today
	for slot := range d.people.rows.n {
		if d.people.lives(slot) {
			d.grow(slot)
		}
	}
}
