package exchange_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/events"
	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/gpkg"
	"quanxi/store/gpkg/gpkgtest"
)

func openStore(t *testing.T) *gpkg.Store {
	t.Helper()
	return gpkgtest.New(t)
}

func importInto(t *testing.T, s grid.Store, kind grid.Kind, file, content string) (*exchange.Report, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	source, to := opened(t, path)
	return exchange.Import{Kind: kind, Name: "source", Actor: "tester", To: to, Vault: openVault{}}.Run(t.Context(), source, s)
}

func stored(t *testing.T, s grid.Store, kind grid.Kind) (all []grid.Entity) {
	t.Helper()
	for e, err := range s.Entities(t.Context(), kind, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// A file without any ids, read three times, the last time with things described anew:
// nothing doubles, and what is equal twice in it stays two.
func TestAFileWithoutIDsNeverDoubles(t *testing.T) {
	bare := func(geometry, properties string) string {
		return `{"type":"Feature","geometry":` + geometry + `,"properties":{` + properties + `}}`
	}
	const pole = `{"type":"Point","coordinates":[106.5,29.5]}`
	for _, tt := range []struct {
		name          string
		kind          grid.Kind
		file          string
		before, after string
		want          int
		says          string // of the first, in the end
	}{
		{"buildings", grid.Buildings, "b.geojson", collection(bare(square("50", "50"), `"name":"甲","height":9`), bare(square("60", "60"), `"height":12`)),
			collection(bare(square("60", "60"), `"height":12`), bare(square("50", "50"), `"name":"甲楼","height":18`)), 2, `"name":"甲楼"`},
		{"two lamps on one pole", grid.Components, "c.geojson", collection(bare(pole, `"category":"lamp"`), bare(pole, `"category":"lamp"`)),
			collection(bare(pole, `"category":"lamp","owner":"市政"`), bare(pole, `"category":"lamp"`)), 2, `"owner":"市政"`},
		{"a table of components", grid.Components, "c.csv", "lon,lat,category\n106.5,29.5,lamp\n106.6,29.5,lamp\n", "lon,lat,category,state\n106.6,29.5,lamp,intact\n106.5,29.5,lamp,damaged\n", 2, `"state":"damaged"`},
		{"roads", grid.Roads, "r.geojson", collection(bare(`{"type":"LineString","coordinates":[[106.5,29.5],[106.6,29.5]]}`, `"highway":"primary"`)),
			collection(bare(`{"type":"LineString","coordinates":[[106.5,29.5],[106.6,29.5]]}`, `"highway":"primary","name":"长江路"`)), 1, "长江路"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openStore(t)
			for _, content := range []string{tt.before, tt.before, tt.after} {
				if report, err := importInto(t, s, tt.kind, tt.file, content); err != nil {
					t.Fatalf("%v %+v", err, report)
				}
			}
			all := stored(t, s, tt.kind)
			body, err := grid.EncodeJSON(all[0])
			if err != nil || len(all) != tt.want || !strings.Contains(string(body), tt.says) {
				t.Errorf("%d are stored, the first of them %s, %v; want %d and %s", len(all), body, err, tt.want, tt.says)
			}
		})
	}
}

// What this product has written it reads into another store, in any of its formats, and
// never doubles it, whatever stands there under its numbers; homes whose house is named by
// such a number are refused. Into the one that it came from it is not read back.
func TestAnExportIsReadElsewhere(t *testing.T) {
	from, to := openStore(t), openStore(t)
	house := &grid.Building{Name: "甲楼", Use: grid.Housing, Footprint: squareAt(1), HeightCM: 900}
	write(t, from, house)
	write(t, from, &grid.Dwelling{Building: house.ID, Unit: 1, Floor: 2, Room: "2-1", State: grid.OwnerOccupied})
	files := map[grid.Kind]map[string]string{}
	for _, kind := range []grid.Kind{grid.Buildings, grid.Dwellings} {
		var table, features strings.Builder
		if _, err := exchange.WriteCSV(&table, someMark, mustNew(t, kind), from.Entities(t.Context(), kind, grid.Query{})); err != nil {
			t.Fatal(err)
		}
		if _, err := exchange.WriteGeoJSON(&features, someMark, from.Entities(t.Context(), kind, grid.Query{})); err != nil {
			t.Fatal(err)
		}
		files[kind] = map[string]string{"export.csv": table.String(), "export.geojson": features.String()}
	}
	write(t, to, &grid.Building{Name: "乙楼", Use: grid.Housing, Footprint: squareAt(2), HeightCM: 900}) // under the number that 甲楼 has elsewhere
	for name, content := range files[grid.Buildings] {
		if report, err := importInto(t, to, grid.Buildings, name, content); err != nil {
			t.Fatalf("buildings from %s: %v %+v", name, err, report)
		}
		if n := len(stored(t, to, grid.Buildings)); n != 2 {
			t.Errorf("%d buildings after %s, want 甲楼 beside 乙楼", n, name)
		}
	}
	for name, content := range files[grid.Dwellings] {
		if report, err := importInto(t, to, grid.Dwellings, name, content); err == nil || len(stored(t, to, grid.Dwellings)) > 0 || !strings.Contains(report.Problems[0].Why, "building_external") {
			t.Errorf("homes from %s: %v %+v, want that they name their house by a number of elsewhere", name, err, report)
		}
	}
	if _, err := importInto(t, from, grid.Buildings, "export.csv", files[grid.Buildings]["export.csv"]); err == nil || !strings.Contains(err.Error(), "exported from this store") {
		t.Errorf("read back: %v", err)
	}
}

func mustNew(t *testing.T, kind grid.Kind) grid.Entity {
	t.Helper()
	e, err := events.New(kind)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func write(t *testing.T, s grid.Store, e grid.Entity) {
	t.Helper()
	if _, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{e}}); err != nil {
		t.Fatal(err)
	}
}

// squareAt is a footprint of some metres, at a place of its own.
func squareAt(n float64) geo.MultiPolygon {
	at := func(dx, dy float64) geo.Point { return geo.At(106.5+n/1000+dx, 29.5+dy) }
	return geo.MultiPolygon{{{at(0, 0), at(1e-4, 0), at(1e-4, 1e-4), at(0, 1e-4), at(0, 0)}}}
}
