package world

import (
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// Properties of buildings.
const (
	buildingName tiles.Property = iota
	buildingUse
	buildingFloors
	buildingBelow
	buildingHeight
	buildingArea
)

// smallHouse is the area in square tile units, about square metres, under which
// a building is left out at zoom 13.
const smallHouse = 150

func (d *drawing) footprints() {
	d.e.Begin("buildings", "name", "use", "floors", "below", "height", "h")
	d.leaveOutHouses()
	for n := range d.each(grid.Buildings) {
		b := d.BuildingAt(n.slot)
		d.e.Feature(uint64(n.id))
		b.rings(&d.rings).each(d.polygon)
		if d.e.Shown() {
			d.describeBuilding(b)
		}
	}
	d.e.End()
}

func (d *drawing) leaveOutHouses() {
	if d.id.Z == 13 {
		d.e.Least(smallHouse)
	}
}

func (d *drawing) describeBuilding(b Building) {
	d.text(buildingName, b.Name())
	d.e.Str(buildingUse, string(b.Use()))
	d.e.Int(buildingFloors, int64(b.Floors()))
	if below := b.Below(); below > 0 {
		d.e.Int(buildingBelow, int64(below))
	}
	d.e.Float(buildingHeight, float64(b.HeightCM())/100)
	d.text(buildingArea, string(b.Area()))
}

// The sun stands so that a house shades the ground to the south-east, by these
// parts of its height, and never by that of a tower.
const (
	shadeEast    = 0.42
	shadeSouth   = 0.30
	highestShade = 62 // m
)

// shadows draws where buildings shade the ground: the convex hull of the footprint
// swept in the direction of the light. It is meant to be filled in one flat
// tone, so overlaps do not matter. It is a layer of its own, because it takes
// several times as long as the buildings themselves.
func (d *drawing) shadows() {
	d.e.Begin("shadow")
	d.leaveOutHouses()
	for n := range d.each(grid.Buildings) {
		b := d.BuildingAt(n.slot)
		if b.row.height <= 0 {
			continue
		}
		d.e.Feature(uint64(n.id))
		b.rings(&d.rings).each(func(ring []geo.Pixel, outer bool) {
			if outer {
				d.e.Outer(d.swept(ring, float64(b.row.height)/100))
			}
		})
	}
	d.e.End()
}

// swept returns the convex hull of a ring and its copy moved by the shade of a
// height in metres.
func (d *drawing) swept(ring []geo.Pixel, height float64) []geo.Pixel {
	unit := pixelsPerMetre(ring[0])
	height = min(height, highestShade)
	east, south := uint32(height*shadeEast*unit), uint32(height*shadeSouth*unit)
	points := append(d.pixels[:0], ring...)
	for _, p := range ring {
		points = append(points, geo.Pixel{X: p.X + east, Y: p.Y + south})
	}
	d.pixels = points
	return hull(points)
}
