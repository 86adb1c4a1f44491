package world

import (
	"slices"

	"quanxi/grid"
)

func (d *draft) dwellingSlot(id int64) uint32 {
	return d.dwellings.ensure(d.edition, id, dwellingRow{building: none, next: none, people: none})
}

func (d *draft) householdSlot(id int64) uint32 {
	return d.households.ensure(d.edition, id, blankHousehold)
}

func (d *draft) putDwelling(e *grid.Dwelling) {
	slot := d.dwellingSlot(e.ID)
	if !d.accept(dwellings, slot, &e.Head) {
		return
	}
	building := none
	if e.Building != 0 {
		building = d.buildingSlot(e.Building)
	}
	row := d.dwellings.rows.edit(d.edition, slot)
	row.building, row.room = building, d.intern(e.Room)
	row.unit, row.floor = uint16(e.Unit), int16(e.Floor)
	row.state = uint8(max(0, slices.Index(grid.DwellingStates(), e.State)))
	row.next = none
	if building != none {
		b := d.buildings.rows.edit(d.edition, building)
		row.next, b.dwellings = b.dwellings, slot
	}
	d.countHomes(building, d.homesOf(slot), 1)
}

func (d *draft) withdrawDwelling(slot uint32) {
	row := d.dwellings.rows.at(slot)
	d.countHomes(row.building, d.homesOf(slot), -1)
	if row.building == none {
		return
	}
	first := d.buildings.rows.at(row.building).dwellings
	if first == slot {
		d.buildings.rows.edit(d.edition, row.building).dwellings = row.next
		return
	}
	for d.dwellings.rows.at(first).next != slot {
		first = d.dwellings.rows.at(first).next
	}
	d.dwellings.rows.edit(d.edition, first).next = row.next
}

// homesOf returns the numbers of a dwelling with everything that hangs on it.
func (d *draft) homesOf(slot uint32) Homes {
	row := d.dwellings.rows.at(slot)
	h := Homes{Dwellings: 1, Households: int32(row.households)}
	switch grid.DwellingStates()[row.state] {
	case grid.Vacant:
		h.Vacant = 1
	case grid.Rented:
		h.Rented = 1
	}
	for p := row.people; p != none; p = d.people.rows.at(p).next {
		h.plus(d.people.rows.at(p).homes(), 1)
	}
	return h
}

// countInDwelling moves the numbers of a dwelling's building, if the dwelling is
// known; if not, they are taken up when it arrives.
func (d *draft) countInDwelling(dwelling uint32, h Homes, sign int32) {
	if dwelling != none && d.dwellings.lives(dwelling) {
		d.countHomes(d.dwellings.rows.at(dwelling).building, h, sign)
	}
}

func (d *draft) putHousehold(e *grid.Household) {
	slot := d.householdSlot(e.ID)
	if !d.accept(households, slot, &e.Head) {
		return
	}
	dwelling := none
	if e.Dwelling != 0 {
		dwelling = d.dwellingSlot(e.Dwelling)
	}
	d.households.rows.edit(d.edition, slot).dwelling = dwelling
	d.countHousehold(slot, 1)
}

func (d *draft) countHousehold(slot uint32, sign int32) {
	dwelling := d.households.rows.at(slot).dwelling
	if dwelling == none {
		return
	}
	d.dwellings.rows.edit(d.edition, dwelling).households += uint16(sign)
	d.countInDwelling(dwelling, Homes{Households: 1}, sign)
}
