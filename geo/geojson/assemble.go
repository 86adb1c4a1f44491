package geojson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// assemble makes a feature of the raw members of an object. The error says which
// member is at fault; the feature then holds what was read before.
func assemble(members map[string][]byte, toDegrees func(x, y float64) (lon, lat float64)) (Feature, *Error) {
	var f Feature
	for name, raw := range members {
		if !utf8.Valid(raw) {
			return f, &Error{Field: name, Err: ErrEncoding}
		}
	}
	var kind string
	if err := json.Unmarshal(members["type"], &kind); err != nil {
		return f, &Error{Field: "type", Err: fmt.Errorf("%w: no type", ErrFeature)}
	}
	var err error
	if f.ID, err = parseID(members["id"]); err != nil {
		return f, &Error{Field: "id", Err: err}
	}
	switch {
	case kind == "FeatureCollection":
		return f, &Error{Field: "features", Err: fmt.Errorf("%w: collection without features", ErrFeature)}
	case isGeometryType(kind):
		f.Geometry, err = parseGeometry(bareGeometry(members), toDegrees)
	case kind == "Feature":
		if f.Properties, err = parseProperties(members["properties"]); err != nil {
			return f, &Error{Field: "properties", Err: err}
		}
		f.Geometry, err = parseGeometry(members["geometry"], toDegrees)
	default:
		return f, &Error{Field: "type", Err: fmt.Errorf("%w: type %.40q", ErrFeature, kind)}
	}
	if err != nil {
		return f, &Error{Field: "geometry", Err: err}
	}
	return f, nil
}

// bareGeometry writes the members of a geometry as one value again.
func bareGeometry(members map[string][]byte) []byte {
	coordinates := members["coordinates"]
	if coordinates == nil {
		coordinates = []byte("null")
	}
	return bytes.Join([][]byte{[]byte(`{"type":`), members["type"], []byte(`,"coordinates":`), coordinates, []byte(`}`)}, nil)
}

func parseID(raw []byte) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	if raw[0] == '"' {
		var id string
		err := json.Unmarshal(raw, &id)
		return id, err
	}
	var number json.Number
	if err := json.Unmarshal(raw, &number); err != nil {
		return "", fmt.Errorf("%w: neither text nor number", ErrFeature)
	}
	return number.String(), nil
}

func parseProperties(raw []byte) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var properties map[string]any
	if err := d.Decode(&properties); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFeature, err)
	}
	return properties, nil
}
