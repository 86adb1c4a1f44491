package storetest

import (
	"errors"
	"testing"

	"quanxi/events"
	"quanxi/grid"
)

// links holds what keeps every reference between present things whole.
func links(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("what something names is not removed, and nothing of that write is done", func(t *testing.T, s Store) {
		b, home := housed(t, s)
		alone := building("alone")
		write(t, s, alone)
		var used *grid.InUseError
		if _, err := s.Write(t.Context(), removal(alone, b)); !errors.As(err, &used) || used.ID != b.ID || used.By != grid.Dwellings {
			t.Fatalf("Write: %v, want the building in use by dwellings", err)
		}
		present(t, s, grid.Buildings, alone.ID)
		mustWrite(t, s, removal(home))
		mustWrite(t, s, removal(b))
	})
	s.run("a house goes together with its homes", func(t *testing.T, s Store) {
		b, home := housed(t, s)
		mustWrite(t, s, removal(b, home))
		absent(t, s, grid.Buildings, b.ID)
	})
	s.run("what moves out gives up what it named", func(t *testing.T, s Store) {
		b, home := housed(t, s)
		other := building("other")
		write(t, s, other)
		home.Building = other.ID
		write(t, s, home)
		mustWrite(t, s, removal(b))
	})
	s.run("an event outlives its building", func(t *testing.T, s Store) {
		b := building("scene")
		write(t, s, b)
		write(t, s, &events.Event{Category: "fire", Title: "烟", Place: at(5, 5), State: events.Closed, Urgency: events.Routine, Building: b.ID, OccurredAt: noon, ReportedAt: noon})
		mustWrite(t, s, removal(b))
	})
	s.run("nothing is stored that names what is not there", func(t *testing.T, s Store) {
		refuses(t, s, grid.ErrInvalid, putting(&grid.Dwelling{Building: 404, Floor: 1}))
		b, home := housed(t, s)
		w := removal(b, home)
		w.Put = []grid.Entity{&grid.Dwelling{Building: b.ID, Floor: 2}}
		refuses(t, s, grid.ErrInvalid, w)
	})
	s.run("of those who pull a house down and those who move in, no home is left without a house", func(t *testing.T, s Store) {
		b := building("contested")
		write(t, s, b)
		race(t, 8, func(i int) error {
			if i == 0 {
				_, err := s.Write(t.Context(), removal(b))
				return err
			}
			_, err := open(t, place).Write(t.Context(), grid.Write{Put: []grid.Entity{&grid.Dwelling{Head: grid.Head{External: "only"}, Building: b.ID, Floor: 1}}})
			return err
		})
	})
	s.run("what it named before may be gone", func(t *testing.T, s Store) {
		w := putting(&grid.Dwelling{Building: 404, Floor: 1})
		w.Named = grid.References(w.Put[0])
		mustWrite(t, s, w)
	})
}

