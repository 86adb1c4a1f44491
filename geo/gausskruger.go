package geo

import "math"

// A gaussKruger is a transverse Mercator projection of the CGCS2000 ellipsoid at
// scale 1 on its central meridian, by Krüger's series to the sixth power of the
// third flattening: better than a micrometre within 10 degrees of the meridian.
type gaussKruger struct {
	meridian      float64 // degrees
	falseEasting  float64 // metres
	falseNorthing float64 // metres
}

// thirdFlattening is (a-b)/(a+b).
const thirdFlattening = flattening / (2 - flattening)

// rectifyingRadiusM is the radius of the circle as long as a meridian.
const rectifyingRadiusM = semiMajorM / (1 + thirdFlattening) *
	(1 + thirdFlattening*thirdFlattening/4 + thirdFlattening*thirdFlattening*thirdFlattening*thirdFlattening/64)

// krugerForward and krugerBack return the coefficients of the series, from the
// term in 2ξ on.
func krugerForward() [4]float64 {
	const n = thirdFlattening
	return [4]float64{
		n/2 - 2*n*n/3 + 5*n*n*n/16 + 41*n*n*n*n/180,
		13*n*n/48 - 3*n*n*n/5 + 557*n*n*n*n/1440,
		61*n*n*n/240 - 103*n*n*n*n/140,
		49561 * n * n * n * n / 161280,
	}
}

func krugerBack() [4]float64 {
	const n = thirdFlattening
	return [4]float64{
		n/2 - 2*n*n/3 + 37*n*n*n/96 - n*n*n*n/360,
		n*n/48 + n*n*n/15 - 437*n*n*n*n/1440,
		17*n*n*n/480 - 37*n*n*n*n/840,
		4397 * n * n * n * n / 161280,
	}
}

// forward projects degrees to metres east and north.
func (k gaussKruger) forward(lon, lat float64) (x, y float64) {
	e := math.Sqrt(eccentricity2)
	sinLon, cosLon := math.Sincos((lon - k.meridian) * math.Pi / 180)
	sin := math.Sin(lat * math.Pi / 180)
	conformal := math.Sinh(math.Atanh(sin) - e*math.Atanh(e*sin)) // tangent of the conformal latitude
	xi0 := math.Atan2(conformal, cosLon)
	eta0 := math.Atanh(sinLon / math.Hypot(1, conformal))
	xi, eta := xi0, eta0
	for j, a := range krugerForward() {
		m := float64(2 * (j + 1))
		xi += a * math.Sin(m*xi0) * math.Cosh(m*eta0)
		eta += a * math.Cos(m*xi0) * math.Sinh(m*eta0)
	}
	return k.falseEasting + rectifyingRadiusM*eta, k.falseNorthing + rectifyingRadiusM*xi
}

// back turns metres east and north into degrees.
func (k gaussKruger) back(x, y float64) (lon, lat float64) {
	eta := (x - k.falseEasting) / rectifyingRadiusM
	xi := (y - k.falseNorthing) / rectifyingRadiusM
	xi0, eta0 := xi, eta
	for j, b := range krugerBack() {
		m := float64(2 * (j + 1))
		xi0 -= b * math.Sin(m*xi) * math.Cosh(m*eta)
		eta0 -= b * math.Cos(m*xi) * math.Sinh(m*eta)
	}
	lon = k.meridian + math.Atan2(math.Sinh(eta0), math.Cos(xi0))*180/math.Pi
	conformal := math.Sin(xi0) / math.Hypot(math.Sinh(eta0), math.Cos(xi0))
	return lon, math.Atan(geographicTangent(conformal)) * 180 / math.Pi
}

// geographicTangent turns the tangent of a conformal latitude into that of the
// geographic one, by Newton's method (Karney 2011, equations 7 to 9 and 19 to 21).
func geographicTangent(conformal float64) float64 {
	e := math.Sqrt(eccentricity2)
	tau := conformal
	for range 6 {
		root := math.Hypot(1, tau)
		sigma := math.Sinh(e * math.Atanh(e*tau/root))
		got := tau*math.Hypot(1, sigma) - sigma*root
		step := (conformal - got) / math.Hypot(1, got) *
			(1 + (1-eccentricity2)*tau*tau) / ((1 - eccentricity2) * root)
		tau += step
		if math.Abs(step) < 1e-14*max(1, math.Abs(tau)) {
			break
		}
	}
	return tau
}
