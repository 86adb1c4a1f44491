package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/grid/generate"
	"quanxi/store/gpkg/gpkgtest"
)

// invented is what plans the whole city, and its plan, which takes seconds: one for all tests.
var invented = townFlags{Seed: 7, Towns: generate.CityTowns}

var cityPlan = sync.OnceValues(invented.plan)

func TestAPlanGoesOnWhereItWas(t *testing.T) {
	s := gpkgtest.New(t)
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
	sown := load(generator, "generate 2 towns of 500106, seed 7, generator 1")
	load(generator, "generate town 500105001 of 2 towns of 500105, seed 7, generator 1")
	for _, tt := range []struct {
		name string
		townFlags
		only    grid.Code
		missing int // towns still to be made; -1 if the plan is refused
	}{
		{"the same again", townFlags{County: "500106", Seed: 7, Towns: 2}, "", 0},
		{"one of its towns", townFlags{County: "500106", Seed: 7, Towns: 2}, "500106001", 0},
		{"a town that it does not have", townFlags{County: "500106", Seed: 7, Towns: 2}, "500106999", -1},
		{"more towns, which lie elsewhere", townFlags{County: "500106", Seed: 7, Towns: 3}, "", -1},
		{"another seed", townFlags{County: "500106", Seed: 9, Towns: 2}, "", -1},
		{"a seed that only begins alike", townFlags{County: "500106", Seed: 77, Towns: 2}, "", -1},
		{"real names", townFlags{County: "500106", Seed: 7, Towns: 2, Names: "../../grid/generate/testdata/names"}, "", -1},
		{"another county", townFlags{County: "500107", Seed: 9, Towns: 1}, "", 1},
		{"the whole city around a county that stood alone", invented, "", -1},
		{"a county of which one town is there", townFlags{County: "500105", Seed: 7, Towns: 2}, "", 2},
		{"the town that is there", townFlags{County: "500105", Seed: 7, Towns: 2}, "500105001", 0},
		{"the town that is not", townFlags{County: "500105", Seed: 7, Towns: 2}, "500105100", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan := tt.plan
			if tt.townFlags == invented {
				plan = cityPlan
			}
			maker, err := plan()
			if err != nil {
				t.Fatal(err)
			}
			todo, err := tt.remaining(t.Context(), s, maker, tt.only)
			if err != nil {
				todo.towns = nil
				if tt.missing >= 0 {
					t.Fatal(err)
				}
			}
			if err == nil && len(todo.towns) != tt.missing {
				t.Errorf("%d towns remain", len(todo.towns))
			}
		})
	}
	if _, err := s.UndoLoad(t.Context(), grid.By{Actor: "tester"}, sown); err != nil {
		t.Fatal(err)
	}
	t.Run("another seed after an undo", func(t *testing.T) {
		f := townFlags{County: "500106", Seed: 9, Towns: 1}
		maker, err := f.plan()
		if err != nil {
			t.Fatal(err)
		}
		if todo, err := f.remaining(t.Context(), s, maker, ""); err != nil || len(todo.towns) != 1 {
			t.Errorf("%d towns remain, %v", len(todo.towns), err)
		}
	})
}

// breaking is a store in which the load of one county cannot begin.
type breaking struct {
	store
	county string
}

var errBroken = errors.New("broken")

func (b breaking) BeginLoad(ctx context.Context, about grid.LoadInfo) (grid.Load, error) {
	if strings.Contains(about.About, b.county) {
		return nil, errBroken
	}
	return b.store.BeginLoad(ctx, about)
}

// A small town of each of two counties, with a break between them.
func TestTheCityGoesOnWithTheCountyThatIsMissing(t *testing.T) {
	s := gpkgtest.New(t)
	f := invented
	maker, err := cityPlan()
	if err != nil {
		t.Fatal(err)
	}
	sow := func(s store) (remaining, error) {
		todo, err := f.remaining(t.Context(), s, maker, "")
		if err != nil {
			t.Fatal(err)
		}
		some := todo
		some.towns = slices.DeleteFunc(slices.Clone(todo.towns), func(town generate.Town) bool {
			return town.Code != "500229212" && town.Code != "500237212"
		})
		w := &sower{s: s, maker: maker, vault: access.NewVault(access.MasterKey{}), todo: some, report: io.Discard}
		return todo, w.sowShown(t.Context(), io.Discard)
	}
	if todo, err := sow(breaking{s, "500237"}); !errors.Is(err, errBroken) || len(todo.towns) != generate.CityTowns || todo.city == "" {
		t.Fatalf("%d towns remained, %v", len(todo.towns), err)
	}
	if todo, err := sow(s); err != nil || len(todo.towns) != generate.CityTowns-25 || todo.there != 25 || todo.city != "" {
		t.Fatalf("%d towns remained, %v", len(todo.towns), err)
	}
	levels := map[grid.Level]int{}
	for e, err := range s.Entities(t.Context(), grid.Divisions, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		levels[e.(*grid.Division).Level]++
	}
	if levels[grid.CityLevel] != 1 || levels[grid.CountyLevel] != 2 || levels[grid.TownLevel] != 2 {
		t.Errorf("divisions of each level: %v", levels)
	}
}
