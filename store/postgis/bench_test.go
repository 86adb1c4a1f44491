package postgis_test

import (
	"testing"

	"quanxi/store/postgis"
	"quanxi/store/postgis/pgtest"
	"quanxi/store/storetest"
)

func BenchmarkStore(b *testing.B) {
	server := pgtest.Start(b)
	storetest.Bench(b, func() storetest.Store {
		s, err := postgis.Open(b.Context(), server.Database(b))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	})
}
