package gpkg_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quanxi/grid"
	"quanxi/store/gpkg"
)

// A file of the first version had an audit of who, what and when only, and where in the log,
// which no seal covered. It is carried over with its rows, and can be sealed.
func TestAFileOfTheFirstVersionKeepsItsAudit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	put(t, s, building("old"))
	shut(t, s)
	db := foreign(t, path)
	must := func(query string) {
		t.Helper()
		if _, err := db.Exec(query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	for _, table := range []string{"audit", "meta"} {
		for _, verb := range []string{"insert", "update", "delete"} {
			must(fmt.Sprintf("DROP TRIGGER %s_guard_%s", table, verb))
		}
	}
	for _, index := range []string{"seq", "unsealed", "object"} {
		must("DROP INDEX audit_" + index)
	}
	for _, column := range []string{"post", "object", "before_digest", "after_digest", "result", "folded", "detail", "seq", "mac"} {
		must("ALTER TABLE audit DROP COLUMN " + column)
	}
	must("ALTER TABLE audit ADD COLUMN pos INTEGER NOT NULL DEFAULT 1")
	must("UPDATE meta SET value = 'first' WHERE name = 'schema'")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, path)
	defer shut(t, s)
	put(t, s, building("new"))
	end, err := s.SealAudit(t.Context(), 10, func(_ []byte, row grid.AuditRow) []byte { return []byte(row.Action) })
	if err != nil || end.Seq != 2 || end.Count != 2 {
		t.Errorf("sealed to %+v, %v", end, err)
	}
	for row, err := range s.AuditRows(t.Context(), grid.AuditQuery{}) {
		if err != nil || row.Actor != "tester" || row.Result != grid.ResultOK || row.Count != 1 || row.Seq != row.ID {
			t.Errorf("row %+v, %v", row, err)
		}
	}
	var left int
	if err := foreign(t, path).QueryRow("SELECT count(*) FROM pragma_table_info('audit') WHERE name = 'pos'").Scan(&left); err != nil || left != 0 {
		t.Errorf("of what no seal covers there are %d columns, %v", left, err)
	}
	if _, err := foreign(t, path).Exec("UPDATE audit SET actor = 'x'"); err == nil {
		t.Error("another program changed the audit")
	}
}

// Whoever has the file can put a word where a number is: the row is read as what it says
// then, which its MAC belies, and those beside it as they are.
func TestARowOfTheAuditThatIsNoRowHidesNothing(t *testing.T) {
	for _, set := range []string{"at = 'yesterday'", "at = '2026-01-01'", "folded = 'many'", "touched = 7", "mac = 'short'", "actor = 7", "seq = 'first'"} {
		t.Run(set, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.gpkg")
			s := open(t, path)
			for _, name := range []string{"one", "two", "three"} {
				put(t, s, building(name))
			}
			if _, err := s.SealAudit(t.Context(), 10, func(_ []byte, row grid.AuditRow) []byte { return []byte(row.Action) }); err != nil {
				t.Fatal(err)
			}
			whole := sealed(t, s)
			shut(t, s)
			db := foreign(t, path)
			if _, err := db.Exec("DROP TRIGGER audit_guard_update; UPDATE audit SET " + set + " WHERE seq = 2"); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, path)
			defer shut(t, s)
			if got := sealed(t, s); cmp.Equal(whole, got) || !cmp.Equal(whole[0], got[0]) || !cmp.Equal(whole[2], got[len(got)-1]) {
				t.Errorf("read as %+v", got)
			}
			for _, err := range s.AuditRows(t.Context(), grid.AuditQuery{}) {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func sealed(t *testing.T, s *gpkg.Store) (all []grid.AuditRow) {
	t.Helper()
	for row, err := range s.SealedAudit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}
