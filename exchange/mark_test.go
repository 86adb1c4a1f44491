package exchange_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quanxi/exchange"
	"quanxi/grid"
)

var someMark = exchange.Mark{ID: "4503599627370497", Who: "secretary", Post: "secretary@500106001001",
	At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Purpose: "report", Note: `季度"报表", =1+1`}

// marked writes two buildings in a format to a file of its own.
func marked(t *testing.T, format string) (path string, w exchange.Written) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "out"+exchange.Extension(format))
	w, err := exchange.Export{Format: format, Empty: new(grid.Building), Entities: all(sampleBuildings()), Mark: someMark, Find: nothing}.WriteFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v: others may read what is about people", format, info.Mode(), err)
	}
	return path, w
}

// What GDAL shows of a file, such as QGIS and others would, names who took it, and the
// features are whole: the mark costs no format its readers.
func TestTheMarkIsSeenByOthersAndCostsThemNothing(t *testing.T) {
	for format, mark := range map[string]string{
		"geojson": `"who":"secretary"`, // in the file alone: GDAL shows no foreign members
		"csv":     "quanxi_export (String) = " + someMark.String(), "geopackage": `DESCRIPTION=` + someMark.String(),
	} {
		t.Run(format, func(t *testing.T) {
			path, written := marked(t, format)
			seen, err := exec.Command("ogrinfo", "-al", "-ro", path).CombinedOutput()
			if err != nil {
				t.Fatalf("ogrinfo: %v\n%s", err, seen)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if format == "geojson" {
				seen = append(seen, content...)
			}
			for _, want := range []string{mark, "Feature Count: 2", "name (String) = 一号楼", "height_cm"} {
				if !strings.Contains(string(seen), want) {
					t.Errorf("nothing of %q in\n%s", want, seen)
				}
			}
			if sum := sha256.Sum256(content); written.Entities != 2 || written.Bytes != int64(len(content)) || !bytes.Equal(written.Digest, sum[:]) {
				t.Errorf("it says of itself %+v", written)
			}
		})
	}
}

func TestTheMetadataOfAGeoPackageHoldTheMark(t *testing.T) {
	path, _ := marked(t, "geopackage")
	seen, err := exec.Command("ogrinfo", "-ro", path, "-sql", "SELECT m.metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id WHERE r.table_name = 'buildings'").CombinedOutput()
	if err != nil || !strings.Contains(string(seen), `"id":"4503599627370497"`) {
		t.Errorf("%v\n%s", err, seen)
	}
}

func TestAMarkIsAMemberThatJSONReads(t *testing.T) {
	path, _ := marked(t, "geojson")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Mark     exchange.Mark `json:"quanxi_export"`
		Features []any
	}
	if err := json.Unmarshal(content, &file); err != nil || file.Mark != someMark || len(file.Features) != 2 {
		t.Errorf("%v: %+v", err, file)
	}
}

func TestNoFileIsWrittenOverAnother(t *testing.T) {
	for _, format := range exchange.Formats() {
		path := filepath.Join(t.TempDir(), "there")
		save(t, path, []byte("mine"))
		if _, err := (exchange.Export{Format: format, Empty: new(grid.Building), Entities: all(nil), Find: nothing}).WriteFile(t.Context(), path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// A file of people that hides their names must not make people of the masks.
func TestAMaskIsNoName(t *testing.T) {
	for column, row := range map[string]string{
		"name": `{"name":"欧阳**"}`, "id_number": `{"name":"欧阳小明","id_number":"990***********1234"}`, "phone": `{"name":"欧阳小明","phone":"103****1234"}`,
	} {
		store := &shelf{}
		report, err := runImport(t, grid.People, "in", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":`+row+`}]}`, store)
		if len(store.live) != 0 || len(report.Problems) != 1 || report.Problems[0].Field != column {
			t.Errorf("%s: %v, %+v", column, err, report)
		}
	}
}
