package store

import (
	"slices"

	"quanxi/grid"
)

// Brought notes what an open load has brought, and which links name something besides: at the
// commit only those have to be looked up. It is for one goroutine; the zero value is ready.
type Brought struct {
	ids  map[grid.Kind]*idSpans // of the kinds that links name
	open map[grid.Link]bool     // something that a link names was not brought before
}

// Add notes entities that were staged, with their ids, in the order in which they were.
func (b *Brought) Add(entities []grid.Entity) {
	if b.ids == nil {
		b.ids, b.open = map[grid.Kind]*idSpans{}, map[grid.Link]bool{}
		for _, l := range grid.Links() {
			b.ids[l.To] = new(idSpans)
		}
	}
	for _, e := range entities {
		for _, r := range grid.References(e) {
			if !b.ids[r.Kind].has(r.ID) {
				b.open[grid.Link{Kind: e.Kind(), Column: r.Column, To: r.Kind}] = true
			}
		}
		if ids := b.ids[e.Kind()]; ids != nil {
			ids.add(e.Entity().ID)
		}
	}
}

// Open returns the links by which something was named that the load had not brought when it
// was staged, in the order of grid.Links.
func (b *Brought) Open() []grid.Link {
	return slices.DeleteFunc(grid.Links(), func(l grid.Link) bool { return !b.open[l] })
}

// idSpans is a set of ids that come in order mostly: what comes out of order beyond mostSpans
// is left out, so has may answer false for what was added.
type idSpans struct{ spans []idSpan } // ascending and apart

type idSpan struct{ from, to int64 } // both included

// mostSpans keeps a set of scattered ids within 16 MB.
const mostSpans = 1 << 20

func (s *idSpans) has(id int64) bool {
	i := s.after(id)
	return i > 0 && id <= s.spans[i-1].to
}

// after returns the place of the first span that begins above an id.
func (s *idSpans) after(id int64) int {
	i, _ := slices.BinarySearchFunc(s.spans, id, func(span idSpan, id int64) int {
		if span.from > id {
			return 1
		}
		return -1
	})
	return i
}

func (s *idSpans) add(id int64) {
	n := len(s.spans)
	switch {
	case n > 0 && s.spans[n-1].to+1 == id:
		s.spans[n-1].to = id
	case n > 0 && id <= s.spans[n-1].to || n == mostSpans:
		// Known already, or out of order: that costs a lookup, no more.
	default:
		s.spans = append(s.spans, idSpan{id, id})
	}
}
