package geo

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrCRS reports a coordinate system that is unknown or not converted here.
var ErrCRS = errors.New("unknown coordinate system")

// A CRS is a coordinate system that foreign coordinates come in. The zero CRS is
// WGS 84, which the lattice takes as it is. Values compare with ==.
type CRS struct {
	kind crsKind
	gk   gaussKruger
	name string
}

type crsKind uint8

const (
	degrees crsKind = iota
	gcj02
	bd09
	webMercator
	projected // Gauss-Krüger
)

// ParseCRS understands wgs84, cgcs2000, gcj02, bd09; EPSG:4326, 4490, 4479 to
// 4554 (Gauss-Krüger zones of CGCS2000, 6 and 3 degrees wide, with and without
// zone number in the easting), 3857; and a central meridian of one's own, as in
// "cm=106.5" or "cm=106.5,fe=500000,fn=0". Letter case and the prefix "EPSG:"
// do not matter. Errors wrap ErrCRS.
func ParseCRS(name string) (CRS, error) {
	text := strings.ToLower(strings.TrimSpace(name))
	switch text {
	case "", "wgs84", "wgs-84", "cgcs2000", "crs84":
		return CRS{name: "wgs84"}, nil
	case "gcj02", "gcj-02":
		return CRS{kind: gcj02, name: "gcj02"}, nil
	case "bd09", "bd-09":
		return CRS{kind: bd09, name: "bd09"}, nil
	}
	if strings.HasPrefix(text, "cm=") {
		return parseMeridian(text)
	}
	if code, err := strconv.Atoi(strings.TrimPrefix(text, "epsg:")); err == nil {
		return crsByEPSG(code)
	}
	return CRS{}, fmt.Errorf("%w: %.60q", ErrCRS, name)
}

// crsByEPSG knows that EPSG numbers the zones of CGCS2000 in a row.
func crsByEPSG(code int) (CRS, error) {
	name := fmt.Sprintf("EPSG:%d", code)
	zone := func(meridian, falseEasting int) (CRS, error) {
		return CRS{projected, gaussKruger{float64(meridian), float64(falseEasting), 0}, name}, nil
	}
	switch {
	case code == 4326 || code == 4490:
		return CRS{name: name}, nil
	case code == 3857 || code == 900913:
		return CRS{kind: webMercator, name: name}, nil
	case code >= 4491 && code <= 4501: // 6 degrees, zones 13 to 23
		n := code - 4491 + 13
		return zone(6*n-3, n*1_000_000+500_000)
	case code >= 4502 && code <= 4512: // 6 degrees, meridians 75 to 135
		return zone(75+6*(code-4502), 500_000)
	case code >= 4513 && code <= 4533: // 3 degrees, zones 25 to 45
		n := code - 4513 + 25
		return zone(3*n, n*1_000_000+500_000)
	case code >= 4534 && code <= 4554: // 3 degrees, meridians 75 to 135
		return zone(75+3*(code-4534), 500_000)
	}
	return CRS{}, fmt.Errorf("%w: EPSG:%d", ErrCRS, code)
}

// parseMeridian reads "cm=106.5,fe=500000,fn=0"; all but cm may be left out.
func parseMeridian(text string) (CRS, error) {
	gk := gaussKruger{falseEasting: 500_000}
	for _, part := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return CRS{}, fmt.Errorf("%w: %.60q: value of %.20q", ErrCRS, text, key)
		}
		switch key {
		case "cm":
			gk.meridian = v
		case "fe":
			gk.falseEasting = v
		case "fn":
			gk.falseNorthing = v
		default:
			return CRS{}, fmt.Errorf("%w: %.60q: no parameter %.20q", ErrCRS, text, key)
		}
	}
	if math.Abs(gk.meridian) > 180 {
		return CRS{}, fmt.Errorf("%w: central meridian %v", ErrCRS, gk.meridian)
	}
	return CRS{projected, gk, text}, nil
}

// String returns a name that ParseCRS understands.
func (c CRS) String() string {
	if c.name == "" {
		return "wgs84"
	}
	return c.name
}

// ToDegrees converts foreign coordinates, easting or longitude first, to WGS 84
// degrees. Nonsense in gives nonsense out, possibly NaN: see CheckDegrees.
func (c CRS) ToDegrees(x, y float64) (lon, lat float64) {
	switch c.kind {
	case gcj02:
		return GCJ02ToWGS84(x, y)
	case bd09:
		return GCJ02ToWGS84(BD09ToGCJ02(x, y))
	case webMercator:
		return x / semiMajorM * 180 / math.Pi, math.Atan(math.Sinh(y/semiMajorM)) * 180 / math.Pi
	case projected:
		return c.gk.back(x, y)
	}
	return x, y
}

// FromDegrees is the inverse of ToDegrees.
func (c CRS) FromDegrees(lon, lat float64) (x, y float64) {
	switch c.kind {
	case gcj02:
		return WGS84ToGCJ02(lon, lat)
	case bd09:
		return GCJ02ToBD09(WGS84ToGCJ02(lon, lat))
	case webMercator:
		return lon * math.Pi / 180 * semiMajorM, math.Atanh(math.Sin(lat*math.Pi/180)) * semiMajorM
	case projected:
		return c.gk.forward(lon, lat)
	}
	return lon, lat
}
