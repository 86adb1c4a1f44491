package gpkg_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store/gpkg"
)

// A load through many readers visits every row once, in order, of one moment.
func TestLoadThroughManyReaders(t *testing.T) {
	s, err := gpkg.OpenWith(t.Context(), filepath.Join(t.TempDir(), "map.gpkg"), gpkg.Options{StretchRows: 37, Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	const n = 1000
	var all []grid.Entity
	for i := range int64(n) {
		b := building("x")
		b.ID = (i*7919)%n + 1 // every id once, in no order
		all = append(all, b, &grid.Dwelling{Head: grid.Head{ID: b.ID}, Building: b.ID, Floor: 1})
	}
	l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester"})
	if err == nil {
		err = l.Put(t.Context(), all, nil)
	}
	if err == nil {
		_, err = l.Commit(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	seen := map[grid.Kind]int64{}
	_, err = s.Load(t.Context(), feed.Kinds(), func(e grid.Entity) error {
		if seen[e.Kind()]++; e.Entity().ID != seen[e.Kind()] || e.Kind() == grid.Buildings && seen[grid.Dwellings] > 0 {
			return fmt.Errorf("%s %d came after %v", e.Kind(), e.Entity().ID, seen)
		}
		if seen[e.Kind()]%100 == 1 {
			put(t, s, building("written in the middle of the load"))
		}
		return nil
	})
	if err != nil || seen[grid.Buildings] != n || seen[grid.Dwellings] != n {
		t.Errorf("visited %v, %v; want %d of both", seen, err, n)
	}
	boom := errors.New("boom")
	if _, err := s.Load(t.Context(), feed.Kinds(), func(grid.Entity) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("a visitor's error: %v", err)
	}
}

// While somebody writes two buildings at a time, each a kind of witness of the other, every
// load holds both or neither, and as many as the position says.
func TestLoadIsOfOneMomentWhileOthersWrite(t *testing.T) {
	s, err := gpkg.OpenWith(t.Context(), filepath.Join(t.TempDir(), "map.gpkg"), gpkg.Options{StretchRows: 5, Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				pair := []grid.Entity{building("one"), &grid.Road{Class: "main"}}
				if _, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "test.put", Put: pair}); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for range 8 {
		seen := map[grid.Kind]int64{}
		at, err := s.Load(t.Context(), feed.Kinds(), func(e grid.Entity) error {
			seen[e.Kind()]++
			return nil
		})
		if err != nil || seen[grid.Buildings] != seen[grid.Roads] || 2*seen[grid.Roads] != at.Pos {
			t.Errorf("%v at %d, %v", seen, at.Pos, err)
		}
	}
	close(stop)
	<-ended
}
