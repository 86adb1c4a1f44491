package geo

import (
	"errors"
	"fmt"
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// circleCorners keeps the corners of a circle within 0.03 % of its radius of the
// true curve.
const circleCorners = 128

// Circle returns the regular polygon of 128 corners on the circle of radiusM
// metres around center. Radii below a few centimetres give no polygon at all.
func Circle(center Point, radiusM float64) MultiPolygon {
	f := planeAt(center)
	ring := make(Ring, 0, circleCorners+1)
	for i := range circleCorners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / circleCorners)
		ring = appendNew(ring, f.point(radiusM*cos, radiusM*sin))
	}
	ring = appendNew(ring, ring[0])
	if !ring.IsCCW() {
		return nil
	}
	return MultiPolygon{{ring}}
}

// appendNew appends p unless it repeats the last point.
func appendNew[C ~[]Point](chain C, p Point) C {
	if n := len(chain); n > 0 && chain[n-1] == p {
		return chain
	}
	return append(chain, p)
}

// Buffer returns all that lies within radiusM metres of g, with arcs drawn as 16
// corners to the quarter circle. Meant for geometries and radii of up to a few
// kilometres. The result is normalized and passes Check, or the error is
// ErrTooFine; it is nil if g has no points.
func Buffer(g Geometry, radiusM float64) (MultiPolygon, error) {
	if g == nil {
		return nil, nil
	}
	env, ok := g.Envelope()
	if !ok {
		return nil, nil
	}
	f := planeAt(middlePoint(env))
	shape := f.shape(g)
	for widened := range mostWidened {
		out, err := f.buffer(shape, radiusM+float64(widened)*unitM)
		if err == nil {
			return out, nil
		}
		if !errors.Is(err, ErrTooFine) || widened == mostWidened-1 {
			return nil, fmt.Errorf("buffer of %v m: %w", radiusM, err)
		}
	}
	return nil, nil
}

// Arcs around points that lie within a unit or two of each other can run so close
// that cutting them never comes to an end (once in 50,000 tangles drawn at random).
// With another radius they fall apart or together: up to so many units more are
// tried, which is less than the arcs' corners are off.
const (
	mostWidened = 8
	unitM       = 0.01
)

func (f plane) buffer(shape geom.Geometry, radiusM float64) (MultiPolygon, error) {
	out, err := geom.Buffer(shape, radiusM, geom.BufferQuadSegments(16))
	if err != nil {
		return nil, err
	}
	return tidied(fromShape(out, f.point))
}

func middlePoint(e Envelope) Point {
	return Point{int32((int64(e.Min.Lon) + int64(e.Max.Lon)) / 2), int32((int64(e.Min.Lat) + int64(e.Max.Lat)) / 2)}
}

// shape returns g in the overlay library's terms, in metres.
func (f plane) shape(g Geometry) geom.Geometry {
	switch g := g.(type) {
	case Point:
		x, y := f.metres(g)
		return geom.NewPointXY(x, y).AsGeometry()
	case MultiLine:
		lines := make([]geom.LineString, len(g))
		for i, l := range g {
			lines[i] = shapeOfChain(l, f.metres)
		}
		return geom.NewMultiLineString(lines).AsGeometry()
	case MultiPolygon:
		polygons := make([]geom.Polygon, len(g))
		for i, p := range g {
			polygons[i] = shapeOfPolygon(p, f.metres)
		}
		return geom.NewMultiPolygon(polygons).AsGeometry()
	}
	return geom.Geometry{}
}
