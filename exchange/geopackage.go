package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver

	"quanxi/geo/wkb"
)

// geoPackage reads the first feature table of a GeoPackage. Views and triggers
// in the file are ignored: only a plain table is read, by name (RULES B2).
type geoPackage struct {
	db       *sql.DB
	table    string
	others   []string // tables of features that are not read
	geometry string
	srs      int
	columns  []string
	rows     int
	read     int // of the running Records
}

func openGeoPackage(ctx context.Context, path string) (Source, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return nil, err
	}
	g := &geoPackage{db: db}
	if err := g.describe(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", filepath.Base(path), err), db.Close())
	}
	if !inDegrees[g.srs] {
		return nil, errors.Join(errProjected, db.Close())
	}
	return g, nil
}

// errProjected reports a GeoPackage whose numbers are not degrees: GDAL reads it.
var errProjected = errors.New("not in degrees")

// inDegrees are the spatial reference systems that we read without GDAL.
var inDegrees = map[int]bool{4326: true, 4490: true, 0: true, -1: true}

func (g *geoPackage) describe(ctx context.Context) error {
	err := g.db.QueryRowContext(ctx, `
		SELECT c.table_name, g.column_name, g.srs_id
		FROM gpkg_contents c JOIN gpkg_geometry_columns g USING (table_name) JOIN sqlite_master m ON m.name = c.table_name
		WHERE c.data_type = 'features' AND m.type = 'table' ORDER BY c.rowid LIMIT 1`).Scan(&g.table, &g.geometry, &g.srs)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("no table of features: %w", ErrFormat)
	}
	if err != nil {
		return fmt.Errorf("not a GeoPackage: %w: %w", ErrFormat, err)
	}
	if err := g.db.QueryRowContext(ctx, "SELECT count(*) FROM "+quote(g.table)).Scan(&g.rows); err != nil {
		return err
	}
	if g.columns, err = g.names(ctx, `SELECT name FROM pragma_table_info(?)`); err != nil {
		return err
	}
	g.others, err = g.names(ctx, `SELECT table_name FROM gpkg_contents WHERE data_type = 'features' AND table_name <> ? ORDER BY rowid`)
	return err
}

// names returns what a query about the table finds.
func (g *geoPackage) names(ctx context.Context, query string) (names []string, err error) {
	rows, err := g.db.QueryContext(ctx, query, g.table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Format says which table is read, and which are not.
func (g *geoPackage) Format() string {
	if len(g.others) > 0 {
		return "GeoPackage, table " + g.table + " only, not " + strings.Join(g.others, ", ")
	}
	return "GeoPackage, table " + g.table
}
func (g *geoPackage) Share() float64 { return float64(g.read) / float64(max(g.rows, 1)) }
func (g *geoPackage) Close() error   { return g.db.Close() }

func (g *geoPackage) CRS() string {
	if g.srs <= 0 {
		return ""
	}
	return "EPSG:" + strconv.Itoa(g.srs)
}

func (g *geoPackage) Records(to Transform) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		quoted := make([]string, len(g.columns))
		for i, c := range g.columns {
			quoted[i] = quote(c)
		}
		rows, err := g.db.Query("SELECT " + strings.Join(quoted, ", ") + " FROM " + quote(g.table))
		if err != nil {
			yield(Record{}, err)
			return
		}
		defer rows.Close()
		for number := 1; rows.Next(); number++ {
			g.read = number
			if !yield(g.record(rows, number, to)) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Record{}, err)
		}
	}
}

func (g *geoPackage) record(rows *sql.Rows, number int, to Transform) (Record, error) {
	values := make([]any, len(g.columns))
	pointers := make([]any, len(values))
	for i := range values {
		pointers[i] = &values[i]
	}
	record := Record{Number: number, Place: fmt.Sprintf("row %d", number), Properties: map[string]any{}}
	if err := rows.Scan(pointers...); err != nil {
		return record, err
	}
	for i, name := range g.columns {
		blob, isBlob := values[i].([]byte)
		switch {
		case name == g.geometry && isBlob:
			shape, _, err := wkb.ParseGP(blob)
			if err == nil && shape != nil {
				record.Geometry, err = moved(shape, to)
			}
			if err != nil {
				return record, Problem{record.Place, name, err.Error()}
			}
		case !isBlob && values[i] != nil:
			record.Properties[name] = inWords(values[i])
		}
	}
	return record, nil
}

// inWords is a value as other formats have it: days and moments are texts there.
func inWords(value any) any {
	at, ok := value.(time.Time)
	switch {
	case !ok:
		return value
	case at.Equal(at.Truncate(24 * time.Hour)):
		return at.Format(time.DateOnly)
	}
	return at.Format(time.RFC3339)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
