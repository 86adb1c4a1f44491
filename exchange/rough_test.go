package exchange_test

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

func TestOneLineTooShortIsOneBadRecord(t *testing.T) {
	table := "name,lon,lat\n东门,106.5,29.5\n断行,106.5\n西门,106.6,29.6\n"
	report, err := runImport(t, grid.ServicePoints, "points.csv", table, &shelf{})
	if !errors.Is(err, exchange.ErrRefused) || report.Records != 3 || report.Bad != 1 || report.Problems[0].Place != "line 3" {
		t.Errorf("%v, %+v", err, report)
	}
}

func TestAPointInAListOfNamesLeavesTheLabelInItsBorder(t *testing.T) {
	store := &shelf{}
	border := feature(`"x"`, square("501", "501"), `"adcode":"500101","name":"万州区"`)
	if _, err := runImport(t, grid.Divisions, "counties.geojson", collection(border), store); err != nil {
		t.Fatal(err)
	}
	label := store.live[0].(*grid.Division).Label
	if _, err := runImport(t, grid.Divisions, "counties.csv", "code12,name,lon,lat\n500101000000,万州区,108.4,30.8\n", store); err != nil {
		t.Fatal(err)
	}
	if again := store.live[len(store.live)-1].(*grid.Division); again.Label != label {
		t.Errorf("the label moved from %v to %v", label, again.Label)
	}
}

func TestACareTagIsHeldOnce(t *testing.T) {
	store := &shelf{}
	if _, err := runImport(t, grid.People, "people.csv", "姓名,关爱标签,是否独居,经度,纬度\n测试一,高龄、独居,是,106.5,29.5\n", store); err != nil {
		t.Fatal(err)
	}
	if care := store.live[0].(*grid.Person).Care; strings.Join(care, " ") != "aged-80 living-alone" {
		t.Errorf("care: %q", care)
	}
}

// away is a store whose disk went away after the import began.
type away struct{ shelf }

func (*away) Entities(context.Context, grid.Kind, grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) { yield(nil, grid.ErrUnavailable) }
}

func TestAStoreThatIsAwayIsNoMissingBuilding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "homes.csv")
	save(t, path, []byte("id,楼栋编码,楼层,房号\n1,7,3,301\n"))
	source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	report, err := exchange.Import{Kind: grid.Dwellings, Name: "homes"}.Check(t.Context(), source, &away{})
	if !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("%v, %+v", err, report)
	}
}

// A DXF never says what its numbers are, and shapefiles travel zipped.
func TestFilesThatDoNotNameTheirSystem(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain.geojson")
	save(t, plain, []byte(collection(`{"type":"Feature","properties":{"Layer":"primary"},"geometry":{"type":"LineString","coordinates":[[106.5,29.5],[106.51,29.5]]}}`)))
	convert := func(args ...string) {
		if out, err := exec.Command("ogr2ogr", args...).CombinedOutput(); err != nil {
			t.Fatalf("ogr2ogr %v: %v\n%s", args, err, out)
		}
	}
	convert("-f", "ESRI Shapefile", "-t_srs", "EPSG:4544", filepath.Join(folder, "shp"), plain)
	convert("-f", "DXF", filepath.Join(folder, "metres.dxf"), filepath.Join(folder, "shp"))
	pack(t, filepath.Join(folder, "roads.zip"), filepath.Join(folder, "shp"))
	inside := func(p geo.Point) bool { lon, _ := p.Degrees(); return lon > 106 && lon < 107 }
	for _, tt := range []struct{ name, declared, chosen string }{
		{"metres.dxf", "", "EPSG:4544"},
		{"roads.zip", "wgs84", "wgs84"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source, err := exchange.Open(t.Context(), filepath.Join(folder, tt.name), exchange.Scratch(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			_, why, err := exchange.ChooseCRS("auto", source, inside)
			if err != nil || source.CRS() != tt.declared || !strings.HasPrefix(why, tt.chosen) {
				t.Errorf("declared %q, chosen %q, %v", source.CRS(), why, err)
			}
		})
	}
}

func pack(t *testing.T, path, folder string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z := zip.NewWriter(file)
	if err := errors.Join(z.AddFS(os.DirFS(folder)), z.Close()); err != nil {
		t.Fatal(err)
	}
}

// At the border of the known area a few positions fall in by chance: a system that most
// files are not in must explain clearly more of them.
func TestASystemWinsOnlyClearly(t *testing.T) {
	var rows strings.Builder
	for i := range 100 {
		fmt.Fprintf(&rows, "%d,甲,%.4f,29.5\n", i, 106.5+0.0005*float64(i))
	}
	for _, tt := range []struct {
		name string
		east float64 // border of the known area
		want string
	}{
		{"all fit in both", 106.6, "wgs84"},
		{"a few more fit in the other", 106.5485, "wgs84"},
		{"many more fit in the other", 106.545, "gcj02"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "places.csv")
			save(t, path, []byte("id,名称,lon,lat\n"+rows.String()))
			source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			_, why, err := exchange.ChooseCRS("auto", source, func(p geo.Point) bool { lon, _ := p.Degrees(); return lon < tt.east })
			if err != nil || !strings.HasPrefix(why, tt.want+" ") {
				t.Errorf("chosen %q, %v; want %s", why, err, tt.want)
			}
		})
	}
}

// Far in the west of China longitude is below 90: exchanged, it is still a latitude.
func TestExchangedDegreesAreSeenByWhereTheyLie(t *testing.T) {
	for _, tt := range []struct {
		name, places string
		swapped      bool
	}{
		{"Tibet, exchanged", "1,甲,29.53,89.47\n2,乙,29.6,88.9\n", true},
		{"Tibet", "1,甲,89.47,29.53\n", false},
		{"one of them not", "1,甲,29.53,89.47\n2,乙,89.47,29.53\n", false},
		{"another country", "1,甲,10.5,52.5\n", false},
		{"the far north", "1,甲,20.5,78.5\n2,乙,2,60\n", false},
	} {
		path := filepath.Join(t.TempDir(), "places.csv")
		save(t, path, []byte("id,名称,lon,lat\n"+tt.places))
		source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = exchange.ChooseCRS("auto", source, func(geo.Point) bool { return false })
		if errors.Is(err, geo.ErrSwapped) != tt.swapped || !tt.swapped && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		source.Close()
	}
}

// GeoJSON of before RFC 7946, such as ogr2ogr writes when asked, says its system.
func TestGeoJSONThatSaysItsSystem(t *testing.T) {
	for _, tt := range []struct{ name, member, want string }{
		{"as a URN", `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4544"}},`, "EPSG:4544"},
		{"with a version", `"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:9.8:4545"}},`, "EPSG:4545"},
		{"as a short name", `"crs":{"type":"name","properties":{"name":"EPSG:4490"}},`, "EPSG:4490"},
		{"WGS 84, which every program writes", `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},`, ""},
		{"none", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := t.TempDir() + "/roads.geojson"
			save(t, path, []byte(`{"type":"FeatureCollection",`+tt.member+`"features":[]}`))
			source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			if got := source.CRS(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
