package main_test

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// The real server seals what it writes; verifying beside it and after it finds it
// whole, and names the row that somebody changed with all rights in the database.
func TestTheAuditIsSealedAndVerified(t *testing.T) {
	t.Run("GeoPackage", func(t *testing.T) {
		data := dataFlag(t)
		checkAudit(t, []string{data}, func(query string) {
			db, err := sql.Open("sqlite", filepath.Join(strings.TrimPrefix(data, "--data="), "quanxi.gpkg"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("DROP TRIGGER audit_guard_update; " + query); err != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("PostGIS", func(t *testing.T) {
		s, url := postgis(t)
		checkAudit(t, []string{dataFlag(t), "--database=" + url}, func(query string) {
			query = "ALTER TABLE quanxi.audit DISABLE TRIGGER ALL; " + strings.ReplaceAll(query, "audit", "quanxi.audit")
			if err := s.Exec(t.Context(), nameOf(url), query); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func checkAudit(t *testing.T, flags []string, tamper func(query string)) {
	p := start(t, flags...)
	for _, title := range []string{"one", "two", "three"} {
		if status, body := p.call(http.MethodPost, "/api/events", report(title), nil); status != http.StatusCreated {
			t.Fatalf("%d %s", status, body)
		}
	}
	verify := func() (string, error) { return command(t, append([]string{"audit", "verify"}, flags...)...) }
	p.until("the rows of its start and of three events are sealed", func() bool {
		out, err := verify()
		return err == nil && strings.HasPrefix(out, "4 rows, sealed up to row 4 at ") && strings.HasSuffix(out, ", whole\n")
	})
	tamper("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
	p.stop()
	out, err := verify()
	if err == nil || !strings.HasPrefix(out, `row 2 (events.create by "nobody" at 2`) || strings.Count(out, "\n") != 2 {
		t.Errorf("%v: %s", err, out)
	}
}

// A restored backup has lost rows that were sealed: that is told, an alarm until
// somebody stands by it, and named for ever after.
func TestARestoredAuditIsAcceptedByHand(t *testing.T) {
	data := dataFlag(t)
	backup := filepath.Join(t.TempDir(), "backup.gpkg")
	p := start(t, data)
	p.call(http.MethodPost, "/api/events", report("kept"), nil)
	p.stop()
	mustCommand(t, "backup", data, backup)
	if out, err := command(t, "audit", "accept", data); err == nil {
		t.Errorf("accepted what is whole: %s", out)
	}
	p.run()
	p.call(http.MethodPost, "/api/events", report("lost"), nil)
	p.stop()
	if err := os.Remove(filepath.Join(strings.TrimPrefix(data, "--data="), "quanxi.gpkg")); err != nil {
		t.Fatal(err)
	}
	mustCommand(t, "restore", data, backup)
	if out, err := command(t, "audit", "verify", data); err == nil || !strings.Contains(out, "row 3 and all after it are cut off") {
		t.Errorf("%v: %s", err, out)
	}
	p.run()
	p.call(http.MethodPost, "/api/events", report("after"), nil)
	p.until("there is an alarm", func() bool { return strings.Contains(p.log.String(), "it ends before row 3, which was sealed at") })
	mustCommand(t, "audit", "accept", data)
	p.until("it is sealed again", func() bool { return strings.Contains(p.log.String(), "the audit is sealed again") })
	p.stop()
	out := mustCommand(t, "audit", "verify", data)
	if !strings.Contains(out, ": rows behind row 2 were lost, 1 of them\n6 rows, sealed up to row 6 at ") {
		t.Errorf("verified: %s", out)
	}
}

func TestTheAuditIsExported(t *testing.T) {
	data := dataFlag(t)
	p := start(t, data)
	for _, title := range []string{"one", "two"} {
		p.call(http.MethodPost, "/api/events", report(title), nil)
	}
	p.stop()
	lines := bufio.NewScanner(bytes.NewBufferString(mustCommand(t, "audit", "export", data, "--action=events.")))
	var seqs []int
	for lines.Scan() && strings.HasPrefix(lines.Text(), "{") {
		var row struct {
			Seq     int
			Action  string
			MAC     string
			Touched []struct{ Kind string }
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil || row.Action != "events.create" || row.Touched[0].Kind != "events" || len(row.MAC) != 64 {
			t.Errorf("%+v, %v", row, err)
		}
		seqs = append(seqs, row.Seq)
	}
	if len(seqs) != 2 || seqs[0] != 2 || seqs[1] != 3 {
		t.Errorf("rows %v, want 2 and 3: the first is the start's", seqs)
	}
	if out := mustCommand(t, "audit", "export", data, "--action=audit."); strings.Count(out, `"action":"audit.export"`) != 2 {
		t.Errorf("its own trace: %s", out)
	}
	if err := os.Remove(filepath.Join(strings.TrimPrefix(data, "--data="), "keys", "seals")); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "audit", "verify", data); err == nil || !strings.Contains(out, "seals unusable") {
		t.Errorf("verified without seals: %v, %s", err, out)
	}
}
