package geo

import (
	"fmt"
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

// MergeTouching dissolves pieces that share edges or overlap, as left by tile
// cuts, into as few polygons as possible; pieces that are apart or meet in
// single points stay apart. Corners of the pieces are kept exactly; a corner
// that arises where two edges cross is rounded to the lattice. The result is
// normalized and passes Check, or the error is ErrTooFine. A piece that Check
// refuses gives Check's error.
func MergeTouching(pieces []Polygon) (MultiPolygon, error) {
	shapes := make([]geom.Geometry, len(pieces))
	for i, g := range pieces {
		if err := checkPolygon(g); err != nil {
			return nil, fmt.Errorf("piece %d: %w", i+1, err)
		}
		shapes[i] = shapeOfPolygon(g, units).AsGeometry()
	}
	if len(pieces) == 1 {
		return MultiPolygon{pieces[0]}.Normalized(), nil
	}
	merged, err := geom.UnionMany(shapes)
	if err != nil {
		return nil, fmt.Errorf("merging %d pieces: %w", len(pieces), err)
	}
	out, err := tidied(fromShape(merged, nearestPoint))
	if err != nil {
		return nil, fmt.Errorf("merging %d pieces: %w", len(pieces), err)
	}
	return out, nil
}

// units returns lattice units as floats, which hold them exactly.
func units(p Point) (x, y float64) { return float64(p.Lon), float64(p.Lat) }

func shapeOfChain[C ~[]Point](chain C, place func(Point) (x, y float64)) geom.LineString {
	xys := make([]float64, 0, 2*len(chain))
	for _, p := range chain {
		x, y := place(p)
		xys = append(xys, x, y)
	}
	return geom.NewLineStringXY(xys...)
}

func shapeOfPolygon(g Polygon, place func(Point) (x, y float64)) geom.Polygon {
	rings := make([]geom.LineString, len(g))
	for i, r := range g {
		rings[i] = shapeOfChain(r, place)
	}
	return geom.NewPolygon(rings)
}

// fromShape returns the polygons of s on the lattice, normalized. Rings that
// rounding left without area are dropped.
func fromShape(s geom.Geometry, place func(x, y float64) Point) MultiPolygon {
	var out MultiPolygon
	for _, part := range s.Dump() {
		if p, ok := part.AsPolygon(); ok && !p.IsEmpty() {
			out = append(out, polygonFromShape(p, place))
		}
	}
	out = slices.DeleteFunc(out, func(g Polygon) bool { return len(g) == 0 })
	return out.Normalized()
}

func polygonFromShape(p geom.Polygon, place func(x, y float64) Point) Polygon {
	var out Polygon
	for i, ring := range p.DumpRings() {
		r := ringFromShape(ring.Coordinates(), place)
		if r.DoubleArea() != 0 {
			out = append(out, r)
		} else if i == 0 {
			return nil
		}
	}
	return out
}

func ringFromShape(seq geom.Sequence, place func(x, y float64) Point) Ring {
	r := make(Ring, 0, seq.Length())
	for i := range seq.Length() {
		xy := seq.GetXY(i)
		r = appendNew(r, place(xy.X, xy.Y))
	}
	return r
}

// appendNew appends p unless it repeats the last point.
func appendNew[C ~[]Point](chain C, p Point) C {
	if n := len(chain); n > 0 && chain[n-1] == p {
		return chain
	}
	return append(chain, p)
}

func nearestPoint(x, y float64) Point {
	return Point{int32(math.Round(x)), int32(math.Round(y))}
}
