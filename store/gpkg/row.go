package gpkg

import (
	"fmt"
	"strings"
	"time"

	"quanxi/geo"
	"quanxi/geo/wkb"
	"quanxi/grid"
	"quanxi/store"
)

// timeFormat is what GeoPackage asks of a DATETIME, to the microsecond.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// bind returns the value of a column as SQLite keeps it.
func bind(value any) (any, error) {
	switch v := value.(type) {
	case *time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return v.UTC().Format(timeFormat), nil
	case *geo.Point:
		return store.FormatPoint(*v), nil
	}
	return store.Bind(value)
}

// cell reads a column of a type that database/sql cannot scan by itself.
type cell struct{ to any }

// Scan implements sql.Scanner.
func (c cell) Scan(src any) error {
	switch to := c.to.(type) {
	case *time.Time:
		return scanTime(src, to)
	case *geo.Point:
		p, err := store.ParsePoint(text(src))
		*to = p
		return err
	case *[]string:
		return store.ParseList([]byte(text(src)), to)
	case *[]grid.Entrance:
		return store.ParseList([]byte(text(src)), to)
	}
	return fmt.Errorf("type %T: %w", c.to, grid.ErrInvalid)
}

func text(src any) string {
	switch v := src.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

func scanTime(src any, to *time.Time) (err error) {
	switch v := src.(type) {
	case nil:
		*to = time.Time{}
	case time.Time:
		*to = v.UTC()
	default:
		*to, err = time.Parse(timeFormat, text(src))
	}
	return err
}

// target returns where to scan a column.
func target(value any) any {
	switch v := value.(type) {
	case *time.Time, *geo.Point, *[]string, *[]grid.Entrance:
		return cell{v}
	case *grid.Date:
		return (*int32)(v)
	}
	return value
}

// shape reads the geometry of an entity.
type shape struct{ of grid.Entity }

// Scan implements sql.Scanner.
func (s shape) Scan(src any) error {
	blob, _ := src.([]byte)
	g, _, err := wkb.ParseGP(blob)
	if err != nil {
		return err
	}
	return s.of.SetGeometry(g)
}

// A layout holds the statements of one kind.
type layout struct {
	kind    grid.Kind
	shaped  bool
	read    string // the columns that targets names
	insert  string
	replace string
	move    string
}

func layoutOf(e grid.Entity) layout {
	var columns []string
	for _, c := range e.Columns() {
		columns = append(columns, fmt.Sprintf("%q", c.Name))
	}
	l := layout{kind: e.Kind(), shaped: grid.ShapeOf(e.Kind()) != grid.NoShape}
	if l.shaped {
		columns = append(columns, "geom")
	}
	table, list := rowTable(l.kind), strings.Join(columns, ", ")
	l.read = "id, " + effective + ", external, " + list
	l.insert = fmt.Sprintf("INSERT INTO %q (id, revision, external, removed, load, replaced_by, %s) VALUES (?, ?, ?, ?, ?, ?%s)",
		table, list, strings.Repeat(", ?", len(columns)))
	l.replace = fmt.Sprintf("UPDATE %q SET id = ?, revision = ?, external = ?, removed = ?, load = ?, replaced_by = ?, %s = ? WHERE id = ? AND replaced_by = ?",
		table, strings.Join(columns, " = ?, "))
	l.move = fmt.Sprintf("UPDATE %q SET replaced_by = ?, revision = ? WHERE id = ? AND replaced_by = ?", table)
	return l
}

// layout returns that of a kind, or an error that wraps grid.ErrInvalid.
func (w *writer) layout(kind grid.Kind) (layout, error) {
	l, ok := w.layouts[kind]
	if !ok {
		return l, fmt.Errorf("kind %q: %w", kind, grid.ErrInvalid)
	}
	return l, nil
}

// args returns the values of insert and replace for a row.
func (l layout) args(r *store.Row) ([]any, error) {
	args := make([]any, 0, 24)
	args = append(args, r.ID, r.Revision, r.External, r.Removed, r.Load, r.To)
	for _, c := range r.Entity.Columns() {
		v, err := bind(c.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", l.kind, c.Name, err)
		}
		args = append(args, v)
	}
	if !l.shaped {
		return args, nil
	}
	if g := r.Entity.Geometry(); g != nil {
		return append(args, wkb.AppendGP(nil, g, wkb.SRID)), nil
	}
	return append(args, nil), nil
}

// targets returns where to scan the columns of read.
func (l layout) targets(e grid.Entity) []any {
	head := e.Entity()
	to := make([]any, 0, 20)
	to = append(to, &head.ID, &head.Revision, &head.External)
	for _, c := range e.Columns() {
		to = append(to, target(c.Value))
	}
	if l.shaped {
		to = append(to, shape{e})
	}
	return to
}
