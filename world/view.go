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

func (b Building) ID() int64                  { return b.s.buildings.id(b.Slot) }
func (b Building) Name() string               { return b.s.texts.get(b.row.name) }
func (b Building) Address() string            { return b.s.texts.get(b.row.address) }
func (b Building) Code() string               { return b.s.texts.get(b.row.code) }
func (b Building) Quarter() string            { return b.s.texts.get(b.row.quarter) }
func (b Building) Use() grid.Use              { return grid.Uses()[b.row.use] }
func (b Building) HeightCM() int32            { return b.row.height }
func (b Building) Floors() int32              { return int32(b.row.floors) }
func (b Building) Below() int32               { return int32(b.row.below) }
func (b Building) Units() int32               { return int32(b.row.units) }
func (b Building) Year() int32                { return int32(b.row.year) }
func (b Building) Homes() Homes               { return b.row.homes.homes() }
func (b Building) Area() grid.Code            { return b.s.code(b.row.area) }
func (b Building) Pixel() geo.Pixel           { return b.row.place }
func (b Building) Place() geo.Point           { return geo.Unproject(b.row.place) }
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

// Rings calls visit with each ring of the footprint; outer says that it begins a
// polygon.
func (b Building) Rings(visit func(ring []geo.Pixel, outer bool)) { b.s.rings(b.row.shape, visit) }

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

func (d Dwelling) ID() int64                 { return d.s.dwellings.id(d.Slot) }
func (d Dwelling) Room() string              { return d.s.texts.get(d.row.room) }
func (d Dwelling) Unit() int32               { return int32(d.row.unit) }
func (d Dwelling) Floor() int32              { return int32(d.row.floor) }
func (d Dwelling) Households() int32         { return int32(d.row.households) }
func (d Dwelling) State() grid.DwellingState { return grid.DwellingStates()[d.row.state] }
func (d Dwelling) Area() grid.Code           { return d.s.code(d.s.areaOfBuilding(d.row.building)) }

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

func (p Person) ID() int64                 { return p.s.people.id(p.Slot) }
func (p Person) Born() grid.Date           { return p.row.born }
func (p Person) Residence() grid.Residence { return p.row.residence() }
func (p Person) Aged60() bool              { return p.row.flags&counted60 != 0 }
func (p Person) Living() bool              { return p.row.living() }
func (p Person) Area() grid.Code           { return p.s.code(p.s.areaOfItem(people, p.Slot)) }

// Care returns the tags of care as bits, by place in grid.CareTags.
func (p Person) Care() uint16 { return p.row.care }
