package storetest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"quanxi/feed"
	"quanxi/grid"
)

// patience bounds every wait for something that must happen.
const patience = 10 * time.Second

// relaying returns a store that holds the relay lock, with nothing left to publish.
func relaying(t *testing.T, place Place) Store {
	t.Helper()
	s := open(t, place)
	lock(t, s)
	drain(t, s)
	return s
}

func lock(t *testing.T, s Store) (held context.Context, release func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	held, release, err := s.LockRelay(ctx)
	if err != nil {
		t.Fatalf("LockRelay: %v", err)
	}
	release = sync.OnceFunc(release)
	t.Cleanup(func() { release(); cancel() })
	return held, release
}

func drain(t *testing.T, s Store) []feed.Change {
	t.Helper()
	var all []feed.Change
	for {
		b, err := s.Publish(t.Context(), 100)
		if err != nil {
			t.Fatalf("Publish: %v", err)
		}
		if len(b.Changes) == 0 {
			return all
		}
		all = append(all, b.Changes...)
	}
}

func position(t *testing.T, s Store) feed.Position {
	t.Helper()
	at, err := s.Position(t.Context())
	if err != nil {
		t.Fatalf("Position: %v", err)
	}
	return at
}

func log(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("positions are contiguous, and the horizon passes every mark", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		last := position(t, s).Pos
		for i := range 5 {
			r := write(t, s, building("a"), building("b"))
			b := publish(t, s, 100)
			if b.After != last || b.Pos != last+2 || len(b.Changes) != 2 || b.Horizon < r.Mark || b.Epoch == "" || r.Epoch != string(b.Epoch) {
				t.Fatalf("batch %d: %d to %d, horizon %d, mark %d, %d changes", i, b.After, b.Pos, b.Horizon, r.Mark, len(b.Changes))
			}
			for _, c := range b.Changes {
				if last++; c.Pos != last {
					t.Errorf("position %d, want %d", c.Pos, last)
				}
			}
			if at := position(t, s); at.Pos != b.Pos || at.Horizon < r.Mark {
				t.Errorf("position %+v after %d, mark %d", at, b.Pos, r.Mark)
			}
		}
	})
	s.run("a horizon passes no mark before its write is published", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		first, second := write(t, s, building("a")), write(t, s, building("b"))
		if b := publish(t, s, 1); b.Horizon < first.Mark || b.Horizon >= second.Mark {
			t.Errorf("horizon %d between marks %d and %d", b.Horizon, first.Mark, second.Mark)
		}
	})
	s.run("an empty batch repeats the last position", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		at := position(t, s)
		if b := publish(t, s, 10); b.After != at.Pos || b.Pos != at.Pos || len(b.Changes) != 0 || b.Epoch != at.Epoch {
			t.Errorf("batch %+v at %+v", b, at)
		}
	})
}

// logCut holds where the log may be cut.
func logCut(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("a write is never cut in two", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		write(t, s, building("1"), building("2"), building("3"))
		write(t, s, building("4"))
		if b := publish(t, s, 2); len(b.Changes) != 3 {
			t.Errorf("%d changes, want the 3 of the first write", len(b.Changes))
		}
		if b := publish(t, s, 2); len(b.Changes) != 1 {
			t.Errorf("%d changes, want 1", len(b.Changes))
		}
	})
	s.run("nor by the end of a page", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		after := position(t, s).Pos
		write(t, s, building("1"), building("2"), building("3"))
		write(t, s, building("4"))
		write(t, s, building("5"), building("6"))
		drain(t, s)
		for _, tt := range []struct {
			name  string
			skip  int64
			upTo  int64
			limit int
			want  int
		}{
			{"a limit in the middle of a write", 0, 6, 1, 3},
			{"a limit at its end", 0, 6, 3, 3},
			{"a limit in the next but one", 0, 6, 5, 6},
			{"a limit beyond all", 0, 6, 100, 6},
			{"an end that is asked for", 0, 2, 100, 2},
			{"an end that is asked for, with a limit in the same write", 0, 2, 1, 2},
			{"from the end of a write on", 3, 6, 2, 3},
			{"the last write of all", 4, 6, 1, 2},
		} {
			got, err := s.Changes(t.Context(), after+tt.skip, after+tt.upTo, tt.limit)
			if err != nil || len(got) != tt.want {
				t.Errorf("%s: %d changes, %v; want %d", tt.name, len(got), err, tt.want)
			}
		}
	})
}

