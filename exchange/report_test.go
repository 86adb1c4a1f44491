package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"quanxi/grid"
)

func TestTheReportSaysWhichPiecesDifferInWhat(t *testing.T) {
	beside := `{"type":"Polygon","coordinates":[[[106.5015,29.501],[106.502,29.501],[106.502,29.5015],[106.5015,29.5015],[106.5015,29.501]]]}`
	pieces := func(id, left, right string) []string {
		return []string{feature(id, square("501", "501"), left), feature(id, beside, right)}
	}
	var many []string
	for i := range 22 {
		many = append(many, pieces(fmt.Sprint(i), `"levels":3`, `"levels":4`)...)
	}
	for _, tt := range []struct {
		name     string
		features []string
		want     string // below the line of what was merged
	}{
		{"a name and a height", pieces(`"9"`, `"name":"大厦","height":54`, `"name":"大楼","height":60`), "    test:9: 2 pieces differ in [name height_cm]\n"},
		{"nothing", pieces(`"9"`, `"levels":3`, `"levels":3`), ""},
		{"more than are named", many, "    and 2 more\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, err := runImport(t, grid.Buildings, "pieces.geojson", collection(tt.features...), &shelf{})
			if err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			var said strings.Builder
			if _, err := report.WriteTo(&said); err != nil {
				t.Fatal(err)
			}
			_, below, found := strings.Cut(said.String(), "with differing properties\n")
			below, _, _ = strings.Cut(below, "  stored")
			if n := strings.Count(below, "pieces differ in ["); tt.want == "" && below != "" || !found || !strings.HasSuffix(below, tt.want) || len(report.Notes) == 20 && n != 20 {
				t.Errorf("said:\n%s", said.String())
			}
		})
	}
}
