package main

import (
	"context"
	"fmt"
	"slices"

	"quanxi/grid"
	"quanxi/grid/generate"
)

// remaining is what a plan asks for that a store does not have yet.
type remaining struct {
	towns []generate.Town
	there int                  // towns that the store has
	about map[grid.Code]string // what each county's load will be about
	city  string               // what the load of the city itself will be about; empty if it is not needed
}

// wholeCity is what the load of the city itself is said to be about, and stands in
// what those of its counties are.
const wholeCity = "the whole city"

// remaining compares the plan with the loads of the store. It refuses a store that
// was filled by another plan of the same ground: towns have the same ids in every
// plan, and those of both would be mixed into one that nobody invented.
func (f townFlags) remaining(ctx context.Context, s grid.Store, maker *generate.Generator, only grid.Code) (remaining, error) {
	loads, err := s.Loads(ctx)
	if err != nil {
		return remaining{}, err
	}
	live := map[string]bool{}
	for _, l := range loads {
		if l.Actor != generator || l.State != grid.LoadLive {
			continue
		}
		if err := f.mayLie(l, maker); err != nil {
			return remaining{}, err
		}
		live[l.About] = true
	}
	todo := remaining{about: map[grid.Code]string{}}
	if about := "generate " + f.sown(maker, ""); maker.WholeCity() && !live[about] {
		todo.city = about
	}
	for _, t := range maker.Towns() {
		whole := "generate " + f.sown(maker, t.County)
		one := fmt.Sprintf("generate town %s of %s", t.Code, f.sown(maker, t.County))
		todo.about[t.County] = whole
		switch {
		case only != "" && t.Code != only:
			continue
		case live[whole], only != "" && live[one]:
			todo.there++
			continue
		case only != "":
			todo.about[t.County] = one
		}
		todo.towns = append(todo.towns, t)
	}
	if only != "" && len(todo.towns)+todo.there == 0 {
		return remaining{}, fmt.Errorf("--town %s: %w", only, generate.ErrUnknownTown)
	}
	return todo, nil
}

// sown names the part of the plan that is of a county, or of the city itself, and all
// that the plan depends on.
func (f townFlags) sown(maker *generate.Generator, county grid.Code) string {
	n := 0
	for _, t := range maker.Towns() {
		if t.County == county {
			n++
		}
	}
	what := wholeCity
	if county != "" {
		what = fmt.Sprintf("%d towns of %s", n, county)
		if maker.WholeCity() {
			what += " in " + wholeCity
		}
	}
	what += fmt.Sprintf(", seed %d, generator %d", f.Seed, generate.Version)
	if digest := maker.Names(); digest != "" {
		what += ", names " + digest
	}
	return what
}

// mayLie refuses a load of another plan that touches the ground of this one.
func (f townFlags) mayLie(l grid.LoadInfo, maker *generate.Generator) error {
	was := sowingOf(l)
	mine := f.sown(maker, grid.Code(was.county))
	there := slices.Contains(maker.Counties(), grid.Code(was.county))
	switch {
	case was.what == mine:
		return nil
	case !there && !maker.WholeCity() && !was.wholeCity:
		return nil
	case was.stranger():
		return fmt.Errorf("load %d, “%s”, was made by generator %s and this program has generator %d, whose towns do not fit to those: take another --data or --database, or undo it with quanxi import --undo %d",
			l.ID, l.About, was.version, generate.Version, l.ID)
	}
	return fmt.Errorf("load %d is “%s”, and %s would mix two plans into one: take another --data or --database, or undo it with quanxi import --undo %d",
		l.ID, l.About, mine, l.ID)
}
