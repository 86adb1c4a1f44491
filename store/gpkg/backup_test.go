package gpkg_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"quanxi/grid"
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
			to := filepath.Join(t.TempDir(), "map.gpkg")
			if err := gpkg.Restore(t.Context(), bytes.NewReader(tt.file), to, nothing); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			left, err := os.ReadDir(filepath.Dir(to))
			if err != nil || tt.want != nil && len(left) > 0 || tt.want == nil && len(left) != 1 {
				t.Errorf("%v lies there, %v", left, err)
			}
		})
	}
}

// restore puts a file that Backup wrote in place.
func restore(t *testing.T, backup, path string, prepare func(context.Context, *gpkg.Store) error) error {
	t.Helper()
	file, err := os.Open(backup)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	return gpkg.Restore(t.Context(), file, path, prepare)
}

func nothing(context.Context, *gpkg.Store) error { return nil }

// What is done to a backup before it is put in place is in it, or it is not put there.
func TestRestoreIsPrepared(t *testing.T) {
	dir := t.TempDir()
	backup, path := filepath.Join(dir, "backup"), filepath.Join(dir, "map.gpkg")
	s, err := gpkg.Open(t.Context(), filepath.Join(dir, "other.gpkg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Backup(t.Context(), backup), s.Close()); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	err = restore(t, backup, path, func(context.Context, *gpkg.Store) error { return no })
	if left, _ := filepath.Glob(path + "*"); !errors.Is(err, no) || len(left) != 0 {
		t.Errorf("refused: %v, left %v", err, left)
	}
	err = restore(t, backup, path, func(ctx context.Context, s *gpkg.Store) error {
		return s.Audit(ctx, []grid.AuditRow{{Action: "prepared"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if s, err = gpkg.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	n := 0
	for _, err := range s.AuditRows(t.Context(), grid.AuditQuery{Action: "prepared"}) {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d rows of the preparation, want 1", n)
	}
}
