package postgis

import (
	"fmt"
	"strings"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store"
)

// shown selects the rows that readers see: of live loads, not replaced by one,
// not removed.
const shown = `NOT removed AND (load = 0 OR load IN (SELECT l.id FROM quanxi.loads l WHERE l.state = 'live'))
	AND (replaced_by = 0 OR replaced_by > 0 AND replaced_by NOT IN (SELECT l.id FROM quanxi.loads l WHERE l.state = 'live'))`

// effective is the revision that readers see; see store.Version.
const effective = `revision + CASE WHEN replaced_by = 0 THEN 0
	ELSE COALESCE((SELECT l.bump FROM quanxi.loads l WHERE l.id = replaced_by), 0) END`

// rowTable is where a kind's versions are; the view without the suffix shows
// what is live.
func rowTable(kind grid.Kind) string { return fmt.Sprintf("quanxi.%q", kind+"_rows") }

// definition returns the statements that make a kind's table, indexes and view,
// each of which does nothing if it is there already.
func definition(e grid.Entity) ([]string, error) {
	kind, table := e.Kind(), rowTable(e.Kind())
	list := []string{fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s (id bigint NOT NULL, revision bigint NOT NULL,
		external text COLLATE "C" NOT NULL, removed boolean NOT NULL, load bigint NOT NULL, replaced_by bigint NOT NULL,
		PRIMARY KEY (id, replaced_by))`, table)}
	for _, c := range e.Columns() {
		typ, err := columnType(c)
		if err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprintf("ALTER TABLE %s ADD COLUMN IF NOT EXISTS %q %s", table, c.Name, typ))
	}
	index := func(suffix, how string) {
		list = append(list, fmt.Sprintf("CREATE %s INDEX IF NOT EXISTS %q ON %s %s", unique(suffix), string(kind)+"_rows_"+suffix, table, how))
	}
	index("external", "(external) WHERE external <> '' AND NOT removed AND replaced_by = 0")
	index("load", "(load) WHERE load <> 0")
	index("replaced", "(replaced_by) WHERE replaced_by <> 0")
	if typ, ok := geometryType(kind); ok {
		list = append(list, fmt.Sprintf("ALTER TABLE %s ADD COLUMN IF NOT EXISTS geom geometry(%s, 4490)", table, typ))
	}
	for _, l := range lookupsOf(kind) {
		list = append(list, l.create)
	}
	// A view whose columns changed cannot be replaced, only made anew.
	list = append(list, fmt.Sprintf("DROP VIEW IF EXISTS quanxi.%q", kind),
		fmt.Sprintf("CREATE VIEW quanxi.%q AS SELECT %s FROM %s WHERE %s", kind, layoutOf(e).viewed(), table, shown))
	return list, nil
}

// A lookup is an index by which entities are found; a store is complete without.
type lookup struct {
	name   string // qualified and quoted
	create string // does nothing if it is there
}

func lookupsOf(kind grid.Kind) []lookup {
	var list []lookup
	index := func(suffix, how string) {
		name := string(kind) + "_rows_" + suffix
		list = append(list, lookup{fmt.Sprintf("quanxi.%q", name), fmt.Sprintf("CREATE INDEX IF NOT EXISTS %q ON %s %s", name, rowTable(kind), how)})
	}
	for _, column := range store.Indexed(kind) {
		index(column, fmt.Sprintf("(%q)", column))
	}
	if _, ok := geometryType(kind); ok {
		index("geom", "USING gist (geom)")
	}
	return list
}

func unique(suffix string) string {
	if suffix == "external" {
		return "UNIQUE"
	}
	return ""
}

func columnType(c grid.Column) (string, error) {
	switch c.Value.(type) {
	case *string, *[]string, *[]grid.Entrance:
		return `text COLLATE "C" NOT NULL DEFAULT ''`, nil
	case *int32, *grid.Date:
		return "integer NOT NULL DEFAULT 0", nil
	case *int64:
		return "bigint NOT NULL DEFAULT 0", nil
	case *bool:
		return "boolean NOT NULL DEFAULT false", nil
	case *time.Time:
		return "timestamptz", nil
	case *[]byte:
		return "bytea", nil
	case *geo.Point:
		return "geometry(Point, 4490)", nil
	}
	return "", fmt.Errorf("column %s has type %T: %w", c.Name, c.Value, grid.ErrInvalid)
}

func geometryType(kind grid.Kind) (string, bool) {
	name, ok := map[grid.Shape]string{grid.PointShape: "Point", grid.LineShape: "MultiLineString",
		grid.PolygonShape: "MultiPolygon", grid.AnyShape: "Geometry"}[grid.ShapeOf(kind)]
	return name, ok
}

// A layout holds the columns of one kind.
type layout struct {
	kind    grid.Kind
	columns []string // of the entity, quoted, geom included
	shaped  bool
}

func layoutOf(e grid.Entity) layout {
	l := layout{kind: e.Kind(), shaped: grid.ShapeOf(e.Kind()) != grid.NoShape}
	for _, c := range e.Columns() {
		l.columns = append(l.columns, fmt.Sprintf("%q", c.Name))
	}
	if l.shaped {
		l.columns = append(l.columns, "geom")
	}
	return l
}

// read returns the columns that decode reads.
func (l layout) read() string {
	return "id, " + effective + ", external, " + strings.Join(l.columns, ", ")
}

// viewed returns the columns of the kind's view.
func (l layout) viewed() string {
	return "id, " + effective + " AS revision, external, " + strings.Join(l.columns, ", ")
}

// written returns the columns of insert, unquoted as COPY wants them.
func (l layout) written() []string {
	names := []string{"id", "revision", "external", "removed", "load", "replaced_by"}
	for _, c := range l.columns {
		names = append(names, strings.Trim(c, `"`))
	}
	return names
}

func (l layout) insert() string {
	return fmt.Sprintf("INSERT INTO %s (id, revision, external, removed, load, replaced_by, %s) VALUES (%s)",
		rowTable(l.kind), strings.Join(l.columns, ", "), marks(1, 6+len(l.columns)))
}

func (l layout) replace() string {
	n := 6 + len(l.columns)
	return fmt.Sprintf("UPDATE %s SET (id, revision, external, removed, load, replaced_by, %s) = (%s) WHERE id = $%d AND replaced_by = $%d",
		rowTable(l.kind), strings.Join(l.columns, ", "), marks(1, n), n+1, n+2)
}

func (l layout) move() string {
	return fmt.Sprintf("UPDATE %s SET replaced_by = $1, revision = $2 WHERE id = $3 AND replaced_by = $4", rowTable(l.kind))
}

// marks returns n parameter marks from $first on.
func marks(first, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(list, ", ")
}
