package geo

import "math"

// A Pixel is a place in spherical Web Mercator (EPSG:3857) with 2^32 units to
// the side of the world, X to the east from 180° W, Y to the south from
// 85.05° N. The cell of zoom z that holds it is (X>>(32-z), Y>>(32-z)). Pixels
// are for drawing only: straight lines of the lattice are curved here, and every
// question of membership is answered on the lattice.
type Pixel struct{ X, Y uint32 }

const (
	worldSide = 1 << 32
	// mercatorLat is the latitude where the square world ends.
	mercatorLat = 85.05112877980659
)

// Project returns the pixel nearest to p. Latitudes beyond the square world are
// put on its edge. Pixels are finer than the lattice, so Unproject(Project(p))
// is p throughout the square world.
func Project(p Point) Pixel {
	x := (uint64(int64(p.Lon)+maxLon)*worldSide + maxLon) / (2 * maxLon)
	lat := min(max(float64(p.Lat)/PerDegree, -mercatorLat), mercatorLat)
	y := (0.5 - math.Atanh(math.Sin(lat*math.Pi/180))/(2*math.Pi)) * worldSide
	return Pixel{uint32(min(x, worldSide-1)), uint32(min(max(math.Round(y), 0), worldSide-1))}
}

// Unproject returns the lattice point nearest to q.
func Unproject(q Pixel) Point {
	lon := int64((uint64(q.X)*2*maxLon+worldSide/2)/worldSide) - maxLon
	lat := math.Atan(math.Sinh(math.Pi*(1-2*float64(q.Y)/worldSide))) * 180 / math.Pi
	return Point{int32(lon), int32(math.Round(lat * PerDegree))}
}

// Densified returns a copy of chain with points added on its edges so that none
// spans more than maxDegrees of longitude or latitude. An edge gets the same
// points whichever way it is walked, so neighbours stay neighbours. It panics
// unless maxDegrees is positive.
func Densified[C ~[]Point](chain C, maxDegrees float64) C {
	if !(maxDegrees > 0) {
		panic("geo: Densified needs a positive distance")
	}
	longest := max(1, int64(maxDegrees*PerDegree))
	out := make(C, 0, len(chain))
	for i, p := range chain {
		if i > 0 {
			out = appendBetween(out, chain[i-1], p, longest)
		}
		out = append(out, p)
	}
	return out
}

// appendBetween appends the points strictly between a and b.
func appendBetween[C ~[]Point](dst C, a, b Point, longest int64) C {
	dLon, dLat := int64(b.Lon)-int64(a.Lon), int64(b.Lat)-int64(a.Lat)
	parts := (max(abs64(dLon), abs64(dLat)) + longest - 1) / longest
	for k := int64(1); k < parts; k++ {
		if comparePoints(a, b) < 0 {
			dst = append(dst, between(a, b, k, parts))
		} else {
			dst = append(dst, between(b, a, parts-k, parts))
		}
	}
	return dst
}

// between returns the lattice point nearest to k/n of the way from a to b. Going
// from b to a may round the other way.
func between(a, b Point, k, n int64) Point {
	dLon, dLat := int64(b.Lon)-int64(a.Lon), int64(b.Lat)-int64(a.Lat)
	return Point{int32(int64(a.Lon) + roundDiv(dLon*k, n)), int32(int64(a.Lat) + roundDiv(dLat*k, n))}
}

// roundDiv returns n/d rounded to the nearest integer, halves away from zero. d
// is positive.
func roundDiv(n, d int64) int64 {
	if n < 0 {
		return -((-n + d/2) / d)
	}
	return (n + d/2) / d
}
