package exchange

import (
	"errors"
	"fmt"

	"quanxi/grid"
)

// A Finder returns the entity of a kind and an id, or grid.ErrNotFound.
type Finder func(kind grid.Kind, id int64) (grid.Entity, error)

// namings give entities the external ids by which another store, after it has read the file
// of those, knows what they name: numbers mean something else there.
type namings struct {
	find Finder
	keys map[grid.Ref]string
}

// all yields the entities with the names of what they name.
func (n *namings) all(entities Entities) Entities {
	return func(yield func(grid.Entity, error) bool) {
		for e, err := range entities {
			if err == nil {
				e, err = n.of(e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// of returns an entity with, for every column by which it names another, one of the same
// name and _external behind it.
func (n *namings) of(e grid.Entity) (grid.Entity, error) {
	columns := e.Columns()
	for _, l := range grid.Links() {
		if l.Kind != e.Kind() || !isNamed(l.To) {
			continue
		}
		key := ""
		for _, c := range columns {
			id, ok := c.Value.(*int64)
			if !ok || c.Name != l.Column || *id == 0 {
				continue
			}
			var err error
			if key, err = n.key(grid.Ref{Kind: l.To, ID: *id}); err != nil {
				return nil, err
			}
		}
		columns = append(columns, grid.Column{Name: l.Column + "_external", Value: &key})
	}
	if len(columns) == len(e.Columns()) {
		return e, nil
	}
	return grid.WithColumns(e, columns), nil
}

// isNamed reports whether things of a kind can be told apart in a file that names them.
func isNamed(kind grid.Kind) bool { return kind == grid.Buildings || kind == grid.Dwellings }

// key returns the external id of something, empty if it is there no more.
func (n *namings) key(ref grid.Ref) (string, error) {
	if key, ok := n.keys[ref]; ok {
		return key, nil
	}
	e, err := n.find(ref.Kind, ref.ID)
	if errors.Is(err, grid.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%s %d: %w", ref.Kind, ref.ID, err)
	}
	key, err := n.keyOf(e)
	if err != nil {
		return "", err
	}
	if n.keys == nil || len(n.keys) >= mostKnown {
		n.keys = map[grid.Ref]string{}
	}
	n.keys[ref] = key
	return key, nil
}

// keyOf returns the external id that an export gives an entity, in which an import knows
// it again: its own, or one made of what it is.
func (n *namings) keyOf(e grid.Entity) (string, error) {
	if external := e.Entity().External; external != "" {
		return external, nil
	}
	in := ""
	if home, ok := e.(*grid.Dwelling); ok {
		var err error
		if in, err = n.key(grid.Ref{Kind: grid.Buildings, ID: home.Building}); err != nil {
			return "", err
		}
	}
	if made := madeIn(e, in); made != "" {
		return ownPrefix + made, nil
	}
	return "", nil
}

// ownPrefix begins the external ids of what was exported without one.
const ownPrefix = "quanxi:#"
