package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const square = `{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"properties":{"name":"楼"},` +
	`"geometry":{"type":"Polygon","coordinates":[[[106.36,29.62],[106.361,29.62],[106.361,29.621],[106.36,29.621],[106.36,29.62]]]}}]}`

// crossed is the square as a bow tie.
var crossed = strings.Replace(square, "[106.361,29.62],[106.361,29.621]", "[106.361,29.621],[106.361,29.62]", 1)

// beside is the square and, with another id, the bow tie.
var beside = strings.Replace(square, "]}}]}", "]}},"+strings.TrimPrefix(strings.Replace(crossed, `"id":1`, `"id":2`, 1), `{"type":"FeatureCollection","features":[`), 1)

// emptyCity returns the folder of a store in which nothing is.
func emptyCity(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	s, err := storeFlags{Data: data}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// fileOf returns the path of a new file.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportDoesOneThing(t *testing.T) {
	data, file := emptyCity(t), fileOf(t, "towers.geojson", square)
	in := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"import", "--data", data}, args...), &out, io.Discard)
		return out.String(), err
	}
	if _, err := in(file, "--as", "buildings"); err != nil {
		t.Fatal(err)
	}
	if loads, err := in("--list", "--json"); err != nil || !strings.HasPrefix(loads, `[{"id":1,`) {
		t.Errorf("the list as JSON: %s %v", loads, err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a dry run undoes nothing", []string{"--undo", "1", "--dry-run"}, "nothing was undone"},
		{"an undo imports nothing", []string{"--undo", "1", file}, "only one of them"},
		{"a list undoes nothing", []string{"--list", "--undo", "1"}, "only one of them"},
		{"a list imports nothing", []string{"--list", file}, "only one of them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := in(tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
			if loads, _ := in("--list"); !strings.Contains(loads, "live") || strings.Contains(loads, "undone") {
				t.Errorf("the load is not live any more:\n%s", loads)
			}
		})
	}
}

// A script that asks first must not have to read the report.
func TestADryRunFailsWhereTheImportWould(t *testing.T) {
	data := emptyCity(t)
	for _, tt := range []struct {
		name, text string
		args       []string
		refused    bool
	}{
		{"a good file", square, nil, false},
		{"a bow tie", crossed, nil, true},
		{"a bow tie beside a good one, left out", beside, []string{"--skip-bad"}, false},
		{"nothing but a bow tie, left out", crossed, []string{"--skip-bad"}, true},
		{"nothing of the kind", `{"type":"FeatureCollection","features":[]}`, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := fileOf(t, "towers.geojson", tt.text)
			for _, dry := range [][]string{{"--dry-run"}, nil} {
				args := append(append([]string{"import", file, "--as", "buildings", "--data", data}, tt.args...), dry...)
				var out bytes.Buffer
				err := run(t.Context(), args, &out, io.Discard)
				if refused := err != nil; refused != tt.refused || !strings.Contains(out.String(), "GeoJSON") {
					t.Errorf("%v: error %v, refused is to be %v:\n%s", dry, err, tt.refused, &out)
				}
			}
		})
	}
}
