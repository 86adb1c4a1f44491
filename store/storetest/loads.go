package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"quanxi/grid"
)

func begin(t *testing.T, s Store) grid.Load {
	t.Helper()
	l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester", About: "a file"})
	if err != nil {
		t.Fatalf("BeginLoad: %v", err)
	}
	t.Cleanup(func() { _ = l.Abort(context.Background()) }) // nobody waits for it
	return l
}

func stage(t *testing.T, l grid.Load, keys []grid.SubjectKey, put ...grid.Entity) {
	t.Helper()
	if err := l.Put(t.Context(), put, keys); err != nil {
		t.Fatalf("Load.Put: %v", err)
	}
}

func commit(t *testing.T, l grid.Load) grid.Receipt {
	t.Helper()
	r, err := l.Commit(t.Context())
	if err != nil {
		t.Fatalf("Commit: %v", err)
	}
	return r
}

// loaded commits a load of the given entities.
func loaded(t *testing.T, s Store, put ...grid.Entity) grid.Load {
	t.Helper()
	l := begin(t, s)
	stage(t, l, nil, put...)
	commit(t, l)
	return l
}

func undone(t *testing.T, s Store, l grid.Load) {
	t.Helper()
	if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); err != nil {
		t.Fatalf("UndoLoad: %v", err)
	}
}

// heads returns id and revision of what a load touched.
func heads(t *testing.T, s Store, load int64) map[int64]int64 {
	t.Helper()
	got := map[int64]int64{}
	var last grid.Head
	for e, err := range s.LoadEntities(t.Context(), load) {
		if err != nil {
			t.Fatalf("LoadEntities: %v", err)
		}
		if e.Entity().ID <= last.ID {
			t.Errorf("%d comes after %d", e.Entity().ID, last.ID)
		}
		last = *e.Entity()
		got[last.ID] = last.Revision
	}
	return got
}

func wantHeads(t *testing.T, s Store, l grid.Load, want map[int64]int64) {
	t.Helper()
	if got := heads(t, s, l.ID()); !reflect.DeepEqual(got, want) {
		t.Errorf("load touched %v, want %v", got, want)
	}
}

func numbered(id int64, name string) *grid.Building {
	b := building(name)
	b.ID = id
	return b
}

func loads(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("are invisible until committed, then wholly there", func(t *testing.T, s Store) {
		old := building("old")
		write(t, s, old)
		l, fresh := begin(t, s), building("fresh")
		stage(t, l, nil, numbered(old.ID, "replaced"), fresh)
		wantNames(t, s, map[int64]string{old.ID: "old"})
		if fresh.ID < 1<<52 {
			t.Errorf("id %d was not assigned", fresh.ID)
		}
		commit(t, l)
		wantNames(t, s, map[int64]string{old.ID: "replaced", fresh.ID: "fresh"})
		wantNames(t, open(t, place), map[int64]string{old.ID: "replaced", fresh.ID: "fresh"})
		wantHeads(t, s, l, map[int64]int64{old.ID: 2, fresh.ID: 1})
		remove(t, s, grid.Buildings, old.ID, 2)
		wantHeads(t, s, l, map[int64]int64{old.ID: -3, fresh.ID: 1})
		remove(t, s, grid.Buildings, fresh.ID, 1)
	})
	s.run("bring every kind unharmed", func(t *testing.T, s Store) {
		l := loaded(t, s, town()...)
		want := town()
		i := 0
		for e, err := range s.LoadEntities(t.Context(), l.ID()) {
			if err != nil {
				t.Fatal(err)
			}
			head := e.Entity()
			*want[i].Entity() = grid.Head{ID: head.ID, Revision: 1, External: want[i].Entity().External}
			if !reflect.DeepEqual(e, want[i]) {
				t.Errorf("put %s\ngot %s", describe(want[i]), describe(e))
			}
			i++
		}
		if i != len(want) {
			t.Errorf("%d entities, want %d", i, len(want))
		}
		undone(t, s, l)
	})
	s.run("replace what has the same external id", func(t *testing.T, s Store) {
		old := from("osm:1", building("old"))
		write(t, s, old)
		again := from("osm:1", building("new"))
		other := from("osm:2", building("other"))
		l := loaded(t, s, again, other)
		if again.ID != old.ID {
			t.Errorf("id %d, want %d", again.ID, old.ID)
		}
		wantHeads(t, s, l, map[int64]int64{old.ID: 2, other.ID: 1})
		undone(t, s, l)
		remove(t, s, grid.Buildings, old.ID, entity(t, s, grid.Buildings, old.ID).Entity().Revision)
	})
	s.run("may bring the same twice, and the later counts", func(t *testing.T, s Store) {
		a, b := from("osm:7", building("first")), from("osm:7", building("second"))
		l := begin(t, s)
		stage(t, l, nil, a, b)
		stage(t, l, nil, numbered(a.ID, "third"))
		commit(t, l)
		wantNames(t, s, map[int64]string{a.ID: "third"})
		if a.ID != b.ID || entity(t, s, grid.Buildings, a.ID).Entity().External != "osm:7" {
			t.Errorf("ids %d and %d", a.ID, b.ID)
		}
		undone(t, s, l)
	})
}

