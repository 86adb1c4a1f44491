package feedtest

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
)

// Look implements feed.Log.
func (l *Log) Look(ctx context.Context, read func(feed.Moment) error) (feed.Position, error) {
	l.mu.Lock()
	m, failing, during := l.moment(), l.failing, l.during
	l.during = nil
	l.mu.Unlock()
	if during != nil {
		during()
	}
	if failing != nil {
		return feed.Position{}, failing
	}
	if err := read(m); err != nil {
		return feed.Position{}, err
	}
	return m.at, ctx.Err()
}

// Entities implements feed.Reader.
func (l *Log) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	l.mu.Lock()
	m, failing := l.moment(), l.failing
	l.mu.Unlock()
	if failing != nil {
		return func(yield func(grid.Entity, error) bool) { yield(nil, failing) }
	}
	return m.Entities(ctx, kind, q)
}

// moment returns what is stored now. The caller holds l.mu.
func (l *Log) moment() *moment {
	m := &moment{at: l.position(), state: maps.Clone(l.state)}
	for _, w := range l.pending {
		for _, c := range w {
			m.late = append(m.late, grid.Ref{Kind: c.Kind, ID: c.ID})
		}
	}
	return m
}

// A moment is a feed.Moment.
type moment struct {
	at    feed.Position
	state map[grid.Ref]row
	late  []grid.Ref // what has a change without a position
}

// Entities implements feed.Moment.
func (m *moment) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		n := 0
		for _, key := range slices.SortedFunc(maps.Keys(m.state), func(a, b grid.Ref) int { return cmp.Compare(a.ID, b.ID) }) {
			r := m.state[key]
			if key.Kind != kind || r.body == nil || key.ID <= q.After || q.Limit > 0 && n == q.Limit {
				continue
			}
			e, err := decode(key, r)
			if err == nil {
				err = ctx.Err()
			}
			if err == nil && !selects(q, e) {
				continue
			}
			n++
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// selects reports whether a query takes an entity, After and Limit apart.
func selects(q grid.Query, e grid.Entity) bool {
	head := e.Entity()
	switch {
	case q.IDs != nil && !slices.Contains(q.IDs, head.ID), q.External != nil && !slices.Contains(q.External, head.External):
		return false
	case q.Column != "" && !named(q, e):
		return false
	case q.Meets == nil:
		return true
	}
	env, there := placeOf(e)
	return there && env.Meets(*q.Meets)
}

// named reports whether an entity's column has one of the values, or lies in one of the ranges.
func named(q grid.Query, e grid.Entity) bool {
	value := ""
	for _, c := range e.Columns() {
		if c.Name != q.Column {
			continue
		}
		switch v := c.Value.(type) {
		case *string:
			value = *v
		case *int64:
			value = strconv.FormatInt(*v, 10)
		}
	}
	if q.Codes == nil {
		return slices.Contains(q.Values, value)
	}
	return grid.NewScope(q.Codes...).Holds(grid.Code(value))
}

func placeOf(e grid.Entity) (geo.Envelope, bool) {
	if p, ok := e.(*grid.Person); ok {
		return p.Place.Envelope()
	}
	if e.Geometry() == nil {
		return geo.Envelope{}, false
	}
	return e.Geometry().Envelope()
}

// Outrun implements feed.Moment.
func (m *moment) Outrun(_ context.Context, kinds []grid.Kind) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for _, key := range m.late {
			if !slices.Contains(kinds, key.Kind) {
				continue
			}
			e, err := decode(key, m.state[key])
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
