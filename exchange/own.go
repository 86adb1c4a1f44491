package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quanxi/grid"
)

// isOwn reports whether a source is an export of ours: its columns are an entity's own,
// its positions WGS 84.
func isOwn(source Source) (bool, error) {
	unmoved := func(x, y float64) (lon, lat float64) { return x, y }
	for record, err := range source.Records(unmoved) {
		var problem Problem
		if err != nil && !errors.As(err, &problem) {
			return false, err
		}
		if err == nil {
			_, own := record.Properties["quanxi_id"]
			return own, nil
		}
	}
	return false, nil
}

// own builds an entity from a record of an export of ours: every column is what it was.
// Numbers by which entities name each other mean something else in every store: what is
// named is looked up by its external id.
func (c *Converter) own(r *row) (grid.Entity, error) {
	e, err := grid.New(c.kind)
	if err != nil {
		return nil, err
	}
	for _, column := range e.Columns() {
		if column.Name == "area" { // of where it lies here
			continue
		}
		if to, named := linkedBy(c.kind, column.Name); named {
			if to != grid.Workers {
				*column.Value.(*int64) = c.reference(r, to, column.Name)
			} else if named, _ := numberOf(r.Properties[column.Name]); named != 0 {
				r.left = append(r.left, column.Name)
			}
			continue
		}
		if err := decode(r.Properties[column.Name], column.Value); err != nil {
			r.refuse(column.Name, err.Error())
		}
	}
	if r.Geometry != nil {
		if err := e.SetGeometry(r.Geometry); err != nil {
			return nil, err
		}
	}
	if d, ok := e.(*grid.Division); ok {
		d.External = externalOf(d.Code)
	}
	return e, nil
}

// numberOf reads the number of what is named.
func numberOf(value any) (id int64, err error) { return id, decode(value, &id) }

// linkedBy returns the kind that entities of a kind name by a column.
func linkedBy(kind grid.Kind, column string) (to grid.Kind, ok bool) {
	i := slices.IndexFunc(grid.Links(), func(l grid.Link) bool { return l.Kind == kind && l.Column == column })
	if i < 0 {
		return "", false
	}
	return grid.Links()[i].To, true
}

// decode reads what export wrote of a column. Formats without types of their own have it
// as text: a text bare, everything else as JSON without the quotes of a string.
func decode(value, to any) error {
	if value == nil || value == "" {
		return nil
	}
	text, isText := value.(string)
	if whole, ok := to.(*string); ok && isText {
		*whole = harmful(text)
		return nil
	}
	if number, ok := value.(int64); ok { // as a GeoPackage has what is true or not
		if is, ok := to.(*bool); ok {
			*is = number != 0
			return nil
		}
	}
	tries := []any{value}
	if isText {
		tries = []any{json.RawMessage(text), value}
	}
	for _, try := range tries {
		b, err := json.Marshal(try)
		if err == nil && json.Unmarshal(b, to) == nil {
			return nil
		}
	}
	return errors.New("is not what an export holds there: " + typeOf(to))
}

// typeOf says what a column takes.
func typeOf(to any) string { return strings.TrimPrefix(fmt.Sprintf("%T", to), "*") }

// harmful undoes harmless.
func harmful(text string) string {
	if bare, quoted := strings.CutPrefix(text, "'"); quoted && harmless(bare) == text {
		return bare
	}
	return text
}