// logContent holds what the changes say.
func logContent(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("changes carry the new state, and come again the same", func(t *testing.T, _ Store) { replay(t, relaying(t, place)) })
	s.run("a load is one change, and so is its undoing", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		l := loaded(t, s, building("a"), building("b"))
		undone(t, s, l)
		got := drain(t, s)
		if len(got) != 2 {
			t.Fatalf("%d changes, want 2", len(got))
		}
		for i, op := range []feed.Op{feed.Live, feed.Undone} {
			if c := got[i]; c.Kind != feed.Loads || c.ID != l.ID() || c.Op != op || c.Revision != int64(i+1) || c.Body != nil {
				t.Errorf("change %+v, want %s", c, op)
			}
		}
	})
	s.run("a digest stands for the row at a position", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		write(t, s, building("x"))
		drain(t, s)
		at := position(t, s)
		if got, err := s.Digest(t.Context(), at.Pos); err != nil || !bytes.Equal(got, at.Digest) || len(got) == 0 {
			t.Errorf("Digest = %x, %v; want %x", got, err, at.Digest)
		}
		if got, err := s.Digest(t.Context(), at.Pos-1); at.Pos > 1 && (err != nil || bytes.Equal(got, at.Digest)) {
			t.Errorf("Digest before = %x, %v", got, err)
		}
		if _, err := s.Digest(t.Context(), at.Pos+1); !errors.Is(err, feed.ErrEpoch) {
			t.Errorf("beyond the end: %v, want ErrEpoch", err)
		}
	})
}

func following(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("a commit wakes, also from another handle", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		for _, writer := range []Store{s, open(t, place)} {
			woken := make(chan error, 1)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			go func() { woken <- awaitChanges(ctx, s) }()
			write(t, writer, building("news"))
			if err := <-woken; err != nil {
				t.Errorf("Await: %v", err)
			}
			cancel()
		}
	})
	s.run("a wait ends with its context", func(t *testing.T, _ Store) {
		s := relaying(t, place)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		for ctx.Err() == nil {
			if err := s.Await(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Await: %v", err)
			}
		}
	})
	s.run("one epoch for every handle", func(t *testing.T, s Store) {
		if a, b := position(t, s).Epoch, position(t, open(t, place)).Epoch; a != b || a == "" {
			t.Errorf("epochs %q and %q", a, b)
		}
	})
	s.run("a load of the state equals what queries see", equalsQueries)
	s.run("a load holds a tombstone against every older state still to come", outrun)
	s.run("a look is of one moment, and says of which", looks)
	s.run("a look tells what was outrun", looksAtOutrun)
	s.run("writers in a crowd are all published, once each", func(t *testing.T, _ Store) { crowd(t, place) })
}

func publish(t *testing.T, s Store, limit int) feed.Batch {
	t.Helper()
	b, err := s.Publish(t.Context(), limit)
	if err != nil {
		t.Fatalf("Publish: %v", err)
	}
	return b
}

// awaitChanges waits until Publish finds something; Await may wake for nothing.
func awaitChanges(ctx context.Context, s Store) error {
	for {
		if err := s.Await(ctx); err != nil {
			return err
		}
		if b, err := s.Publish(ctx, 10); err != nil || len(b.Changes) > 0 {
			return err
		}
	}
}

