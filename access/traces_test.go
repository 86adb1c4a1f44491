package access_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/store/gpkg/gpkgtest"
)

func TestRefusalsAreFoldedAndKept(t *testing.T) {
	store := gpkgtest.New(t)
	r := access.NewTraces(store, slog.New(slog.DiscardHandler))
	one := access.Trace{Actor: "7", From: "192.0.2.7", Action: "people.read", Object: "people/17", Result: grid.ResultNotFound}
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
	for _, row := range rowsOf(t, store, grid.AuditQuery{Actor: "7", Oldest: true}) {
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
	r := access.NewTraces(store, slog.New(slog.DiscardHandler))
	for i := range 20_000 {
		r.Note(access.Trace{Actor: "7", Action: "people.read", From: fmt.Sprint("from ", i), Object: fmt.Sprint("people/", i)})
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

// running returns Traces that write to a store until they are ended.
func running(t *testing.T, store grid.Store) (r *access.Traces, end func()) {
	r = access.NewTraces(store, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { _ = r.Run(ctx) })
	return r, func() {
		stop()
		run.Wait()
	}
}

// Whoever stops the server at once hides nothing: what is new is written there and then, and
// what goes on is one row a minute.
func TestTheFirstRefusalOfAKindIsWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(silent)
		r, end := running(t, store)
		one := access.Trace{Actor: "7", From: "192.0.2.7", Action: "people.read", Object: "people/17", Result: grid.ResultNotFound}
		for _, step := range []struct {
			what        string
			notes       int
			passes      time.Duration
			rows, count int64 // in all, after it
		}{
			{"the first is written", 1, 0, 1, 1},
			{"equal ones wait", 5, 0, 1, 1},
			{"for the minute", 0, time.Minute, 2, 6},
			{"as long as they go on, also the first of a minute", 3, 0, 2, 6},
			{"is counted in its one row", 0, time.Minute, 3, 9},
			{"after a quiet minute", 0, 2 * time.Minute, 3, 9},
			{"they are new again", 1, 0, 4, 10},
		} {
			for range step.notes {
				r.Note(one)
			}
			time.Sleep(step.passes)
			synctest.Wait()
			if rows, count := store.told(); rows != step.rows || count != step.count {
				t.Errorf("%s: %d rows stand for %d, want %d for %d", step.what, rows, count, step.rows, step.count)
			}
		}
		end()
	})
}

// Somebody who tries one id after the other has few of them written at once, and hides nobody
// else's by it; nor do many addresses together write more than some.
func TestAFloodOfRefusalsWritesFewAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(silent)
		r, end := running(t, store)
		for i := range 20_000 {
			r.Note(access.Trace{Actor: "7", Action: "people.read", Object: fmt.Sprint("people/", i)})
		}
		r.Note(access.Trace{Actor: "8", Action: "people.read", Object: "people/17"})
		synctest.Wait()
		if rows, _ := store.told(); rows != 21 {
			t.Errorf("%d rows at once, want 20 of the flood and that of somebody else", rows)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		before, count := store.told()
		if count != 20_001 || before > 10_022 {
			t.Errorf("%d rows stand for %d", before, count)
		}
		for i := range 5_000 {
			r.Note(access.Trace{From: fmt.Sprint("192.0.2.", i), Action: "session.begin"})
		}
		synctest.Wait()
		if rows, _ := store.told(); rows != before+1000 {
			t.Errorf("%d rows at once of 5,000 addresses, want 1,000", rows-before)
		}
		end()
		if _, count := store.told(); count != 25_001 {
			t.Errorf("%d are told of at the end", count)
		}
	})
}

// silent is a store of which only the audit answers.
type silent struct {
	grid.Store
	err         error
	mu          sync.Mutex
	rows, count int64 // guarded by mu
}

// told returns how many rows there are, and for how many refusals they stand.
func (s *silent) told() (rows, count int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows, s.count
}

func (s *silent) Audit(_ context.Context, rows []grid.AuditRow) error {
	if s.err != nil {
		return s.err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, row := range rows {
		s.rows, s.count = s.rows+1, s.count+row.Count
	}
	return nil
}
