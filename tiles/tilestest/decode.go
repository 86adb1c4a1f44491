// Package tilestest reads vector tiles for tests: as plain values, and as text
// that a reviewer can read in a diff.
//
// It decodes by another implementation (paulmach/orb) than the one that encodes.
package tilestest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
)

// A Feature is one feature of a decoded tile, in tile units.
type Feature struct {
	ID         uint64
	Geometry   orb.Geometry
	Properties map[string]any
}

// Decode returns the features of each layer in the order in which they are drawn.
func Decode(t testing.TB, tile []byte) map[string][]Feature {
	t.Helper()
	out := make(map[string][]Feature)
	for _, l := range layers(t, tile) {
		for _, f := range l.Features {
			id, _ := f.ID.(float64)
			out[l.Name] = append(out[l.Name], Feature{uint64(id), f.Geometry, f.Properties})
		}
	}
	return out
}

func layers(t testing.TB, tile []byte) mvt.Layers {
	t.Helper()
	got, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatalf("the tile cannot be decoded: %v", err)
	}
	return got
}

// Golden compares a tile with testdata/name.json of the calling package. With
// QUANXI_BLESS=1 in the environment it writes that file instead.
func Golden(t testing.TB, name string, tile []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".json")
	got := Text(t, tile)
	if os.Getenv("QUANXI_BLESS") == "1" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (make bless writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("tile %s differs from what was blessed (-want +got):\n%s", name, diff)
	}
}

// Text writes a tile with a line for each layer and each feature.
func Text(t testing.TB, tile []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("{")
	for i, l := range layers(t, tile) {
		fmt.Fprintf(&b, "%s\n  %q: [", comma(i), l.Name)
		for j, f := range l.Features {
			fmt.Fprintf(&b, "%s\n    %s", comma(j), line(t, f))
		}
		b.WriteString("\n  ]")
	}
	b.WriteString("\n}\n")
	return b.Bytes()
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func line(t testing.TB, f *geojson.Feature) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"id": f.ID, "type": f.Geometry.GeoJSONType(), "at": f.Geometry, "with": f.Properties,
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
