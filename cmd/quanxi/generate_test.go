package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
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
	now := fmt.Sprintf(", generator %d", generate.Version)
	sown := load(generator, "generate 2 towns of 500106, seed 7"+now)
	load(generator, "generate town 500105001 of 2 towns of 500105, seed 7"+now)
	load(generator, "generate 2 towns of 500108, seed 7, generator 1")
	for _, tt := range []struct {
		name string
		townFlags
		only    grid.Code
		missing int // towns still to be made; -1 if the plan is refused
	}{
		{"a county of another version of the generator", townFlags{County: "500108", Seed: 7, Towns: 2}, "", -1},
		{"one town of another version of the generator", townFlags{County: "500108", Seed: 7, Towns: 2}, "500108001", -1},

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

func TestARefusalNamesTheVersionOfTheGenerator(t *testing.T) {
	maker, err := townFlags{County: "500106", Seed: 7, Towns: 2}.plan()
	if err != nil {
		t.Fatal(err)
	}
	old := grid.LoadInfo{ID: 3, Actor: generator, About: "generate 2 towns of 500106, seed 7, generator 1"}
	err = townFlags{County: "500106", Seed: 7, Towns: 2}.mayLie(old, maker)
	want := fmt.Sprintf("was made by generator 1 and this program has generator %d", generate.Version)
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "load 3") {
		t.Errorf("%v, want %q", err, want)
	}
}

// A county that does not exist is named, and no store is made for it.
func TestACountyThatDoesNotExistIsNamed(t *testing.T) {
	c := generateCommand{townFlags: townFlags{County: "500199", Towns: 2}}
	c.Data = filepath.Join(t.TempDir(), "new")
	err := c.Run(&invocation{ctx: t.Context(), stdout: io.Discard, stderr: io.Discard})
	if !errors.Is(err, generate.ErrUnknownCounty) || !strings.Contains(err.Error(), "500199") {
		t.Error(err)
	}
	if exists(c.Data) {
		t.Error("a store was made")
	}
}

// What a server says at its start about what was generated in its store.
func TestWhatIsSownIsTold(t *testing.T) {
	now := fmt.Sprintf(", seed 1, generator %d", generate.Version)
	city := func(counties int) []string {
		out := []string{"generate the whole city" + now}
		for i := range counties {
			out = append(out, fmt.Sprintf("generate 12 towns of 5001%02d in the whole city%s, names ab12cd34", i, now))
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		about []string
		want  string // empty for nothing
	}{
		{"nothing is generated", nil, ""},
		{"two towns of a county", []string{"generate 2 towns of 500106" + now}, ""},
		{"two towns of another version", []string{"generate 2 towns of 500106, seed 1, generator 1"}, "another version of the generator"},
		{"a city of which one county is there", city(1), "counties=\"1 of 38\""},
		{"a city of which nothing but itself is there", city(0), "counties=\"0 of 38\""},
		{"a city of which one county lacks", city(37), "counties=\"37 of 38\""},
		{"a city of which one town is there alone", []string{"generate town 500103003 of 12 towns of 500103 in the whole city" + now}, "counties=\"0 of 38\""},
		{"the whole city", city(38), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var loads []grid.LoadInfo
			for i, about := range tt.about {
				loads = append(loads, grid.LoadInfo{ID: int64(i), Actor: generator, About: about, State: grid.LoadLive})
			}
			loads = append(loads,
				grid.LoadInfo{Actor: generator, About: "generate 2 towns of 500199, seed 1, generator 0", State: grid.LoadUndone},
				grid.LoadInfo{Actor: "command line", About: "the whole city", State: grid.LoadLive}) // a file of that name
			var told strings.Builder
			tellSown(loads, slog.New(slog.NewTextHandler(&told, nil)))
			if got := told.String(); !strings.Contains(got, tt.want) || (tt.want == "") != (got == "") {
				t.Errorf("told %q, want %q", got, tt.want)
			}
		})
	}
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
