package gpkg_test

import (
	"path/filepath"
	"sync"
	"testing"

	"quanxi/grid"
	"quanxi/store/gpkg"
)

func TestAWriterThatGoesAwayHarmsNoOther(t *testing.T) {
	s, err := gpkg.Open(t.Context(), filepath.Join(t.TempDir(), "map.gpkg"))
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { gpkg.Leave(t.Context(), s) })
		for range 4 {
			wg.Go(func() {
				if _, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{building("beside")}}); err != nil {
					t.Errorf("beside one that left: %v", err)
				}
			})
		}
	}
	wg.Wait()
}
