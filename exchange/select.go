package exchange

import (
	"context"
	"iter"

	"quanxi/geo"
	"quanxi/grid"
)

// Entities is a sequence of what may leave.
type Entities = iter.Seq2[grid.Entity, error]

// An Area is what an export is narrowed to, as its divisions lie today.
type Area struct {
	// Scope holds the codes of the division and of all that it manages.
	Scope grid.Scope
	// At returns the finest division that holds a point, empty outside all.
	At func(geo.Point) grid.Code
	// Boundary cuts out the base map, for which no division answers.
	Boundary geo.MultiPolygon

	fence *geo.Fence // around Boundary
}

// Inside returns the test whether an entity of a kind lies in an area.
func (a Area) Inside(ctx context.Context, store grid.Store, kind grid.Kind) (func(grid.Entity) bool, error) {
	switch kind {
	case grid.Roads, grid.Waters, grid.LandUses:
		a.fence = geo.NewFence(a.Boundary)
	case grid.Dwellings:
		buildings, err := idsOf(ctx, store, grid.Buildings, a.holds)
		return func(e grid.Entity) bool { return buildings[e.(*grid.Dwelling).Building] }, err
	case grid.Households, grid.People:
		inside, err := a.Inside(ctx, store, grid.Dwellings)
		if err != nil {
			return nil, err
		}
		dwellings, err := idsOf(ctx, store, grid.Dwellings, inside)
		return func(e grid.Entity) bool { return dwellings[homeOf(e)] || a.holds(e) }, err
	}
	return a.holds, nil
}

// holds tests what lies somewhere by itself: by its own code, by its place, or on the
// base map by its shape.
func (a Area) holds(e grid.Entity) bool {
	switch e := e.(type) {
	case *grid.Division:
		return a.Scope.Holds(e.Code)
	case *grid.Worker:
		return a.Scope.Holds(e.Area)
	case *grid.Building:
		return a.Scope.Holds(a.At(e.Place()))
	case *grid.Person: // one who has a home is found by that
		return e.Dwelling == 0 && a.Scope.Holds(a.At(e.Place))
	}
	switch g := e.Geometry().(type) {
	case geo.Point:
		return a.Scope.Holds(a.At(g))
	case geo.MultiPolygon:
		return geo.Intersects(a.Boundary, g)
	case geo.MultiLine:
		return a.fence.Meets(g)
	}
	return false
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
