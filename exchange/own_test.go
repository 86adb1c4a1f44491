package exchange_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

// wholes are entities of every kind that export and import share, with every column filled.
func wholes() []grid.Entity {
	area := geo.MultiPolygon{{{geo.At(106.5, 29.5), geo.At(106.5005, 29.5), geo.At(106.5005, 29.5005), geo.At(106.5, 29.5005), geo.At(106.5, 29.5)}}}
	line := geo.MultiLine{{geo.At(106.5, 29.5), geo.At(106.6, 29.6)}}
	at := geo.At(106.55, 29.55)
	return []grid.Entity{
		&grid.Division{Code: "5000", Level: grid.CityLevel, Name: "重庆市", DivisionKind: "city", Label: at, From: 20200101, To: 20300101},
		&grid.Division{Code: "500106001", Level: grid.TownLevel, Name: "石桥街道", Parent: "500106", DivisionKind: "street", Label: at, NormLow: 300, NormHigh: 500, Boundary: area},
		&grid.Building{Code: "00204", Name: "一号楼", Address: "=长江路1号", Quarter: "锦绣花园", Footprint: area, HeightCM: 5400, Floors: 18, Below: 2, Units: 3,
			Entrances: []grid.Entrance{{Place: at, Level: -1, Unit: 2}}, Use: grid.Housing, Year: 2019},
		&grid.Organisation{Name: "面馆", CreditCode: "91990000MA0000000X", Category: "food", Address: "长江路2号", Place: at},
		&grid.Component{Code: "0101", Category: "lamp", State: "damaged", Owner: "市政", Place: at},
		&grid.Camera{Name: "东门", Azimuth: 90, View: 60, State: "online", Place: at},
		&grid.ServicePoint{Name: "便民服务站", Category: "service", Items: []string{"社保", "医保, 含异地"}, Hours: "9-17", Phone: "110", Address: "长江路3号", Place: at},
		&grid.Road{Name: "长江路", Class: "main", WidthCM: 2600, Bridge: true, Line: line},
		&grid.Water{Name: "嘉陵江", Class: "river", Body: area},
		&grid.Green{Name: "公园", Class: "park", Area: area},
		&grid.LandUse{Name: "梯田线", Class: "terrace-line", Body: line},
	}
}

