package exchange

import (
	"context"
	"fmt"
	"iter"

	"quanxi/geo"
	"quanxi/grid"
)

// Entities is a sequence of what may leave.
type Entities = iter.Seq2[grid.Entity, error]

// Inside returns the test whether an entity of a kind lies in the division with
// the given code; an empty code takes everything. The error wraps
// grid.ErrNotFound if there is no such division.
func Inside(ctx context.Context, store grid.Store, kind grid.Kind, code grid.Code) (func(grid.Entity) bool, error) {
	if code == "" {
		return func(grid.Entity) bool { return true }, nil
	}
	for e, err := range store.Entities(ctx, grid.Divisions, grid.Query{Column: "code", Values: []string{string(code)}}) {
		if err != nil {
			return nil, err
		}
		return throughHomes(ctx, store, kind, lyingIn(e.(*grid.Division)))
	}
	return nil, fmt.Errorf("division %s: %w", code, grid.ErrNotFound)
}

// throughHomes tests what lies in an area by way of something else: a home by
// its building, people and households by their home.
func throughHomes(ctx context.Context, store grid.Store, kind grid.Kind, lies func(grid.Entity) bool) (func(grid.Entity) bool, error) {
	switch kind {
	case grid.Dwellings:
		buildings, err := idsOf(ctx, store, grid.Buildings, lies)
		return func(e grid.Entity) bool { return buildings[e.(*grid.Dwelling).Building] }, err
	case grid.Households, grid.People:
		inside, err := throughHomes(ctx, store, grid.Dwellings, lies)
		if err != nil {
			return nil, err
		}
		dwellings, err := idsOf(ctx, store, grid.Dwellings, inside)
		return func(e grid.Entity) bool { return dwellings[homeOf(e)] }, err
	}
	return lies, nil
}

func homeOf(e grid.Entity) int64 {
	if p, ok := e.(*grid.Person); ok {
		return p.Dwelling
	}
	return e.(*grid.Household).Dwelling
}

func idsOf(ctx context.Context, store grid.Store, kind grid.Kind, keep func(grid.Entity) bool) (map[int64]bool, error) {
	ids := map[int64]bool{}
	for e, err := range store.Entities(ctx, kind, grid.Query{}) {
		if err != nil {
			return nil, err
		}
		if keep(e) {
			ids[e.Entity().ID] = true
		}
	}
	return ids, nil
}

// lyingIn tests by the area that is stamped on an entity, or else by where it is.
func lyingIn(d *grid.Division) func(grid.Entity) bool {
	scope := grid.NewScope(grid.Under(d.Code))
	return func(e grid.Entity) bool {
		switch e := e.(type) {
		case *grid.Division:
			return scope.Holds(e.Code)
		case *grid.Building:
			return scope.Holds(e.Area)
		case *grid.Worker:
			return scope.Holds(e.Area)
		}
		switch g := e.Geometry().(type) {
		case geo.Point:
			return d.Boundary.Contains(g)
		case geo.MultiPolygon:
			return geo.Intersects(d.Boundary, g)
		case geo.MultiLine:
			for _, line := range g {
				for _, p := range line {
					if d.Boundary.Contains(p) {
						return true
					}
				}
			}
		}
		return false
	}
}

// Selected yields the entities for which keep holds.
func Selected(entities Entities, keep func(grid.Entity) bool) Entities {
	return func(yield func(grid.Entity, error) bool) {
		for e, err := range entities {
			if err != nil {
				yield(nil, err)
				return
			}
			if keep(e) && !yield(e, nil) {
				return
			}
		}
	}
}
