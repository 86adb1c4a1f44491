package world

import (
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

func (d *draft) buildingSlot(id int64) uint32 {
	return d.buildings.ensure(d.edition, id, buildingRow{area: none, steward: none, dwellings: none})
}

func (d *draft) putBuilding(e *grid.Building) {
	slot := d.buildingSlot(e.ID)
	if !d.accept(buildings, slot, &e.Head) {
		return
	}
	steward := none
	if e.Steward != 0 {
		steward = d.workerSlot(e.Steward)
	}
	row := d.buildings.rows.edit(d.edition, slot)
	row.shape, _ = d.store(row.shape, e.Footprint)
	row.place = geo.Project(e.Place())
	row.name, row.address = d.retext(row.name, e.Name), d.retext(row.address, e.Address)
	row.code, row.quarter = d.retext(row.code, e.Code), d.intern(e.Quarter)
	row.height, row.steward = e.HeightCM, steward
	row.floors, row.below = uint8(e.Floors), uint8(e.Below)
	row.units, row.year = uint16(e.Units), uint16(e.Year)
	row.use = uint8(max(0, slices.Index(grid.Uses(), e.Use)))
	d.putEntrances(row, e.Entrances)
	d.index(buildings, slot)
	d.learn(buildings, slot)
	d.unsettled = append(d.unsettled, item{buildings, slot})
}

func (d *draft) putEntrances(row *buildingRow, doors []grid.Entrance) {
	doors = doors[:min(len(doors), 255)]
	packed := make([]entrance, len(doors))
	for i, e := range doors {
		packed[i] = entrance{geo.Project(e.Place), int16(e.Level), uint16(e.Unit)}
	}
	if slices.Equal(d.entrances.run(row.entrances, uint32(row.doors)), packed) {
		return
	}
	row.entrances, row.doors = 0, uint8(len(packed))
	if len(packed) > 0 {
		row.entrances = d.entrances.add(packed)
	}
}

// withdrawBuilding leaves the dwellings and their numbers on the row: they wait
// for the building to come back.
func (d *draft) withdrawBuilding(slot uint32) {
	d.settle(item{buildings, slot}, none)
	d.unindex(buildings, slot)
	d.forget(buildings, slot)
}

// countHomes moves the numbers that hang on a building, and those of its area if
// it has one.
func (d *draft) countHomes(building uint32, h Homes, sign int32) {
	if building == none || h == (Homes{}) {
		return
	}
	row := d.buildings.rows.edit(d.edition, building)
	row.homes.plus(h, sign)
	d.count(row.area, &tally{Counters: h.counters()}, sign)
}
