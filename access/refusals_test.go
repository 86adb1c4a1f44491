package access_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/store/gpkg/gpkgtest"
)

func TestRefusalsAreFoldedAndKept(t *testing.T) {
	store := gpkgtest.New(t)
	r := access.NewRefusals(store, slog.New(slog.DiscardHandler))
	one := access.Refusal{Actor: "7", From: "192.0.2.7", Action: "people.read", Object: "people/17", Result: grid.ResultNotFound}
	for range 3 {
		r.Note(one)
	}
	for range 2 { // the second has nothing to write
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.Note(one) // in another minute
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var counts []int64
	for row, err := range store.AuditRows(t.Context(), grid.AuditQuery{Actor: "7", Oldest: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Object != "people/17" || row.Result != grid.ResultNotFound || row.From != "192.0.2.7" {
			t.Errorf("%+v", row)
		}
		counts = append(counts, row.Count)
	}
	if fmt.Sprint(counts) != "[3 1]" {
		t.Errorf("counts %v, want 3 and 1", counts)
	}
}

func TestRefusalsOutliveAStoreThatIsAway(t *testing.T) {
	store := &silent{err: errors.New("away")}
	r := access.NewRefusals(store, slog.New(slog.DiscardHandler))
	for i := range 20_000 {
		r.Note(access.Refusal{Actor: "7", Action: "people.read", From: fmt.Sprint("from ", i), Object: fmt.Sprint("people/", i)})
	}
	if err := r.Flush(t.Context()); err == nil {
		t.Fatal("the store is not away")
	}
	store.err = nil
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if store.rows > 10_001 || store.count != 20_000 {
		t.Errorf("%d rows stand for %d refusals, want all 20,000 in bounded memory", store.rows, store.count)
	}
}

// silent is a store of which only the audit answers.
type silent struct {
	grid.Store
	err         error
	rows, count int64
}

func (s *silent) Audit(_ context.Context, rows []grid.AuditRow) error {
	if s.err != nil {
		return s.err
	}
	for _, row := range rows {
		s.rows, s.count = s.rows+1, s.count+row.Count
	}
	return nil
}
