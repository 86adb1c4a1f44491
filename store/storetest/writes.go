package storetest

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"quanxi/grid"
)

func writes(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("a write that fails leaves nothing behind, not even ids", func(t *testing.T, s Store) {
		before, rows := named(t, s), place.Audit(t, "half")
		good, stale := building("good"), building("stale")
		stale.ID, stale.Revision = 777, 5
		refuses(t, s, grid.ErrConflict, grid.Write{Actor: "tester", Action: "half", Put: []grid.Entity{good, stale}})
		if good.ID != 0 || good.Revision != 0 || stale.Revision != 5 {
			t.Errorf("heads are %+v and %+v", good.Head, stale.Head)
		}
		wantNames(t, s, before)
		if place.Audit(t, "half") != rows {
			t.Error("a failed write left an audit row")
		}
	})
	s.run("a write leaves one audit row", func(t *testing.T, s Store) {
		mustWrite(t, s, grid.Write{Actor: "tester", Action: "audited", Put: []grid.Entity{building("a"), building("b")}})
		if n := place.Audit(t, "audited"); n != 1 {
			t.Errorf("%d audit rows, want 1", n)
		}
	})
	s.run("the receipt names what was put, in order", func(t *testing.T, s Store) {
		b, r := building("b"), &grid.Road{Class: "main"}
		got := write(t, s, b, r).Refs
		want := []grid.Ref{{Kind: grid.Buildings, ID: b.ID, Revision: 1}, {Kind: grid.Roads, ID: r.ID, Revision: 1}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("refs %v, want %v", got, want)
		}
	})
	s.run("removing what is absent is ErrNotFound", func(t *testing.T, s Store) {
		refuses(t, s, grid.ErrNotFound, grid.Write{Remove: []grid.Ref{{Kind: grid.Roads, ID: 5, Revision: 1}}})
		b := building("gone")
		write(t, s, b)
		remove(t, s, grid.Buildings, b.ID, 1)
		refuses(t, s, grid.ErrNotFound, grid.Write{Remove: []grid.Ref{{Kind: grid.Buildings, ID: b.ID, Revision: 2}}})
		absent(t, s, grid.Buildings, b.ID)
	})
	s.run("removing at a stale revision is ErrConflict", func(t *testing.T, s Store) {
		b := building("twice")
		write(t, s, b)
		write(t, s, b)
		refuses(t, s, grid.ErrConflict, grid.Write{Remove: []grid.Ref{{Kind: grid.Buildings, ID: b.ID, Revision: 1}}})
	})
}

func revisions(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("count up", func(t *testing.T, s Store) {
		b := building("v1")
		for want := int64(1); want < 4; want++ {
			if write(t, s, b); b.Revision != want {
				t.Errorf("revision %d, want %d", b.Revision, want)
			}
		}
	})
	s.run("never restart, not even after a removal", func(t *testing.T, s Store) {
		b := building("phoenix")
		write(t, s, b)
		remove(t, s, grid.Buildings, b.ID, 1)
		b.Revision = 0
		if write(t, s, b); b.Revision != 3 {
			t.Errorf("revision %d, want 3", b.Revision)
		}
	})
	s.run("an edit at a stale revision conflicts", func(t *testing.T, s Store) {
		b := building("edited")
		write(t, s, b)
		stale := copyOf(t, b)
		write(t, s, b)
		refuses(t, s, grid.ErrConflict, putting(stale))
	})
	s.run("an edit to what was never stored conflicts", func(t *testing.T, s Store) {
		b := building("ghost")
		b.ID, b.Revision = 99, 7
		refuses(t, s, grid.ErrConflict, putting(b))
	})
	s.run("a new entity under an id that is live conflicts", func(t *testing.T, s Store) {
		b := building("first")
		write(t, s, b)
		again := building("second")
		again.ID = b.ID
		refuses(t, s, grid.ErrConflict, putting(again))
	})
	s.run("of many writers at one revision, one wins", func(t *testing.T, s Store) {
		b := building("race")
		write(t, s, b)
		race(t, 8, func(i int) error {
			mine := copyOf(t, b).(*grid.Building)
			_, err := []Store{s, open(t, place)}[i%2].Write(t.Context(), putting(mine))
			return err
		})
	})
	s.run("of many creators of one id, one wins", func(t *testing.T, s Store) {
		race(t, 8, func(int) error {
			b := building("new")
			b.ID = 4711
			_, err := s.Write(t.Context(), putting(b))
			return err
		})
	})
}

