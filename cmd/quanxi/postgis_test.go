package main_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"quanxi/store/postgis/pgtest"
)

// postgres starts the one PostGIS of this package; TestMain ends it.
var postgres = sync.OnceValues(func() (*pgtest.Server, error) { return pgtest.New(context.Background()) })

// postgis returns the package's server and the address of an empty database on it.
func postgis(t testing.TB) (*pgtest.Server, string) {
	t.Helper()
	s, err := postgres()
	if err != nil {
		t.Fatal(err)
	}
	return s, s.Database(t)
}

// nameOf returns the database that an address ends in.
func nameOf(url string) string {
	name, _, _ := strings.Cut(url[strings.LastIndexByte(url, '/')+1:], "?")
	return name
}

// execute runs statements outside the database that they are about.
func execute(t *testing.T, s *pgtest.Server, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if err := s.Exec(t.Context(), "postgres", statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// cutOff ends every session of a database and lets in no other.
func cutOff(t *testing.T, s *pgtest.Server, name string) {
	t.Helper()
	execute(t, s,
		fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS false", name),
		fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'", name))
}

// dataFlag names a fresh data folder.
func dataFlag(t testing.TB) string { return "--data=" + filepath.Join(t.TempDir(), "data") }
