package store

import (
	"fmt"
	"iter"

	"quanxi/feed"
	"quanxi/grid"
)

// Layouts returns what of makes of an empty entity of each kind.
func Layouts[L any](of func(grid.Entity) L) (map[grid.Kind]L, error) {
	all := map[grid.Kind]L{}
	for _, kind := range feed.Kinds() {
		e, err := feed.New(kind)
		if err != nil {
			return nil, err
		}
		all[kind] = of(e)
	}
	return all, nil
}

// One returns the entity that was found under an id; the error wraps
// grid.ErrNotFound if none was.
func One(kind grid.Kind, id int64, found iter.Seq2[grid.Entity, error]) (grid.Entity, error) {
	for e, err := range found {
		return e, err
	}
	return nil, fmt.Errorf("%s %d: %w", kind, id, grid.ErrNotFound)
}
