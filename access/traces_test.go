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
		folded, _ := store.told()
		for i := range 100 {
			r.Note(access.Trace{Actor: "7", Action: "houses.read", Object: fmt.Sprint("houses/", i)})
		}
		synctest.Wait()
		if rows, _ := store.told(); rows != folded+20 {
			t.Errorf("%d rows at once in another minute, want 20 anew", rows-folded)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		before, count := store.told()
		if count != 20_101 || before > 10_122 {
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
		if _, count := store.told(); count != 25_101 {
			t.Errorf("%d are told of at the end", count)
		}
	})
}

// Whoever was shown somebody leaves a row that says whom, at once, whatever he or others were
// refused before.
func TestNoRefusalsHideWhoWasShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(silent)
		r, end := running(t, store)
		known := access.Trace{Actor: "9", From: "192.0.2.9", Action: "people.read", Object: "people/known", Result: grid.ResultNotFound}
		r.Note(known)
		for i := range 20_000 {
			r.Note(access.Trace{Actor: "7", From: "192.0.2.7", Action: "people.read", Object: fmt.Sprint("people/", i), Result: grid.ResultNotFound})
		}
		synctest.Wait()
		flood, _ := store.told()
		for i := range 2_000 {
			r.NoteMany(access.Trace{Actor: "7", From: "192.0.2.7", Action: "people.read", Object: fmt.Sprint("dwellings/", i), Result: grid.ResultOK}, 3)
		}
		synctest.Wait()
		if rows, _ := store.told(); rows-flood != 2_000 {
			t.Errorf("%d of 2,000 homes that were opened are told of at once", rows-flood)
		}
		r.Note(known)
		r.Note(access.Trace{Actor: "9", From: "192.0.2.9", Action: "people.read", Object: "people/new", Result: grid.ResultNotFound})
		end()
		for i := range 2_000 {
			if n := store.about(fmt.Sprint("dwellings/", i)); n != 3 {
				t.Fatalf("%d records of home %d are told of, want 3", n, i)
			}
		}
		for object, want := range map[string]int64{"people/known": 2, "people/new": 0, "people/19999": 0} {
			if n := store.about(object); n != want {
				t.Errorf("%s is told of %d times, want %d: what is known stays known, and what is new has no room", object, n, want)
			}
		}
		if _, count := store.told(); count != 26_003 {
			t.Errorf("%d are told of, want all 26,003", count)
		}
	})
}

// As many as were shown are counted, be they the first or not.
func TestManyAreCountedAsMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(silent)
		r, end := running(t, store)
		one := access.Trace{Actor: "7", Action: "people.read", Object: "divisions/500106003001001", Result: grid.ResultOK}
		r.NoteMany(one, 1_000)
		synctest.Wait()
		if rows, count := store.told(); rows != 1 || count != 1_000 {
			t.Errorf("%d rows stand for %d at once, want one for 1,000", rows, count)
		}
		r.NoteMany(one, 500)
		end()
		if rows, count := store.told(); rows != 2 || count != 1_500 {
			t.Errorf("%d rows stand for %d at the end, want two for 1,500", rows, count)
		}
	})
}

// While the audit takes nothing, a flood that goes on for hours takes no more room.
func TestWhatCannotBeWrittenTakesBoundedRoom(t *testing.T) {
	store := &silent{err: errors.New("away")}
	r := access.NewTraces(store, slog.New(slog.DiscardHandler))
	for minute := range 5 {
		for i := range 12_000 {
			r.Note(access.Trace{Actor: "7", Action: "people.read", Object: fmt.Sprint("people/", minute, "-", i), Result: grid.ResultNotFound})
		}
		if err := r.Flush(t.Context()); err == nil {
			t.Fatal("the audit is not away")
		}
	}
	store.err = nil
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, count := store.told(); rows > 10_001 || count != 60_000 {
		t.Errorf("%d rows stand for %d refusals, want 60,000 in the room of 10,000", rows, count)
	}
	for i := range 9_000 {
		r.Note(access.Trace{Actor: "7", Action: "people.read", Object: fmt.Sprint("people/", i), Result: grid.ResultNotFound})
	}
	if err := r.Flush(t.Context()); err != nil || store.about("people/8999") != 1 {
		t.Errorf("there is room again once all is written: %v, %d", err, store.about("people/8999"))
	}
}

// silent is a store of which only the audit answers.
type silent struct {
	grid.Store
	err         error
	mu          sync.Mutex
	rows, count int64            // guarded by mu
	objects     map[string]int64 // how many about each; guarded by mu
}

// about returns how many rows about an object stand for.
func (s *silent) about(object string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[object]
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
	if s.objects == nil {
		s.objects = make(map[string]int64)
	}
	for _, row := range rows {
		s.rows, s.count = s.rows+1, s.count+row.Count
		s.objects[row.Object] += row.Count
	}
	return nil
}
