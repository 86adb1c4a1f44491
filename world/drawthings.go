package world

import (
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

func (d *drawing) componentsAndDevices() {
	everyone := func(Thing) bool { return true }
	d.things("components", grid.Components, everyone)
	d.things("public_devices", grid.Devices, func(t Thing) bool { return !t.Bound() })
}

// boundDevices draws what is bound to a home, to those who answer for it.
func (d *drawing) boundDevices() {
	d.things("devices", grid.Devices, func(t Thing) bool { return t.Bound() && d.holds(OfCare, d.areaOfItem(devices, t.Slot)) })
}

// things draws those that pass, with category and state.
func (d *drawing) things(part string, kind grid.Kind, pass func(Thing) bool) {
	d.e.Begin(part, "category", "state")
	for n := range d.each(kind) {
		t := d.ThingAt(kind, n.slot)
		if !pass(t) {
			continue
		}
		d.e.Feature(uint64(n.id))
		d.e.Point(t.Pixel())
		d.e.Str(0, t.Category())
		d.e.Str(1, t.State())
	}
	d.e.End()
}

// Properties of cameras.
const (
	cameraAzimuth tiles.Property = iota
	cameraView
	cameraState
	cameraName
)

func (d *drawing) cameraMarks() {
	d.e.Begin("cameras", "azimuth", "view", "state", "name")
	for n := range d.each(grid.Cameras) {
		c := d.ThingAt(grid.Cameras, n.slot)
		if !d.holds(OfCameras, c.row.area) {
			continue
		}
		d.e.Feature(uint64(n.id))
		d.e.Point(c.Pixel())
		d.e.Int(cameraAzimuth, int64(c.Azimuth()))
		d.e.Int(cameraView, int64(c.View()))
		d.e.Str(cameraState, c.State())
		d.e.Str(cameraName, c.Name())
	}
	d.e.End()
}

func (d *drawing) servicePoints() {
	d.e.Begin("service", "category", "name", "hours")
	for n := range d.each(grid.ServicePoints) {
		t := d.ThingAt(grid.ServicePoints, n.slot)
		d.e.Feature(uint64(n.id))
		d.e.Point(t.Pixel())
		d.e.Str(0, t.Category())
		d.e.Str(1, t.Name())
		d.text(2, t.Detail())
	}
	d.e.End()
}

// OnDuty is how long after the last word from a worker's phone the worker counts as
// on duty, in tiles and on screens alike.
const OnDuty = 10 * time.Minute

// workersOnDuty draws the last positions. They belong to no Snapshot: the tile
// shows those of the moment of drawing.
func (d *drawing) workersOnDuty() {
	var found []numbered
	places := make(map[int64]geo.Point)
	since := time.Unix(d.now, 0).Add(-OnDuty)
	for p := range d.positions.within(d.envelope, since) {
		if slot, ok := d.workers.live(p.Worker); ok && d.holds(OfStaff, d.workers.rows.at(slot).area) {
			found = append(found, numbered{p.Worker, slot})
			places[p.Worker] = p.Place
		}
	}
	d.e.Begin("workers", "name", "role", "area")
	found, _ = sorted(found, nil)
	for _, n := range found {
		w := Worker{&d.state, d.workers.rows.at(n.slot), n.slot}
		d.e.Feature(uint64(n.id))
		d.e.Point(geo.Project(places[n.id]))
		d.e.Str(0, w.Name())
		d.e.Str(1, w.Role())
		d.e.Str(2, string(w.Area()))
	}
	d.e.End()
}
