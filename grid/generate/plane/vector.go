// Package plane is flat geometry in metres: what invention needs before a
// vertex is rounded to the lattice. One affine map serves the whole city, so
// straight stays straight and areas scale by one constant.
//
// It decides nothing about topology; package fabric does, in whole numbers.
package plane

import (
	"math"

	"quanxi/geo"
)

// Origin and scale of the affine map: metres east and north of 106.5° E, 29.5° N.
const (
	originLon = 1_065_000_000
	originLat = 295_000_000
	perLon    = 111_320 * 0.8660254037844387 / geo.PerDegree // metres a unit, at 30° N
	perLat    = 110_852.0 / geo.PerDegree
)

// A Vec is a place or a displacement in metres.
type Vec struct{ X, Y float64 }

// From returns the place of a lattice point.
func From(p geo.Point) Vec {
	return Vec{float64(p.Lon-originLon) * perLon, float64(p.Lat-originLat) * perLat}
}

// Lattice returns the lattice point nearest to v.
func (v Vec) Lattice() geo.Point {
	return geo.Point{
		Lon: int32(originLon + math.Round(v.X/perLon)),
		Lat: int32(originLat + math.Round(v.Y/perLat)),
	}
}

// Add returns v + w.
func (v Vec) Add(w Vec) Vec { return Vec{v.X + w.X, v.Y + w.Y} }

// Sub returns v - w.
func (v Vec) Sub(w Vec) Vec { return Vec{v.X - w.X, v.Y - w.Y} }

// Mul returns v scaled by k.
func (v Vec) Mul(k float64) Vec { return Vec{v.X * k, v.Y * k} }

// Along returns v moved by k times direction d.
func (v Vec) Along(d Vec, k float64) Vec { return Vec{v.X + float64(d.X*k), v.Y + float64(d.Y*k)} }

// Dot returns the inner product.
func (v Vec) Dot(w Vec) float64 { return float64(v.X*w.X) + float64(v.Y*w.Y) }

// Cross returns the outer product: positive if w is to the left of v.
func (v Vec) Cross(w Vec) float64 { return float64(v.X*w.Y) - float64(v.Y*w.X) }

// Len returns the length.
func (v Vec) Len() float64 { return math.Sqrt(v.Dot(v)) }

// Dist returns the distance to w.
func (v Vec) Dist(w Vec) float64 { return v.Sub(w).Len() }

// Unit returns v with length 1, or the east if v has none.
func (v Vec) Unit() Vec {
	if l := v.Len(); l > 1e-12 {
		return v.Mul(1 / l)
	}
	return Vec{1, 0}
}

// Left returns v turned by a quarter to the left.
func (v Vec) Left() Vec { return Vec{-v.Y, v.X} }

// Turn returns v turned to the left by a radians.
func (v Vec) Turn(a float64) Vec {
	s, c := math.Sincos(a)
	return Vec{float64(v.X*c) - float64(v.Y*s), float64(v.X*s) + float64(v.Y*c)}
}

// Lerp returns the place a share t of the way from v to w.
func (v Vec) Lerp(w Vec, t float64) Vec { return v.Along(w.Sub(v), t) }

// Heading returns the unit vector at a radians left of east.
func Heading(a float64) Vec { return Vec{1, 0}.Turn(a) }
