package tiles

import (
	"encoding/binary"
	"slices"

	"quanxi/geo"
)

// Point makes the feature a point. Only the one tile that holds it shows it, and
// it lies at 0 to Extent-1 there: renderers ignore points on or beyond the edge.
func (e *Encoder) Point(p geo.Pixel) {
	if Holding(p, e.id.Z) != e.id || e.crowded(p) {
		return
	}
	e.kind = pointType
	at := point{
		(int64(p.X) - e.origin.x) << e.up >> e.down,
		(int64(p.Y) - e.origin.y) << e.up >> e.down,
	}
	e.geometry = appendVarint(e.geometry, command(moveTo, 1))
	e.moved(at)
}

// Line adds a chain of points to the feature; it falls into several where it
// leaves the tile and comes back.
func (e *Encoder) Line(chain []geo.Pixel) {
	pts, box := e.snap(chain)
	if len(pts) < 2 || e.slight(box) || e.beyond(box) {
		return
	}
	e.kind = lineType
	before := len(e.geometry)
	if e.within(box) {
		e.path(pts)
	} else {
		e.pieces(pts)
	}
	e.weigh(len(e.geometry)-before, float64(box.side()), 1)
}

// pieces writes what the tile shows of a line.
func (e *Encoder) pieces(pts []point) {
	sides, piece := e.sides(), e.spare[:0]
	for i, b := range pts[1:] {
		from, to, ok := cutSegment(&sides, pts[i], b)
		if n := len(piece); n > 0 && (!ok || piece[n-1] != from) {
			e.path(piece)
			piece = piece[:0]
		}
		if !ok || from == to {
			continue
		}
		if len(piece) == 0 {
			piece = append(piece, from)
		}
		piece = append(piece, to)
	}
	e.path(piece)
	e.spare = piece
}

// path writes a chain of at least two points, or nothing.
func (e *Encoder) path(pts []point) {
	if len(pts) < 2 {
		return
	}
	e.geometry = appendVarint(e.geometry, command(moveTo, 1))
	e.moved(pts[0])
	e.lines(pts[1:])
}

// Outer adds a polygon's outer ring to the feature; its holes follow. The ring
// may run either way and need not repeat its first point.
func (e *Encoder) Outer(ring []geo.Pixel) {
	before := len(e.geometry)
	e.loop(ring, outer)
	e.hidden = len(e.geometry) == before
}

// Hole adds a hole of the ring given to Outer last.
func (e *Encoder) Hole(ring []geo.Pixel) {
	if !e.hidden {
		e.loop(ring, hole)
	}
}

// A winding is the sign of a ring's area where y grows southward.
type winding int64

const (
	outer winding = 1
	hole  winding = -1
)

// loop writes the part of a ring that the tile shows.
func (e *Encoder) loop(ring []geo.Pixel, as winding) {
	pts, box := e.snap(ring)
	if n := len(pts); n > 1 && pts[0] == pts[n-1] {
		pts = pts[:n-1]
	}
	if len(pts) < 3 || e.beyond(box) {
		return
	}
	size, isSmall := e.small(pts, box)
	if isSmall {
		return
	}
	if !e.within(box) {
		pts = e.cut(pts, box)
	}
	area, smooth := measure(pts)
	if !smooth {
		pts = trim(pts)
		area, _ = measure(pts)
	}
	if area == 0 {
		return
	}
	if (area < 0) == (as > 0) {
		slices.Reverse(pts)
	}
	e.kind = polygonType
	before := len(e.geometry)
	e.path(pts)
	e.geometry = append(e.geometry, closePath)
	e.weigh(len(e.geometry)-before, size, 2)
}

// cut clips an unclosed ring at the sides that its box crosses.
func (e *Encoder) cut(pts []point, box span) []point {
	out := e.spare
	for i, s := range e.sides() {
		if box.crosses(i, s.at) && len(pts) > 0 {
			cut := s.cutRing(out[:0], pts)
			out, pts = pts, cut
		}
	}
	e.ring, e.spare = pts, out
	return pts
}

// trim takes repeated points and spikes, where a ring turns back on itself, out
// of an unclosed ring, in place. Clipping leaves spikes along the edge, and
// rounding where a shape is thinner than a unit.
func trim(pts []point) []point {
	out := pts[:0]
	for _, p := range pts {
		out = append(out, p)
		for n := len(out); n >= 2; n = len(out) {
			if out[n-1] == out[n-2] {
				out = out[:n-1]
			} else if n >= 3 && spike(out[n-3], out[n-2], out[n-1]) {
				out[n-2] = out[n-1]
				out = out[:n-1]
			} else {
				break
			}
		}
	}
	return trimSeam(out)
}

