package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"quanxi/grid"
)

// identified returns a person whose number can be found.
func identified(digest string) *grid.Person {
	return &grid.Person{Identity: grid.Sealed("sealed"), IDDigest: []byte(digest), PhoneDigest: []byte(digest + "!"), Residence: grid.LivesOnly}
}

// keep stores a person with a key.
func keep(t *testing.T, s Store, p *grid.Person, wrapped string) *grid.Person {
	t.Helper()
	id, err := s.NextIDs(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	p.ID = id
	mustWrite(t, s, grid.Write{Actor: "tester", Action: "people.create", Put: []grid.Entity{p}, Keys: []grid.SubjectKey{{Kind: grid.People, ID: id, Wrapped: []byte(wrapped)}}})
	return p
}

func withDigest(t *testing.T, s Store, digest string) (ids []int64) {
	t.Helper()
	for e, err := range s.Entities(t.Context(), grid.People, grid.Query{Column: "id_digest", Values: []string{digest}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.Entity().ID)
	}
	return ids
}

func secrets(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("of somebody erased: no digest finds them, in rows or the log", func(t *testing.T, s Store) {
		p := keep(t, s, identified("d1"), "k")
		if got := withDigest(t, s, "d1"); !slices.Equal(got, []int64{p.ID}) {
			t.Fatalf("found %v", got)
		}
		mustWrite(t, s, grid.Write{Actor: "tester", Action: "people.erase", Erase: []grid.Ref{{Kind: grid.People, ID: p.ID}}})
		if got := withDigest(t, s, "d1"); got != nil {
			t.Errorf("found %v", got)
		}
		for _, c := range drain(t, s) {
			if bytes.Contains(c.Body, []byte("digest")) {
				t.Errorf("the log holds %s", c.Body)
			}
		}
	})
	s.run("of somebody erased: of their past stay revisions alone", func(t *testing.T, s Store) {
		p := identified("d3")
		p.External, p.Care = "secrets:3", []string{"orphan"}
		keep(t, s, p, "k")
		l := begin(t, s)
		again := copyOf(t, p).(*grid.Person)
		again.Care = []string{"destitute"}
		stage(t, l, nil, again)
		commit(t, l)
		now := entity(t, s, grid.People, p.ID).Entity().Revision
		mustWrite(t, s, grid.Write{Actor: "tester", Action: "people.erase",
			Remove: []grid.Ref{{Kind: grid.People, ID: p.ID, Revision: now}}, Erase: []grid.Ref{{Kind: grid.People, ID: p.ID}}})
		if n := place.Tamper(t, "UPDATE PEOPLE SET care = care WHERE care LIKE '%orphan%' OR care LIKE '%destitute%'"); n != 0 {
			t.Errorf("%d versions hold what there was", n)
		}
		if n := place.Tamper(t, "UPDATE PEOPLE SET external = external WHERE external = 'secrets:3'"); n != 0 {
			t.Errorf("%d versions hold the id of where they came from", n)
		}
		puts := 0
		for _, c := range drain(t, s) {
			if c.Op == "put" {
				puts++
			}
			if bytes.Contains(c.Body, []byte("orphan")) || c.Op == "put" && !bytes.Contains(c.Body, []byte(`"revision":1`)) {
				t.Errorf("the log holds %s", c.Body)
			}
		}
		if puts != 1 {
			t.Errorf("%d puts in the log, want 1", puts)
		}
	})
	s.run("are all keys, also that of an open load", func(t *testing.T, s Store) {
		p := keep(t, s, identified("d2"), "ordinary")
		l := begin(t, s)
		stage(t, l, []grid.SubjectKey{{Kind: grid.People, ID: p.ID, Wrapped: []byte("staged")}}, copyOf(t, p))
		keys, err := s.SubjectKeys(t.Context(), grid.People, p.ID)
		if err != nil || len(keys) != 2 || string(keys[0].Wrapped) != "ordinary" || string(keys[1].Wrapped) != "staged" {
			t.Errorf("%+v, %v", keys, err)
		}
		if keys, err := s.SubjectKeys(t.Context(), grid.People, 404); err != nil || len(keys) != 0 {
			t.Errorf("of nobody: %+v, %v", keys, err)
		}
	})
	t.Run("are changed in batches", func(t *testing.T) { rekeying(t, open(t, place)) })
	s.run("stay as they were if changing them fails", func(t *testing.T, s Store) {
		p := keep(t, s, identified("d9"), "k9")
		no := errors.New("no")
		_, err := s.Rekey(t.Context(), grid.People, p.ID-1, 10, func(x *grid.Secrets) error {
			x.Keys[0].Wrapped = []byte("other")
			return no
		})
		if !errors.Is(err, no) {
			t.Errorf("%v, want the error of the change", err)
		}
		wantKey(t, s, p.ID, "k9")
	})
}

// rekeying gives three people of whom one was imported other keys and digests, and
// nobody notices.
func rekeying(t *testing.T, s Store) {
	first, second := keep(t, s, identified("a"), "k1"), keep(t, s, identified("b"), "k2")
	l := begin(t, s)
	again := copyOf(t, second).(*grid.Person)
	again.IDDigest = []byte("c")
	stage(t, l, []grid.SubjectKey{{Kind: grid.People, ID: second.ID, Wrapped: []byte("k3")}}, again)
	commit(t, l)
	before, seen := position(t, s), []int64{}
	shout := func(x *grid.Secrets) error {
		seen = append(seen, x.ID)
		for i, k := range x.Keys {
			x.Keys[i].Wrapped = bytes.ToUpper(k.Wrapped)
		}
		for i, r := range x.Rows {
			if string(r.Identity) != "sealed" {
				t.Errorf("identity %q", r.Identity)
			}
			x.Rows[i].IDDigest = bytes.ToUpper(r.IDDigest)
		}
		return nil
	}
	at := first.ID - 1
	for range 2 {
		last, err := s.Rekey(t.Context(), grid.People, at, 1, shout)
		if err != nil {
			t.Fatal(err)
		}
		at = last
	}
	if last, err := s.Rekey(t.Context(), grid.People, at, 1, shout); err != nil || last != 0 {
		t.Errorf("after the last: %d, %v", last, err)
	}
	if want := []int64{first.ID, second.ID}; !slices.Equal(seen, want) || at != second.ID {
		t.Errorf("saw %v up to %d, want %v", seen, at, want)
	}
	wantKey(t, s, first.ID, "K1")
	wantKey(t, s, second.ID, "K3")
	if got := slices.Concat(withDigest(t, s, "A"), withDigest(t, s, "C"), withDigest(t, s, "a"), withDigest(t, s, "c")); !slices.Equal(got, seen) {
		t.Errorf("found by the digests: %v", got)
	}
	if after := position(t, s); after.Pos != before.Pos {
		t.Errorf("the log went from %d to %d", before.Pos, after.Pos)
	}
	if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); err != nil {
		t.Fatal(err)
	}
	wantKey(t, s, second.ID, "K2")
	if got := withDigest(t, s, "B"); !slices.Equal(got, []int64{second.ID}) {
		t.Errorf("what came back is found at %v", got)
	}
}

