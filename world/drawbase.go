package world

import (
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// speckAt returns the area in square tile units under which a parcel, a park or a pond is no
// more than a speck at a zoom: half a pixel each way, and further out, where a tile holds a
// hundred thousand of them, one or two.
func speckAt(zoom uint8) int64 {
	switch {
	case zoom < 10:
		return 256
	case zoom < closeUp:
		return 64
	case zoom < 14:
		return 16
	}
	return 0
}

// The lowest zooms of parcels, of parks and woods, and of waters that are lines.
const (
	parcelStart = 11
	greenStart  = 9
	streamStart = 11
)

func (d *drawing) base() {
	d.classed("landuse", grid.LandUses, parcelStart, "class")
	d.classed("green", grid.Greens, greenStart, "class", "name")
	d.water()
	d.groundLines()
	d.roads()
}

// classed draws the polygons of a kind with class and, if asked for, name.
func (d *drawing) classed(part string, kind grid.Kind, from uint8, properties ...string) {
	if d.id.Z < from {
		return
	}
	d.e.Begin(part, properties...)
	d.leaveOutSpecks()
	for n := range d.each(kind) {
		f := d.FeatureAt(kind, n.slot)
		if f.IsLine() {
			continue
		}
		d.e.Feature(uint64(n.id))
		f.rings(&d.rings).each(d.polygon)
		d.classAndName(f, len(properties))
	}
	d.e.End()
}

func (d *drawing) leaveOutSpecks() { d.e.Least(speckAt(d.id.Z)) }

func (d *drawing) classAndName(f Feature, properties int) {
	d.e.Str(0, f.Class())
	if properties > 1 {
		d.text(1, f.Name())
	}
}

func (d *drawing) water() {
	d.e.Begin("water", "class", "name")
	d.leaveOutSpecks()
	for n := range d.each(grid.Waters) {
		f := d.FeatureAt(grid.Waters, n.slot)
		d.e.Feature(uint64(n.id))
		if !f.IsLine() {
			f.rings(&d.rings).each(d.polygon)
		} else if d.id.Z >= streamStart {
			f.rings(&d.rings).each(d.line)
		}
		d.classAndName(f, 2)
	}
	d.e.End()
}

func (d *drawing) line(line []geo.Pixel, _ bool) { d.e.Line(line) }

func (d *drawing) groundLines() {
	if d.id.Z < 14 {
		return
	}
	d.e.Begin("ground_line", "class")
	for n := range d.each(grid.LandUses) {
		f := d.FeatureAt(grid.LandUses, n.slot)
		if !f.IsLine() {
			continue
		}
		d.e.Feature(uint64(n.id))
		f.rings(&d.rings).each(d.line)
		d.e.Str(0, f.Class())
	}
	d.e.End()
}

// Properties of road.
const (
	roadClass tiles.Property = iota
	roadName
	roadBridge
	roadWidth
)

func (d *drawing) roads() {
	d.e.Begin("road", "class", "name", "bridge", "width")
	for n := range d.each(grid.Roads) {
		f := d.FeatureAt(grid.Roads, n.slot)
		class := f.Class()
		if d.id.Z < roadStart(class) {
			continue
		}
		d.e.Feature(uint64(n.id))
		f.rings(&d.rings).each(d.line)
		d.e.Str(roadClass, class)
		d.text(roadName, f.Name())
		if f.Bridge() {
			d.e.Bool(roadBridge, true)
		}
		d.e.Float(roadWidth, float64(f.WidthCM())/100)
	}
	d.e.End()
}