// Whatever export writes of a thing, in whichever format, another store knows of it after
// import: a second time it is the same thing.
func TestEveryColumnComesBack(t *testing.T) {
	for format, write := range formats() {
		s, before := openStore(t), map[grid.Kind]int{}
		for _, want := range wholes() {
			t.Run(string(want.Kind())+" in "+format, func(t *testing.T) {
				want.Entity().ID = 17
				path := filepath.Join(t.TempDir(), "out")
				write(t, path, want)
				for range 2 {
					if report, err := readAuto(t, s, want.Kind(), path); err != nil {
						t.Fatalf("%v %+v", err, report)
					}
				}
				all := stored(t, s, want.Kind())
				if before[want.Kind()]++; len(all) != before[want.Kind()] {
					t.Fatalf("%d are stored, want %d", len(all), before[want.Kind()])
				}
				got := all[len(all)-1]
				*got.Entity(), *want.Entity() = grid.Head{}, grid.Head{}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("it came back as (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// formats write one entity to a new file.
func formats() map[string]func(t *testing.T, path string, e grid.Entity) {
	return map[string]func(t *testing.T, path string, e grid.Entity){
		"GeoJSON": func(t *testing.T, path string, e grid.Entity) {
			var b bytes.Buffer
			if _, err := exchange.WriteGeoJSON(&b, exchange.Mark{}, all([]grid.Entity{e})); err != nil {
				t.Fatal(err)
			}
			save(t, path, b.Bytes())
		},
		"CSV": func(t *testing.T, path string, e grid.Entity) {
			var b bytes.Buffer
			empty, _ := grid.New(e.Kind())
			if _, err := exchange.WriteCSV(&b, exchange.Mark{}, empty, all([]grid.Entity{e})); err != nil {
				t.Fatal(err)
			}
			save(t, path, b.Bytes())
		},
		"GeoPackage": func(t *testing.T, path string, e grid.Entity) {
			empty, _ := grid.New(e.Kind())
			if _, err := exchange.WriteGeoPackage(t.Context(), path, exchange.Mark{}, empty, all([]grid.Entity{e})); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// nothing is there to be found.
func nothing(grid.Kind, []int64) exchange.Entities { return all(nil) }

// A town's houses, homes and what hangs in them, none of which has an id of its own, are
// taken to another store, twice, and all name what they named. Where they came from they
// are known.
func TestWhatNamesEachOtherIsTakenElsewhere(t *testing.T) {
	from, to := openStore(t), openStore(t)
	at := geo.At(106.50025, 29.50025)
	house := wholes()[2].(*grid.Building)
	put := func(e grid.Entity) int64 {
		if _, err := from.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{e}}); err != nil {
			t.Fatal(err)
		}
		return e.Entity().ID
	}
	house.Steward = put(&grid.Worker{Name: "网格员", Role: "steward", Area: "500106001001001"})
	home := &grid.Dwelling{Building: put(house), Unit: 1, Floor: 3, Room: "301", State: grid.OwnerOccupied}
	put(home)
	put(&grid.Dwelling{Building: house.ID, Unit: 1, Floor: 3, Room: "302", State: grid.OwnerOccupied})
	put(&grid.Device{Name: "门磁", Category: "door", State: "online", Place: at, Building: house.ID, Dwelling: home.ID})
	put(&grid.Organisation{Name: "面馆", Place: at, Building: house.ID})
	for _, format := range exchange.Formats() {
		for _, kind := range []grid.Kind{grid.Buildings, grid.Dwellings, grid.Devices, grid.Organisations} {
			empty, _ := grid.New(kind)
			path := filepath.Join(t.TempDir(), "out"+exchange.Extension(format))
			x := exchange.Export{Format: format, Empty: empty, Entities: from.Entities(t.Context(), kind, grid.Query{}), Find: exchange.StoreFinder(t.Context(), from)}
			if _, err := x.WriteFile(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			report, err := readAuto(t, to, kind, path)
			if err != nil {
				t.Fatalf("%s of %s: %v %+v", format, kind, err, report)
			}
			if kind == grid.Buildings && report.LeftOut["steward"] != 1 {
				t.Errorf("%s: nothing is said of the steward: %+v", format, report)
			}
			if _, err := readAuto(t, from, kind, path); !errors.Is(err, exchange.ErrRefused) {
				t.Errorf("%s of %s read back into its own store: %v", format, kind, err)
			}
		}
		houses, homes, devices, shops := stored(t, to, grid.Buildings), stored(t, to, grid.Dwellings), stored(t, to, grid.Devices), stored(t, to, grid.Organisations)
		if len(houses) != 1 || len(homes) != 2 || len(devices) != 1 || len(shops) != 1 {
			t.Fatalf("%s: there are %d houses, %d homes, %d devices, %d shops", format, len(houses), len(homes), len(devices), len(shops))
		}
		door, shop := devices[0].(*grid.Device), shops[0].(*grid.Organisation)
		if home := homes[0].(*grid.Dwelling); home.Building != houses[0].Entity().ID || home.Room != "301" || door.Dwelling != home.ID || door.Building != home.Building || shop.Building != home.Building {
			t.Errorf("%s: home %+v, device %+v and shop %+v do not name what they did", format, home, door, shop)
		}
	}
}

// readAuto reads a file as `quanxi import` does.
func readAuto(t *testing.T, s grid.Store, kind grid.Kind, path string) (*exchange.Report, error) {
	t.Helper()
	source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	to, _, err := exchange.ChooseCRS("auto", source, func(geo.Point) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return exchange.Import{Kind: kind, Name: "file", To: to}.Run(t.Context(), source, s)
}
