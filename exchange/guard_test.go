package exchange_test

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

// A VRT that looks like KML reaches ogr2ogr, which then must not know VRT.
func TestGDALKnowsOnlyTheDriverThatTheContentShows(t *testing.T) {
	folder := t.TempDir()
	secret := filepath.Join(folder, "secret.geojson")
	save(t, secret, []byte(collection(feature("1", square("501", "501"), ""))))
	path := filepath.Join(folder, "innocent.kml")
	save(t, path, []byte(`<OGRVRTDataSource><!-- <kml> --><OGRVRTLayer name="secret"><SrcDataSource>`+secret+`</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`))
	if source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir())); err == nil {
		source.Close()
		t.Error("a VRT in the clothes of KML was read")
	}
}

func TestGDALRunsWithinLimits(t *testing.T) {
	tools := t.TempDir()
	save(t, filepath.Join(tools, "ogr2ogr"), []byte("#!/bin/sh\n[ \"$1\" = --formats ] || echo \"limits $(ulimit -f) $(ulimit -v) $(env | wc -l)\" >&2\n[ \"$1\" = --formats ]\n"))
	if out, err := exec.Command("chmod", "700", filepath.Join(tools, "ogr2ogr")).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	t.Setenv("PATH", tools+":/usr/bin:/bin")
	path := filepath.Join(tools, "a.kml")
	save(t, path, []byte("<kml></kml>"))
	_, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err == nil || !strings.Contains(err.Error(), "limits 16777216 4194304 ") {
		t.Errorf("want 8 GB of output and 4 GB of memory: %v", err)
	}
}

// A view could show another table, or compute for ever.
func TestAViewInAGeoPackageIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "view.gpkg")
	if _, err := exchange.WriteGeoPackage(t.Context(), path, someMark, new(grid.Building), all(sampleBuildings())); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`ALTER TABLE buildings RENAME TO hidden; CREATE VIEW buildings AS SELECT * FROM hidden`)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir())); !errors.Is(err, exchange.ErrFormat) {
		t.Errorf("opened %v, %v", source, err)
	}
}

// full is a store whose disk fills up in the middle of a load.
type full struct{ shelf }

func (f *full) BeginLoad(context.Context, grid.LoadInfo) (grid.Load, error) { return f, nil }
func (*full) Put(context.Context, []grid.Entity, []grid.SubjectKey) error   { return grid.ErrUnavailable }

func TestALoadThatFailsIsAborted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "points.csv")
	save(t, path, []byte("name,lon,lat\n东门,106.5,29.5\n"))
	source, to := opened(t, path)
	store := &full{}
	_, err := exchange.Import{Kind: grid.ServicePoints, Name: "points", To: to}.Run(t.Context(), source, store)
	if !errors.Is(err, grid.ErrUnavailable) || store.aborted != 1 || store.committed != 0 {
		t.Errorf("%v; aborted %d, committed %d times", err, store.aborted, store.committed)
	}
}

// county holds whole kinds, in any order.
type county struct {
	grid.Store
	entities []grid.Entity
}

func (c county) Entities(_ context.Context, kind grid.Kind, _ grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for _, e := range c.entities {
			if e.Kind() == kind && !yield(e, nil) {
				return
			}
		}
	}
}

func TestWhatLiesInAnArea(t *testing.T) {
	head := func(id int64) grid.Head { return grid.Head{ID: id} }
	east, west := geo.At(106.6, 29.5), geo.At(106.4, 29.5)
	near := func(p geo.Point) geo.MultiPolygon {
		lon, lat := p.Degrees()
		return geo.MultiPolygon{{{geo.At(lon, lat), geo.At(lon+1e-3, lat), geo.At(lon+1e-3, lat+1e-3), geo.At(lon, lat)}}}
	}
	store := county{entities: []grid.Entity{
		&grid.Building{Head: head(2), Area: "500101002001", Footprint: near(east)}, // stamped before borders moved
		&grid.Building{Head: head(3), Area: "500101001001", Footprint: near(west)},
		&grid.Dwelling{Head: head(4), Building: 2}, &grid.Dwelling{Head: head(5), Building: 3},
	}}
	area := exchange.Area{
		// A community below the town in the tree, whose code begins with another's, is in.
		Scope: grid.NewScope(grid.Under("500101001"), grid.Under("500101002009")),
		At: func(p geo.Point) grid.Code {
			if lon, _ := p.Degrees(); lon > 106.5 {
				return "500101001001001"
			}
			return "500101002001001"
		},
		Boundary: near(east),
	}
	for _, tt := range []struct {
		name   string
		entity grid.Entity
		want   bool
	}{
		{"a person at home in the town", &grid.Person{Dwelling: 4}, true},
		{"a person at home in another town", &grid.Person{Dwelling: 5}, false},
		{"a person without a home, in the town", &grid.Person{Place: east}, true},
		{"a person without a home, elsewhere", &grid.Person{Place: west}, false},
		{"a household in the town", &grid.Household{Dwelling: 4}, true},
		{"a home in the town", &grid.Dwelling{Building: 2}, true},
		{"a home in another town", &grid.Dwelling{Building: 3}, false},
		{"a building that lies there today", &grid.Building{Footprint: near(east), Area: "500101002001"}, true},
		{"a building that no longer does", &grid.Building{Footprint: near(west), Area: "500101001001"}, false},
		{"the town", &grid.Division{Code: "500101001"}, true},
		{"a grid of the town", &grid.Division{Code: "500101001001001"}, true},
		{"a community that the town manages", &grid.Division{Code: "500101002009"}, true},
		{"its county", &grid.Division{Code: "500101"}, false},
		{"another town", &grid.Division{Code: "500101002"}, false},
		{"a worker of the town", &grid.Worker{Area: "500101001001"}, true},
		{"a lamp in the town", &grid.Component{Place: east}, true},
		{"a lamp elsewhere", &grid.Component{Place: west}, false},
		{"a road that ends in the town", &grid.Road{Line: geo.MultiLine{{west, east}}}, true},
		{"a road straight through the town", &grid.Road{Line: geo.MultiLine{{geo.At(106.5, 29.5001), geo.At(106.7, 29.5001)}}}, true},
		{"a road past the town", &grid.Road{Line: geo.MultiLine{{west, geo.At(106.7, 29.6)}}}, false},
		{"a pond elsewhere", &grid.Water{Body: near(west)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inside, err := area.Inside(t.Context(), store, tt.entity.Kind())
			if err != nil {
				t.Fatal(err)
			}
			if got := inside(tt.entity); got != tt.want {
				t.Errorf("inside: %v", got)
			}
		})
	}
}
