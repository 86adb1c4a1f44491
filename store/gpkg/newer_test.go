package gpkg_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/store"
	"quanxi/store/gpkg"
)

// TestSchemaVersion fails when the tables, or the columns of a kind, are others: raise
// store.SchemaVersion, and put the new digest here.
func TestSchemaVersion(t *testing.T) {
	const version, digest = 2, "1b6c6cb834520390"
	statements, err := gpkg.Definition()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(strings.Join(statements, "\n")))
	if got := fmt.Sprintf("%x", sum[:8]); store.SchemaVersion != version || got != digest {
		t.Errorf("version %d, digest %s; want %d, %s", store.SchemaVersion, got, version, digest)
	}
}

func TestAFileOfANewerVersionIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.gpkg")
	s, err := gpkg.Open(t.Context(), path)
	if err == nil {
		err = errors.Join(gpkg.SaysVersion(t.Context(), s, store.SchemaVersion+1), s.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := gpkg.Open(t.Context(), path); !errors.Is(err, store.ErrNewer) {
			t.Fatalf("Open: %v, want ErrNewer", err)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, %v", err)
	}
}
