package geo

import (
	"strconv"
)

// String formats p as "lon,lat" in degrees with as many decimals as it needs.
func (p Point) String() string {
	return string(appendUnits(append(appendUnits(nil, p.Lon), ','), p.Lat))
}

// appendUnits formats lattice units as degrees from the integer itself, so that
// no float rounding can creep into text.
func appendUnits(dst []byte, units int32) []byte {
	v := int64(units)
	if v < 0 {
		dst, v = append(dst, '-'), -v
	}
	dst = strconv.AppendInt(dst, v/PerDegree, 10)
	rest := v % PerDegree
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := int64(PerDegree / 10); rest > 0; unit /= 10 {
		dst = append(dst, byte('0'+rest/unit))
		rest %= unit
	}
	return dst
}
