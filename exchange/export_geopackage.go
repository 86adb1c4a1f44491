package exchange

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"strings"

	"quanxi/geo/wkb"
	"quanxi/grid"
)

// geoPackageBase is what every GeoPackage must hold (OGC 12-128, 1.3).
const geoPackageBase = `
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
	organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
	('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL), ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
	('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]', NULL),
	('CGCS2000', 4490, 'EPSG', 4490, 'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4490"]]', NULL);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
	last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL PRIMARY KEY, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
	srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
	UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_metadata (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
	md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
	timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL REFERENCES gpkg_metadata (id),
	md_parent_id INTEGER REFERENCES gpkg_metadata (id));
INSERT INTO gpkg_extensions VALUES
	('gpkg_metadata', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec131/#extension_metadata', 'read-write'),
	('gpkg_metadata_reference', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec131/#extension_metadata', 'read-write');
`

// markStandard names what the metadata of a mark are written in.
const markStandard = "urn:quanxi:export"

// WriteGeoPackage writes entities of one kind as the one feature table of a new
// GeoPackage at path, and returns their number. The file must not exist yet. The mark
// is the table's description and its metadata.
func WriteGeoPackage(ctx context.Context, path string, mark Mark, empty grid.Entity, entities iter.Seq2[grid.Entity, error]) (n int, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // else SQLite would make one that all may read
	if err != nil {
		return 0, err
	}
	if err := file.Close(); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, geoPackageBase+featureTable(empty)); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	if err := writeMark(ctx, db, mark, empty.Kind()); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if n, err = insertAll(ctx, tx, empty, entities); err != nil {
		return n, err
	}
	return n, tx.Commit()
}

func writeMark(ctx context.Context, db *sql.DB, mark Mark, kind grid.Kind) error {
	for _, s := range []struct {
		query string
		args  []any
	}{
		{"UPDATE gpkg_contents SET description = ?", []any{mark.String()}},
		{"INSERT INTO gpkg_metadata (id, md_standard_uri, mime_type, metadata) VALUES (1, ?, 'application/json', ?)", []any{markStandard, string(mark.json())}},
		{"INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES ('table', ?, 1)", []any{string(kind)}},
	} {
		if _, err := db.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

func featureTable(empty grid.Entity) string {
	table := quote(string(empty.Kind()))
	var columns []string
	for _, c := range exported(empty) {
		columns = append(columns, quote(c.Name)+" "+columnType(c.Value))
	}
	return fmt.Sprintf(`CREATE TABLE %s (fid INTEGER PRIMARY KEY AUTOINCREMENT, geom GEOMETRY, %s);
		INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('%s', 'features', '%[3]s', 4490);
		INSERT INTO gpkg_geometry_columns VALUES ('%[3]s', 'geom', 'GEOMETRY', 4490, 0, 0);`,
		table, strings.Join(columns, ", "), empty.Kind())
}

func columnType(value any) string {
	switch value.(type) {
	case *int32, *int64:
		return "INTEGER"
	case *grid.Date:
		return "DATE"
	case *bool:
		return "BOOLEAN"
	}
	return "TEXT"
}

func insertAll(ctx context.Context, tx *sql.Tx, empty grid.Entity, entities iter.Seq2[grid.Entity, error]) (int, error) {
	marks := strings.Repeat(", ?", len(exported(empty)))
	insert, err := tx.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s VALUES (NULL, ?%s)", quote(string(empty.Kind())), marks))
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	n := 0
	for e, err := range entities {
		if err != nil {
			return n, err
		}
		values, err := rowValues(e)
		if err != nil {
			return n, err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func rowValues(e grid.Entity) ([]any, error) {
	values := []any{nil}
	if g := e.Geometry(); g != nil {
		values[0] = wkb.AppendGP(nil, g, wkb.SRID)
	}
	for _, c := range exported(e) {
		switch v := c.Value.(type) {
		case *int32, *int64, *bool, *string:
			values = append(values, v)
		case *grid.Date:
			values = append(values, dayOrNull(*v))
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("%s %d: %s: %w", e.Kind(), e.Entity().ID, c.Name, err)
			}
			values = append(values, strings.Trim(string(text), `"`))
		}
	}
	return values, nil
}

// dayOrNull is a day as a GeoPackage has it: null for none.
func dayOrNull(d grid.Date) any {
	if d == 0 {
		return nil
	}
	return d.String()
}
