package geo

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrGeoJSON reports a JSON value that is not the GeoJSON geometry asked for.
var ErrGeoJSON = errors.New("not a usable GeoJSON geometry")

// Geometries are GeoJSON geometries on the wire (RFC 7946): degrees with at most
// seven decimals, longitude first. Every value comes back as it went out. The
// zero Point and nil geometries are null. A set of one line or polygon is
// written as LineString or Polygon; both forms are read. A third coordinate is
// read over. Rings are neither closed nor turned on reading: see Check.

// MarshalJSON returns a GeoJSON Point, or null for the zero Point.
func (p Point) MarshalJSON() ([]byte, error) {
	if p.IsZero() {
		return []byte("null"), nil
	}
	return append(appendPosition([]byte(`{"type":"Point","coordinates":`), p), '}'), nil
}

// MarshalJSON returns a GeoJSON LineString or MultiLineString, or null for nil.
func (m MultiLine) MarshalJSON() ([]byte, error) {
	switch {
	case m == nil:
		return []byte("null"), nil
	case len(m) == 1:
		return append(appendPositions([]byte(`{"type":"LineString","coordinates":`), m[0]), '}'), nil
	}
	return append(appendList([]byte(`{"type":"MultiLineString","coordinates":`), m, appendPositions), '}'), nil
}

// MarshalJSON returns a GeoJSON Polygon or MultiPolygon, or null for nil.
func (m MultiPolygon) MarshalJSON() ([]byte, error) {
	switch {
	case m == nil:
		return []byte("null"), nil
	case len(m) == 1:
		return append(appendRings([]byte(`{"type":"Polygon","coordinates":`), m[0]), '}'), nil
	}
	return append(appendList([]byte(`{"type":"MultiPolygon","coordinates":`), m, appendRings), '}'), nil
}

func appendPosition(dst []byte, p Point) []byte {
	dst = appendUnits(append(dst, '['), p.Lon)
	return append(appendUnits(append(dst, ','), p.Lat), ']')
}

func appendPositions[L ~[]Point](dst []byte, l L) []byte { return appendList(dst, l, appendPosition) }

func appendRings(dst []byte, g Polygon) []byte { return appendList(dst, g, appendPositions[Ring]) }

func appendList[T any](dst []byte, list []T, appendOne func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendOne(dst, v)
	}
	return append(dst, ']')
}

// UnmarshalJSON reads a GeoJSON Point or null.
func (p *Point) UnmarshalJSON(data []byte) error { return unmarshalInto(p, data) }

// UnmarshalJSON reads a GeoJSON LineString, MultiLineString or null.
func (m *MultiLine) UnmarshalJSON(data []byte) error { return unmarshalInto(m, data) }

// UnmarshalJSON reads a GeoJSON Polygon, MultiPolygon or null.
func (m *MultiPolygon) UnmarshalJSON(data []byte) error { return unmarshalInto(m, data) }

func unmarshalInto[G Geometry](dst *G, data []byte) error {
	g, err := ParseGeoJSON(data)
	if err != nil {
		return err
	}
	if g == nil {
		var none G
		*dst = none
		return nil
	}
	got, ok := g.(G)
	if !ok {
		return fmt.Errorf("type: %w: found %s, want %s", ErrGeoJSON, formOf(g), formOf(*dst))
	}
	*dst = got
	return nil
}

// ParseGeoJSON reads one GeoJSON geometry in degrees. It returns nil for null.
// Errors wrap ErrGeoJSON or, for a position off the globe, ErrRange.
func ParseGeoJSON(data []byte) (Geometry, error) {
	return ParseGeoJSONWith(data, nil)
}

// ParseGeoJSONWith is ParseGeoJSON for coordinates that toDegrees turns into
// degrees; nil means that they are degrees already. Errors name the place by its
// indexes, as in "coordinates[0][17]: …".
func ParseGeoJSONWith(data []byte, toDegrees func(x, y float64) (lon, lat float64)) (Geometry, error) {
	var raw *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, malformed(data, err)
	}
	if raw == nil {
		return nil, nil
	}
	return readGeometry(raw.Type, &coordinateReader{text: raw.Coordinates, toDegrees: toDegrees})
}

// malformed says what is wrong with a text that is no JSON object, or one with a
// type that is no text.
func malformed(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		if at := int(syntax.Offset) - 1; at >= 0 && at < len(data) && data[at] == 'N' {
			return fmt.Errorf("%w: NaN at byte %d is not JSON", ErrGeoJSON, syntax.Offset)
		}
		return fmt.Errorf("%w: no JSON at byte %d", ErrGeoJSON, syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("%s: %w: want a text", kind.Field, ErrGeoJSON)
	}
	return fmt.Errorf("%w: want an object with type and coordinates", ErrGeoJSON)
}

func readGeometry(kind string, r *coordinateReader) (Geometry, error) {
	switch kind {
	case "Point":
		return located(r.point())
	case "LineString":
		l, err := r.line()
		return located(MultiLine{l}, err)
	case "MultiLineString":
		return located(readList[MultiLine](r, r.line))
	case "Polygon":
		p, err := r.polygon()
		return located(MultiPolygon{p}, err)
	case "MultiPolygon":
		return located(readList[MultiPolygon](r, r.polygon))
	}
	return nil, fmt.Errorf("type: %w: %.40q is none", ErrGeoJSON, kind)
}

// located says of an error in which field it is.
func located[G Geometry](g G, err error) (Geometry, error) {
	if err != nil {
		return nil, fmt.Errorf("coordinates%w", err)
	}
	return g, nil
}

// formOf names the GeoJSON types of a geometry.
func formOf(g Geometry) string {
	switch g.(type) {
	case Point:
		return "Point"
	case MultiLine:
		return "LineString or MultiLineString"
	}
	return "Polygon or MultiPolygon"
}
