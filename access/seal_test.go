package access_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/store/gpkg"
	"quanxi/store/gpkg/gpkgtest"
)

// A sealed audit is a store with the file of its seals, and one who seals it.
type sealedAudit struct {
	store  *gpkg.Store
	file   string
	master access.MasterKey
	log    bytes.Buffer
}

func newSealedAudit(t *testing.T) *sealedAudit {
	t.Helper()
	dir := t.TempDir()
	return &sealedAudit{store: gpkgtest.Make(t, filepath.Join(dir, "map.gpkg")), file: filepath.Join(dir, "keys", "seals"), master: access.MasterKey{1}}
}

// work adds rows to the audit and has a sealer live for the moment that it takes
// to seal them.
func (a *sealedAudit) work(t *testing.T, rows int) access.SealerStatus {
	t.Helper()
	if err := a.store.Audit(t.Context(), make([]grid.AuditRow, rows)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := access.NewSealer(a.store, a.master, a.file, slog.New(slog.NewTextHandler(&a.log, nil)))
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return s.Status()
}

func (a *sealedAudit) seals(t *testing.T) []access.Seal {
	t.Helper()
	var list []access.Seal
	for seal, err := range access.ReadSeals(a.file) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, seal)
	}
	return list
}

func TestSealerKeepsSealsOutsideTheStore(t *testing.T) {
	a := newSealedAudit(t)
	for _, n := range []int{3, 0, 1200} {
		if status := a.work(t, n); status.Alarm != nil {
			t.Fatal(status.Alarm)
		}
	}
	seals := a.seals(t)
	if first, last := seals[0], seals[len(seals)-1]; len(seals) != 4 || first.Seq != 3 || first.Count != 3 || last.Seq != 1203 || last.At.IsZero() {
		t.Errorf("seals %+v", seals)
	}
	if info, err := os.Stat(a.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	report, err := access.NewChain(a.master).Verify(t.Context(), a.store.SealedAudit(t.Context(), 0), access.ReadSeals(a.file))
	if err != nil || !report.Whole() || report.Rows != 1203 || report.Sealed.Seq != 1203 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestSealerRaisesAnAlarm(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(t *testing.T, a *sealedAudit)
		want  string
	}{
		"if the file is ahead of the store": {func(t *testing.T, a *sealedAudit) {
			a.append(t, access.Seal{Seq: 9, MAC: []byte{1}})
		}, "ends before row 9"},
		"if the file disagrees with the store": {func(t *testing.T, a *sealedAudit) {
			a.append(t, access.Seal{Seq: 4, MAC: []byte{1}})
		}, "row 4 is not the one"},
		"if the file cannot be understood": {func(t *testing.T, a *sealedAudit) {
			if err := os.WriteFile(a.file, []byte("hm\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "seals unusable"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newSealedAudit(t)
			a.work(t, 5)
			row.spoil(t, a)
			before, err := os.ReadFile(a.file)
			if err != nil {
				t.Fatal(err)
			}
			status := a.work(t, 5)
			if status.Alarm == nil || !strings.Contains(status.Alarm.Error(), row.want) || !strings.Contains(a.log.String(), "level=ERROR") {
				t.Errorf("alarm %v, want %q; log %s", status.Alarm, row.want, a.log.String())
			}
			if after, err := os.ReadFile(a.file); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %v", err)
			}
			if n := a.sealed(t); n != 5 {
				t.Errorf("%d rows are sealed, want the 5 of before", n)
			}
		})
	}
}

func (a *sealedAudit) append(t *testing.T, seal access.Seal) {
	t.Helper()
	if err := access.AppendSeal(a.file, seal); err != nil {
		t.Fatal(err)
	}
}

func (a *sealedAudit) sealed(t *testing.T) (n int) {
	t.Helper()
	for _, err := range a.store.SealedAudit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestSealerGoesOn(t *testing.T) {
	t.Run("from the row that somebody restored and stands by", func(t *testing.T) {
		a := newSealedAudit(t)
		a.work(t, 5)
		real := a.seals(t)[0]
		a.append(t, access.Seal{Seq: 9, MAC: []byte{1}, At: real.At})
		if status := a.work(t, 1); !errors.Is(status.Alarm, access.ErrTampered) {
			t.Fatalf("alarm %v", status.Alarm)
		}
		a.append(t, access.Seal{Seq: 5, MAC: real.MAC, At: real.At, Restored: true})
		if status := a.work(t, 1); status.Alarm != nil || status.Last.Seq != 7 {
			t.Errorf("status %+v", status)
		}
	})
	t.Run("behind a line that a dead process has not finished", func(t *testing.T) {
		a := newSealedAudit(t)
		a.work(t, 5)
		file, err := os.OpenFile(a.file, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(`{"seq":9,"ma`); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if status := a.work(t, 1); status.Alarm != nil || len(a.seals(t)) != 2 {
			t.Errorf("status %+v, seals %+v", status, a.seals(t))
		}
	})
	t.Run("behind what another node has sealed", func(t *testing.T) {
		a := newSealedAudit(t)
		a.work(t, 5)
		other := &sealedAudit{store: a.store, master: a.master, file: a.file + "-elsewhere"}
		other.work(t, 5)
		a.work(t, 0)
		if mine, theirs := a.seals(t), other.seals(t); len(mine) != 2 || !bytes.Equal(mine[1].MAC, theirs[0].MAC) {
			t.Errorf("mine %+v, theirs %+v", mine, theirs)
		}
	})
}
