package exchange

import (
	"context"
	"fmt"

	"quanxi/grid"
)

// references answers which stored entity a record names. It remembers the latest
// answers, since the rows of a ledger name one building again and again. What goes
// wrong in the store is kept in away and ends the import: a thing that cannot be
// looked up is not one that is missing.
type references struct {
	find  func(kind grid.Kind, q grid.Query) (id int64, err error)
	known map[string]int64 // by kind and query; 0 for what is not there
	away  error
}

// mostKnown is how many answers are remembered.
const mostKnown = 1 << 16

// referencesTo returns the references into a store, for one import.
func referencesTo(ctx context.Context, store grid.Store) references {
	find := func(kind grid.Kind, q grid.Query) (int64, error) {
		for e, err := range store.Entities(ctx, kind, q) {
			if err != nil {
				return 0, err
			}
			return e.Entity().ID, nil
		}
		return 0, nil
	}
	return references{find: find, known: map[string]int64{}}
}

// id returns the id of what a query for one entity finds, zero if that is nothing.
func (x *references) id(kind grid.Kind, q grid.Query) int64 {
	key := fmt.Sprintf("%s %d %q", kind, q.IDs, q.External)
	if id, ok := x.known[key]; ok {
		return id
	}
	id, err := x.find(kind, q)
	if err != nil {
		x.away = err
		return 0
	}
	if len(x.known) >= mostKnown {
		clear(x.known)
	}
	x.known[key] = id
	return id
}

// reference returns the id of the entity of a kind that the row names, by our id in
// a field or by the source's in that with _external behind it; zero if it names none.
// A row that names what is not stored is refused.
func (c *Converter) reference(r *row, kind grid.Kind, field string) int64 {
	isExport := r.has("quanxi_id")
	if id := r.id(field); id != 0 && !(isExport && r.has(field+"_external")) {
		if isExport {
			r.refuse(field, fmt.Sprintf("%d is a number of the store that the file was exported from: name the %s by %s_external", id, kind, field))
			return 0
		}
		if c.refers.id(kind, grid.Query{IDs: []int64{id}}) == 0 {
			r.refuse(field, fmt.Sprintf("%d is not among the stored %s", id, kind))
		}
		return id
	}
	field += "_external"
	if !r.has(field) {
		return 0
	}
	external := c.prefix + r.text(field)
	if isExport {
		external = r.text(field)
	}
	id := c.refers.id(kind, grid.Query{External: []string{external}})
	if id == 0 {
		r.refuse(field, fmt.Sprintf("%q is not among the stored %s", external, kind))
	}
	return id
}
