package world

import (
	"cmp"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// Properties of dwellings.
const (
	slabBuilding tiles.Property = iota
	slabFloor
	slabUnit
	slabRoom
	slabBase
	slabTop
	slabState
)

// usualStorey is the height of a floor in metres where the building does not say.
const usualStorey = 3

func (d *drawing) slabs() {
	d.e.Begin("dwellings", "building", "floor", "unit", "room", "base", "top", "state")
	for n := range d.each(grid.Buildings) {
		if b := d.BuildingAt(n.slot); d.holds(OfHomes, b.row.area) {
			d.homes(b)
		}
	}
	d.e.End()
}

// homes draws the homes of a building: those of a floor lie side by side, in the
// order of units and rooms, so that a tap finds a room.
func (d *drawing) homes(b Building) {
	floors := homesByFloor(b)
	if len(floors) == 0 {
		return
	}
	footprint := b.rings(&d.rings)
	first := footprint.first()
	if len(first) < 4 {
		return
	}
	cut := newSlicer(first)
	for len(floors) > 0 {
		n := 1
		for n < len(floors) && floors[n].Floor() == floors[0].Floor() {
			n++
		}
		for i, home := range floors[:n] {
			d.e.Feature(uint64(home.ID()))
			footprint.each(func(ring []geo.Pixel, outer bool) { d.polygon(cut.strip(ring, i, n), outer) })
			d.describeHome(b, home)
		}
		floors = floors[n:]
	}
}

// homesByFloor returns the homes from the lowest floor up, and on each floor by
// unit and room.
func homesByFloor(b Building) []Dwelling {
	var out []Dwelling
	b.Dwellings(func(home Dwelling) { out = append(out, home) })
	slices.SortFunc(out, func(x, y Dwelling) int {
		return cmp.Or(cmp.Compare(x.Floor(), y.Floor()), cmp.Compare(x.Unit(), y.Unit()),
			cmp.Compare(len(x.Room()), len(y.Room())), cmp.Compare(x.Room(), y.Room()), cmp.Compare(x.ID(), y.ID()))
	})
	return out
}

func (d *drawing) describeHome(b Building, home Dwelling) {
	base, top := storey(b, home.Floor())
	d.e.Int(slabBuilding, b.ID())
	d.e.Int(slabFloor, int64(home.Floor()))
	d.e.Int(slabUnit, int64(home.Unit()))
	d.text(slabRoom, home.Room())
	d.e.Float(slabBase, base)
	d.e.Float(slabTop, top)
	d.e.Str(slabState, string(home.State()))
}

// storey returns where a floor begins and ends in metres above the street; floor
// 1 lies on it and floor -1 below.
func storey(b Building, floor int32) (base, top float64) {
	height := float64(usualStorey)
	if b.Floors() > 0 && b.HeightCM() > 0 {
		height = float64(b.HeightCM()) / 100 / float64(b.Floors())
	}
	if floor > 0 {
		floor--
	}
	return float64(floor) * height, float64(floor+1) * height
}
