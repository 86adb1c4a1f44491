// Package wkt writes and reads geometries as well-known text, such as
// "POLYGON((106.5 29.5,106.6 29.5,106.6 29.6,106.5 29.5))".
//
// It knows nothing of files, columns or coordinate systems other than degrees.
package wkt

import (
	"errors"
	"strconv"

	"quanxi/geo"
)

// Errors that Parse wraps with the place concerned.
var (
	ErrSyntax = errors.New("malformed well-known text")
	ErrKind   = errors.New("geometry type is not supported")
)

// Format returns g as well-known text in degrees, exactly: Parse(Format(g)) is g
// again. Sets of one part are written as that part; nil and the zero Point give
// "POINT EMPTY".
func Format(g geo.Geometry) string { return string(Append(nil, g)) }

// Append appends Format(g) to dst and returns the extended buffer.
func Append(dst []byte, g geo.Geometry) []byte {
	switch g := g.(type) {
	case geo.MultiLine:
		if len(g) == 1 && len(g[0]) > 0 {
			return appendChain(append(dst, "LINESTRING"...), g[0])
		}
		return appendList(append(dst, "MULTILINESTRING"...), g, appendChain[geo.Line])
	case geo.MultiPolygon:
		if len(g) == 1 && len(g[0]) > 0 {
			return appendPolygon(append(dst, "POLYGON"...), g[0])
		}
		return appendList(append(dst, "MULTIPOLYGON"...), g, appendPolygon)
	case geo.Point:
		if !g.IsZero() {
			return append(appendPosition(append(dst, "POINT("...), g), ')')
		}
	}
	return append(dst, "POINT EMPTY"...)
}

func appendPolygon(dst []byte, p geo.Polygon) []byte {
	return appendList(dst, p, appendChain[geo.Ring])
}

func appendChain[C ~[]geo.Point](dst []byte, chain C) []byte {
	return appendList(dst, chain, appendPosition)
}

// appendList writes the empty list as " EMPTY", the one form that readers agree
// on.
func appendList[T any](dst []byte, list []T, appendOne func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return append(dst, " EMPTY"...)
	}
	dst = append(dst, '(')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendOne(dst, v)
	}
	return append(dst, ')')
}

func appendPosition(dst []byte, p geo.Point) []byte {
	lon, lat := p.Degrees()
	dst = strconv.AppendFloat(dst, lon, 'f', -1, 64)
	return strconv.AppendFloat(append(dst, ' '), lat, 'f', -1, 64)
}
