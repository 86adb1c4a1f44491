package grid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"quanxi/geo"
)

// EncodeJSON writes an entity as one JSON object: id, revision, external, the
// columns by name, and geometry as GeoJSON. Sealed fields stay sealed.
func EncodeJSON(e Entity) ([]byte, error) { return encode(e, e.Columns()) }

// EncodeChange is EncodeJSON for the log, which holds no digests.
func EncodeChange(e Entity) ([]byte, error) {
	return encode(e, slices.DeleteFunc(e.Columns(), func(c Column) bool { return slices.Contains(Digests(), c.Name) }))
}

func encode(e Entity, fields []Column) ([]byte, error) {
	var b bytes.Buffer
	head := e.Entity()
	fmt.Fprintf(&b, `{"id":%d,"revision":%d`, head.ID, head.Revision)
	if head.External != "" {
		fields = append(fields, Column{"external", &head.External})
	}
	if g := e.Geometry(); g != nil {
		fields = append(fields, Column{"geometry", g})
	}
	for _, c := range fields {
		text, err := json.Marshal(c.Value)
		if err != nil {
			return nil, fmt.Errorf("%s %d: %s: %w", e.Kind(), head.ID, c.Name, err)
		}
		fmt.Fprintf(&b, `,%q:%s`, c.Name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// DecodeJSON fills e from an object that EncodeJSON wrote. Fields that the
// object lacks stay as they are, so that it also serves as a patch. The error
// wraps ErrInvalid and names the field.
func DecodeJSON(body []byte, e Entity) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return invalid(e.Kind(), "body", "is not a JSON object")
	}
	head := e.Entity()
	known := append(e.Columns(), Column{"id", &head.ID}, Column{"revision", &head.Revision}, Column{"external", &head.External})
	for _, c := range known {
		raw, ok := fields[c.Name]
		delete(fields, c.Name)
		if !ok {
			continue
		}
		if err := json.Unmarshal(raw, c.Value); err != nil {
			return invalid(e.Kind(), c.Name, "has the wrong type")
		}
	}
	if raw, ok := fields["geometry"]; ok {
		delete(fields, "geometry")
		g, err := geo.ParseGeoJSON(raw)
		if err != nil {
			return invalid(e.Kind(), "geometry", err.Error())
		}
		if err := e.SetGeometry(g); err != nil {
			return err
		}
	}
	for name := range fields {
		return invalid(e.Kind(), name, "is not a field of this kind")
	}
	return nil
}
