package tiles_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"quanxi/tiles"
)

func exampleLayers() []tiles.Layer {
	return []tiles.Layer{
		{Name: "base", MinZoom: 4, MaxZoom: 20, Parts: []tiles.VectorLayer{
			{ID: "water", MinZoom: 4, MaxZoom: 20, Fields: map[string]string{"class": "String"}},
			{ID: "road", MinZoom: 8, MaxZoom: 20, Fields: map[string]string{"width": "Number, m"}},
		}},
		{Name: "buildings", MinZoom: 13, MaxZoom: 22, Parts: []tiles.VectorLayer{
			{ID: "buildings", MinZoom: 13, MaxZoom: 22, Fields: map[string]string{}},
		}},
	}
}

// The rules are those of the TileJSON 3.0.0 schema and text.
func TestTileJSONFollowsTheSpecification(t *testing.T) {
	template := "https://example.org/tiles/base,buildings/{z}/{x}/{y}.mvt"
	text, err := json.Marshal(tiles.NewTileJSON(template, exampleLayers()...))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if v, _ := doc["tilejson"].(string); !regexp.MustCompile(`^3\.\d+\.\d+$`).MatchString(v) {
		t.Errorf("tilejson %q", doc["tilejson"])
	}
	if doc["scheme"] != "xyz" || doc["name"] != "base,buildings" {
		t.Errorf("scheme %v, name %v", doc["scheme"], doc["name"])
	}
	urls, _ := doc["tiles"].([]any)
	if len(urls) != 1 || urls[0] != template {
		t.Errorf("tiles %v", doc["tiles"])
	}
	low, high := doc["minzoom"], doc["maxzoom"]
	if low != 4.0 || high != 22.0 {
		t.Errorf("zooms %v to %v", low, high)
	}
	parts, _ := doc["vector_layers"].([]any)
	var names []string
	for _, p := range parts {
		names = append(names, checkVectorLayer(t, p))
	}
	if got := strings.Join(names, " "); got != "water road buildings" {
		t.Errorf("layers %s", got)
	}
	for _, absent := range []string{"bounds", "center", "attribution"} {
		if _, there := doc[absent]; there {
			t.Errorf("%s is given although nobody set it", absent)
		}
	}
}

// checkVectorLayer checks one of vector_layers and returns its id.
func checkVectorLayer(t *testing.T, part any) string {
	t.Helper()
	l, ok := part.(map[string]any)
	if !ok {
		t.Fatalf("%v is no object", part)
	}
	id, ok := l["id"].(string)
	if !ok || id == "" {
		t.Errorf("%v has no id", l)
	}
	fields, ok := l["fields"].(map[string]any)
	if !ok {
		t.Errorf("%s has no fields", id)
	}
	for name, kind := range fields {
		if _, ok := kind.(string); !ok {
			t.Errorf("field %s of %s is no text", name, id)
		}
	}
	for _, zoom := range []string{"minzoom", "maxzoom"} {
		if z, ok := l[zoom].(float64); !ok || z != float64(int(z)) || z < 0 || z > 30 {
			t.Errorf("%s of %s is %v", zoom, id, l[zoom])
		}
	}
	return id
}

func TestLayerDrawn(t *testing.T) {
	l := tiles.Layer{MinZoom: 13, MaxZoom: 20}
	for zoom, want := range map[uint8]bool{12: false, 13: true, 20: true, 21: false} {
		if l.Drawn(zoom) != want {
			t.Errorf("at zoom %d: %v", zoom, !want)
		}
	}
}
