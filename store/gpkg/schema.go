package gpkg

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store"
)

// writerFunction is called by the triggers of all our tables. A process that
// does not register it cannot write to them.
const writerFunction = "quanxi_writer"

// shown selects the rows that readers see: of live loads, not replaced by one,
// not removed.
const shown = `removed = 0 AND (load = 0 OR load IN (SELECT id FROM loads WHERE state = 'live'))
	AND (replaced_by = 0 OR replaced_by > 0 AND replaced_by NOT IN (SELECT id FROM loads WHERE state = 'live'))`

// effective is the revision that readers see; see store.Version.
const effective = `revision + CASE WHEN replaced_by = 0 THEN 0
	ELSE COALESCE((SELECT bump FROM loads WHERE loads.id = replaced_by), 0) END`

// tables are those that do not depend on kinds.
const tables = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO meta VALUES ('schema', ''), ('next_id', '4503599627370496');
CREATE TABLE IF NOT EXISTS change (
	pos INTEGER PRIMARY KEY, write_end INTEGER NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL,
	revision INTEGER NOT NULL, op TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS change_of ON change (kind, id);
CREATE TABLE IF NOT EXISTS audit (
	id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
	came_from TEXT NOT NULL, touched TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS subject_key (
	kind TEXT NOT NULL, id INTEGER NOT NULL, load INTEGER NOT NULL, wrapped BLOB NOT NULL,
	PRIMARY KEY (kind, id, load)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS once (
	actor TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, at INTEGER NOT NULL, receipt TEXT NOT NULL,
	PRIMARY KEY (actor, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS loads (
	id INTEGER PRIMARY KEY AUTOINCREMENT, actor TEXT NOT NULL, about TEXT NOT NULL, state TEXT NOT NULL,
	began INTEGER NOT NULL, put INTEGER NOT NULL DEFAULT 0, bump INTEGER NOT NULL DEFAULT 0,
	edited INTEGER NOT NULL DEFAULT 0, spoilt INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS load_over (
	load INTEGER NOT NULL, over INTEGER NOT NULL, PRIMARY KEY (load, over)) WITHOUT ROWID;
`

func staticTables() []string {
	return []string{"meta", "change", "audit", "subject_key", "once", "loads", "load_over"}
}

// rowTable is where a kind's versions are; the view without the suffix shows
// what is live.
func rowTable(kind grid.Kind) string { return string(kind) + "_rows" }

// migrate makes the tables, adds the columns that kinds have gained, and drops what nothing
// reads any more. It does nothing to a file that this version of the program has made or
// opened before, and refuses one that a newer version has.
func migrate(t tx) error {
	if err := checkSchema(t); err != nil {
		return err
	}
	statements, err := definition()
	if err != nil {
		return err
	}
	version := strconv.Itoa(store.SchemaVersion)
	everything := slices.Concat(statements, auditAdded(), auditIndexes(), []string{version})
	made := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(everything, "\n"))))
	var found string
	err = t.w.conn.QueryRowContext(t.ctx, "SELECT value FROM meta WHERE name = 'schema'").Scan(&found)
	if err == nil && found == made {
		return nil // otherwise there is no such table, or it is of another version
	}
	if err := t.runAll(statements); err != nil {
		return err
	}
	if err := addColumns(t); err != nil {
		return err
	}
	// Where in the log a row of the audit was written: no seal covered it.
	if err := t.dropColumn("audit", "pos"); err != nil {
		return err
	}
	if err := t.runAll(auditIndexes()); err != nil {
		return err
	}
	if err := t.exec("UPDATE meta SET value = ? WHERE name = 'schema'", made); err != nil {
		return err
	}
	return t.exec("INSERT INTO meta VALUES ('version', ?) ON CONFLICT DO UPDATE SET value = excluded.value", version)
}

// checkSchema refuses a file that a newer program has brought up to date, before anything
// is changed in it.
func checkSchema(t tx) error {
	var tables, version int64
	if err := t.row("SELECT count(*) FROM sqlite_master WHERE name = 'meta'", nil, &tables); err != nil || tables == 0 {
		return err
	}
	if err := t.row("SELECT COALESCE(max(CAST(value AS INTEGER)), 0) FROM meta WHERE name = 'version'", nil, &version); err != nil {
		return err
	}
	return store.CheckSchema(version, store.SchemaVersion)
}

// runAll executes statements that are needed once.
func (t tx) runAll(statements []string) error {
	for _, query := range statements {
		if _, err := t.w.conn.ExecContext(t.ctx, query); err != nil {
			return fmt.Errorf("%w in %.60q", err, query)
		}
	}
	return nil
}

// definition returns the statements that make every table, trigger and view.
func definition() ([]string, error) {
	list := []string{geopackage, tables}
	guarded := staticTables()
	for _, kind := range feed.Kinds() {
		e, err := feed.New(kind)
		if err != nil {
			return nil, err
		}
		list = append(list, createRows(e), createView(e))
		list = append(list, createIndexes(kind)...)
		list = append(list, register(kind)...)
		guarded = append(guarded, rowTable(kind))
	}
	for _, table := range guarded {
		list = append(list, guards(table)...)
	}
	return list, nil
}

func createRows(e grid.Entity) string {
	var b strings.Builder
	fmt.Fprintf(&b, `CREATE TABLE IF NOT EXISTS %q (
		row INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL, revision INTEGER NOT NULL, external TEXT NOT NULL,
		removed INTEGER NOT NULL, load INTEGER NOT NULL, replaced_by INTEGER NOT NULL`, rowTable(e.Kind()))
	for _, c := range e.Columns() {
		fmt.Fprintf(&b, ", %s", columnDefinition(c))
	}
	if grid.ShapeOf(e.Kind()) != grid.NoShape {
		b.WriteString(", geom BLOB")
	}
	b.WriteString(", UNIQUE (id, replaced_by))")
	return b.String()
}

func columnDefinition(c grid.Column) string {
	switch c.Value.(type) {
	case *int32, *grid.Date:
		return fmt.Sprintf("%q MEDIUMINT NOT NULL DEFAULT 0", c.Name)
	case *int64:
		return fmt.Sprintf("%q INTEGER NOT NULL DEFAULT 0", c.Name)
	case *bool:
		return fmt.Sprintf("%q BOOLEAN NOT NULL DEFAULT 0", c.Name)
	case *time.Time:
		return fmt.Sprintf("%q DATETIME", c.Name)
	case *[]byte:
		return fmt.Sprintf("%q BLOB", c.Name)
	case *string, *[]string, *[]grid.Entrance, *geo.Point:
		return fmt.Sprintf("%q TEXT NOT NULL DEFAULT ''", c.Name)
	}
	panic(fmt.Sprintf("gpkg: column %s has a type that grid.Entity does not allow: %T", c.Name, c.Value))
}

// createView makes what map programs open. Its first column is unique, and a
// GeoPackage reader takes it for the feature id.
func createView(e grid.Entity) string {
	columns := []string{"id AS fid", "external"}
	for _, c := range e.Columns() {
		columns = append(columns, fmt.Sprintf("%q", c.Name))
	}
	if grid.ShapeOf(e.Kind()) != grid.NoShape {
		columns = append(columns, "geom")
	}
	return fmt.Sprintf("DROP VIEW IF EXISTS %q; CREATE VIEW %q AS SELECT %s FROM %q WHERE %s",
		e.Kind(), e.Kind(), strings.Join(columns, ", "), rowTable(e.Kind()), shown)
}

func createIndexes(kind grid.Kind) []string {
	table := rowTable(kind)
	list := []string{
		fmt.Sprintf("CREATE UNIQUE INDEX IF NOT EXISTS %q ON %q (external) WHERE external <> '' AND removed = 0 AND replaced_by = 0",
			table+"_external", table),
		fmt.Sprintf("CREATE INDEX IF NOT EXISTS %q ON %q (load) WHERE load <> 0", table+"_load", table),
		fmt.Sprintf("CREATE INDEX IF NOT EXISTS %q ON %q (replaced_by) WHERE replaced_by <> 0", table+"_replaced", table),
	}
	for _, l := range lookupsOf(kind) {
		list = append(list, l.create)
	}
	return list
}

// A lookup is an index by which entities are found; a store is complete without.
type lookup struct {
	name   string
	create string // does nothing if it is there
}

func lookupsOf(kind grid.Kind) []lookup {
	var list []lookup
	table := rowTable(kind)
	for _, column := range store.Indexed(kind) {
		name := table + "_" + column
		list = append(list, lookup{name, fmt.Sprintf("CREATE INDEX IF NOT EXISTS %q ON %q (%q)", name, table, column)})
	}
	return list
}

// guards make writes of other processes fail.
func guards(table string) []string {
	var list []string
	for _, verb := range []string{"INSERT", "UPDATE", "DELETE"} {
		list = append(list, fmt.Sprintf("CREATE TRIGGER IF NOT EXISTS %q BEFORE %s ON %q WHEN %s() <> 1 BEGIN SELECT RAISE(ABORT, 'only quanxi writes here'); END",
			table+"_guard_"+strings.ToLower(verb), verb, table, writerFunction))
	}
	return list
}

func addColumns(t tx) error {
	for _, column := range auditAdded() {
		if err := t.addColumn("audit", strings.Fields(column)[0], column); err != nil {
			return err
		}
	}
	for _, kind := range feed.Kinds() {
		e, err := feed.New(kind)
		if err != nil {
			return err
		}
		for _, c := range e.Columns() {
			if err := t.addColumn(rowTable(kind), c.Name, columnDefinition(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// addColumn adds a column, unless the table has it.
func (t tx) addColumn(table, name, definition string) error {
	if has, err := t.hasColumn(table, name); err != nil || has {
		return err
	}
	return t.exec(fmt.Sprintf("ALTER TABLE %q ADD COLUMN %s", table, definition))
}

// dropColumn drops a column, if the table has it. SQLite writes all rows anew.
func (t tx) dropColumn(table, name string) error {
	if has, err := t.hasColumn(table, name); err != nil || !has {
		return err
	}
	return t.exec(fmt.Sprintf("ALTER TABLE %q DROP COLUMN %q", table, name))
}

func (t tx) hasColumn(table, name string) (has bool, err error) {
	err = t.row("SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", []any{table, name}, &has)
	return has, err
}
