package world_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
	"quanxi/world"
)

// tinyTown is the World of testdata/geojson at noon of monday.
func tinyTown(t testing.TB) *world.World {
	t.Helper()
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	l := w.Begin()
	for _, kind := range events.Kinds() {
		for _, e := range fixture(t, kind) {
			if err := l.Add(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Publish(world.Position{Epoch: "test", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	for worker, p := range map[int64]geo.Point{601: geo.At(106.503, 29.5012), 602: geo.At(106.506, 29.5005)} {
		w.SetPosition(world.WorkerPosition{Worker: worker, Place: p, At: monday.Add(-time.Minute)})
	}
	return w
}

// fixture reads the entities of a kind from testdata/geojson; kinds without a
// file have none.
func fixture(t testing.TB, kind grid.Kind) []grid.Entity {
	t.Helper()
	text, err := os.ReadFile("../testdata/geojson/" + string(kind) + ".geojson")
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var collection struct {
		Features []struct {
			Properties map[string]any  `json:"properties"`
			Geometry   json.RawMessage `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &collection); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	var out []grid.Entity
	for _, f := range collection.Features {
		e, err := events.New(kind)
		if err != nil {
			t.Fatal(err)
		}
		if string(f.Geometry) != "null" {
			f.Properties["geometry"] = f.Geometry
		}
		body, err := json.Marshal(f.Properties)
		if err != nil {
			t.Fatal(err)
		}
		if err := grid.DecodeJSON(body, e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// tileOver returns the tile of a zoom over the south-west of the tiny town. At
// zoom 15 it holds all of it.
func tileOver(zoom uint8) tiles.ID {
	return tiles.Holding(geo.Project(geo.At(106.5023, 29.5003)), zoom)
}

var (
	everywhere = grid.Everywhere()
	westGrid   = grid.NewScope(grid.Under("500999001001001"))
	nowhere    = grid.Scope{}
)

// The golden tiles are checked by hand against the fixture.
func TestGoldenTiles(t *testing.T) {
	s := tinyTown(t).Snapshot()
	for _, tt := range []struct {
		name  string
		layer string
		zoom  uint8
		scope grid.Scope
	}{
		{"base of a street", "base", 15, nowhere},
		{"base far out", "base", 9, nowhere},
		{"divisions of a street", "divisions", 16, nowhere},
		{"divisions far out", "divisions", 9, nowhere},
		{"buildings of a street", "buildings", 15, nowhere},
		{"buildings far out are the large ones", "buildings", 13, nowhere},
		{"shadow", "shadow", 15, nowhere},
		{"dwellings", "dwellings", 17, everywhere},
		{"dwellings of the west grid", "dwellings", 17, westGrid},
		{"components", "components", 15, nowhere},
		{"devices", "devices", 15, everywhere},
		{"cameras", "cameras", 15, everywhere},
		{"service", "service", 15, nowhere},
		{"events of a street", "events", 15, everywhere},
		{"events of the west grid", "events", 15, westGrid},
		{"events far out are counted", "events", 9, everywhere},
		{"events far out of the west grid", "events", 9, westGrid},
		{"workers", "workers", 15, everywhere},
		{"people of a street", "people", 15, everywhere},
		{"people by building", "people", 17, everywhere},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tile := s.DrawTile(tiles.NewEncoder(), tileOver(tt.zoom), of(tt.scope), tt.layer)
			tilestest.Golden(t, tt.name, tile)
		})
	}
}

// What depends on the viewer is not there for somebody who answers for nothing,
// nor anything of the east for somebody who answers for the west.
func TestScopedLayersStayInTheScope(t *testing.T) {
	s := tinyTown(t).Snapshot()
	for _, l := range world.Layers() {
		for zoom := l.MinZoom; zoom <= l.MaxZoom; zoom++ {
			all := tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(zoom), of(everywhere), l.Name))
			none := tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(zoom), of(nowhere), l.Name))
			if l.Scoped && len(none) > 0 {
				t.Errorf("%s at zoom %d shows %v to somebody without any scope", l.Name, zoom, none)
			}
			if !l.Scoped {
				if diff := cmp.Diff(all, none); diff != "" {
					t.Errorf("%s at zoom %d depends on the viewer:\n%s", l.Name, zoom, diff)
				}
			}
		}
	}
	west := tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(16), of(westGrid), "people"))["people"]
	if len(west) != 1 || west[0].Properties["code"] != "500999001001001" {
		t.Errorf("the west grid's leader gets the numbers %v", west)
	}
}

func TestEachLayerKeepsItsWord(t *testing.T) {
	s := tinyTown(t).Snapshot()
	for _, l := range world.Layers() {
		seen := make(map[string]bool)
		for zoom := uint8(0); zoom <= tiles.MaxZoom; zoom++ {
			for part, features := range tilestest.Decode(t, s.DrawTile(tiles.NewEncoder(), tileOver(zoom), of(everywhere), l.Name)) {
				seen[part] = true
				checkPart(t, l, part, zoom, features)
			}
		}
		for _, p := range l.Parts {
			if !seen[p.ID] {
				t.Errorf("%s never shows %s", l.Name, p.ID)
			}
		}
	}
}

// checkPart compares what is drawn with what TileJSON says of it.
func checkPart(t *testing.T, l tiles.Layer, part string, zoom uint8, features []tilestest.Feature) {
	t.Helper()
	for _, p := range l.Parts {
		if p.ID != part {
			continue
		}
		if zoom < p.MinZoom || zoom > p.MaxZoom {
			t.Errorf("%s is drawn at zoom %d", part, zoom)
		}
		for _, f := range features {
			if f.ID == 0 || f.ID >= 1<<53 {
				t.Errorf("%s has feature %d", part, f.ID)
			}
			for name := range f.Properties {
				if p.Fields[name] == "" {
					t.Errorf("%s has a field %s that is not described", part, name)
				}
			}
		}
		return
	}
	t.Errorf("%s shows %s without saying so", l.Name, part)
}

// Nodes get entities in different orders, and must agree on the bytes.
func TestTheOrderOfArrivalDoesNotShow(t *testing.T) {
	want := tinyTown(t)
	var all []grid.Entity
	for _, kind := range events.Kinds() {
		all = append(all, fixture(t, kind)...)
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := world.New(world.Options{Now: func() time.Time { return monday }})
		for _, i := range rapid.Permutation(indices(len(all))).Draw(rt, "order") {
			if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, []world.Step{{Entity: all[i]}}); err != nil {
				rt.Fatal(err)
			}
		}
		for _, l := range world.Layers() {
			for _, zoom := range []uint8{9, 13, 17} {
				if l.Name == "workers" {
					continue // positions are not of the log
				}
				a := bytes.Clone(want.Snapshot().DrawTile(tiles.NewEncoder(), tileOver(zoom), of(everywhere), l.Name))
				b := w.Snapshot().DrawTile(tiles.NewEncoder(), tileOver(zoom), of(everywhere), l.Name)
				if !bytes.Equal(a, b) {
					rt.Fatalf("%s at zoom %d: %s", l.Name, zoom, cmp.Diff(string(tilestest.Text(t, a)), string(tilestest.Text(t, b))))
				}
			}
		}
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
