package world

import (
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

func (d *draft) putPerson(e *grid.Person) {
	slot := d.ensure(people, e.ID)
	if !d.accept(people, slot, &e.Head) {
		return
	}
	row := personRow{dwelling: none, next: none, born: e.Born,
		flags: uint8(max(0, slices.Index(grid.Residences(), e.Residence)))}
	for _, tag := range e.Care {
		if bit := slices.Index(grid.CareTags(), tag); bit >= 0 {
			row.care |= 1 << bit
		}
	}
	if row.old(d.today) {
		row.flags |= counted60
	}
	if e.Dwelling == 0 {
		row.flags |= roams
		row.dwelling = d.places.push(d.edition, geo.Project(e.Place))
		*d.people.rows.edit(d.edition, slot) = row
		d.index(people, slot)
		d.unsettled = append(d.unsettled, item{people, slot})
		return
	}
	row.dwelling = d.dwellingSlot(e.Dwelling)
	home := d.dwellings.rows.edit(d.edition, row.dwelling)
	row.next, home.people = home.people, slot
	*d.people.rows.edit(d.edition, slot) = row
	d.countInDwelling(row.dwelling, row.homes(), 1)
}

func (d *draft) withdrawPerson(slot uint32) {
	row := d.people.rows.at(slot)
	if row.flags&roams != 0 {
		d.settle(item{people, slot}, none)
		d.unindex(people, slot)
		return
	}
	d.countInDwelling(row.dwelling, row.homes(), -1)
	first := d.dwellings.rows.at(row.dwelling).people
	if first == slot {
		d.dwellings.rows.edit(d.edition, row.dwelling).people = row.next
		return
	}
	for d.people.rows.at(first).next != slot {
		first = d.people.rows.at(first).next
	}
	d.people.rows.edit(d.edition, first).next = row.next
}

// grow moves the counters of somebody who turned 60 since the last day.
func (d *draft) grow(slot uint32) {
	before := *d.people.rows.at(slot)
	if before.old(d.today) == (before.flags&counted60 != 0) {
		return
	}
	d.note(people, slot)
	row := d.people.rows.edit(d.edition, slot)
	row.flags ^= counted60
	delta := row.homes()
	delta.plus(before.homes(), -1)
	if row.flags&roams != 0 {
		d.count(row.next, &tally{Counters: delta.counters()}, 1)
		return
	}
	d.countInDwelling(row.dwelling, delta, 1)
}

func (p *personRow) old(today grid.Date) bool { return p.born.Years(today) >= 60 }

func (p *personRow) residence() grid.Residence { return grid.Residences()[p.flags&residenceBits] }

func (p *personRow) living() bool { return p.residence() != grid.RegisteredOnly }

// homes returns what a person adds to the numbers of the building.
func (p *personRow) homes() Homes {
	h := Homes{People: 1}
	if !p.living() {
		return h
	}
	h.Living = 1
	if p.flags&counted60 != 0 {
		h.Aged60 = 1
	}
	if p.care != 0 {
		h.Care = 1
	}
	return h
}
