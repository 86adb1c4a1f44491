package geo

import "math"

// The CGCS2000 ellipsoid.
const (
	semiMajorM = 6378137.0
	flattening = 1 / 298.257222101
	semiMinorM = semiMajorM * (1 - flattening)
	// eccentricity2 is the first eccentricity, squared.
	eccentricity2 = flattening * (2 - flattening)
)

const radiansPerUnit = math.Pi / 180 / PerDegree

// A plane is a flat copy of the neighbourhood of one point, in metres east and
// north of it. Up to a few kilometres from there its distances are true to a
// part in ten thousand.
type plane struct {
	origin       Point
	metresPerLon float64 // metres to one lattice unit eastward
	metresPerLat float64 // metres to one lattice unit northward
}

// planeAt returns the plane that touches the ellipsoid at p.
func planeAt(p Point) plane {
	sin, cos := math.Sincos(float64(p.Lat) * radiansPerUnit)
	w := 1 - eccentricity2*sin*sin
	across := semiMajorM / math.Sqrt(w)
	along := across * (1 - eccentricity2) / w
	return plane{p, across * cos * radiansPerUnit, along * radiansPerUnit}
}

func (f plane) metres(p Point) (east, north float64) {
	return (float64(p.Lon) - float64(f.origin.Lon)) * f.metresPerLon,
		(float64(p.Lat) - float64(f.origin.Lat)) * f.metresPerLat
}

// point returns the lattice point nearest to a place in the plane, kept on the
// globe.
func (f plane) point(east, north float64) Point {
	lon := math.Round(float64(f.origin.Lon) + east/max(f.metresPerLon, 1e-9))
	lat := math.Round(float64(f.origin.Lat) + north/f.metresPerLat)
	return Point{int32(min(max(lon, -maxLon), maxLon)), int32(min(max(lat, -maxLat), maxLat))}
}

// DistanceM returns the length in metres of the shortest way from a to b over
// the ellipsoid, to a millimetre or so within a city and to a part in 10^5
// anywhere.
func DistanceM(a, b Point) float64 {
	mid := Point{int32((int64(a.Lon) + int64(b.Lon)) / 2), int32((int64(a.Lat) + int64(b.Lat)) / 2)}
	dLon, dLat := abs64(int64(a.Lon)-int64(b.Lon)), abs64(int64(a.Lat)-int64(b.Lat))
	if max(dLon, dLat) > PerDegree {
		return farM(a, b)
	}
	f := planeAt(mid)
	return math.Hypot(float64(dLon)*f.metresPerLon, float64(dLat)*f.metresPerLat)
}

// farM is Lambert's formula for long lines.
func farM(a, b Point) float64 {
	reduced := func(p Point) float64 {
		return math.Atan((1 - flattening) * math.Tan(float64(p.Lat)*radiansPerUnit))
	}
	p, q := (reduced(a)+reduced(b))/2, (reduced(b)-reduced(a))/2
	halfLon := (float64(b.Lon) - float64(a.Lon)) * radiansPerUnit / 2
	sinP, cosP := math.Sincos(p)
	sinQ, cosQ := math.Sincos(q)
	sinL := math.Sin(halfLon)
	hav := sinQ*sinQ + (cosP*cosP-sinQ*sinQ)*sinL*sinL // squared sine of half the angle
	hav = min(max(hav, 0), 1)
	angle := 2 * math.Asin(math.Sqrt(hav))
	if hav == 0 || hav == 1 {
		return angle * semiMajorM
	}
	x := (angle - math.Sin(angle)) * sinP * sinP * cosQ * cosQ / (1 - hav)
	y := (angle + math.Sin(angle)) * cosP * cosP * sinQ * sinQ / hav
	return semiMajorM * (angle - flattening/2*(x+y))
}

// BearingDegrees returns the direction of b seen from a, in degrees clockwise
// from north, 0 ≤ bearing < 360. Seen from itself, a lies due north.
func BearingDegrees(a, b Point) float64 {
	mid := Point{a.Lon, int32((int64(a.Lat) + int64(b.Lat)) / 2)}
	f := planeAt(mid)
	east := (float64(b.Lon) - float64(a.Lon)) * f.metresPerLon
	north := (float64(b.Lat) - float64(a.Lat)) * f.metresPerLat
	bearing := math.Atan2(east, north) * 180 / math.Pi
	if bearing < 0 {
		bearing += 360
	}
	if bearing >= 360 { // a tiny negative bearing rounds up to the full circle
		return 0
	}
	return bearing
}

// AreaM2 returns the area of m on the ellipsoid in square metres: outer rings
// minus holes, whichever way they run.
func AreaM2(m MultiPolygon) float64 {
	var sum float64
	for _, g := range m {
		for i, r := range g {
			if area := math.Abs(ringAreaM2(r)); i == 0 {
				sum += area
			} else {
				sum -= area
			}
		}
	}
	return sum
}

// ringAreaM2 maps r to the equal-area cylinder and measures there. Both
// coordinates are taken from the first vertex, or the digits of a small building
// would drown in its distance from the equator.
func ringAreaM2(r Ring) float64 {
	if len(r) < 4 {
		return 0
	}
	var sum, lastX, lastY float64
	base := zoneM2(r[0])
	for _, p := range r[1:] {
		x := (float64(p.Lon) - float64(r[0].Lon)) * radiansPerUnit
		y := zoneM2(p) - base
		sum += lastX*y - x*lastY
		lastX, lastY = x, y
	}
	return sum / 2
}

// zoneM2 returns the area of the ellipsoid between the equator and p's latitude
// on one radian of longitude.
func zoneM2(p Point) float64 {
	e := math.Sqrt(eccentricity2)
	sin := math.Sin(float64(p.Lat) * radiansPerUnit)
	return semiMinorM * semiMinorM / 2 * (sin/(1-eccentricity2*sin*sin) + math.Atanh(e*sin)/e)
}
