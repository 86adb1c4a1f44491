package world

import (
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// Properties of people.
const (
	peopleCode tiles.Property = iota
	peopleBuilding
	peopleAll
	peopleLiving
	peopleAged60
	peopleCare
)

// peopleByBuilding is the lowest zoom at which people are counted by building.
const peopleByBuilding = 17

// peopleCounts draws numbers and never anybody, and only where they may be
// known of: by building as single homes may, by division as numbers may.
func (d *drawing) peopleCounts() {
	d.e.Begin("people", "code", "building", "people", "living", "aged60", "care")
	if d.id.Z >= peopleByBuilding {
		d.peopleOfBuildings()
	} else {
		d.peopleOfAreas()
	}
	d.e.End()
}

func (d *drawing) peopleOfBuildings() {
	for n := range d.each(grid.Buildings) {
		b := d.BuildingAt(n.slot)
		h := b.Homes()
		if h.People == 0 || !d.holds(OfHomes, b.row.area) {
			continue
		}
		d.e.Feature(uint64(n.id))
		d.e.Point(b.Pixel())
		d.e.Int(peopleBuilding, n.id)
		c := h.counters()
		if !d.holds(OfCare, b.row.area) {
			c.Care = Untold
		}
		d.numbers(c)
	}
}

func (d *drawing) peopleOfAreas() {
	level := d.countedLevel(d.id.Z)
	for _, n := range d.divisionsHere() {
		div := d.DivisionAt(n.slot)
		if div.Level() != level || !d.counts(div) || !d.holds(OfNumbers, n.slot) {
			continue
		}
		c := div.CountersFor(d.scopes)
		if c.People == 0 {
			continue
		}
		d.e.Feature(uint64(n.id))
		d.e.Point(geo.Project(div.Label()))
		d.e.Str(peopleCode, string(div.Code()))
		d.numbers(c)
	}
}

// numbers describes how many there are, and how many are cared for where that may be known.
func (d *drawing) numbers(c Counters) {
	d.e.Int(peopleAll, int64(c.People))
	d.e.Int(peopleLiving, int64(c.Living))
	d.e.Int(peopleAged60, int64(c.Aged60))
	if c.Care != Untold {
		d.e.Int(peopleCare, int64(c.Care))
	}
}
