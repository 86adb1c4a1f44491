package exchange_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

func sampleBuildings() []grid.Entity {
	footprint := geo.MultiPolygon{{{geo.At(106.5, 29.5), geo.At(106.5005, 29.5), geo.At(106.5005, 29.5005), geo.At(106.5, 29.5005), geo.At(106.5, 29.5)}}}
	return []grid.Entity{
		&grid.Building{Head: grid.Head{ID: 7, Revision: 2, External: "osm:1"}, Name: "一号楼", Address: "=HYPERLINK(1)", Footprint: footprint, HeightCM: 5400, Floors: 18, Use: grid.Housing, Area: "500106001001001"},
		&grid.Building{Head: grid.Head{ID: 8, Revision: 1, External: "osm:2"}, Name: "二号楼", Footprint: footprint, Use: grid.School, Area: "500107001001001"},
	}
}

func all(entities []grid.Entity) exchange.Entities {
	return func(yield func(grid.Entity, error) bool) {
		for _, e := range entities {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// What export writes, import reads: the same buildings come back.
func TestWhatGoesOutComesIn(t *testing.T) {
	write := map[string]func(t *testing.T, path string){
		"GeoJSON": func(t *testing.T, path string) {
			var b bytes.Buffer
			if n, err := exchange.WriteGeoJSON(&b, someMark, all(sampleBuildings())); n != 2 || err != nil {
				t.Fatal(n, err)
			}
			save(t, path, b.Bytes())
		},
		"CSV": func(t *testing.T, path string) {
			var b bytes.Buffer
			if n, err := exchange.WriteCSV(&b, someMark, new(grid.Building), all(sampleBuildings())); n != 2 || err != nil {
				t.Fatal(n, err)
			}
			save(t, path, b.Bytes())
		},
		"GeoPackage": func(t *testing.T, path string) {
			if n, err := exchange.WriteGeoPackage(t.Context(), path, someMark, new(grid.Building), all(sampleBuildings())); n != 2 || err != nil {
				t.Fatal(n, err)
			}
		},
	}
	for format, write := range write {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out")
			write(t, path)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			store := &shelf{}
			if report, err := runImport(t, grid.Buildings, "in", string(content), store); err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			for i, e := range store.live {
				got, want := e.(*grid.Building), sampleBuildings()[i].(*grid.Building)
				if got.Name != want.Name || got.HeightCM != want.HeightCM || got.Use != want.Use || len(got.Footprint[0][0]) != 5 || got.Footprint[0][0][2] != want.Footprint[0][0][2] {
					t.Errorf("came back as %+v, want %+v", got, want)
				}
			}
			if len(store.live) != 2 {
				t.Errorf("%d came back, want 2", len(store.live))
			}
		})
	}
}

func save(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	var b bytes.Buffer
	if _, err := exchange.WriteCSV(&b, someMark, new(grid.Building), all(sampleBuildings())); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "'=HYPERLINK") {
		t.Errorf("a formula left as it was:\n%s", b.String())
	}
	for _, start := range []string{"=", "+", "-", "@", "\t", "\r"} {
		b.Reset()
		if _, err := exchange.WriteCSV(&b, someMark, new(grid.Building), all([]grid.Entity{&grid.Building{Name: start + "1"}})); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "'"+start+"1") {
			t.Errorf("a cell that begins with %q left as it was:\n%s", start, b.String())
		}
	}
}

func TestNothingSealedLeaves(t *testing.T) {
	person := &grid.Person{Head: grid.Head{ID: 1, Revision: 1}, Identity: grid.Sealed("SECRETSECRET"), IDDigest: []byte("DIGESTDIGEST"), Dwelling: 3, Residence: grid.LivesOnly}
	var text, table bytes.Buffer
	if _, err := exchange.WriteGeoJSON(&text, someMark, all([]grid.Entity{person})); err != nil {
		t.Fatal(err)
	}
	if _, err := exchange.WriteCSV(&table, someMark, new(grid.Person), all([]grid.Entity{person})); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"identity", "digest", "U0VDUkVU", "SECRET"} {
		if strings.Contains(text.String()+table.String(), word) {
			t.Errorf("%q left:\n%s%s", word, text.String(), table.String())
		}
	}
}

// Every other format comes through ogr2ogr, with only the driver that the
// content shows.
func TestOtherFormatsComeThroughGDAL(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain.geojson")
	save(t, plain, []byte(collection(feature("1", square("501", "501"), `"name":"一号楼","height":54`))))
	for format, name := range map[string]string{"ESRI Shapefile": "out.shp", "KML": "out.kml", "FlatGeobuf": "out.fgb"} {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(folder, name)
			if out, err := exec.Command("ogr2ogr", "-f", format, path, plain).CombinedOutput(); err != nil {
				t.Fatalf("ogr2ogr: %v\n%s", err, out)
			}
			source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			to, _, err := exchange.ChooseCRS("auto", source, nil)
			if err != nil {
				t.Fatal(err)
			}
			store := &shelf{}
			report, err := exchange.Import{Kind: grid.Buildings, Name: "test", To: to}.Run(t.Context(), source, store)
			if err != nil || len(store.live) != 1 {
				t.Fatalf("%d stored, %v, %+v", len(store.live), err, report)
			}
		})
	}
}

// A VRT that is named .geojson would make GDAL read another file of the server.
func TestAFileThatPointsElsewhereIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "innocent.geojson")
	save(t, path, []byte(`<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`))
	if source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir())); err == nil {
		source.Close()
		t.Error("the file was opened")
	}
}
