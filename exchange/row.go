package exchange

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"quanxi/grid"
)

// A row is a record read through a mapping: fields by their meaning. The first
// value of the wrong type is kept as its error.
type row struct {
	Record
	kind   grid.Kind
	fields map[string]any
	left   []string // columns that name what does not come with the file
	err    error
}

// newRow reads record through m; columns without a meaning are left behind.
func newRow(kind grid.Kind, m mapping, record Record) *row {
	folded := make(map[string]any, len(record.Properties))
	for name, value := range record.Properties {
		folded[fold(name)] = value
	}
	r := &row{Record: record, kind: kind, fields: make(map[string]any, len(m))}
	for field, columns := range m {
		for _, c := range columns {
			if v, ok := folded[c]; ok && v != nil && v != "" {
				r.fields[field] = v
				break
			}
		}
	}
	return r
}

// has reports whether the record fills the field.
func (r *row) has(field string) bool { _, ok := r.fields[field]; return ok }

// text returns a field as text, the empty string if it is not there.
func (r *row) text(field string) string {
	switch v := r.fields[field].(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	default:
		r.refuse(field, "must be text")
		return ""
	}
}

// number returns a field as a number, zero if it is not there.
func (r *row) number(field string) float64 {
	text := strings.TrimSpace(r.text(field))
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(strings.TrimRight(text, "米层m² "), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.refuse(field, "must be a number")
		return 0
	}
	return v
}

// whole returns a field rounded to a whole number that fits 32 bits.
func (r *row) whole(field string) int32 { return r.scaled(field, 1) }

// scaled returns a field times scale, rounded.
func (r *row) scaled(field string, scale float64) int32 {
	v := math.Round(r.number(field) * scale)
	if math.Abs(v) > math.MaxInt32 {
		r.refuse(field, "is too large")
		return 0
	}
	return int32(v)
}

// id returns a field as an entity's id, zero if it is not there.
func (r *row) id(field string) int64 {
	text := r.text(field)
	if text == "" {
		return 0
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 || v >= 1<<53 {
		r.refuse(field, "must be an id")
	}
	return v
}

// day returns a field as a day of the calendar, zero if it is not there. Whatever
// parts year, month and day is passed over.
func (r *row) day(field string) grid.Date {
	text := r.text(field)
	if text == "" {
		return 0
	}
	digits := strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, text)
	var d grid.Date
	if len(digits) == 8 {
		for _, c := range digits {
			d = d*10 + grid.Date(c-'0')
		}
	}
	if d == 0 || !d.Valid() {
		r.refuse(field, "is not a day of the calendar")
	}
	return d
}

// list returns a field as a list: a JSON array, or text parted by commas.
func (r *row) list(field string) []string {
	if many, ok := r.fields[field].([]any); ok {
		var list []string
		for _, v := range many {
			list = append(list, fmt.Sprint(v))
		}
		return list
	}
	return strings.FieldsFunc(r.text(field), func(c rune) bool { return strings.ContainsRune(",，;；、|", c) })
}

// oneOf returns what the field's text stands for in table, or other if the
// field is not there or the table does not know it.
func (r *row) oneOf(field string, table map[string]string, other string) string {
	if v, ok := table[strings.ToLower(strings.TrimSpace(r.text(field)))]; ok {
		return v
	}
	return other
}

// refuse keeps the first complaint about the row.
func (r *row) refuse(field, why string) {
	if r.err == nil {
		r.err = Problem{Place: r.Place, Field: field, Why: why}
	}
}

// external returns the entity's id in its source: the feature's own, or the column's.
func (r *row) external() string {
	if id := r.text("external"); id != "" {
		return id
	}
	return r.ID
}
