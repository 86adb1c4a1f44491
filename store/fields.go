package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
)

// Prepare makes e storable: times become UTC and whole microseconds, the finest
// that both stores keep, in place. The error wraps grid.ErrInvalid if a text is
// not UTF-8 or holds a NUL, which PostgreSQL cannot keep.
func Prepare(e grid.Entity) error {
	fields := append(e.Columns(), grid.Column{Name: "external", Value: &e.Entity().External})
	for _, c := range fields {
		var texts []string
		switch v := c.Value.(type) {
		case *time.Time:
			if !v.IsZero() {
				*v = v.UTC().Truncate(time.Microsecond)
			}
		case *string:
			texts = []string{*v}
		case *[]string:
			texts = *v
		}
		for _, text := range texts {
			if !isText(text) {
				return &grid.FieldError{Kind: e.Kind(), Field: c.Name, Why: "must be UTF-8 text without NUL"}
			}
		}
	}
	return nil
}

// Indexed returns the columns of a kind by which entities are looked up often.
func Indexed(kind grid.Kind) []string {
	switch kind {
	case grid.Divisions:
		return []string{"code", "parent"}
	case grid.Buildings:
		return []string{"area", "steward"}
	case grid.Workers, "events":
		return []string{"area"}
	case grid.Dwellings, grid.Organisations:
		return []string{"building"}
	case grid.Devices:
		return []string{"building", "dwelling"}
	case grid.Households:
		return []string{"dwelling"}
	case grid.People:
		return []string{"dwelling", "household", "id_digest", "phone_digest"}
	case staff.Exports:
		return []string{"account", "state"}
	case "unmaskings":
		return []string{"subject"}
	}
	return nil
}

// Values returns the texts of a query as values of the column's own type: int64,
// string, bool or []byte. A text that is no such value is left out, since no
// entity has it. The error wraps grid.ErrInvalid if the kind has no such column
// or one of a type that cannot be asked for.
func Values(e grid.Entity, column string, texts []string) ([]any, error) {
	for _, c := range e.Columns() {
		if c.Name != column {
			continue
		}
		values := make([]any, 0, len(texts))
		for _, text := range texts {
			v, ok, err := value(c.Value, text)
			if err != nil {
				return nil, fmt.Errorf("%s: column %s: %w", e.Kind(), column, err)
			}
			if ok {
				values = append(values, v)
			}
		}
		return values, nil
	}
	return nil, fmt.Errorf("%s has no column %q: %w", e.Kind(), column, grid.ErrInvalid)
}

// PlaceColumn returns the column of a kind that Query.Meets looks at. The error wraps
// grid.ErrInvalid if entities of the kind have no place of their own.
func PlaceColumn(kind grid.Kind) (string, error) {
	switch {
	case grid.ShapeOf(kind) != grid.NoShape:
		return "geom", nil
	case kind == grid.People:
		return "place", nil
	}
	return "", fmt.Errorf("%s have no place of their own: %w", kind, grid.ErrInvalid)
}

// CheckText returns an error that wraps grid.ErrInvalid unless a column of e is a text, as
// Query.Codes asks.
func CheckText(e grid.Entity, column string) error {
	for _, c := range e.Columns() {
		if c.Name != column {
			continue
		}
		if _, isText := c.Value.(*string); isText {
			return nil
		}
	}
	return fmt.Errorf("%s has no text %q: %w", e.Kind(), column, grid.ErrInvalid)
}

func value(to any, text string) (v any, ok bool, err error) {
	switch to.(type) {
	case *string:
		return text, isText(text), nil
	case *[]byte:
		return []byte(text), true, nil
	case *int32, *int64, *grid.Date:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil, nil
	case *bool:
		b, err := strconv.ParseBool(text)
		return b, err == nil, nil
	}
	return nil, false, fmt.Errorf("cannot be asked for: %w", grid.ErrInvalid)
}

// Texts returns those of some texts that a store can hold, which is all that can be found.
func Texts(some []string) []string {
	return slices.DeleteFunc(slices.Clone(some), func(text string) bool { return !isText(text) })
}

// isText reports whether a text is one: PostgreSQL takes no other, and is asked for none.
func isText(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// FormatPoint writes p as "lon,lat" in degrees, and nothing for the zero Point.
func FormatPoint(p geo.Point) string {
	if p.IsZero() {
		return ""
	}
	return p.String()
}

// ParsePoint reads what FormatPoint wrote.
func ParsePoint(text string) (geo.Point, error) {
	if text == "" {
		return geo.Point{}, nil
	}
	west, south, _ := strings.Cut(text, ",")
	lon, err := strconv.ParseFloat(west, 64)
	if err != nil {
		return geo.Point{}, fmt.Errorf("place: %w", err)
	}
	lat, err := strconv.ParseFloat(south, 64)
	if err != nil {
		return geo.Point{}, fmt.Errorf("place: %w", err)
	}
	if err := geo.CheckDegrees(lon, lat); err != nil {
		return geo.Point{}, fmt.Errorf("place: %w", err)
	}
	return geo.At(lon, lat), nil
}

// Bind returns the value of a column as both stores keep it. Times and points they
// keep each in its own way.
func Bind(value any) (any, error) {
	switch v := value.(type) {
	case *string:
		return *v, nil
	case *int32:
		return *v, nil
	case *int64:
		return *v, nil
	case *grid.Date:
		return int32(*v), nil
	case *bool:
		return *v, nil
	case *[]byte:
		if len(*v) == 0 {
			return nil, nil
		}
		return *v, nil
	case *[]string:
		return List(*v)
	case *[]grid.Entrance:
		return List(*v)
	}
	return nil, fmt.Errorf("type %T: %w", value, grid.ErrInvalid)
}

// List writes a list as JSON, and the empty list as the empty text.
func List[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}

// ParseList reads what List wrote; the empty text is nil.
func ParseList[T any](text []byte, to *[]T) error {
	*to = nil
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, to)
}
