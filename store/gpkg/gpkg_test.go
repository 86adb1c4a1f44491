package gpkg_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"quanxi/store/gpkg"
	"quanxi/store/gpkg/gpkgtest"
	"quanxi/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place {
		path := filepath.Join(t.TempDir(), "map.gpkg")
		gpkgtest.Put(t, path)
		return storetest.Place{
			Open: func(t *testing.T) storetest.Store { return open(t, path) },
			Audit: func(t *testing.T, action string) int {
				var n int
				if err := foreign(t, path).QueryRow("SELECT count(*) FROM audit WHERE action = ?", action).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			},
			Tamper: func(t *testing.T, query string) int64 { return tamper(t, path, query) },
			Indexed: func(t *testing.T) (there bool) {
				db := foreign(t, path)
				defer db.Close()
				err := db.QueryRow("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'people_rows_phone_digest')").Scan(&there)
				if err != nil {
					t.Fatal(err)
				}
				return there
			},
			Unindex: func(t *testing.T) {
				db := foreign(t, path)
				defer db.Close()
				if _, err := db.Exec("DROP INDEX people_rows_phone_digest"); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// tamper changes rows as somebody would who took our triggers away before and
// put them back afterwards.
func tamper(t *testing.T, path, query string) int64 {
	t.Helper()
	db := foreign(t, path)
	defer db.Close()
	guards := map[string]string{}
	rows, err := db.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('audit', 'buildings_rows', 'people_rows')")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name, sql string
		if err := rows.Scan(&name, &sql); err != nil {
			t.Fatal(err)
		}
		guards[name] = sql
	}
	if err := rows.Err(); err != nil || len(guards) == 0 {
		t.Fatalf("%d triggers guard the tables, %v", len(guards), err)
	}
	exec := func(query string) int64 {
		result, err := db.Exec(query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		n, _ := result.RowsAffected()
		return n
	}
	for name := range guards {
		exec("DROP TRIGGER " + name)
	}
	n := exec(strings.NewReplacer("AUDIT", "audit", "BUILDINGS", "buildings_rows", "PEOPLE", "people_rows").Replace(query))
	for _, sql := range guards {
		exec(sql)
	}
	return n
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
