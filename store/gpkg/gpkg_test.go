package gpkg_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"quanxi/store/gpkg"
	"quanxi/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place {
		path := filepath.Join(t.TempDir(), "map.gpkg")
		return storetest.Place{
			Open: func(t *testing.T) storetest.Store { return open(t, path) },
			Audit: func(t *testing.T, action string) int {
				var n int
				if err := foreign(t, path).QueryRow("SELECT count(*) FROM audit WHERE action = ?", action).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			},
		}
	})
}

func open(t *testing.T, path string) *gpkg.Store {
	t.Helper()
	s, err := gpkg.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// foreign opens the file as another program would.
func foreign(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
