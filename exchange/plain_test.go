package exchange_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/grid"
)

// Read as commas, all of such a file is one column that means nothing, and an import
// of nothing looks like one that went well.
func TestCellsAreSeparatedByCommas(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		refused    bool
	}{
		{"commas", "id,name,lon,lat\n1,甲店,106.36,29.62\n", false},
		{"commas and the line ends of Windows", "id,name,lon,lat\r\n1,甲店,106.36,29.62\r\n", false},
		{"semicolons", "id;name;lon;lat\n1;甲店;106.36;29.62\n", true},
		{"tabulators", "id\tname\tlon\tlat\n1\t甲店\t106.36\t29.62\n", true},
		{"the line ends of an old Mac", "id\r1\r", true},
		{"one column", "name\n甲店\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "shops.csv")
			save(t, path, []byte(tt.text))
			source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
			if err == nil {
				defer source.Close()
			}
			if refused := errors.Is(err, exchange.ErrFormat); refused != tt.refused || err != nil && !refused {
				t.Errorf("%v, refused is to be %v", err, tt.refused)
			}
		})
	}
}

func TestTheTablesOfAGeoPackageThatAreNotReadAreNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "two.gpkg")
	if _, err := exchange.WriteGeoPackage(t.Context(), path, someMark, new(grid.Building), all(sampleBuildings())); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('roads', 'features', 'roads', 4490)`)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	if got := source.Format(); !strings.HasSuffix(got, "table buildings only, not roads") {
		t.Errorf("the format is %q", got)
	}
}
