// Package geo holds places: points, lines, rings and polygons on one integer
// lattice, the coordinate systems they come from, exact predicates, and the
// copy-on-write index that finds them.
//
// It knows nothing of grids, people, tiles, stores or HTTP.
//
// All geometry is CGCS2000 lon/lat (EPSG:4490; equal to WGS 84 at this
// accuracy) in whole units of 1e-7 degree, about 1 cm. Equality is therefore
// exact, neighbours share vertices bit for bit, and a value survives every
// store and format unchanged.
package geo

import "math"

// PerDegree is the number of lattice units in one degree.
const PerDegree = 10_000_000

// A Point is a place on the lattice. The zero Point means "no place": it lies in
// the Gulf of Guinea, where no grid worker walks.
type Point struct{ Lon, Lat int32 } // units of 1e-7 degree

// At returns the lattice point nearest to lon and lat, both in degrees. The
// caller has checked that they are finite and within ±180 and ±90.
func At(lon, lat float64) Point {
	return Point{int32(math.Round(lon * PerDegree)), int32(math.Round(lat * PerDegree))}
}

// Degrees returns p's longitude and latitude in degrees. At(p.Degrees()) is p.
func (p Point) Degrees() (lon, lat float64) {
	return float64(p.Lon) / PerDegree, float64(p.Lat) / PerDegree
}

// IsZero reports whether p is no place.
func (p Point) IsZero() bool { return p == Point{} }

// A Line is an open or closed chain of at least two points.
type Line []Point

// A Ring is a closed chain: the first point equals the last, at least four points.
type Ring []Point

// A Polygon is an outer ring, counter-clockwise, followed by its holes, clockwise.
type Polygon []Ring

// MultiLine is a set of lines that make up one feature.
type MultiLine []Line

// MultiPolygon is a set of polygons that make up one feature.
type MultiPolygon []Polygon

// A Geometry is a Point, MultiLine or MultiPolygon. A feature without geometry
// has a nil Geometry.
type Geometry interface {
	// Envelope returns the smallest closed box around the geometry, and false
	// if the geometry has no points.
	Envelope() (Envelope, bool)
	sealed()
}

func (Point) sealed()        {}
func (MultiLine) sealed()    {}
func (MultiPolygon) sealed() {}

// An Envelope is a closed box.
type Envelope struct{ Min, Max Point }

// Envelope returns the box that holds only p; false for the zero Point.
func (p Point) Envelope() (Envelope, bool) { return Envelope{p, p}, !p.IsZero() }

// Envelope returns the box around all lines.
func (m MultiLine) Envelope() (Envelope, bool) {
	var box fold
	for _, l := range m {
		box.add(l)
	}
	return box.Envelope, box.any
}

// Envelope returns the box around all outer rings.
func (m MultiPolygon) Envelope() (Envelope, bool) {
	var box fold
	for _, p := range m {
		if len(p) > 0 {
			box.add(p[0])
		}
	}
	return box.Envelope, box.any
}

// EnvelopeOf returns the box around points, and false if there are none.
func EnvelopeOf(points []Point) (Envelope, bool) {
	var box fold
	box.add(points)
	return box.Envelope, box.any
}

// fold grows a box from the first point on, since a box has no empty value.
type fold struct {
	Envelope
	any bool
}

func (f *fold) add(points []Point) {
	for _, p := range points {
		if !f.any {
			f.Envelope, f.any = Envelope{p, p}, true
			continue
		}
		f.Envelope = f.Extend(p)
	}
}

// Extend returns the smallest box around e and p.
func (e Envelope) Extend(p Point) Envelope {
	return Envelope{
		Point{min(e.Min.Lon, p.Lon), min(e.Min.Lat, p.Lat)},
		Point{max(e.Max.Lon, p.Lon), max(e.Max.Lat, p.Lat)},
	}
}

// Union returns the smallest box around e and f.
func (e Envelope) Union(f Envelope) Envelope { return e.Extend(f.Min).Extend(f.Max) }

// Intersect returns what e and f share; it is not Valid if that is nothing.
func (e Envelope) Intersect(f Envelope) Envelope {
	return Envelope{
		Point{max(e.Min.Lon, f.Min.Lon), max(e.Min.Lat, f.Min.Lat)},
		Point{min(e.Max.Lon, f.Max.Lon), min(e.Max.Lat, f.Max.Lat)},
	}
}

// Contains reports whether p lies in e or on its edge.
func (e Envelope) Contains(p Point) bool {
	return e.Min.Lon <= p.Lon && p.Lon <= e.Max.Lon && e.Min.Lat <= p.Lat && p.Lat <= e.Max.Lat
}

// Meets reports whether e and f share at least a point.
func (e Envelope) Meets(f Envelope) bool {
	return e.Min.Lon <= f.Max.Lon && f.Min.Lon <= e.Max.Lon && e.Min.Lat <= f.Max.Lat && f.Min.Lat <= e.Max.Lat
}

// Valid reports whether no corner is inverted.
func (e Envelope) Valid() bool { return e.Min.Lon <= e.Max.Lon && e.Min.Lat <= e.Max.Lat }

// Ring returns the edge of e, counter-clockwise.
func (e Envelope) Ring() Ring {
	return Ring{e.Min, {Lon: e.Max.Lon, Lat: e.Min.Lat}, e.Max, {Lon: e.Min.Lon, Lat: e.Max.Lat}, e.Min}
}

// Middle returns the point in the middle of e.
func (e Envelope) Middle() Point {
	return Point{int32((int64(e.Min.Lon) + int64(e.Max.Lon)) / 2), int32((int64(e.Min.Lat) + int64(e.Max.Lat)) / 2)}
}
