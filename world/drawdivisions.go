package world

import (
	"cmp"
	"iter"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// Properties of divisions and division_labels.
const (
	divisionCode tiles.Property = iota
	divisionName
	divisionLevel
	divisionKind
)

func (d *drawing) divisionsAndBorders() {
	all := d.divisionsHere()
	d.e.Begin("divisions", "code", "name", "level", "kind")
	for _, n := range all {
		div := d.DivisionAt(n.slot)
		if _, ok := div.Envelope(); ok && d.id.Z >= startOf(div.Level()).polygon {
			d.e.Feature(uint64(n.id))
			d.outline(n.slot)
			d.describe(div)
		}
	}
	d.e.End()
	d.borders()
	d.e.Begin("division_labels", "code", "name", "level", "kind")
	for _, n := range all {
		div := d.DivisionAt(n.slot)
		if d.id.Z >= startOf(div.Level()).label {
			d.e.Feature(uint64(n.id))
			d.e.Point(geo.Project(div.Label()))
			d.describe(div)
		}
	}
	d.e.End()
}

// divisionsHere returns the divisions that the tile may show, by their ids.
func (d *drawing) divisionsHere() []numbered {
	var out []numbered
	for area := range d.visible(divisions, d.envelope, d.id.Z) {
		out = append(out, numbered{d.DivisionAt(area).ID(), area})
	}
	out, _ = sorted(out, nil)
	return out
}

func (d *drawing) describe(div Division) {
	d.e.Str(divisionCode, string(div.Code()))
	d.e.Str(divisionName, div.Name())
	d.e.Int(divisionLevel, int64(div.Level()))
	d.text(divisionKind, div.Kind())
}

// outline draws the boundary of an area, strung together from its borders. What the net
// of borders refused is drawn by itself, at full resolution.
func (d *drawing) outline(area uint32) {
	web := d.web()
	found := web.net.Rings(area, func(outer bool, along iter.Seq2[uint32, bool]) {
		r := begunRing{pixels: d.pixels[:0]}
		for arc, backward := range along {
			d.string(&r, *web.borders.at(arc), backward)
		}
		d.pixels = r.turned()
		d.polygon(d.pixels[r.first:], outer)
	})
	if found {
		return
	}
	for _, polygon := range d.division(area).boundary {
		for i, ring := range polygon {
			d.polygon(project(ring), i == 0)
		}
	}
}

// string adds the vertices of a border that the tile shows to a ring, its last one left
// out.
func (d *drawing) string(r *begunRing, b *Border, backward bool) {
	last := len(b.Pixels) - 1
	for k := range last {
		if backward != b.turned {
			k = last - k
		}
		if zoom := b.Zooms[k]; zoom <= d.id.Z || d.id.Z >= deepest {
			r.add(b.Pixels[k], zoom)
		}
	}
}

// shown returns the vertices of a border that the zoom of the tile shows. All
// tiles and neighbours leave out the same, which is why they still meet.
func (d *drawing) shown(pixels []geo.Pixel, zooms []uint8) []geo.Pixel {
	if d.id.Z >= deepest {
		return pixels
	}
	d.pixels = d.pixels[:0]
	for i, p := range pixels {
		if zooms[i] <= d.id.Z {
			d.pixels = append(d.pixels, p)
		}
	}
	return d.pixels
}

// borders draws each stretch of border once, so that dashes do not fill each
// other's gaps.
func (d *drawing) borders() {
	type stretch struct {
		*Border
		level grid.Level
	}
	var all []stretch
	for b := range d.web().search(d.envelope) {
		if level := d.LevelOf(b); d.id.Z >= startOf(level).border {
			all = append(all, stretch{b, level})
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.number, b.number) })
	d.e.Begin("division_borders", "level")
	for _, b := range all {
		d.e.Feature(b.number)
		d.e.Line(d.shown(b.Pixels, b.Zooms))
		d.e.Int(0, int64(b.level))
	}
	d.e.End()
}

// fingerprint returns a number below 2^53 for a stretch of border, which has no
// id of its own. It is the same from either end, whatever the node's history.
func fingerprint(pixels []geo.Pixel) uint64 {
	var sum uint64
	for _, p := range pixels {
		sum += hash(int64(uint64(p.X)<<32 | uint64(p.Y)))
	}
	return sum >> 11
}
