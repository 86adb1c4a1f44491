package main

import (
	"testing"

	"quanxi/grid"
	"quanxi/store/gpkg"
)

func TestACountyIsInventedFromOneSeed(t *testing.T) {
	s, err := gpkg.Open(t.Context(), t.TempDir()+"/map.gpkg")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	load := func(actor, about string) int64 {
		l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: actor, About: about})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l.ID()
	}
	load("command line", "some towns of 500106, seed 9") // a file of that name
	sown := load(generator, "generate 2 towns of 500106, seed 7")
	for _, tt := range []struct {
		name string
		townFlags
		refused bool
	}{
		{"the same seed again", townFlags{County: "500106", Seed: 7, Towns: 2}, false},
		{"more towns of the seed", townFlags{County: "500106", Seed: 7, Towns: 5}, false},
		{"another seed", townFlags{County: "500106", Seed: 9, Towns: 1}, true},
		{"a seed that only begins alike", townFlags{County: "500106", Seed: 77, Towns: 1}, true},
		{"another county", townFlags{County: "500107", Seed: 9, Towns: 1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.alone(t.Context(), s); (err != nil) != tt.refused {
				t.Errorf("%v, refused is to be %v", err, tt.refused)
			}
		})
	}
	if _, err := s.UndoLoad(t.Context(), "tester", sown); err != nil {
		t.Fatal(err)
	}
	t.Run("another seed after an undo", func(t *testing.T) {
		if err := (townFlags{County: "500106", Seed: 9}).alone(t.Context(), s); err != nil {
			t.Error(err)
		}
	})
}
