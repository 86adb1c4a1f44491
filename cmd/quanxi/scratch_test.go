package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a killed process left of the files that it made is gone when a server starts.
func TestAServerStartsWithoutWhatAKilledOneLeft(t *testing.T) {
	data := dataFlag(t)
	p := start(t, data)
	p.kill()
	left := filepath.Join(strings.TrimPrefix(data, "--data="), "tmp", "export-1")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "export.csv"), []byte("张三"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run()
	if found, err := os.ReadDir(filepath.Dir(left)); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}
