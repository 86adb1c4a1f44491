package world

import (
	"quanxi/geo"
	"quanxi/grid"
)

// The views below read one entity of a Snapshot by its slot, without copying.
// Rings and lines are projected, closed where they are rings, and shared: the
// caller must not write to them.

// A Building is one building of a Snapshot.
type Building struct {
	s    *state
	row  *buildingRow
	Slot uint32
}

// BuildingAt returns the building in a slot that this Snapshot gave.
func (s *Snapshot) BuildingAt(slot uint32) Building {
	return Building{&s.state, s.buildings.rows.at(slot), slot}
}

// Building returns a building by its id, and false if it is not there.
func (s *Snapshot) Building(id int64) (Building, bool) {
	slot, ok := s.buildings.live(id)
	if !ok {
		return Building{}, false
	}
	return s.BuildingAt(slot), true
}

// ID returns the id.
func (b Building) ID() int64 { return b.s.buildings.id(b.Slot) }

// Name returns the name, such as 锦绣花园3幢.
func (b Building) Name() string { return b.s.texts.get(b.row.name) }

// Address returns the address.
func (b Building) Address() string { return b.s.texts.get(b.row.address) }

// Code returns the number in the ledger.
func (b Building) Code() string { return b.s.texts.get(b.row.code) }

// Quarter returns the 小区 or 院落.
func (b Building) Quarter() string { return b.s.texts.get(b.row.quarter) }

// Use returns what it is for.
func (b Building) Use() grid.Use { return grid.Uses()[b.row.use] }

// HeightCM returns the height in centimetres, 0 if it is not known.
func (b Building) HeightCM() int32 { return b.row.height }

// Floors returns the number of floors above street level.
func (b Building) Floors() int32 { return int32(b.row.floors) }

// Below returns the number of floors below street level.
func (b Building) Below() int32 { return int32(b.row.below) }

// Units returns the number of stairs 单元.
func (b Building) Units() int32 { return int32(b.row.units) }

// Year returns the year it was built in, 0 if it is not known.
func (b Building) Year() int32 { return int32(b.row.year) }

// Homes returns the numbers that hang on it, for those whose scope holds it.
func (b Building) Homes() Homes { return b.row.homes.homes() }

// Area returns the code of the division that holds it, empty outside every one.
func (b Building) Area() grid.Code { return b.s.code(b.row.area) }

// Pixel returns the point that stands for it, projected.
func (b Building) Pixel() geo.Pixel { return b.row.place }

// Place returns the point that stands for it.
func (b Building) Place() geo.Point { return geo.Unproject(b.row.place) }

// Polygons returns the footprint on the lattice. The caller owns it.
func (b Building) Polygons() geo.MultiPolygon { return b.s.polygons(b.row.shape) }

// AreaSlot returns the slot of the division that holds the building, and false
// if none does.
func (b Building) AreaSlot() (uint32, bool) { return b.row.area, b.row.area != none }

// Envelope returns the box around the footprint.
func (b Building) Envelope() geo.Envelope { env, _ := b.s.box(b.row.shape); return env }

// Steward returns the id of the 楼栋长, zero if there is none.
func (b Building) Steward() int64 {
	if b.row.steward == none {
		return 0
	}
	return b.s.workers.id(b.row.steward)
}

// rings reads the rings of the footprint into to, and returns that.
func (b Building) rings(to *rings) *rings { return b.s.ringsOf(b.row.shape, to) }

// Entrances returns the ways in. The caller owns the result.
func (b Building) Entrances() []grid.Entrance {
	var out []grid.Entrance
	for _, e := range b.s.entrances.run(b.row.entrances, uint32(b.row.doors)) {
		out = append(out, grid.Entrance{Place: geo.Unproject(e.place), Level: int32(e.level), Unit: int32(e.unit)})
	}
	return out
}

// Dwellings calls visit with each home of the building, in no particular order.
func (b Building) Dwellings(visit func(Dwelling)) {
	for slot := b.row.dwellings; slot != none; {
		row := b.s.dwellings.rows.at(slot)
		visit(Dwelling{b.s, row, slot})
		slot = row.next
	}
}

// A Dwelling is one home of a Snapshot.
type Dwelling struct {
	s    *state
	row  *dwellingRow
	Slot uint32
}

// Dwelling returns a home by its id, and false if it is not there.
func (s *Snapshot) Dwelling(id int64) (Dwelling, bool) {
	slot, ok := s.dwellings.live(id)
	if !ok {
		return Dwelling{}, false
	}
	return Dwelling{&s.state, s.dwellings.rows.at(slot), slot}, true
}

// ID returns the id.
func (d Dwelling) ID() int64 { return d.s.dwellings.id(d.Slot) }

// Room returns the room, such as 5-2.
func (d Dwelling) Room() string { return d.s.texts.get(d.row.room) }

// Unit returns the stair 单元, 0 if there is none.
func (d Dwelling) Unit() int32 { return int32(d.row.unit) }

// Floor returns the floor: 1 at street level, -1 the first below.
func (d Dwelling) Floor() int32 { return int32(d.row.floor) }

// Households returns how many households are registered there.
func (d Dwelling) Households() int32 { return int32(d.row.households) }

// State returns how the home is used.
func (d Dwelling) State() grid.DwellingState { return grid.DwellingStates()[d.row.state] }

// Area returns the code of the division that holds its building.
func (d Dwelling) Area() grid.Code { return d.s.code(d.s.areaOfBuilding(d.row.building)) }

// Building returns the building that holds the home, and false if it is not there.
func (d Dwelling) Building() (Building, bool) {
	slot := d.row.building
	if slot == none || !d.s.buildings.lives(slot) {
		return Building{}, false
	}
	return Building{d.s, d.s.buildings.rows.at(slot), slot}, true
}

// Homes returns the numbers of the home.
func (d Dwelling) Homes() Homes {
	h := Homes{Dwellings: 1, Households: d.Households()}
	d.People(func(p Person) { h.plus(p.row.homes(), 1) })
	return h
}

// People calls visit with each person of the home, in no particular order.
func (d Dwelling) People(visit func(Person)) {
	for slot := d.row.people; slot != none; {
		row := d.s.people.rows.at(slot)
		visit(Person{d.s, row, slot})
		slot = row.next
	}
}

// A Person is one record of a human: an age and bits, never a name.
type Person struct {
	s    *state
	row  *personRow
	Slot uint32
}

// PersonAt returns the person in a slot that this Snapshot gave.
func (s *Snapshot) PersonAt(slot uint32) Person {
	return Person{&s.state, s.people.rows.at(slot), slot}
}

// ID returns the id.
func (p Person) ID() int64 { return p.s.people.id(p.Slot) }

// Born returns the day of birth, 0 if it is not known.
func (p Person) Born() grid.Date { return p.row.born }

// Residence returns how the person belongs to the home.
func (p Person) Residence() grid.Residence { return p.row.residence() }

// Aged60 reports whether the person is 60 or over today.
func (p Person) Aged60() bool { return p.row.flags&counted60 != 0 }

// Living reports whether the person lives there, and is not registered only.
func (p Person) Living() bool { return p.row.living() }

// Area returns the code of the division that holds the home or the place.
func (p Person) Area() grid.Code { return p.s.code(p.s.areaOfItem(people, p.Slot)) }

// Care returns the tags of care as bits, by place in grid.CareTags.
func (p Person) Care() uint16 { return p.row.care }
