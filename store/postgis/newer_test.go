package postgis_test

import (
	"errors"
	"fmt"
	"testing"

	"quanxi/store"
	"quanxi/store/postgis"
	"quanxi/store/postgis/pgtest"
)

// newer opens a database that says in one way or another that a newer program was there.
func newer(t *testing.T, server *pgtest.Server) {
	for name, says := range map[string]string{
		"by a migration":                  "INSERT INTO quanxi.migrations (version_id, is_applied) VALUES (999, true)",
		"by the version of what it holds": fmt.Sprintf("UPDATE quanxi.installation SET schema = %d", store.SchemaVersion+1),
	} {
		t.Run(name, func(t *testing.T) {
			url := server.Database(t)
			s, err := postgis.Open(t.Context(), url)
			if err == nil {
				err = errors.Join(s.Close(), foreignExec(t, url, says+"; UPDATE quanxi.kinds SET digest = 'newer'"))
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := postgis.Open(t.Context(), url); !errors.Is(err, store.ErrNewer) {
				t.Errorf("Open: %v, want ErrNewer", err)
			}
			// Whatever makes the tables of kinds would have said so.
			if err := foreignExec(t, url, "DO $$ BEGIN ASSERT (SELECT digest FROM quanxi.kinds) = 'newer'; END $$"); err != nil {
				t.Error("the schema was changed: ", err)
			}
		})
	}
}

// foreignExec runs statements as whoever owns the database.
func foreignExec(t *testing.T, url, statements string) error {
	t.Helper()
	_, err := foreign(t, url).Exec(t.Context(), statements)
	return err
}