// trimSeam does the same where the end of the ring meets its beginning.
func trimSeam(pts []point) []point {
	for len(pts) >= 3 {
		n := len(pts)
		switch {
		case pts[n-1] == pts[0], spike(pts[n-2], pts[n-1], pts[0]):
			pts = pts[:n-1]
		case spike(pts[n-1], pts[0], pts[1]):
			pts = pts[1:]
		default:
			return pts
		}
	}
	return pts[:0]
}

// spike reports whether the way a–b–c turns back at b.
func spike(a, b, c point) bool {
	ux, uy, vx, vy := b.x-a.x, b.y-a.y, c.x-b.x, c.y-b.y
	return ux*vy == uy*vx && ux*vx+uy*vy < 0
}

// measure returns twice the signed area of an unclosed ring, and whether it has
// nothing to trim for sure: no two edges in one line.
func measure(pts []point) (area int64, smooth bool) {
	n := len(pts)
	if n < 3 {
		return 0, true
	}
	a, b := pts[n-2], pts[n-1]
	ux, uy, smooth := b.x-a.x, b.y-a.y, true
	for _, c := range pts {
		vx, vy := c.x-b.x, c.y-b.y
		if ux*vy == uy*vx {
			smooth = false
		}
		area += b.x*c.y - c.x*b.y
		b, ux, uy = c, vx, vy
	}
	return area, smooth
}

// A span is the box around points in tile units.
type span struct{ minX, minY, maxX, maxY int64 }

// side returns the longer side of the span.
func (s span) side() int64 { return max(s.maxX-s.minX, s.maxY-s.minY) }

// crosses reports whether the span reaches over the i-th of Encoder.sides.
func (s span) crosses(i int, at int64) bool {
	switch i {
	case 0:
		return s.minX < at
	case 1:
		return s.maxX > at
	case 2:
		return s.minY < at
	}
	return s.maxY > at
}

// within reports whether nothing need be cut.
func (e *Encoder) within(s span) bool {
	low, high := -e.buffer, Extent+e.buffer
	return s.minX >= low && s.minY >= low && s.maxX <= high && s.maxY <= high
}

// beyond reports whether nothing is left after cutting.
func (e *Encoder) beyond(s span) bool {
	low, high := -e.buffer, Extent+e.buffer
	return s.maxX < low || s.maxY < low || s.minX > high || s.minY > high
}

// snap rounds a chain to tile units, leaving out points that fall onto the one
// before, and returns it in scratch memory with its box.
func (e *Encoder) snap(chain []geo.Pixel) ([]point, span) {
	if len(chain) == 0 {
		return nil, span{}
	}
	pts := slices.Grow(e.ring[:0], len(chain))[:len(chain)]
	last := e.units(chain[0])
	pts[0] = last
	n, box := 1, span{last.x, last.y, last.x, last.y}
	for _, px := range chain[1:] {
		p := e.units(px)
		if p == last {
			continue
		}
		pts[n], last = p, p
		n++
		box.minX, box.maxX = min(box.minX, p.x), max(box.maxX, p.x)
		box.minY, box.maxY = min(box.minY, p.y), max(box.maxY, p.y)
	}
	e.ring = pts
	return pts[:n], box
}

// moved writes the way from the cursor to p, and puts the cursor there.
func (e *Encoder) moved(p point) {
	e.geometry = appendVarint(e.geometry, zigzag(p.x-e.cursor.x))
	e.geometry = appendVarint(e.geometry, zigzag(p.y-e.cursor.y))
	e.cursor = p
}

// lines writes one command that draws to each point in turn.
func (e *Encoder) lines(pts []point) {
	b, at := appendVarint(e.geometry, command(lineTo, uint64(len(pts)))), e.cursor
	b = slices.Grow(b, 2*binary.MaxVarintLen64*len(pts))
	for _, p := range pts {
		dx, dy := zigzag(p.x-at.x), zigzag(p.y-at.y)
		if dx|dy < 1<<7 {
			b = append(b, byte(dx), byte(dy))
		} else {
			b = appendVarint(appendVarint(b, dx), dy)
		}
		at = p
	}
	e.geometry, e.cursor = b, at
}
