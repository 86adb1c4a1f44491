package gpkg_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"quanxi/store/gpkg"
)

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "map.gpkg"))
	for i := range 300 {
		put(t, s, building(fmt.Sprint("number ", i)))
	}
	saved := filepath.Join(dir, "saved.gpkg")
	if err := s.Backup(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	whole, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	damaged := slices.Clone(whole)
	copy(damaged[len(damaged)/2/4096*4096:], bytes.Repeat([]byte{0xff}, 4096))
	for _, tt := range []struct {
		name string
		file []byte
		want error
	}{
		{"a whole backup", whole, nil},
		{"a text", []byte("# Quanxi"), gpkg.ErrNoBackup},
		{"an empty file", nil, gpkg.ErrNoBackup},
		{"a backup that was cut short", whole[:len(whole)/3], gpkg.ErrNoBackup},
		{"a backup with a page of garbage", damaged, gpkg.ErrNoBackup},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, to := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "map.gpkg")
			if err := os.WriteFile(from, tt.file, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := gpkg.Restore(t.Context(), from, to); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			left, err := os.ReadDir(filepath.Dir(to))
			if err != nil || tt.want != nil && len(left) > 0 || tt.want == nil && len(left) != 1 {
				t.Errorf("%v lies there, %v", left, err)
			}
		})
	}
}
