package gpkg_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"quanxi/grid"
	"quanxi/store/gpkg"
)

// panics runs a write that panics and returns what the caller is told.
func panics(t *testing.T, s *gpkg.Store) (told string) {
	defer func() {
		if p := recover(); p != nil {
			told = fmt.Sprint(p)
		}
	}()
	err := gpkg.Panic(t.Context(), s)
	t.Errorf("the write returned %v", err)
	return ""
}

func TestAWriteThatPanicsHarmsNoOther(t *testing.T) {
	s, err := gpkg.Open(t.Context(), filepath.Join(t.TempDir(), "map.gpkg"))
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	// The name that a panicking write leaves behind is unique: were anything of it
	// kept, the next one would fail instead.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if told := panics(t, s); !strings.Contains(told, "in the middle") || !strings.Contains(told, "export_test.go") {
				t.Errorf("told %q, want the panic and where it was", told)
			}
		})
		wg.Go(func() {
			if _, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{building("beside")}}); err != nil {
				t.Errorf("beside a panic: %v", err)
			}
		})
	}
	wg.Wait()
	put(t, s, building("after"))
	n := 0
	for _, err := range s.Entities(t.Context(), grid.Buildings, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 9 {
		t.Errorf("%d buildings, want 9", n)
	}
}
