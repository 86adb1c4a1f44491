package gpkg_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"quanxi/grid"
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
