package grid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

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
	for _, c := range withHead(e, fields) {
		text, err := json.Marshal(c.Value)
		if err != nil {
			return nil, fmt.Errorf("%s %d: %s: %w", e.Kind(), head.ID, c.Name, err)
		}
		fmt.Fprintf(&b, `,%q:%s`, c.Name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// EncodeState writes what an entity is, whatever its id and revision, and whether it comes
// from a command or from a store: its columns but the digests, its external id and its
// geometry. An empty value is left out, and a time has the microseconds that stores keep.
func EncodeState(e Entity) ([]byte, error) {
	var b bytes.Buffer
	for _, c := range withHead(e, e.Columns()) {
		if slices.Contains(Digests(), c.Name) {
			continue
		}
		value := c.Value
		if at, ok := value.(*time.Time); ok {
			value = at.UTC().Truncate(time.Microsecond)
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("%s %d: %s: %w", e.Kind(), e.Entity().ID, c.Name, err)
		}
		switch string(text) {
		case "null", "[]", `""`:
			continue
		}
		fmt.Fprintf(&b, "%q:%s,", c.Name, text)
	}
	return b.Bytes(), nil
}

// withHead adds external id and geometry to columns, if there are any.
func withHead(e Entity, fields []Column) []Column {
	if head := e.Entity(); head.External != "" {
		fields = append(fields, Column{"external", &head.External})
	}
	if g := e.Geometry(); g != nil {
		fields = append(fields, Column{"geometry", g})
	}
	return fields
}

// DecodeJSON fills e from an object that EncodeJSON wrote. Fields that the
// object lacks stay as they are, so that it also serves as a patch. The error
// wraps ErrInvalid and names the field.
func DecodeJSON(body []byte, e Entity) error {
	strange, err := decode(body, e)
	if err == nil && len(strange) > 0 {
		err = invalid(e.Kind(), strange[0], "is not a field of this kind")
	}
	return err
}

// DecodeChange is DecodeJSON for the log: fields that this program does not know are passed
// over, because during an upgrade the next version writes into the same log.
func DecodeChange(body []byte, e Entity) error {
	_, err := decode(body, e)
	return err
}

// decode fills e from body and returns, in order, the names of the fields that its kind
// does not have.
func decode(body []byte, e Entity) (strange []string, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, invalid(e.Kind(), "body", "is not a JSON object")
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
			return nil, invalid(e.Kind(), c.Name, "has the wrong type")
		}
	}
	if raw, ok := fields["geometry"]; ok {
		delete(fields, "geometry")
		g, err := geo.ParseGeoJSON(raw)
		if err != nil {
			return nil, invalid(e.Kind(), "geometry", err.Error())
		}
		if err := e.SetGeometry(g); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(fields)), nil
}
