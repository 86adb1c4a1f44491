package gpkg_test

import (
	"path/filepath"
	"testing"

	"quanxi/store/gpkg"
	"quanxi/store/storetest"
)

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func() storetest.Store {
		s, err := gpkg.Open(b.Context(), filepath.Join(b.TempDir(), "map.gpkg"))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	})
}
