package geo

import "math"

// GCJ-02 is the shifted system of public Chinese maps, BD-09 a further shift of
// it. Both formulas are the usual public approximations, not official ones;
// against each other the two ways agree to far less than 0.1 m. Points outside
// China are not shifted by GCJ-02.

// Krasovsky's ellipsoid, on which GCJ-02 reckons.
const (
	gcjSemiMajorM    = 6378245.0
	gcjEccentricity2 = 0.00669342162296594323
)

// WGS84ToGCJ02 shifts a place, in degrees, as public Chinese maps do.
func WGS84ToGCJ02(lon, lat float64) (gcjLon, gcjLat float64) {
	if !gcjApplies(lon, lat) {
		return lon, lat
	}
	dLon, dLat := gcjWobble(lon-105, lat-35)
	sin, cos := math.Sincos(lat * math.Pi / 180)
	w := 1 - gcjEccentricity2*sin*sin
	north := gcjSemiMajorM * (1 - gcjEccentricity2) / (w * math.Sqrt(w))
	east := gcjSemiMajorM / math.Sqrt(w) * cos
	return lon + dLon/east*180/math.Pi, lat + dLat/north*180/math.Pi
}

// GCJ02ToWGS84 undoes WGS84ToGCJ02, by iteration.
func GCJ02ToWGS84(gcjLon, gcjLat float64) (lon, lat float64) {
	return invert(WGS84ToGCJ02, gcjLon, gcjLat)
}

// gcjApplies reports whether GCJ-02 shifts there. The rectangle is the one that
// all implementations share.
func gcjApplies(lon, lat float64) bool {
	return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271
}

// gcjWobble returns the shift in metres at x, y degrees from 105° E 35° N.
func gcjWobble(x, y float64) (east, north float64) {
	waves := func(v float64, long, short float64) float64 {
		return (20*math.Sin(v*math.Pi) + 40*math.Sin(v/3*math.Pi) +
			long*math.Sin(v/12*math.Pi) + short*math.Sin(v*math.Pi/30)) * 2 / 3
	}
	common := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	root := math.Sqrt(math.Abs(x))
	east = 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + common + waves(x, 150, 300)
	north = -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + common + waves(y, 160, 320)
	return east, north
}

// bdScale is the frequency of the wobble that BD-09 adds.
const bdScale = math.Pi * 3000 / 180

// GCJ02ToBD09 shifts a GCJ-02 place, in degrees, as Baidu does.
func GCJ02ToBD09(lon, lat float64) (bdLon, bdLat float64) {
	radius := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*bdScale)
	angle := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*bdScale)
	return radius*math.Cos(angle) + 0.0065, radius*math.Sin(angle) + 0.006
}

// BD09ToGCJ02 undoes GCJ02ToBD09, by iteration.
func BD09ToGCJ02(bdLon, bdLat float64) (lon, lat float64) {
	return invert(GCJ02ToBD09, bdLon, bdLat)
}

// invert finds the place that forward shifts to lon, lat. The shifts are small
// and smooth, so each round takes the error down by orders of magnitude; a
// place whose image jumps (the rim of China) ends at the best guess.
func invert(forward func(lon, lat float64) (float64, float64), lon, lat float64) (fromLon, fromLat float64) {
	fromLon, fromLat = lon, lat
	for range 10 {
		toLon, toLat := forward(fromLon, fromLat)
		dLon, dLat := lon-toLon, lat-toLat
		fromLon, fromLat = fromLon+dLon, fromLat+dLat
		if math.Abs(dLon)+math.Abs(dLat) < 1e-11 {
			break
		}
	}
	return fromLon, fromLat
}
