package exchange

import (
	"context"
	"fmt"

	"quanxi/grid"
)

// A Finder yields those entities of a kind that there are of some ids, in no order.
type Finder func(kind grid.Kind, ids []int64) Entities

// StoreFinder finds everything that is in a store.
func StoreFinder(ctx context.Context, s grid.Store) Finder {
	return func(kind grid.Kind, ids []int64) Entities { return s.Entities(ctx, kind, grid.Query{IDs: ids}) }
}

// namings give entities the external ids by which another store, after it has read the file
// of those, knows what they name: numbers mean something else there.
type namings struct {
	find Finder
	keys map[grid.Ref]string // empty of what is there no more
}

func newNamings(find Finder) *namings { return &namings{find, map[grid.Ref]string{}} }

// namedAtOnce is how many entities are looked at before it is asked for what they name.
const namedAtOnce = 1000

// all yields the entities with the names of what they name.
func (n *namings) all(entities Entities) Entities {
	return func(yield func(grid.Entity, error) bool) {
		for some, err := range grid.InParts(entities, namedAtOnce) {
			if err == nil {
				err = n.learn(some)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range some {
				if !yield(n.of(e), nil) {
					return
				}
			}
		}
	}
}

// of returns an entity with, for every column by which it names another, one of the same
// name and _external behind it.
func (n *namings) of(e grid.Entity) grid.Entity {
	columns := e.Columns()
	for _, l := range grid.Links() {
		if l.Kind != e.Kind() || !isNamed(l.To) {
			continue
		}
		key := ""
		if ref, ok := namedBy(columns, l); ok {
			key = n.keys[ref]
		}
		columns = append(columns, grid.Column{Name: l.Column + "_external", Value: &key})
	}
	if len(columns) == len(e.Columns()) {
		return e
	}
	return grid.WithColumns(e, columns)
}

// namedBy returns what an entity names by a column.
func namedBy(columns []grid.Column, l grid.Link) (grid.Ref, bool) {
	for _, c := range columns {
		if id, ok := c.Value.(*int64); ok && c.Name == l.Column && *id != 0 {
			return grid.Ref{Kind: l.To, ID: *id}, true
		}
	}
	return grid.Ref{}, false
}

// learn sees that it is known what some entities name.
func (n *namings) learn(some []grid.Entity) error {
	if len(n.keys) >= mostKnown {
		clear(n.keys)
	}
	named := map[grid.Kind][]int64{}
	for _, e := range some {
		columns := e.Columns()
		for _, l := range grid.Links() {
			if l.Kind != e.Kind() || !isNamed(l.To) {
				continue
			}
			if ref, ok := namedBy(columns, l); ok {
				named[l.To] = append(named[l.To], ref.ID)
			}
		}
	}
	for kind, ids := range named {
		if err := n.ask(kind, ids); err != nil {
			return err
		}
	}
	return nil
}

// ask looks up what is not known yet.
func (n *namings) ask(kind grid.Kind, ids []int64) error {
	var unknown []int64
	for _, id := range ids {
		ref := grid.Ref{Kind: kind, ID: id}
		if _, known := n.keys[ref]; !known {
			n.keys[ref], unknown = "", append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	var found []grid.Entity
	for e, err := range n.find(kind, unknown) {
		if err != nil {
			return fmt.Errorf("%s that are named: %w", kind, err)
		}
		found = append(found, e)
	}
	keys, err := n.keysOf(found)
	for i, key := range keys {
		n.keys[grid.Ref{Kind: kind, ID: found[i].Entity().ID}] = key
	}
	return err
}

// keysOf returns keyOf of each, after it has asked for the buildings in which homes are.
func (n *namings) keysOf(some []grid.Entity) ([]string, error) {
	var in []int64
	for _, e := range some {
		if home, ok := e.(*grid.Dwelling); ok && home.External == "" {
			in = append(in, home.Building)
		}
	}
	if err := n.ask(grid.Buildings, in); err != nil {
		return nil, err
	}
	keys := make([]string, len(some))
	for i, e := range some {
		keys[i] = n.keyOf(e)
	}
	return keys, nil
}

// isNamed reports whether things of a kind can be told apart in a file that names them.
func isNamed(kind grid.Kind) bool { return kind == grid.Buildings || kind == grid.Dwellings }

// keyOf returns the external id that an export gives an entity, in which an import knows
// it again: its own, or one made of what it is.
func (n *namings) keyOf(e grid.Entity) string {
	if external := e.Entity().External; external != "" {
		return external
	}
	in := ""
	if home, ok := e.(*grid.Dwelling); ok {
		in = n.keys[grid.Ref{Kind: grid.Buildings, ID: home.Building}]
	}
	if made := madeIn(e, in); made != "" {
		return ownPrefix + made
	}
	return ""
}

// ownPrefix begins the external ids of what was exported without one.
const ownPrefix = "quanxi:#"
