package postgis_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"quanxi/grid"
	"quanxi/store/postgis/pgtest"
)

func act(_ []byte, row grid.AuditRow) []byte { return []byte(row.Action) }

// The audit of the first version is carried over; what is in it stays as it is,
// and a transaction that is still open holds back the seal, not other writers.
func auditing(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s := open(t, url)
	put(t, s, building("old"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	conn := foreign(t, url)
	must := func(query string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	must("DROP TRIGGER audit_unchanged ON quanxi.audit; DROP TRIGGER audit_undeleted ON quanxi.audit; DROP TRIGGER audit_unemptied ON quanxi.audit; DROP FUNCTION quanxi.audit_stays()")
	for _, column := range []string{"post", "object", "before_digest", "after_digest", "result", "folded", "detail", "seq", "mac"} {
		must("ALTER TABLE quanxi.audit DROP COLUMN " + column)
	}
	must("DROP INDEX quanxi.audit_at; DROP FUNCTION quanxi.epoch(text); DROP FUNCTION quanxi.cluster()")
	must("DROP TABLE quanxi.installation; DELETE FROM quanxi.migrations WHERE version_id >= 2")

	s = closed(t, open(t, url))
	put(t, s, building("new"))
	if end, err := s.SealAudit(t.Context(), 10, act); err != nil || end.Seq != 2 {
		t.Errorf("sealed to %+v, %v", end, err)
	}
	for _, query := range []string{"UPDATE quanxi.audit SET actor = 'x'", "UPDATE quanxi.audit SET seq = NULL", "DELETE FROM quanxi.audit", "TRUNCATE quanxi.audit"} {
		if _, err := conn.Exec(t.Context(), query); err == nil {
			t.Errorf("%s: succeeded", query)
		}
	}
	t.Run("behind an open transaction", func(t *testing.T) {
		err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
				return err
			}
			put(t, s, building("waits"))
			if end, err := s.SealAudit(t.Context(), 10, act); err != nil || end.Seq != 2 || end.Count != 0 {
				t.Errorf("sealed to %+v, %v", end, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if end, err := s.SealAudit(t.Context(), 10, act); err != nil || end.Seq != 3 {
			t.Errorf("sealed to %+v, %v", end, err)
		}
	})
	t.Run("while another sealer is at work", func(t *testing.T) {
		put(t, s, building("later"))
		err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), "SELECT pg_advisory_xact_lock($1)", 0x7365_616c); err != nil {
				return err
			}
			if end, err := s.SealAudit(t.Context(), 10, act); err != nil || end.Seq != 3 || end.Count != 0 {
				t.Errorf("sealed to %+v, %v", end, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("left unsealed where the database was copied from", func(t *testing.T) {
		put(t, s, building("left over"))
		must("UPDATE quanxi.audit SET xid = '900000000000' WHERE seq IS NULL; UPDATE quanxi.log SET cluster = 'elsewhere'")
		before, err := s.SealAudit(t.Context(), 10, act)
		if err != nil || before.Count != 0 {
			t.Errorf("sealed to %+v, %v", before, err)
		}
		if end, err := closed(t, open(t, url)).SealAudit(t.Context(), 10, act); err != nil || end.Count != 2 {
			t.Errorf("sealed to %+v, %v", end, err)
		}
	})
}
