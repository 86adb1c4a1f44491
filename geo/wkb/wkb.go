// Package wkb writes and reads geometries as well-known binary: plain WKB, EWKB
// as PostGIS speaks it, and the geometry blob of GeoPackage.
//
// It knows nothing of files, tables or databases.
//
// Degrees are float64 quotients of lattice units, which come back as the same
// units. Sets are always written as MultiLineString and MultiPolygon; reading
// takes single parts as well, either byte order, and reads over Z and M. Nothing
// is validated beyond the range of coordinates: see geo.Check.
package wkb

import (
	"encoding/binary"
	"errors"
	"math"

	"quanxi/geo"
)

// Errors that Parse functions wrap with the byte offset or the reason.
var (
	ErrSyntax = errors.New("malformed well-known binary")
	ErrKind   = errors.New("geometry type is not supported")
	ErrSRID   = errors.New("unexpected spatial reference")
)

// SRID is the spatial reference that stored geometry is in: CGCS2000.
const SRID = 4490

// Geometry type codes.
const (
	kindPoint           = 1
	kindLineString      = 2
	kindPolygon         = 3
	kindMultiPoint      = 4
	kindMultiLineString = 5
	kindMultiPolygon    = 6
)

// Flags of EWKB in the type code.
const (
	flagZ    = 0x80000000
	flagM    = 0x40000000
	flagSRID = 0x20000000
)

// Append appends g as little-endian WKB and returns the extended buffer. A nil
// Geometry appends nothing; the zero Point is written as the empty point.
func Append(dst []byte, g geo.Geometry) []byte { return appendGeometry(dst, g, 0) }

// AppendEWKB appends g as little-endian EWKB with SRID 4490. A nil Geometry
// appends nothing.
func AppendEWKB(dst []byte, g geo.Geometry) []byte { return appendGeometry(dst, g, SRID) }

func appendGeometry(dst []byte, g geo.Geometry, srid uint32) []byte {
	switch g := g.(type) {
	case geo.Point:
		return appendPoint(appendHeader(dst, kindPoint, srid), g)
	case geo.MultiLine:
		dst = appendCount(appendHeader(dst, kindMultiLineString, srid), len(g))
		for _, l := range g {
			dst = appendChain(appendHeader(dst, kindLineString, 0), l)
		}
	case geo.MultiPolygon:
		dst = appendCount(appendHeader(dst, kindMultiPolygon, srid), len(g))
		for _, p := range g {
			dst = appendCount(appendHeader(dst, kindPolygon, 0), len(p))
			for _, r := range p {
				dst = appendChain(dst, r)
			}
		}
	}
	return dst
}

func appendHeader(dst []byte, kind, srid uint32) []byte {
	dst = append(dst, 1) // little-endian
	if srid == 0 {
		return binary.LittleEndian.AppendUint32(dst, kind)
	}
	dst = binary.LittleEndian.AppendUint32(dst, kind|flagSRID)
	return binary.LittleEndian.AppendUint32(dst, srid)
}

func appendCount(dst []byte, n int) []byte { return binary.LittleEndian.AppendUint32(dst, uint32(n)) }

func appendChain[C ~[]geo.Point](dst []byte, chain C) []byte {
	dst = appendCount(dst, len(chain))
	for _, p := range chain {
		dst = appendPosition(dst, p)
	}
	return dst
}

// appendPoint writes no place as NaN, which is how WKB spells an empty point.
func appendPoint(dst []byte, p geo.Point) []byte {
	if p.IsZero() {
		return appendFloat(appendFloat(dst, math.NaN()), math.NaN())
	}
	return appendPosition(dst, p)
}

func appendPosition(dst []byte, p geo.Point) []byte {
	lon, lat := p.Degrees()
	return appendFloat(appendFloat(dst, lon), lat)
}

func appendFloat(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}
