package storetest

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
)

// A tamperingCase is what somebody with all rights in the database does to a sealed
// audit of 300 rows, and the first row that verifying must name.
type tamperingCase struct {
	does  []string // SQL
	first int64
	fault access.Fault
}

func tamperings() map[string]tamperingCase {
	all := map[string]tamperingCase{
		"another time":  {[]string{"UPDATE AUDIT SET at = (SELECT a.at FROM AUDIT a WHERE a.seq = 3) WHERE seq = 57"}, 57, access.RowChanged},
		"another count": {[]string{"UPDATE AUDIT SET folded = folded + 1 WHERE seq = 57"}, 57, access.RowChanged},
		"another MAC":   {[]string{"UPDATE AUDIT SET mac = (SELECT a.mac FROM AUDIT a WHERE a.seq = 3) WHERE seq = 57"}, 57, access.RowChanged},
		"a deletion":    {[]string{"DELETE FROM AUDIT WHERE seq = 57"}, 57, access.RowMissing},
		"a deletion with the gap closed": {[]string{"DELETE FROM AUDIT WHERE seq = 57",
			"UPDATE AUDIT SET seq = -seq WHERE seq > 57", "UPDATE AUDIT SET seq = -seq - 1 WHERE seq < 0"}, 57, access.RowChanged},
		"two rows swapped": {[]string{"UPDATE AUDIT SET seq = 1000 WHERE seq = 57",
			"UPDATE AUDIT SET seq = 57 WHERE seq = 58", "UPDATE AUDIT SET seq = 58 WHERE seq = 1000"}, 57, access.RowChanged},
		"the last hundred cut off":       {[]string{"DELETE FROM AUDIT WHERE seq > 200"}, 201, access.RowsCut},
		"the last hundred taken for new": {[]string{"UPDATE AUDIT SET seq = NULL WHERE seq > 200"}, 201, access.RowsCut},
		"everything deleted":             {[]string{"DELETE FROM AUDIT"}, 1, access.RowsCut},
		"a row put in and the others moved": {[]string{"UPDATE AUDIT SET seq = -seq WHERE seq >= 57", "UPDATE AUDIT SET seq = 1 - seq WHERE seq < 0",
			"UPDATE AUDIT SET seq = 57, mac = (SELECT a.mac FROM AUDIT a WHERE a.seq = 58) WHERE action = 'forged'"}, 57, access.RowChanged},
	}
	for _, column := range []string{"actor", "post", "came_from", "action", "object", "touched", "before_digest", "after_digest", "result", "detail"} {
		all["another "+column] = tamperingCase{[]string{"UPDATE AUDIT SET " + column + " = " + column + " || 'x' WHERE seq = 57"}, 57, access.RowChanged}
	}
	return all
}

func tampering(t *testing.T, place Place) {
	s := open(t, place)
	rows := make([]grid.AuditRow, 300)
	for i := range rows {
		rows[i] = grid.AuditRow{At: noon.Add(time.Duration(i) * time.Second), Actor: fmt.Sprint(i), Action: "people.read"}
	}
	audited(t, s, rows...)
	chain := access.NewChain(access.MasterKey{7})
	end := sealAll(t, s, chain.MAC)
	seals := func(yield func(access.Seal, error) bool) { yield(access.Seal{Seq: end.Seq, MAC: end.MAC}, nil) }
	verify := func(t *testing.T) access.AuditReport { return verified(t, s, chain, seals) }
	if r := verify(t); !r.Whole() || r.Rows != 300 {
		t.Fatalf("untouched: %+v", r)
	}
	audited(t, s, grid.AuditRow{Action: "forged"})
	place.Tamper(t, "CREATE TABLE kept AS SELECT * FROM AUDIT")
	restore := func(t *testing.T) {
		place.Tamper(t, "DELETE FROM AUDIT")
		place.Tamper(t, "INSERT INTO AUDIT SELECT * FROM kept")
	}
	for name, row := range tamperings() {
		t.Run(name, func(t *testing.T) {
			for _, query := range row.does {
				if place.Tamper(t, query) == 0 {
					t.Fatalf("%s: changed nothing", query)
				}
			}
			r := verify(t)
			if r.Whole() || r.Findings[0].Seq != row.first || r.Findings[0].Fault != row.fault {
				t.Errorf("%d found: %v; want row %d %s", r.Found, r.Findings, row.first, row.fault)
			}
			restore(t)
			if r := verify(t); !r.Whole() {
				t.Fatalf("put back: %v", r.Findings)
			}
		})
	}
	t.Run("everything rebuilt with another key", func(t *testing.T) {
		place.Tamper(t, "UPDATE AUDIT SET seq = NULL")
		place.Tamper(t, "UPDATE AUDIT SET actor = 'nobody' WHERE actor = '56'")
		sealAll(t, s, access.NewChain(access.MasterKey{8}).MAC)
		if r := verify(t); r.Found != 302 || r.Findings[0].Seq != 1 {
			t.Errorf("%d found: %v", r.Found, r.Findings)
		}
		restore(t)
	})
}

func verified(t *testing.T, s Store, chain access.Chain, seals iter.Seq2[access.Seal, error]) access.AuditReport {
	t.Helper()
	r, err := chain.Verify(t.Context(), s.SealedAudit(t.Context(), 0), seals)
	if err != nil {
		t.Fatalf("Verify: %v", err)
	}
	return r
}
