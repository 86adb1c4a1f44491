package geo

import (
	"cmp"
	"math/bits"
)

// Orient tells on which side of the directed line a→b the point c lies: +1 left
// (counter-clockwise turn), -1 right, 0 exactly on the line. It is exact for all
// points within ±180 and ±90 degrees: each product stays below 2^63, and they
// are compared rather than subtracted.
func Orient(a, b, c Point) int {
	left := (int64(b.Lon) - int64(a.Lon)) * (int64(c.Lat) - int64(a.Lat))
	right := (int64(b.Lat) - int64(a.Lat)) * (int64(c.Lon) - int64(a.Lon))
	return cmp.Compare(left, right)
}

// cross returns twice the signed area of the triangle a, b, c, modulo 2^64. A
// sum of such terms is exact whenever the true sum fits an int64.
func cross(a, b, c Point) int64 {
	return (int64(b.Lon)-int64(a.Lon))*(int64(c.Lat)-int64(a.Lat)) -
		(int64(b.Lat)-int64(a.Lat))*(int64(c.Lon)-int64(a.Lon))
}

// compareProducts compares a·b with c·d in 128 bits.
func compareProducts(a, b, c, d int64) int {
	hi1, lo1 := mul128(a, b)
	hi2, lo2 := mul128(c, d)
	if hi1 != hi2 {
		return cmp.Compare(hi1, hi2)
	}
	return cmp.Compare(lo1, lo2)
}

// mul128 returns the two's complement 128-bit product of a and b.
func mul128(a, b int64) (hi int64, lo uint64) {
	h, l := bits.Mul64(uint64(a), uint64(b))
	// bits.Mul64 took negative operands as 2^64 too large; take that back.
	return int64(h) - (a>>63)&b - (b>>63)&a, l
}

// onSegment reports whether p, known to lie on the line through a and b, lies
// between them or on one of them.
func onSegment(a, b, p Point) bool {
	return segmentEnvelope(a, b).Contains(p)
}

func segmentEnvelope(a, b Point) Envelope {
	return Envelope{
		Point{min(a.Lon, b.Lon), min(a.Lat, b.Lat)},
		Point{max(a.Lon, b.Lon), max(a.Lat, b.Lat)},
	}
}

// A Meeting says how two segments lie to one another.
type Meeting int

// The ways in which segments can meet, by how much they share.
const (
	Apart    Meeting = iota
	Touching         // one common point, which is an end of at least one of them
	Crossing         // one common point inside both
	Overlap          // a common stretch
)

// Meet classifies the closed segments a–b and c–d, exactly.
func Meet(a, b, c, d Point) Meeting {
	if !segmentEnvelope(a, b).Meets(segmentEnvelope(c, d)) {
		return Apart
	}
	oc, od := Orient(a, b, c), Orient(a, b, d)
	if oc*od > 0 {
		return Apart
	}
	oa, ob := Orient(c, d, a), Orient(c, d, b)
	switch {
	case oa*ob > 0:
		return Apart
	case oc == 0 && od == 0:
		return meetInLine(a, b, c, d)
	case oc*od < 0 && oa*ob < 0:
		return Crossing
	}
	return Touching
}

// meetInLine classifies two segments of one line whose envelopes meet.
func meetInLine(a, b, c, d Point) Meeting {
	lo := maxPoint(minPoint(a, b), minPoint(c, d))
	hi := minPoint(maxPoint(a, b), maxPoint(c, d))
	switch comparePoints(lo, hi) {
	case 0:
		return Touching
	case -1:
		return Overlap
	}
	return Apart
}

// comparePoints orders points by longitude, then latitude, which along any one
// line is the order of the points on it.
func comparePoints(a, b Point) int {
	return cmp.Or(cmp.Compare(a.Lon, b.Lon), cmp.Compare(a.Lat, b.Lat))
}

func minPoint(a, b Point) Point {
	if comparePoints(a, b) <= 0 {
		return a
	}
	return b
}

func maxPoint(a, b Point) Point {
	if comparePoints(a, b) <= 0 {
		return b
	}
	return a
}
