package wkb

import (
	"encoding/binary"
	"fmt"
	"math"

	"quanxi/geo"
)

// Flags of the GeoPackage header (GeoPackage 1.3, clause 2.1.3).
const (
	gpLittleEndian = 0x01
	gpEnvelopeXY   = 0x02 // envelope indicator 1, shifted
	gpEnvelopeMask = 0x0e
	gpEmpty        = 0x10
	gpExtended     = 0x20
)

// AppendGP appends g as a GeoPackage geometry blob in the given spatial
// reference: header, envelope (for lines and polygons), WKB. A nil Geometry
// appends nothing, for a NULL column.
func AppendGP(dst []byte, g geo.Geometry, srid int32) []byte {
	if g == nil {
		return dst
	}
	env, ok := g.Envelope()
	_, isPoint := g.(geo.Point)
	flags := byte(gpLittleEndian)
	switch {
	case !ok:
		flags |= gpEmpty
	case !isPoint:
		flags |= gpEnvelopeXY
	}
	dst = append(dst, 'G', 'P', 0, flags)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(srid))
	if flags&gpEnvelopeXY != 0 {
		west, south := env.Min.Degrees()
		east, north := env.Max.Degrees()
		for _, v := range [...]float64{west, east, south, north} {
			dst = appendFloat(dst, v)
		}
	}
	return Append(dst, g)
}

// ParseGP reads a GeoPackage geometry blob and returns the spatial reference of
// its header, which it does not judge; coordinates must be degrees. Empty input
// (NULL) and empty geometries marked so give nil or an empty set. Errors are
// those of Parse.
func ParseGP(blob []byte) (g geo.Geometry, srid int32, err error) {
	if len(blob) == 0 {
		return nil, 0, nil
	}
	body, srid, err := cutHeader(blob)
	if err != nil {
		return nil, 0, err
	}
	g, err = Parse(body)
	if err != nil {
		return nil, srid, fmt.Errorf("after GeoPackage header: %w", err)
	}
	return g, srid, nil
}

// EnvelopeGP returns the box around a GeoPackage geometry blob, from its header where that
// says it; false for an empty one. Errors are those of ParseGP.
func EnvelopeGP(blob []byte) (geo.Envelope, bool, error) {
	if len(blob) >= 40 && blob[0] == 'G' && blob[1] == 'P' && blob[3] == gpLittleEndian|gpEnvelopeXY {
		var sides [4]float64 // west, east, south, north
		for i := range sides {
			sides[i] = math.Float64frombits(binary.LittleEndian.Uint64(blob[8+8*i:]))
		}
		if geo.CheckDegrees(sides[0], sides[2]) == nil && geo.CheckDegrees(sides[1], sides[3]) == nil {
			return geo.Envelope{Min: geo.At(sides[0], sides[2]), Max: geo.At(sides[1], sides[3])}, true, nil
		}
	}
	g, _, err := ParseGP(blob)
	if err != nil || g == nil {
		return geo.Envelope{}, false, err
	}
	env, there := g.Envelope()
	return env, there, nil
}

// cutHeader returns the WKB of a blob.
func cutHeader(blob []byte) (body []byte, srid int32, err error) {
	if len(blob) < 8 || blob[0] != 'G' || blob[1] != 'P' {
		return nil, 0, fmt.Errorf("%w: no GeoPackage header", ErrSyntax)
	}
	flags := blob[3]
	if flags&gpExtended != 0 {
		return nil, 0, fmt.Errorf("%w: extended GeoPackage geometry", ErrKind)
	}
	order := binary.ByteOrder(binary.BigEndian)
	if flags&gpLittleEndian != 0 {
		order = binary.LittleEndian
	}
	srid = int32(order.Uint32(blob[4:]))
	indicator := int(flags&gpEnvelopeMask) >> 1
	sizes := [...]int{0, 32, 48, 48, 64}
	if indicator >= len(sizes) || len(blob) < 8+sizes[indicator] {
		return nil, 0, fmt.Errorf("%w: envelope %d in GeoPackage header", ErrSyntax, indicator)
	}
	return blob[8+sizes[indicator]:], srid, nil
}
