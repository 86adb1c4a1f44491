package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"quanxi/access"
	"quanxi/grid"
)

// cutAudit removes rows and returns how many.
func cutAudit(t *testing.T, s Store, through int64, limit int) int {
	t.Helper()
	n, err := s.CutAudit(t.Context(), through, limit)
	if err != nil {
		t.Fatalf("CutAudit: %v", err)
	}
	return n
}

func places(rows []grid.AuditRow) []int64 {
	var list []int64
	for _, row := range rows {
		list = append(list, row.Seq)
	}
	return list
}

func cutting(t *testing.T, place Place) {
	s := open(t, place)
	audited(t, s, make([]grid.AuditRow, 10)...)
	sealAll(t, s, digests)
	audited(t, s, grid.AuditRow{Action: "unsealed"})
	for _, step := range []struct {
		name    string
		through int64
		limit   int
		removed int
		left    []int64
	}{
		{"nothing lies below the first", 0, 9, 0, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"the oldest go first", 6, 4, 4, []int64{5, 6, 7, 8, 9, 10}},
		{"up to where they may", 6, 4, 2, []int64{7, 8, 9, 10}},
		{"and no further", 6, 4, 0, []int64{7, 8, 9, 10}},
		{"what is not sealed stays", 100, 100, 4, nil},
	} {
		if n := cutAudit(t, s, step.through, step.limit); n != step.removed || !slices.Equal(places(sealed(t, s, 0)), step.left) {
			t.Errorf("%s: %d removed, left %v", step.name, n, places(sealed(t, s, 0)))
		}
	}
	if n := len(found(t, s, grid.AuditQuery{Action: "unsealed"})); n != 1 {
		t.Errorf("%d rows that were not sealed", n)
	}
	t.Run("beside sealers and writers leaves one chain", func(t *testing.T) { cutCrowd(t, open(t, place)) })
}

// cutCrowd has two handles cut what two writers write and a sealer seals.
func cutCrowd(t *testing.T, s Store) {
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for range 30 {
				if _, err := s.Write(t.Context(), putting(building("cut"))); err != nil {
					t.Errorf("Write: %v", err)
				}
			}
		})
	}
	all.Go(func() {
		for range 60 {
			end, err := s.SealAudit(t.Context(), 7, digests)
			if err == nil {
				_, err = s.CutAudit(t.Context(), end.Seq-10, 3)
			}
			if err != nil {
				t.Errorf("seal and cut: %v", err)
			}
		}
	})
	all.Wait()
	sealAll(t, s, digests)
	rows := sealed(t, s, 0)
	for i := 1; i < len(rows); i++ {
		if rows[i].Seq != rows[i-1].Seq+1 || string(rows[i].MAC) != string(digests(rows[i-1].MAC, bare(rows[i]))) {
			t.Errorf("row %d does not follow %d", rows[i].Seq, rows[i-1].Seq)
		}
	}
	if len(rows) < 10 {
		t.Errorf("%d rows are left", len(rows))
	}
}

func bare(row grid.AuditRow) grid.AuditRow {
	row.MAC = nil
	return row
}

// cutTampering removes rows as an owner of the database may, behind a cut of ours.
func cutTampering(t *testing.T, place Place) {
	s := open(t, place)
	rows := make([]grid.AuditRow, 100)
	for i := range rows {
		rows[i] = grid.AuditRow{At: noon, Actor: fmt.Sprint(i)}
	}
	audited(t, s, rows...)
	chain := access.NewChain(access.MasterKey{7})
	end := sealAll(t, s, chain.MAC)
	last := sealed(t, s, 39)[0]
	cut := access.Cut{Seq: 40, MAC: last.MAC, By: "test"}
	seals := func(yield func(access.Seal, error) bool) {
		yield(access.Seal{Seq: end.Seq, MAC: end.MAC, Cut: &cut}, nil)
	}
	cutAudit(t, s, 40, 100)
	if r := verified(t, s, chain, seals); !r.Whole() || r.KeptFrom() != 41 || r.Rows != 60 {
		t.Fatalf("cut: %+v", r)
	}
	for _, step := range []struct {
		does  string
		first int64
		fault access.Fault
	}{
		{"DELETE FROM AUDIT WHERE seq = 41", 41, access.RowMissing},
		{"UPDATE AUDIT SET seq = 41 WHERE seq = 42", 41, access.RowChanged},
		{"DELETE FROM AUDIT WHERE seq IS NOT NULL", 41, access.RowsCut},
	} {
		if place.Tamper(t, step.does) == 0 {
			t.Fatalf("%s: changed nothing", step.does)
		}
		if r := verified(t, s, chain, seals); r.Whole() || r.Findings[0].Seq != step.first || r.Findings[0].Fault != step.fault {
			t.Errorf("%s: %v", step.does, r.Findings)
		}
	}
}
