package generate

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"quanxi/grid"
)

// Every code that a generated town holds has a word on the screen, in both
// languages: nobody on duty reads “manhole-telecom”.
func TestTheScreenHasAWordForEveryCode(t *testing.T) {
	// The beginning of the key of a word, by the column of a kind that holds a code.
	prefixes := map[grid.Kind]map[string]string{
		grid.LandUses: {"class": "landuse"}, grid.Waters: {"class": "water"}, grid.Greens: {"class": "green"}, grid.Roads: {"class": "roads"},
		grid.Buildings: {"building_use": "use"}, grid.Dwellings: {"state": "home"}, grid.People: {"residence": "residence"},
		grid.Organisations: {"category": "category"}, grid.ServicePoints: {"category": "category"}, grid.Workers: {"role": "role"},
		grid.Components: {"category": "category", "state": "condition"}, grid.Devices: {"category": "category", "state": "condition"},
		grid.Cameras: {"state": "condition"},
	}
	towns, err := results()
	if err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	for _, town := range towns {
		for e := range town.All() {
			for _, column := range e.Columns() {
				if prefix := prefixes[e.Kind()][column.Name]; prefix != "" {
					needed[prefix+"."+textOf(t, column)] = true
				}
			}
		}
	}
	if len(needed) < 50 {
		t.Fatalf("only %d codes were looked at", len(needed))
	}
	for _, file := range []string{"zh-CN.ts", "en.ts"} {
		text, err := os.ReadFile("../../frontend/src/strings/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var known []string
		for _, m := range regexp.MustCompile(`(?m)^\s*"([\w.-]+)": "[^"]`).FindAllSubmatch(text, -1) {
			known = append(known, string(m[1]))
		}
		for key := range needed {
			if !slices.Contains(known, key) {
				t.Errorf("%s has no word %q", file, key)
			}
		}
	}
}

func textOf(t *testing.T, column grid.Column) string {
	t.Helper()
	text, ok := column.Value.(*string)
	if !ok {
		return fmt.Sprint(column.Value)
	}
	return *text
}