// race runs n writers at once, of whom one must succeed and the others must
// meet ErrConflict or ErrInvalid.
func race(t *testing.T, n int, write func(i int) error) {
	t.Helper()
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			switch err := write(i); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, grid.ErrConflict) && !errors.Is(err, grid.ErrInvalid):
				t.Errorf("err = %v, want ErrConflict or ErrInvalid", err)
			}
		})
	}
	if wg.Wait(); won.Load() != 1 {
		t.Errorf("%d writers won, want 1", won.Load())
	}
}

func externals(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("are unique within a kind", func(t *testing.T, s Store) {
		write(t, s, from("osm:1", building("one")), &grid.Road{Head: grid.Head{External: "osm:1"}, Class: "main"})
		refuses(t, s, grid.ErrInvalid, putting(from("osm:1", building("two"))))
		refuses(t, s, grid.ErrInvalid, putting(from("osm:2", building("a")), from("osm:2", building("b"))))
	})
	s.run("differ by case and by trailing spaces", func(t *testing.T, s Store) {
		write(t, s, from("a", building("a")), from("A", building("A")), from("a ", building("a_")))
	})
	s.run("may be given up and taken over", func(t *testing.T, s Store) {
		b := from("osm:3", building("old"))
		write(t, s, b)
		b.External = ""
		write(t, s, b)
		write(t, s, from("osm:3", building("new")))
	})
	s.run("are free after a removal", func(t *testing.T, s Store) {
		b := from("osm:4", building("old"))
		write(t, s, b)
		remove(t, s, grid.Buildings, b.ID, 1)
		write(t, s, from("osm:4", building("new")))
		b.Revision = 0
		refuses(t, s, grid.ErrInvalid, putting(b))
	})
	s.run("of many who bring the same, one wins", func(t *testing.T, s Store) {
		race(t, 8, func(int) error {
			_, err := s.Write(t.Context(), putting(from("osm:5", building("same"))))
			return err
		})
	})
}