func replay(t *testing.T, s Store) {
	start := position(t, s).Pos
	e := building("O'Brien 🏠 \u2028 \\ \"")
	write(t, s, e)
	body, err := grid.EncodeJSON(e)
	if err != nil {
		t.Fatal(err)
	}
	remove(t, s, grid.Buildings, e.ID, 1)
	got := drain(t, s)
	if len(got) != 2 || string(got[0].Body) != string(body) || got[0].Op != feed.Put || got[1].Op != feed.Remove || got[1].Body != nil ||
		got[1].Revision != 2 || got[0].ID != e.ID || got[0].Kind != grid.Buildings || time.Since(got[0].At).Abs() > time.Hour {
		t.Fatalf("changes %+v", got)
	}
	again, err := s.Changes(t.Context(), start, start+2, 10)
	if err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("again %+v, %v\nwant %+v", again, err, got)
	}
	if one, err := s.Changes(t.Context(), start, start+2, 1); err != nil || !reflect.DeepEqual(one, got[:1]) {
		t.Errorf("limited to one: %+v, %v", one, err)
	}
	if none, err := s.Changes(t.Context(), start+2, start+5, 10); err != nil || len(none) != 0 {
		t.Errorf("beyond the end: %+v, %v", none, err)
	}
}

func equalsQueries(t *testing.T, s Store) {
	first := building("edited")
	write(t, s, first)
	write(t, s, town()...)
	write(t, s, first)
	gone := building("gone")
	write(t, s, gone)
	remove(t, s, grid.Buildings, gone.ID, 1)
	b := building("below")
	loaded(t, s, b, &grid.Road{Class: "main"})
	staging := begin(t, s)
	stage(t, staging, nil, numbered(b.ID, "hidden"), building("hidden too"))
	undone(t, s, loaded(t, s, building("undone")))

	var want, got []grid.Entity
	for _, kind := range feed.Kinds() {
		for e, err := range s.Entities(t.Context(), kind, grid.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, e)
		}
	}
	at, err := s.Load(t.Context(), feed.Kinds(), func(e grid.Entity) error {
		if e.Entity().Revision > 0 { // no tombstone
			got = append(got, e)
		}
		return nil
	})
	if err != nil || at.Epoch == "" {
		t.Fatalf("Load = %+v, %v", at, err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d entities, want %d", len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("got %s\nwant %s", describe(got[i]), describe(want[i]))
		}
	}
	some := 0
	if _, err := s.Load(t.Context(), []grid.Kind{grid.Roads}, func(e grid.Entity) error {
		some++
		if e.Kind() != grid.Roads {
			t.Errorf("asked for roads alone, Load gave %s", describe(e))
		}
		return nil
	}); err != nil || some == 0 {
		t.Errorf("Load of roads gave %d entities, %v", some, err)
	}
	boom := errors.New("boom")
	if _, err := s.Load(t.Context(), feed.Kinds(), func(grid.Entity) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("a visitor's error: %v", err)
	}
}

