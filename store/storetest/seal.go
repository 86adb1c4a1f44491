package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"quanxi/grid"
)

// digests chains rows by a plain hash, which is enough to see their order.
func digests(previous []byte, row grid.AuditRow) []byte {
	sum := sha256.Sum256(fmt.Appendf(previous, "%d %d %s", row.Seq, row.ID, row.Action))
	return sum[:]
}

// sealAll seals until nothing is left, and returns the end of the chain.
func sealAll(t *testing.T, s Store, chain grid.AuditChain) grid.AuditSeal {
	t.Helper()
	for {
		end, err := s.SealAudit(t.Context(), 400, chain)
		if err != nil {
			t.Fatalf("SealAudit: %v", err)
		}
		if end.Count == 0 {
			return end
		}
	}
}

func sealed(t *testing.T, s Store, after int64) []grid.AuditRow {
	t.Helper()
	var list []grid.AuditRow
	for row, err := range s.SealedAudit(t.Context(), after) {
		if err != nil {
			t.Fatalf("SealedAudit: %v", err)
		}
		list = append(list, row)
	}
	return list
}

func sealing(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("of nothing leaves the chain empty", func(t *testing.T, s Store) {
		if end := sealAll(t, s, digests); end.Seq != 0 || end.MAC != nil || end.Count != 0 {
			t.Errorf("end %+v", end)
		}
	})
	s.run("chains rows without a hole, at most so many at once", func(t *testing.T, s Store) {
		before := sealAll(t, s, digests)
		for i := range 5 {
			write(t, s, building(fmt.Sprint(i)))
		}
		end, err := s.SealAudit(t.Context(), 2, digests)
		if err != nil || end.Seq != before.Seq+2 || end.Count != 2 {
			t.Errorf("sealed to %+v, %v", end, err)
		}
		if end = sealAll(t, s, digests); end.Seq != before.Seq+5 {
			t.Errorf("sealed to %+v", end)
		}
		previous := before.MAC
		for i, row := range sealed(t, s, before.Seq) {
			bare := row
			bare.MAC = nil
			if row.Seq != before.Seq+int64(i)+1 || string(row.MAC) != string(digests(previous, bare)) {
				t.Errorf("row %d is %+v", i, row)
			}
			previous = row.MAC
		}
		if string(previous) != string(end.MAC) {
			t.Errorf("the last row has %x, the end %x", previous, end.MAC)
		}
	})
	s.run("shows in what queries find", func(t *testing.T, s Store) {
		audited(t, s, grid.AuditRow{Action: "shown"})
		end := sealAll(t, s, digests)
		if got := only(t, s, "shown"); got.Seq != end.Seq || string(got.MAC) != string(end.MAC) {
			t.Errorf("got %+v, the end is %+v", got, end)
		}
	})
	s.run("ends with ErrConflict if a row is refused, and seals nothing", func(t *testing.T, s Store) {
		before := sealAll(t, s, digests)
		write(t, s, building("a"))
		write(t, s, building("b"))
		_, err := s.SealAudit(t.Context(), 10, func(previous []byte, row grid.AuditRow) []byte {
			if row.Seq > before.Seq+1 {
				return nil
			}
			return digests(previous, row)
		})
		if !errors.Is(err, grid.ErrConflict) || len(sealed(t, s, before.Seq)) != 0 {
			t.Errorf("err = %v", err)
		}
	})
	s.run("from several handles beside writers makes one chain", func(t *testing.T, s Store) { sealCrowd(t, place, s) })
}

// sealCrowd lets two handles seal while four write.
func sealCrowd(t *testing.T, place Place, s Store) {
	before := sealAll(t, s, digests)
	ctx, cancel := context.WithCancel(t.Context())
	var sealers, writers sync.WaitGroup
	for _, handle := range []Store{s, open(t, place)} {
		sealers.Go(func() {
			for ctx.Err() == nil {
				if _, err := handle.SealAudit(t.Context(), 7, digests); err != nil {
					t.Errorf("SealAudit: %v", err)
					return
				}
			}
		})
		for range 2 {
			writers.Go(func() {
				for range 25 {
					if _, err := handle.Write(t.Context(), putting(building("crowd"))); err != nil {
						t.Errorf("Write: %v", err)
					}
				}
			})
		}
	}
	writers.Wait()
	cancel()
	sealers.Wait()
	rows := sealed(t, s, before.Seq)
	// A transaction of the database itself, such as a vacuum, may hold some of them back.
	for end := time.Now().Add(patience); len(rows) < 100 && time.Now().Before(end); {
		sealAll(t, s, digests)
		rows = sealed(t, s, before.Seq)
	}
	ids := map[int64]bool{}
	for i, row := range rows {
		if row.Seq != before.Seq+int64(i)+1 || ids[row.ID] {
			t.Errorf("row %d is %d at %d", i, row.ID, row.Seq)
		}
		ids[row.ID] = true
	}
	if len(rows) != 100 {
		t.Errorf("%d rows, want 100", len(rows))
	}
}
