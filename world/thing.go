package world

import (
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

// putFeature takes an entity of the base map, and reports whether e is one.
func (d *draft) putFeature(e grid.Entity) bool {
	var name, class string
	var width int32
	var flags uint8
	switch e := e.(type) {
	case *grid.LandUse:
		name, class = e.Name, e.Class
	case *grid.Water:
		name, class = e.Name, e.Class
	case *grid.Green:
		name, class = e.Name, e.Class
	case *grid.Road:
		name, class, width = e.Name, e.Class, e.WidthCM
		if e.Bridge {
			flags = isBridge
		}
	default:
		return false
	}
	k, _ := sortOf(e.Kind())
	slot := d.ensure(k, e.Entity().ID)
	if !d.accept(k, slot, e.Entity()) {
		return true
	}
	row := d.features[k-landuse].rows.edit(d.edition, slot)
	stored, isLines := d.store(row.shape, e.Geometry())
	if isLines {
		flags |= isLine
	}
	*row = featureRow{shape: stored, name: d.intern(name), class: d.intern(class), width: width, flags: flags}
	d.index(k, slot)
	d.learn(k, slot)
	return true
}

// putThing takes an entity that stands at a point.
func (d *draft) putThing(e grid.Entity) {
	k, _ := sortOf(e.Kind())
	slot := d.ensure(k, e.Entity().ID)
	if !d.accept(k, slot, e.Entity()) {
		return
	}
	old := d.things[k-organisations].rows.at(slot)
	row := d.thing(*old, e)
	row.area = none
	*d.things[k-organisations].rows.edit(d.edition, slot) = row
	d.index(k, slot)
	d.learn(k, slot)
	d.unsettled = append(d.unsettled, item{k, slot})
}

func (d *draft) thing(old thingRow, e grid.Entity) thingRow {
	row := thingRow{building: none, dwelling: none}
	switch e := e.(type) {
	case *grid.Organisation:
		row.place, row.name = geo.Project(e.Place), d.retext(old.name, e.Name)
		row.category, row.detail = d.intern(e.Category), d.retext(old.detail, e.Address)
		row.building = d.known(buildings, e.Building)
	case *grid.Component:
		row.place, row.name = geo.Project(e.Place), d.retext(old.name, e.Code)
		row.category, row.detail = d.intern(e.Category), d.intern(e.Owner)
		row.state = ordinal(grid.ComponentStates(), e.State)
	case *grid.Device:
		row.place, row.name = geo.Project(e.Place), d.retext(old.name, e.Name)
		row.category = d.intern(e.Category) // its values come by the second, and nothing draws them
		row.building, row.dwelling = d.known(buildings, e.Building), d.known(dwellings, e.Dwelling)
		row.state = ordinal(grid.DeviceStates(), e.State)
	case *grid.Camera:
		row.place, row.name = geo.Project(e.Place), d.retext(old.name, e.Name)
		row.azimuth, row.view = uint16(e.Azimuth), uint16(e.View)
		row.state = ordinal(grid.DeviceStates(), e.State)
	case *grid.ServicePoint:
		row.place, row.name = geo.Project(e.Place), d.retext(old.name, e.Name)
		row.category, row.detail = d.intern(e.Category), d.intern(e.Hours)
	}
	return row
}

// known returns the slot of a referred entity, none for the id zero.
func (d *draft) known(k sort, id int64) uint32 {
	if id == 0 {
		return none
	}
	return d.ensure(k, id)
}

// ordinal returns the place of a value in its list, 0 if it is not there.
func ordinal(list []string, value string) uint8 { return uint8(max(0, slices.Index(list, value))) }

// isBound reports whether a device hangs in a home.
func (s *state) isBound(slot uint32) bool {
	return s.things[devices-organisations].rows.at(slot).dwelling != none
}