func endsOfLoads(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("once aborted leave nothing", func(t *testing.T, s Store) {
		old := from("osm:8", building("old"))
		write(t, s, old)
		l := begin(t, s)
		stage(t, l, nil, from("osm:8", building("new")), from("osm:9", building("never")))
		if err := l.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantNames(t, s, map[int64]string{old.ID: "old"})
		write(t, s, from("osm:9", building("ordinary")))
		write(t, s, old)
		if old.Revision != 2 {
			t.Errorf("revision %d, want 2", old.Revision)
		}
		if _, err := l.Commit(t.Context()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("commit after abort: %v", err)
		}
	})
	s.run("are listed newest first", func(t *testing.T, s Store) {
		l := loaded(t, s, building("x"), building("y"))
		all, err := s.Loads(t.Context())
		if err != nil || len(all) == 0 {
			t.Fatalf("Loads = %v, %v", all, err)
		}
		got := all[0]
		if got.Began.IsZero() || got.ID != l.ID() || got.Actor != "tester" || got.About != "a file" || got.State != grid.LoadLive || got.Put != 2 {
			t.Errorf("newest is %+v", got)
		}
		if len(all) > 1 && all[1].ID >= got.ID {
			t.Errorf("%d comes after %d", all[1].ID, got.ID)
		}
		undone(t, s, l)
	})
	s.run("a load that is none is ErrNotFound", func(t *testing.T, s Store) {
		for _, err := range s.LoadEntities(t.Context(), 12345) {
			if !errors.Is(err, grid.ErrNotFound) {
				t.Errorf("LoadEntities: %v", err)
			}
		}
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, 12345); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("UndoLoad: %v", err)
		}
	})
}

