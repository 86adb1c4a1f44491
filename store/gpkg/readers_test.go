package gpkg_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/store/gpkg"
)

// reading holds a read transaction open as QGIS does; end lets it go.
func reading(t *testing.T, path string) (end func()) {
	t.Helper()
	tx, err := foreign(t, path).BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM buildings").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// Whoever opens the file beside a server, an import or a backup, must not keep it
// from writing while somebody else reads.
func TestOpeningBesideAReaderKeepsNobodyFromWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	put(t, s, building("before"))
	end := reading(t, path)
	defer end()
	put(t, s, building("in the log"))
	written := make(chan struct{})
	go func() {
		defer close(written)
		beside, err := gpkg.Open(t.Context(), path)
		if err != nil {
			t.Error(err)
			return
		}
		defer shut(t, beside)
		put(t, s, building("beside"))
	}()
	select {
	case <-written:
	case <-time.After(5 * time.Second):
		t.Error("a reader that never ends holds everybody up")
		end()
		<-written
	}
}

// A key that was destroyed leaves the log too, or it is said that it has not.
func TestADestroyedKeyLeavesTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s, err := gpkg.OpenWith(t.Context(), path, gpkg.Options{ReadLimit: limit})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	secret := []byte("a wrapped key that is easily recognised")
	p := &grid.Person{Residence: grid.LivesOnly}
	p.ID = 4711
	write := grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{p}, Keys: []grid.SubjectKey{{Kind: grid.People, ID: p.ID, Wrapped: secret}}}
	if _, err := s.Write(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	end := reading(t, path)
	defer end()
	receipt, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "people.erase", Erase: []grid.Ref{{Kind: grid.People, ID: p.ID}}})
	if err != nil || !receipt.Remains {
		t.Errorf("while somebody reads: %+v, %v; want remains", receipt, err)
	}
	if _, err := s.SubjectKey(t.Context(), grid.People, p.ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("the key is destroyed all the same: %v", err)
	}
	end()
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, secret) {
			t.Errorf("%s still holds the key", filepath.Base(name))
		}
	}
}
