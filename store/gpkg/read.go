package gpkg

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store"
)

// Entity implements grid.Store.
func (s *Store) Entity(ctx context.Context, kind grid.Kind, id int64) (grid.Entity, error) {
	return store.One(kind, id, s.Entities(ctx, kind, grid.Query{IDs: []int64{id}}))
}

// Entities implements grid.Store. What is read within Options.ReadLimit is of one
// moment. Whoever takes longer reads the rest as it is then: a transaction that
// stayed open for a slow reader would keep the write-ahead log growing (RULES A16).
func (s *Store) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		rest := q // a sequence may be walked again
		l, err := s.writer.layout(kind)
		for more := err == nil; more; {
			more, err = s.stretch(ctx, l, &rest, yield)
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("%s: %w", kind, classify(err)))
		}
	}
}

// stretch yields what can be read in one transaction of limited length, and moves
// q behind it. It reports whether the limit, and nothing else, ended it.
func (s *Store) stretch(ctx context.Context, l layout, q *grid.Query, yield func(grid.Entity, error) bool) (more bool, err error) {
	limited, cancel := context.WithTimeout(ctx, s.options.ReadLimit)
	defer cancel()
	n, err := readOnce(limited, s.readers.Load(), l, q, yield)
	if err == nil || errors.Is(err, errStop) || limited.Err() == nil || ctx.Err() != nil || n == 0 {
		return false, err
	}
	if q.Limit == 0 {
		return true, nil
	}
	q.Limit -= n
	return q.Limit > 0, nil
}

// readOnce yields what a query selects, as somebody sees it, moves q behind what was
// yielded, and returns how much that was.
func readOnce(ctx context.Context, from querier, l layout, q *grid.Query, yield func(grid.Entity, error) bool) (n int, err error) {
	where, args, err := conditions(l.kind, *q)
	if err != nil {
		return 0, err
	}
	err = each(ctx, from, l, where, args, func(e grid.Entity) error {
		n++
		q.After = e.Entity().ID // before it is the caller's to change
		if !yield(e, nil) {
			return errStop
		}
		return nil
	})
	return n, err
}

// errStop ends a walk that its caller has left.
var errStop = errors.New("stopped")

// querier is a pool of readers or one read transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls visit for the live entities that where selects, by id.
func each(ctx context.Context, from querier, l layout, where string, args []any, visit func(grid.Entity) error) error {
	rows, err := from.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %q WHERE %s%s", l.read, rowTable(l.kind), shown, where), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := feed.New(l.kind)
		if err != nil {
			return err
		}
		if err := rows.Scan(l.targets(e)...); err != nil {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

// conditions returns the rest of a WHERE clause, with order and limit.
func conditions(kind grid.Kind, q grid.Query) (string, []any, error) {
	var where strings.Builder
	var args []any
	list := func(column, more string, values any) error {
		text, err := json.Marshal(values)
		fmt.Fprintf(&where, " AND %s IN (SELECT value FROM json_each(?)%s)", column, more)
		args = append(args, string(text))
		return err
	}
	if q.After != 0 {
		where.WriteString(" AND id > ?")
		args = append(args, q.After)
	}
	if q.IDs != nil {
		if err := list("id", "", q.IDs); err != nil {
			return "", nil, err
		}
	}
	if q.External != nil {
		if err := externals(&where, &args, kind, q.External); err != nil {
			return "", nil, err
		}
	}
	if q.Column != "" {
		if err := column(&where, &args, kind, q); err != nil {
			return "", nil, err
		}
	}
	if q.Meets != nil {
		if err := meets(&where, &args, kind, *q.Meets); err != nil {
			return "", nil, err
		}
	}
	where.WriteString(" ORDER BY id")
	if q.Limit > 0 {
		where.WriteString(" LIMIT ?")
		args = append(args, q.Limit)
	}
	return where.String(), args, nil
}

// externals finds entities by the index of those who hold an external id now:
// an entity that a load is replacing holds it through the load's row.
func externals(where *strings.Builder, args *[]any, kind grid.Kind, ids []string) error {
	text, err := json.Marshal(store.Texts(ids))
	if err != nil {
		return err
	}
	fmt.Fprintf(where, ` AND id IN (SELECT id FROM %q WHERE external IN (SELECT value FROM json_each(?))
		AND external <> '' AND removed = 0 AND replaced_by = 0) AND external IN (SELECT value FROM json_each(?))`, rowTable(kind))
	*args = append(*args, string(text), string(text))
	return nil
}

// column selects by the values of a column, or by ranges of them.
func column(where *strings.Builder, args *[]any, kind grid.Kind, q grid.Query) error {
	e, err := feed.New(kind)
	if err != nil {
		return err
	}
	if q.Codes == nil {
		values, err := store.Values(e, q.Column, q.Values)
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
		fmt.Fprintf(where, " AND %q IN (%s)", q.Column, marks)
		*args = append(*args, values...)
		return err
	}
	if err := store.CheckText(e, q.Column); err != nil {
		return err
	}
	any := []string{"0"}
	for _, r := range q.Codes {
		any = append(any, fmt.Sprintf("%q >= ? AND %[1]q < ?", q.Column))
		*args = append(*args, string(r.From), string(r.To))
	}
	where.WriteString(" AND (" + strings.Join(any, " OR ") + ")")
	return nil
}

// meets selects by place. There is no tree in the file: every row of the kind that other
// conditions leave is looked at.
func meets(where *strings.Builder, args *[]any, kind grid.Kind, env geo.Envelope) error {
	column, err := store.PlaceColumn(kind)
	if err != nil {
		return err
	}
	fmt.Fprintf(where, " AND %s(%q, ?, ?, ?, ?)", meetsFunction, column)
	*args = append(*args, env.Min.Lon, env.Min.Lat, env.Max.Lon, env.Max.Lat)
	return nil
}