func outrun(t *testing.T, s Store) {
	gone, back := building("gone"), building("back")
	write(t, s, gone, back)
	remove(t, s, grid.Buildings, gone.ID, 1)
	remove(t, s, grid.Buildings, back.ID, 1)
	back.Revision = 0
	write(t, s, back)

	held := map[int64]int64{} // revisions, negative for tombstones
	at, err := s.Load(t.Context(), feed.Kinds(), func(e grid.Entity) error {
		held[e.Entity().ID] = e.Entity().Revision
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if held[back.ID] != 3 {
		t.Errorf("what came back is held at revision %d, want 3", held[back.ID])
	}
	lock(t, s)
	drain(t, s)
	later, err := s.Changes(t.Context(), at.Pos, at.Pos+10, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range later {
		if c.ID == gone.ID && held[gone.ID] != -2 {
			t.Errorf("revision %d is still to come at %d, and the tombstone is %d, want -2", c.Revision, c.Pos, held[gone.ID])
		}
	}
}

func looks(t *testing.T, s Store) {
	b := building("before")
	b.Floors = 77
	write(t, s, b)
	named := func(m feed.Moment) (names []string) {
		for e, err := range m.Entities(t.Context(), grid.Buildings, grid.Query{Column: "floors", Values: []string{"77"}}) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, e.(*grid.Building).Name)
		}
		return names
	}
	var first, second []string
	at, err := s.Look(t.Context(), func(m feed.Moment) error {
		first = named(m)
		b.Name = "after"
		write(t, s, b)
		second = named(m)
		return nil
	})
	if err != nil || !reflect.DeepEqual(first, []string{"before"}) || !reflect.DeepEqual(second, first) {
		t.Errorf("saw %v and then %v, %v; want what was before a write twice", first, second, err)
	}
	lock(t, s)
	drain(t, s)
	later, err := s.Changes(t.Context(), at.Pos, at.Pos+10, 10)
	if err != nil || len(later) == 0 || later[len(later)-1].Revision != b.Revision {
		t.Errorf("after the position of the look come %+v, %v; want the write that it did not see", later, err)
	}
	boom := errors.New("boom")
	if _, err := s.Look(t.Context(), func(feed.Moment) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("a reader's error: %v", err)
	}
}

func looksAtOutrun(t *testing.T, s Store) {
	edited, gone := building("edited"), building("gone")
	write(t, s, edited, gone)
	write(t, s, edited)
	remove(t, s, grid.Buildings, gone.ID, 1)
	told := map[int64]int64{} // revisions, negative for tombstones
	at, err := s.Look(t.Context(), func(m feed.Moment) error {
		for e, err := range m.Outrun(t.Context(), []grid.Kind{grid.Roads, grid.Buildings}) {
			if err != nil {
				return err
			}
			told[e.Entity().ID] = e.Entity().Revision
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lock(t, s)
	drain(t, s)
	later, err := s.Changes(t.Context(), at.Pos, at.Pos+10, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range later {
		if want := map[int64]int64{edited.ID: 2, gone.ID: -2}[c.ID]; told[c.ID] != want {
			t.Errorf("%d is still to come at revision %d, and %d was told, want %d", c.ID, c.Revision, told[c.ID], want)
		}
	}
}

// crowd lets writers on two handles race with the relay: every committed change
// gets exactly one position, and positions have no hole.
func crowd(t *testing.T, place Place) {
	s := relaying(t, place)
	start := position(t, s).Pos
	handles := []Store{s, open(t, place)}
	const writers, each = 4, 10
	var wg sync.WaitGroup
	var mu sync.Mutex
	marks := map[int64]int64{} // by id
	for i := range writers {
		wg.Go(func() {
			for range each {
				b := building("crowd")
				r, err := handles[i%2].Write(t.Context(), putting(b))
				if err != nil {
					t.Errorf("Write: %v", err)
					return
				}
				mu.Lock()
				marks[b.ID] = r.Mark
				mu.Unlock()
			}
		})
	}
	seen := map[int64]int64{} // id: horizon of its batch
	last := start
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for len(seen) < writers*each {
		if err := s.Await(ctx); err != nil {
			t.Fatalf("Await with %d of %d: %v", len(seen), writers*each, err)
		}
		b := publish(t, s, 7)
		for _, c := range b.Changes {
			if _, twice := seen[c.ID]; twice || c.Pos != last+1 {
				t.Errorf("change %d at %d after %d, twice: %v", c.ID, c.Pos, last, twice)
			}
			seen[c.ID], last = b.Horizon, c.Pos
		}
	}
	wg.Wait()
	for id, mark := range marks {
		if seen[id] < mark {
			t.Errorf("%d was published at horizon %d, its mark is %d", id, seen[id], mark)
		}
	}
}

func relayLock(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("is held by one handle, and handed over", func(t *testing.T, first Store) {
		second := open(t, place)
		held, release := lock(t, first)
		got := make(chan context.Context, 1)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			held, release, err := second.LockRelay(ctx)
			if err != nil {
				t.Errorf("LockRelay: %v", err)
				close(got)
				return
			}
			got <- held
			release()
		})
		select {
		case <-got:
			t.Error("two handles hold the lock")
		case <-time.After(150 * time.Millisecond):
		}
		if held.Err() != nil {
			t.Error("the lock was lost")
		}
		release()
		if next, ok := <-got; ok && next == nil {
			t.Error("no context")
		}
		if held.Err() == nil {
			t.Error("the first holder's context goes on after release")
		}
		wg.Wait()
	})
	s.run("is not waited for beyond the context", func(t *testing.T, first Store) {
		lock(t, first)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, _, err := open(t, place).LockRelay(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("LockRelay: %v", err)
		}
	})
	s.run("is free after its holder closed", func(t *testing.T, _ Store) {
		first := place.Open(t)
		held, _, err := first.LockRelay(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if held.Err() == nil {
			t.Error("the context goes on after Close")
		}
		lock(t, open(t, place))
	})
}