func keys(t *testing.T, place Place) {
	s := sub{t, place}
	person := func() *grid.Person {
		return &grid.Person{Identity: grid.Sealed("sealed"), Residence: grid.LivesOnly}
	}
	give := func(t *testing.T, s Store, p *grid.Person, wrapped string) {
		t.Helper()
		if p.ID == 0 {
			id, err := s.NextIDs(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			p.ID = id
		}
		mustWrite(t, s, grid.Write{Actor: "tester", Action: "people.edit", Put: []grid.Entity{p},
			Keys: []grid.SubjectKey{{Kind: grid.People, ID: p.ID, Wrapped: []byte(wrapped)}}})
	}
	s.run("are kept, and replaced", func(t *testing.T, s Store) {
		p := person()
		give(t, s, p, "k1")
		wantKey(t, s, p.ID, "k1")
		give(t, s, p, "k2")
		wantKey(t, s, p.ID, "k2")
	})
	s.run("absent is ErrNotFound", func(t *testing.T, s Store) { wantKey(t, s, 404, "") })
	destroy := func(p *grid.Person) grid.Write {
		return grid.Write{Actor: "tester", Action: "people.erase", Erase: []grid.Ref{{Kind: grid.People, ID: p.ID}}}
	}
	s.run("once destroyed are gone, with an audit row; the entity stays", func(t *testing.T, s Store) {
		p := person()
		give(t, s, p, "k3")
		before := place.Audit(t, "people.erase")
		mustWrite(t, s, destroy(p))
		wantKey(t, s, p.ID, "")
		entity(t, s, grid.People, p.ID)
		if n := place.Audit(t, "people.erase"); n != before+1 {
			t.Errorf("%d new audit rows, want 1", n-before)
		}
		mustWrite(t, s, destroy(p))
	})
	s.run("are destroyed with the person in one write, or not at all", func(t *testing.T, s Store) {
		p := person()
		give(t, s, p, "k4")
		w := destroy(p)
		w.Remove = []grid.Ref{{Kind: grid.People, ID: p.ID, Revision: p.Revision + 1}}
		refuses(t, s, grid.ErrConflict, w)
		wantKey(t, s, p.ID, "k4")
		w.Remove[0].Revision = p.Revision
		mustWrite(t, s, w)
		wantKey(t, s, p.ID, "")
		absent(t, s, grid.People, p.ID)
	})
	s.run("of no kind are not destroyed", func(t *testing.T, s Store) {
		refuses(t, s, grid.ErrInvalid, grid.Write{Actor: "tester", Action: "test", Erase: []grid.Ref{{Kind: "ghosts", ID: 1}}})
	})
	s.run("of a load are hidden until it commits, gone when undone", func(t *testing.T, s Store) {
		p := person()
		give(t, s, p, "before")
		l := begin(t, s)
		stage(t, l, []grid.SubjectKey{{Kind: grid.People, ID: p.ID, Wrapped: []byte("loaded")}}, copyOf(t, p))
		wantKey(t, s, p.ID, "before")
		commit(t, l)
		wantKey(t, s, p.ID, "loaded")
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); err != nil {
			t.Fatal(err)
		}
		wantKey(t, s, p.ID, "before")
	})
	s.run("destroyed stay destroyed when a load is undone", func(t *testing.T, s Store) {
		p := person()
		give(t, s, p, "before")
		l := begin(t, s)
		stage(t, l, []grid.SubjectKey{{Kind: grid.People, ID: p.ID, Wrapped: []byte("loaded")}}, copyOf(t, p))
		commit(t, l)
		mustWrite(t, s, destroy(p))
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); err != nil {
			t.Fatal(err)
		}
		wantKey(t, s, p.ID, "")
	})
}

// wantKey checks a person's wrapped key, asked for alone and among others; empty means that
// there must be none.
func wantKey(t *testing.T, s Store, id int64, want string) {
	t.Helper()
	k, err := s.SubjectKey(t.Context(), grid.People, id)
	switch {
	case want == "" && !errors.Is(err, grid.ErrNotFound):
		t.Errorf("key %q, %v; want ErrNotFound", k.Wrapped, err)
	case want != "" && (err != nil || string(k.Wrapped) != want || k.ID != id || k.Kind != grid.People):
		t.Errorf("key %+v, %v; want %q", k, err, want)
	}
	keys, err := s.LiveKeys(t.Context(), grid.People, []int64{id, 404})
	among, there := keys[id]
	if err != nil || there != (want != "") || string(among.Wrapped) != want || there && (among.ID != id || among.Kind != grid.People) || len(keys) > 1 {
		t.Errorf("keys %+v, %v; want %q", keys, err, want)
	}
}