func pastOf(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("tells of writes, loads and the end", func(t *testing.T, s Store) {
		b := from("past:1", building("one"))
		write(t, s, b)
		l := begin(t, s)
		stage(t, l, nil, copyOf(t, b))
		commit(t, l)
		live := entity(t, s, grid.Buildings, b.ID).Entity()
		remove(t, s, grid.Buildings, b.ID, live.Revision)
		past, err := s.Past(t.Context(), grid.Buildings, b.ID)
		if err != nil || len(past) != 3 {
			t.Fatalf("%+v, %v", past, err)
		}
		for i, want := range []grid.Past{{Revision: 1, Op: "put"}, {Revision: 2, Op: "live", Load: l.ID()}, {Revision: 3, Op: "remove"}} {
			got := past[i]
			if got.Revision != want.Revision || got.Op != want.Op || got.Load != want.Load || got.At.IsZero() {
				t.Errorf("%d: %+v, want %+v", i, got, want)
			}
		}
		if past[1].About == "" {
			t.Error("nothing says where the load came from")
		}
	})
	s.run("of what never was is empty", func(t *testing.T, s Store) {
		if past, err := s.Past(t.Context(), grid.Buildings, 404); err != nil || len(past) != 0 {
			t.Errorf("%+v, %v", past, err)
		}
	})
}

func marks(t *testing.T, place Place) {
	s := open(t, place)
	for _, tt := range []struct{ name, from, to, want string }{
		{"a new store has none", "", "", ""},
		{"the first that comes marks it", "", "a", "a"},
		{"who comes after does not", "", "b", "a"},
		{"nor who takes it for another's", "c", "b", "a"},
		{"who has its key may mark it as another", "a", "b", "b"},
		{"and again", "a", "b", "b"},
		{"asking changes nothing", "", "", "b"},
	} {
		if now, err := s.MarkKey(t.Context(), tt.from, tt.to); err != nil || now != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, now, err, tt.want)
		}
		if now, err := open(t, place).MarkKey(t.Context(), "", ""); err != nil || now != tt.want {
			t.Errorf("%s, asked through another handle: %q, %v; want %q", tt.name, now, err, tt.want)
		}
	}
}
