// Package gpkgtest opens empty stores for tests. Making the tables of a file takes ten times
// as long as opening one, and a second under the race detector, so that is done once in a
// process, and each test gets a copy. How a file is made is for the tests of gpkg.
package gpkgtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"quanxi/store/gpkg"
)

// New opens an empty store in a folder of its own, which is closed with the test.
func New(t testing.TB) *gpkg.Store {
	t.Helper()
	return Make(t, filepath.Join(t.TempDir(), "map.gpkg"))
}

// Make makes an empty store at a path where there is none, and opens it. It is closed with
// the test.
func Make(t testing.TB, path string) *gpkg.Store {
	t.Helper()
	Put(t, path)
	return Open(t, path)
}

// Open opens the store at a path, which is closed with the test.
func Open(t testing.TB, path string) *gpkg.Store {
	t.Helper()
	s, err := gpkg.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Put makes an empty store at a path where there is none, for whoever opens it. Like any file
// that was copied it begins an epoch of its own as it is opened.
func Put(t testing.TB, path string) {
	t.Helper()
	content, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// empty is the content of an empty store.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "quanxi-empty-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "map.gpkg")
	s, err := gpkg.Open(context.Background(), path) // of the process, not of the test that comes first
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // what is in the log beside it comes into the file
		return nil, err
	}
	return os.ReadFile(path)
})
