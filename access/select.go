package access

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// selected yields what of a kind lies in a division, or below it, and the viewer sees, as
// it is stored. It is no snapshot, and in no particular order. An error ends the sequence.
func (v *View) selected(ctx context.Context, kind grid.Kind, in world.Division) iter.Seq2[grid.Entity, error] {
	s := v.world.Snapshot()
	scope, boundary := s.ScopeOf(in.Code()), in.Boundary()
	fence := geo.NewFence(boundary)
	return func(yield func(grid.Entity, error) bool) {
		for e, err := range v.candidates(ctx, s, kind, in.Code()) {
			keep := false
			if err == nil {
				keep, err = v.lies(ctx, e, scope, boundary, fence)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if keep && !yield(e, nil) {
				return
			}
		}
	}
}

// lies reports whether the viewer sees e and it lies in a scope; of the base map, for which
// no division answers, whether it meets the boundary.
func (v *View) lies(ctx context.Context, e grid.Entity, scope grid.Scope, boundary geo.MultiPolygon, fence *geo.Fence) (bool, error) {
	switch e.Kind() {
	case grid.Divisions:
		return v.viewer.Sees(e.Kind(), "") && scope.Holds(e.(*grid.Division).Code), nil
	case grid.Roads, grid.Waters, grid.Greens, grid.LandUses:
		return v.viewer.Sees(e.Kind(), "") && meets(boundary, fence, e.Geometry()), nil
	}
	area, err := v.areaOf(ctx, e)
	return err == nil && scope.Holds(area) && v.viewer.seesIn(e, area), err
}

func meets(boundary geo.MultiPolygon, fence *geo.Fence, g geo.Geometry) bool {
	switch g := g.(type) {
	case geo.MultiPolygon:
		return geo.Intersects(boundary, g)
	case geo.MultiLine:
		return fence.Meets(g)
	}
	return false
}

// candidates yields more of a kind than lies in a division, as little as the World and
// the store's indexes allow: of a city only one town is read.
func (v *View) candidates(ctx context.Context, s *world.Snapshot, kind grid.Kind, code grid.Code) iter.Seq2[grid.Entity, error] {
	switch kind {
	case grid.Divisions, grid.Workers: // few
		return v.store.Entities(ctx, kind, grid.Query{})
	case grid.Dwellings:
		return v.naming(ctx, kind, "building", idsOver(s, grid.Buildings, code))
	case grid.Households:
		return v.ofHomes(ctx, s, kind, code)
	case grid.People:
		return joined(v.ofHomes(ctx, s, kind, code), v.byID(ctx, kind, idsOver(s, kind, code)))
	case grid.Devices: // belong where their home is, wherever they hang
		return v.byID(ctx, kind, idsIn(s, kind, everywhere))
	}
	return v.byID(ctx, kind, idsOver(s, kind, code))
}

var everywhere = geo.Envelope{Min: geo.At(-180, -90), Max: geo.At(180, 90)}

// idsOver returns the ids of what of a kind meets the envelope of a division.
func idsOver(s *world.Snapshot, kind grid.Kind, code grid.Code) []int64 {
	extent, ok := s.ExtentOf(code)
	if !ok {
		return nil
	}
	return idsIn(s, kind, extent)
}

func idsIn(s *world.Snapshot, kind grid.Kind, env geo.Envelope) []int64 {
	idOf := idsOf(s, kind)
	var ids []int64
	for slot := range s.Slots(kind, env) {
		ids = append(ids, idOf(slot))
	}
	slices.Sort(ids)
	return ids
}

// selectedAtOnce is how many entities a selection asks the store for at once.
const selectedAtOnce = 1000

// byID yields entities by their ids.
func (v *View) byID(ctx context.Context, kind grid.Kind, ids []int64) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for some := range slices.Chunk(ids, selectedAtOnce) {
			for e, err := range v.store.Entities(ctx, kind, grid.Query{IDs: some}) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// naming yields entities whose column names one of the ids.
func (v *View) naming(ctx context.Context, kind grid.Kind, column string, ids []int64) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for some := range slices.Chunk(ids, selectedAtOnce) {
			values := make([]string, len(some))
			for i, id := range some {
				values[i] = strconv.FormatInt(id, 10)
			}
			for e, err := range v.store.Entities(ctx, kind, grid.Query{Column: column, Values: values}) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// ofHomes yields what is bound to the homes of the buildings over a division.
func (v *View) ofHomes(ctx context.Context, s *world.Snapshot, kind grid.Kind, code grid.Code) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for some := range slices.Chunk(idsOver(s, grid.Buildings, code), selectedAtOnce) {
			var homes []int64
			for e, err := range v.naming(ctx, grid.Dwellings, "building", some) {
				if err != nil {
					yield(nil, err)
					return
				}
				homes = append(homes, e.Entity().ID)
			}
			for e, err := range v.naming(ctx, kind, "dwelling", homes) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// joined yields one sequence after the other, until an error.
func joined(sequences ...iter.Seq2[grid.Entity, error]) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for _, one := range sequences {
			for e, err := range one {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}