// linkedLoads holds the same for what bulk loads bring and take away.
func linkedLoads(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("what an open load will name is not removed", func(t *testing.T, s Store) {
		b := building("awaited")
		write(t, s, b)
		l := begin(t, s)
		stage(t, l, nil, &grid.Dwelling{Building: b.ID, Floor: 1})
		refuses(t, s, grid.ErrConflict, removal(b))
		if err := l.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, s, removal(b))
	})
	s.run("a load that names what is gone does not go live", func(t *testing.T, s Store) {
		b := building("pulled down")
		write(t, s, b)
		l := begin(t, s)
		mustWrite(t, s, removal(b)) // after it was looked up, before it is named
		stage(t, l, nil, &grid.Dwelling{Building: b.ID, Floor: 1})
		var gone *grid.GoneError
		if _, err := l.Commit(t.Context()); !errors.As(err, &gone) || gone.To != grid.Buildings {
			t.Errorf("Commit: %v, want that the buildings are gone", err)
		}
		if err := l.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	s.run("a load that names what only another open load brings does not go live", func(t *testing.T, s Store) {
		brings, names := begin(t, s), begin(t, open(t, place))
		stage(t, brings, nil, numbered(9, "of the other"))
		stage(t, names, nil, &grid.Dwelling{Building: 9, Floor: 1})
		var gone *grid.GoneError
		if _, err := names.Commit(t.Context()); !errors.As(err, &gone) || gone.To != grid.Buildings {
			t.Errorf("Commit: %v, want that the buildings are not there", err)
		}
		for _, l := range []grid.Load{brings, names} {
			if err := l.Abort(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
	s.run("a load whose homes name houses of its own goes live", func(t *testing.T, s Store) {
		undone(t, s, loaded(t, s, numbered(8, "own"), &grid.Dwelling{Head: grid.Head{ID: 13}, Building: 8, Floor: 1}))
	})
	s.run("a load is not undone if what comes back names what is gone", func(t *testing.T, s Store) {
		old, fresh := building("old"), building("new")
		write(t, s, old, fresh)
		home := &grid.Dwelling{Building: old.ID, Floor: 1}
		write(t, s, home)
		l := loaded(t, s, &grid.Dwelling{Head: grid.Head{ID: home.ID}, Building: fresh.ID, Floor: 1})
		mustWrite(t, s, removal(old))
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("UndoLoad: %v", err)
		}
	})
	s.run("a load that brought a removed house again is not undone under a new home", func(t *testing.T, s Store) {
		b := building("phoenix")
		write(t, s, b)
		mustWrite(t, s, removal(b))
		l := loaded(t, s, numbered(b.ID, "phoenix"))
		write(t, s, &grid.Dwelling{Building: b.ID, Floor: 1})
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("UndoLoad: %v", err)
		}
	})
	s.run("a load is not undone under what names its things", func(t *testing.T, s Store) {
		b := numbered(7, "brought")
		l := loaded(t, s, b, &grid.Dwelling{Head: grid.Head{ID: 12}, Building: b.ID, Floor: 1})
		home := &grid.Dwelling{Building: b.ID, Floor: 2}
		write(t, s, home)
		if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID()); !errors.Is(err, grid.ErrConflict) {
			t.Errorf("UndoLoad: %v", err)
		}
		mustWrite(t, s, removal(home))
		undone(t, s, l)
	})
}

// contestedLoads holds the same where loads come and go while others write.
func contestedLoads(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("of who pulls a house down and whose load names it, no home is left without a house", func(t *testing.T, s Store) {
		for range 10 {
			b := building("")
			write(t, s, b)
			l := begin(t, open(t, place))
			race(t, 2, func(i int) error {
				if i == 0 {
					_, err := s.Write(t.Context(), removal(b))
					return err
				}
				if err := l.Put(t.Context(), []grid.Entity{&grid.Dwelling{Building: b.ID, Floor: 1}}, nil); err != nil {
					return err
				}
				_, err := l.Commit(t.Context())
				return err
			})
			if err := l.Abort(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
	s.run("of who undoes a load and who moves in, no home is left without a house", func(t *testing.T, s Store) {
		for id := range int64(10) {
			b := numbered(100+id, "contested")
			l := loaded(t, s, b)
			other := open(t, place)
			race(t, 2, func(i int) error {
				if i == 0 {
					_, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID())
					return err
				}
				_, err := other.Write(t.Context(), putting(&grid.Dwelling{Building: b.ID, Floor: 1}))
				return err
			})
		}
	})
	s.run("of who undoes a load and whose load names its things, no home is left without a house", func(t *testing.T, s Store) {
		for id := range int64(10) {
			b := numbered(200+id, "contested by a load")
			l := loaded(t, s, b)
			other := open(t, place)
			later := begin(t, other)
			race(t, 2, func(i int) error {
				if i == 0 {
					_, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, l.ID())
					return err
				}
				if err := later.Put(t.Context(), []grid.Entity{&grid.Dwelling{Building: b.ID, Floor: 1}}, nil); err != nil {
					return err
				}
				_, err := later.Commit(t.Context())
				return err
			})
		}
	})
}

// housed stores a house with one home.
func housed(t *testing.T, s Store) (*grid.Building, *grid.Dwelling) {
	b := building("housed")
	write(t, s, b)
	home := &grid.Dwelling{Building: b.ID, Floor: 1}
	write(t, s, home)
	return b, home
}

// removal is a write that removes entities as they are.
func removal(entities ...grid.Entity) (w grid.Write) {
	for _, e := range entities {
		w.Remove = append(w.Remove, grid.Ref{Kind: e.Kind(), ID: e.Entity().ID, Revision: e.Entity().Revision})
	}
	return w
}