func loadConflicts(t *testing.T, place Place) {
	s := sub{t, place}
	conflicts := func(t *testing.T, l grid.Load) {
		t.Helper()
		if _, err := l.Commit(t.Context()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("Commit: %v, want ErrConflict", err)
		}
	}
	s.run("an edit after staging is found at commit, and nothing flips", func(t *testing.T, s Store) {
		b := building("mine")
		write(t, s, b)
		l := begin(t, s)
		stage(t, l, nil, numbered(b.ID, "theirs"), building("more"))
		b.Name = "edited"
		write(t, s, b)
		conflicts(t, l)
		if got := entity(t, s, grid.Buildings, b.ID).(*grid.Building); got.Name != "edited" {
			t.Errorf("name %q", got.Name)
		}
		if err := l.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		write(t, s, b)
		loaded(t, s, numbered(b.ID, "theirs, again"))
		if got := entity(t, s, grid.Buildings, b.ID).(*grid.Building); got.Name != "theirs, again" || got.Revision <= b.Revision {
			t.Errorf("got %q at %d after %d", got.Name, got.Revision, b.Revision)
		}
	})
	s.run("a removal after staging is found too", func(t *testing.T, s Store) {
		b := building("removed")
		write(t, s, b)
		l := begin(t, s)
		stage(t, l, nil, numbered(b.ID, "back"))
		remove(t, s, grid.Buildings, b.ID, 1)
		conflicts(t, l)
		absent(t, s, grid.Buildings, b.ID)
	})
	s.run("an edit before staging is no conflict", func(t *testing.T, s Store) {
		b := building("v1")
		write(t, s, b)
		l := begin(t, s)
		write(t, s, b)
		stage(t, l, nil, numbered(b.ID, "v3"))
		commit(t, l)
		if got := entity(t, s, grid.Buildings, b.ID).Entity(); got.Revision != 3 {
			t.Errorf("revision %d, want 3", got.Revision)
		}
	})
	s.run("a new id that a load is bringing cannot be created", func(t *testing.T, s Store) {
		l := begin(t, s)
		stage(t, l, nil, from("osm:20", numbered(5, "staged")))
		refuses(t, s, grid.ErrConflict, putting(numbered(5, "ordinary")))
		refuses(t, s, grid.ErrConflict, putting(from("osm:20", building("ordinary"))))
		commit(t, l)
		refuses(t, s, grid.ErrInvalid, putting(from("osm:20", building("ordinary"))))
	})
	s.run("two loads cannot stage the same", func(t *testing.T, s Store) {
		b := building("wanted")
		write(t, s, b)
		first, second := begin(t, s), begin(t, open(t, place))
		stage(t, first, nil, numbered(b.ID, "first"))
		if err := second.Put(t.Context(), []grid.Entity{numbered(b.ID, "second")}, nil); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("Put: %v, want ErrConflict", err)
		}
		commit(t, first)
		stage(t, second, nil, numbered(b.ID, "second"))
		commit(t, second)
		if got := entity(t, s, grid.Buildings, b.ID).(*grid.Building); got.Name != "second" || got.Revision != 3 {
			t.Errorf("got %q at %d", got.Name, got.Revision)
		}
	})
	s.run("a load over one that was undone meanwhile conflicts", func(t *testing.T, s Store) {
		b := building("below")
		below := loaded(t, s, b)
		above := begin(t, s)
		stage(t, above, nil, numbered(b.ID, "above"))
		undone(t, s, below)
		conflicts(t, above)
		absent(t, s, grid.Buildings, b.ID)
	})
	s.run("a load may not take an external id that another holds", func(t *testing.T, s Store) {
		b := from("osm:30", building("holder"))
		write(t, s, b)
		l := begin(t, s)
		for name, e := range map[string]grid.Entity{
			"under another id": from("osm:30", numbered(77, "thief")),
			"by renaming":      from("osm:31", numbered(b.ID, "renamed")),
		} {
			if err := l.Put(t.Context(), []grid.Entity{e}, nil); !errors.Is(err, grid.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", name, err)
			}
		}
	})
	s.run("committing twice conflicts", func(t *testing.T, s Store) {
		l := loaded(t, s, building("once"))
		conflicts(t, l)
	})
}

// past holds that what a load brought stays: the load's change says only that it went
// live, so that its rows are the history from which any moment is told.
func past(t *testing.T, place Place) {
	s := sub{t, place}
	kept := func(t *testing.T, name string) {
		t.Helper()
		if n := place.Tamper(t, "UPDATE BUILDINGS SET name = name WHERE name = '"+name+"'"); n != 1 {
			t.Errorf("%q is in %d rows, want 1", name, n)
		}
	}
	s.run("an edit keeps what a load brought", func(t *testing.T, s Store) {
		b := building("as loaded")
		l := loaded(t, s, b)
		edited := numbered(b.ID, "as edited")
		edited.Revision = 1
		write(t, s, edited)
		kept(t, "as loaded")
		wantHeads(t, s, l, map[int64]int64{b.ID: 2})
	})
	s.run("a removal keeps what a load brought", func(t *testing.T, s Store) {
		b := building("to be removed")
		l := loaded(t, s, b)
		remove(t, s, grid.Buildings, b.ID, 1)
		kept(t, "to be removed")
		wantHeads(t, s, l, map[int64]int64{b.ID: -2})
	})
	s.run("an edit under a load that is staging keeps it too", func(t *testing.T, s Store) {
		b := building("loaded first")
		loaded(t, s, b)
		above := begin(t, s)
		stage(t, above, nil, numbered(b.ID, "staged above"))
		edited := numbered(b.ID, "edited below")
		edited.Revision = 1
		write(t, s, edited)
		kept(t, "loaded first")
		if _, err := above.Commit(t.Context()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("Commit: %v", err)
		}
		if got := entity(t, s, grid.Buildings, b.ID).(*grid.Building); got.Name != "edited below" || got.Revision != edited.Revision {
			t.Errorf("got %q at %d", got.Name, got.Revision)
		}
	})
	s.run("of many first edits of what a load brought, one wins", func(t *testing.T, s Store) {
		b := building("wanted by many")
		loaded(t, s, b)
		race(t, 8, func(int) error {
			mine := numbered(b.ID, "of one of many")
			mine.Revision = 1
			_, err := s.Write(t.Context(), putting(mine))
			return err
		})
		kept(t, "wanted by many")
	})
}