func once(t *testing.T, place Place) {
	s := sub{t, place}
	keyed := func(key, digest string, b *grid.Building) grid.Write {
		w := putting(b)
		w.Once = grid.Once{Key: key, Digest: []byte(digest)}
		return w
	}
	s.run("a repeated key writes nothing and answers as the first time", func(t *testing.T, s Store) {
		first := mustWrite(t, s, keyed("k1", "d", building("only")))
		again := mustWrite(t, open(t, place), keyed("k1", "d", building("only")))
		if !again.Repeated || first.Repeated || again.Mark != first.Mark || again.Epoch != first.Epoch || !reflect.DeepEqual(again.Refs, first.Refs) {
			t.Errorf("first %+v, again %+v", first, again)
		}
		if n := len(named(t, s)); n != 1 {
			t.Errorf("%d buildings, want 1", n)
		}
	})
	s.run("a repeated key says who was erased the first time", func(t *testing.T, s Store) {
		erased := []grid.Ref{{Kind: grid.People, ID: 7}, {Kind: grid.Workers, ID: 8}}
		erase := keyed("k7", "d", building("left"))
		erase.Erase = []grid.Ref{{Kind: grid.People, ID: 7, Revision: 3}, {Kind: grid.Workers, ID: 8}}
		first := mustWrite(t, s, erase)
		erase.Erase = erase.Erase[:1] // of somebody who is gone nobody knows the other records
		again := mustWrite(t, open(t, place), erase)
		if !again.Repeated || !reflect.DeepEqual(first.Erased, erased) || !reflect.DeepEqual(again.Erased, erased) {
			t.Errorf("first %+v, again %+v", first, again)
		}
	})
	s.run("a key can be asked for before anything else", func(t *testing.T, s Store) {
		w := keyed("k6", "d", building("asked for"))
		if _, found, err := s.Seen(t.Context(), w.Actor, w.Once); found || err != nil {
			t.Errorf("before the write: %v, %v", found, err)
		}
		first := mustWrite(t, s, w)
		got, found, err := s.Seen(t.Context(), w.Actor, w.Once)
		if err != nil || !found || !got.Repeated || got.Mark != first.Mark || got.Epoch != first.Epoch || !reflect.DeepEqual(got.Refs, first.Refs) {
			t.Errorf("first %+v, then %+v, %v, %v", first, got, found, err)
		}
		if _, found, err := s.Seen(t.Context(), "somebody else", w.Once); found || err != nil {
			t.Errorf("for another account: %v, %v", found, err)
		}
		if _, found, err := s.Seen(t.Context(), w.Actor, grid.Once{}); found || err != nil {
			t.Errorf("without a key: %v, %v", found, err)
		}
		w.Once.Digest = []byte("other")
		if _, found, err := s.Seen(t.Context(), w.Actor, w.Once); found || !errors.Is(err, grid.ErrKeyUsed) {
			t.Errorf("for something else: %v, %v; want ErrKeyUsed", found, err)
		}
	})
	s.run("the same key for something else conflicts", func(t *testing.T, s Store) {
		mustWrite(t, s, keyed("k2", "d", building("a")))
		refuses(t, s, grid.ErrKeyUsed, keyed("k2", "e", building("b")))
	})
	s.run("the same key of another account is another key", func(t *testing.T, s Store) {
		mustWrite(t, s, keyed("k3", "d", building("a")))
		other := keyed("k3", "e", building("b"))
		other.Actor = "somebody else"
		if r := mustWrite(t, s, other); r.Repeated {
			t.Error("taken for a repetition")
		}
	})
	s.run("a failed write leaves the key unused", func(t *testing.T, s Store) {
		bad := building("bad")
		bad.Revision = 9
		refuses(t, s, grid.ErrConflict, keyed("k4", "d", bad))
		if r := mustWrite(t, s, keyed("k4", "d", building("good"))); r.Repeated {
			t.Error("taken for a repetition")
		}
	})
	s.run("many at once with one key write once", func(t *testing.T, s Store) {
		before := len(named(t, s))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := s.Write(t.Context(), keyed("k5", "d", building("crowd"))); err != nil {
					t.Errorf("Write: %v", err)
				}
			})
		}
		if wg.Wait(); len(named(t, s)) != before+1 {
			t.Errorf("%d new buildings, want 1", len(named(t, s))-before)
		}
	})
}
