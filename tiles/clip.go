package tiles

import "math/bits"

// A point is a place in tile units, from the north-west corner of the tile.
// Unclipped it may lie 2^34 units away.
type point struct{ x, y int64 }

// A side is one edge of the box that geometry is cut at.
type side struct {
	axis  uint8 // 0: x, 1: y
	upper bool  // what is beyond at lies outside; otherwise what is before it
	at    int64
}

// sides are in the order in which everything is cut, polygons and lines alike:
// the corner of a box rounds once, not once this way and once that way.
func (e *Encoder) sides() [4]side {
	return [4]side{
		{0, false, -e.buffer}, {0, true, Extent + e.buffer},
		{1, false, -e.buffer}, {1, true, Extent + e.buffer},
	}
}

func (s side) outside(p point) bool {
	v := p.x
	if s.axis == 1 {
		v = p.y
	}
	if s.upper {
		return v > s.at
	}
	return v < s.at
}

// cross returns where the segment a–b meets the side; the ends lie on different
// sides of it. The answer is the same for b–a and moves with the tile, which is
// why neighbouring shapes and neighbouring tiles meet exactly.
func (s side) cross(a, b point) point {
	if s.axis == 0 {
		if a.x > b.x {
			a, b = b, a
		}
		return point{s.at, a.y + scaled(b.y-a.y, s.at-a.x, b.x-a.x)}
	}
	if a.y > b.y {
		a, b = b, a
	}
	return point{a.x + scaled(b.x-a.x, s.at-a.y, b.y-a.y), s.at}
}

// scaled returns v*n/d rounded to the nearest integer, halves away from zero,
// for 0 ≤ n ≤ d and d > 0.
func scaled(v, n, d int64) int64 {
	magnitude := uint64(max(v, -v))
	hi, lo := bits.Mul64(magnitude, uint64(n))
	lo, carry := bits.Add64(lo, uint64(d)/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, uint64(d))
	if v < 0 {
		return -int64(quotient)
	}
	return int64(quotient)
}

// cutRing appends to out the part of an unclosed ring that is inside one side
// (Sutherland and Hodgman).
func (s side) cutRing(out, ring []point) []point {
	a := ring[len(ring)-1]
	aOut := s.outside(a)
	for _, b := range ring {
		bOut := s.outside(b)
		if aOut != bOut {
			out = append(out, s.cross(a, b))
		}
		if !bOut {
			out = append(out, b)
		}
		a, aOut = b, bOut
	}
	return out
}

// cutSegment returns the part of a–b inside all sides, and whether there is any.
func cutSegment(sides *[4]side, a, b point) (point, point, bool) {
	for _, s := range sides {
		aOut, bOut := s.outside(a), s.outside(b)
		switch {
		case aOut && bOut:
			return a, b, false
		case aOut:
			a = s.cross(a, b)
		case bOut:
			b = s.cross(a, b)
		}
	}
	return a, b, true
}