func undo(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("brings back what was, at a revision that counts", func(t *testing.T, s Store) {
		b := from("osm:1", building("was"))
		write(t, s, b)
		fresh := from("osm:2", building("fresh"))
		l := loaded(t, s, numbered(b.ID, "is"), fresh)
		undone(t, s, l)
		wantNames(t, s, map[int64]string{b.ID: "was"})
		wantHeads(t, s, l, map[int64]int64{b.ID: 3, fresh.ID: -3})
		b.Revision = 3
		write(t, s, b, from("osm:2", building("another")))
		if b.Revision <= 3 {
			t.Errorf("revision %d, want more than 3", b.Revision)
		}
		again := numbered(fresh.ID, "fresh again")
		if write(t, s, again); again.Revision <= 3 {
			t.Errorf("revision %d, want more than 3", again.Revision)
		}
	})
	s.run("is refused once something was edited", func(t *testing.T, s Store) {
		a, b := building("a"), building("b")
		l := loaded(t, s, a, b)
		a.Revision = 1
		write(t, s, a)
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("UndoLoad: %v", err)
		}
	})
	s.run("goes down a pile of loads, not across it", func(t *testing.T, s Store) {
		b := building("ground")
		write(t, s, b)
		first := loaded(t, s, numbered(b.ID, "first"))
		second := loaded(t, s, numbered(b.ID, "second"))
		third := loaded(t, s, numbered(b.ID, "third"))
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, first.ID()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("UndoLoad below others: %v", err)
		}
		revision := entity(t, s, grid.Buildings, b.ID).Entity().Revision
		for _, step := range []struct {
			load grid.Load
			name string
		}{{third, "second"}, {second, "first"}, {first, "ground"}} {
			undone(t, s, step.load)
			got := entity(t, s, grid.Buildings, b.ID).(*grid.Building)
			if got.Name != step.name || got.Revision <= revision {
				t.Errorf("%q at %d after %d, want %q at more", got.Name, got.Revision, revision, step.name)
			}
			revision = got.Revision
		}
		fourth := begin(t, s)
		stage(t, fourth, nil, numbered(b.ID, "fourth"))
		if got := entity(t, s, grid.Buildings, b.ID).Entity(); got.Revision != revision {
			t.Errorf("staging changed revision %d to %d", revision, got.Revision)
		}
		commit(t, fourth)
		if got := entity(t, s, grid.Buildings, b.ID).Entity(); got.Revision <= revision {
			t.Errorf("revision %d after %d", got.Revision, revision)
		}
	})
	s.run("goes down a pile of loads and names the topmost, whichever was begun first", func(t *testing.T, s Store) {
		a, b := building("a"), building("b")
		bottom := loaded(t, s, a)
		top := begin(t, s) // and is live last
		middle := loaded(t, s, numbered(a.ID, "a again"), b)
		stage(t, top, nil, numbered(b.ID, "b again"))
		commit(t, top)
		for _, step := range []struct{ undo, first grid.Load }{{bottom, top}, {middle, top}, {top, nil}, {bottom, middle}, {middle, nil}, {bottom, nil}} {
			_, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, step.undo.ID())
			if step.first == nil {
				if err != nil {
					t.Fatalf("UndoLoad: %v", err)
				}
			} else if want := fmt.Sprintf("load %d lies over it, undo that first", step.first.ID()); !errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), want) {
				t.Errorf("UndoLoad of %d: %v, want %q", step.undo.ID(), err, want)
			}
		}
	})
	s.run("twice conflicts, and so does undoing an open load", func(t *testing.T, s Store) {
		l := loaded(t, s, building("x"))
		undone(t, s, l)
		for _, id := range []int64{l.ID(), begin(t, s).ID()} {
			if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, id); !errors.Is(err, grid.ErrConflict) {
				t.Errorf("UndoLoad: %v", err)
			}
		}
	})
	s.run("lets the same file be imported again", func(t *testing.T, s Store) {
		first := from("osm:9", building("v1"))
		l := loaded(t, s, first)
		undone(t, s, l)
		second := from("osm:9", building("v2"))
		loaded(t, s, second)
		if got := entity(t, s, grid.Buildings, second.ID).(*grid.Building); got.Name != "v2" {
			t.Errorf("got %+v", got)
		}
	})
}
