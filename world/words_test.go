package world

import (
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
)

// A building among many under the same stems is changed: only what its texts change is
// done to them, since to find it there takes a walk past all others.
func TestAChangeLeavesTheWordsThatStay(t *testing.T) {
	house := func(id, revision int64, name string, height int32) Step {
		p := geo.Point{Lon: 1065000000 + int32(id)*100, Lat: 295000000}
		square := geo.MultiPolygon{{{p, {Lon: p.Lon + 50, Lat: p.Lat}, {Lon: p.Lon + 50, Lat: p.Lat + 50}, p}}}
		return Step{Entity: &grid.Building{Head: grid.Head{ID: id, Revision: revision}, Name: name, Address: "锦绣路9号", Footprint: square, HeightCM: height}}
	}
	for _, tt := range []struct {
		name   string
		change Step
		stay   bool
		found  map[string]int
	}{
		{"another height", house(1, 2, "锦绣花园", 900), true, map[string]int{"锦绣花园": 9, "锦绣路": 9}},
		{"another name", house(1, 2, "滨江花园", 300), false, map[string]int{"锦绣花园": 8, "滨江花园": 1, "锦绣路": 9}},
		{"its removal", Step{Remove: grid.Ref{Kind: grid.Buildings, ID: 1, Revision: 2}}, false, map[string]int{"锦绣花园": 8, "锦绣路": 8}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := New(Options{Now: time.Now})
			var all []Step
			for id := range int64(9) {
				all = append(all, house(id+1, 1, "锦绣花园", 300))
			}
			if _, err := w.Apply(Position{Epoch: "e", Pos: 1}, all); err != nil {
				t.Fatal(err)
			}
			before := w.Snapshot()
			if _, err := w.Apply(Position{Epoch: "e", Pos: 2}, []Step{tt.change}); err != nil {
				t.Fatal(err)
			}
			after := w.Snapshot()
			if stay := before.words.entries.list.at(0) == after.words.entries.list.at(0); stay != tt.stay {
				t.Errorf("what is found under stems stays untouched: %v", stay)
			}
			everything := AllOf(grid.Everywhere())
			for word, n := range tt.found {
				if got := len(after.Search(word, 100, &everything)); got != n {
					t.Errorf("%s finds %d, want %d", word, got, n)
				}
			}
		})
	}
}
