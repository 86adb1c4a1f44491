package storetest

import (
	"testing"

	"quanxi/grid"
)

// unindexed fills a store without its indexes: all is found as ever, and they are
// back at the end, also if whoever dropped them is no more.
func unindexed(t *testing.T, p Place) {
	s := p.Open(t)
	restore, err := s.Unindexed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.Indexed(t) {
		t.Error("there are indexes still")
	}
	house := building("A")
	loaded(t, s, house)
	if err := s.Sweep(t.Context()); err != nil || p.Indexed(t) {
		t.Errorf("a sweep made the indexes while the store was being filled: %v", err)
	}
	if _, err := s.Entity(t.Context(), grid.Buildings, house.ID); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := restore(t.Context()); err != nil || !p.Indexed(t) {
			t.Errorf("the indexes are not back: %v", err)
		}
	}
	p.Unindex(t) // as whoever dropped them and is no more
	if p.Indexed(t) {
		t.Fatal("the index is still there")
	}
	if err := s.Sweep(t.Context()); err != nil || !p.Indexed(t) {
		t.Errorf("a sweep did not make the indexes: %v", err)
	}
}
