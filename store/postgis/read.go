package postgis

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store"
)

// Entity implements grid.Store.
func (s *Store) Entity(ctx context.Context, kind grid.Kind, id int64) (grid.Entity, error) {
	return store.One(kind, id, s.Entities(ctx, kind, grid.Query{IDs: []int64{id}}))
}

// Entities implements grid.Store.
func (s *Store) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return s.selected(ctx, s.pool, kind, q)
}

// selected yields what a query selects, as somebody sees it.
func (s *Store) selected(ctx context.Context, from querier, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		err := s.visit(ctx, from, kind, q, func(e grid.Entity) error {
			if !yield(e, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("%s: %w", kind, classify(err)))
		}
	}
}

// errStop ends a walk that its caller has left.
var errStop = errors.New("stopped")

func (s *Store) visit(ctx context.Context, from querier, kind grid.Kind, q grid.Query, visit func(grid.Entity) error) error {
	if err := s.known(kind); err != nil {
		return err
	}
	where, args, err := conditions(kind, q)
	if err != nil {
		return err
	}
	return each(ctx, from, s.layouts[kind], where, args, visit)
}

// querier is the pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// each calls visit for the live entities that where selects, by id.
func each(ctx context.Context, from querier, l layout, where string, args []any, visit func(grid.Entity) error) error {
	rows, err := from.Query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s%s", l.read(), rowTable(l.kind), shown, where),
		append([]any{inBinary()}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := feed.New(l.kind)
		if err != nil {
			return err
		}
		if err := l.decode(rows.RawValues(), e); err != nil {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

// A clause grows a WHERE clause and its arguments.
type clause struct {
	text strings.Builder
	args []any
}

// and adds a condition in which ? stands for value.
func (c *clause) and(condition string, value any) {
	c.args = append(c.args, value)
	c.text.WriteString(" AND " + strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(c.args))))
}

// column selects by the values of a column, or by ranges of them.
func (c *clause) column(kind grid.Kind, q grid.Query) error {
	e, err := feed.New(kind)
	if err != nil {
		return err
	}
	if q.Codes == nil {
		values, err := store.Values(e, q.Column, q.Values)
		if err == nil {
			c.and(fmt.Sprintf("%q = ANY (?)", q.Column), typed(values))
		}
		return err
	}
	if err := store.CheckText(e, q.Column); err != nil {
		return err
	}
	var any []string
	for _, r := range q.Codes {
		c.args = append(c.args, string(r.From), string(r.To))
		any = append(any, fmt.Sprintf("%[1]q >= $%[2]d AND %[1]q < $%[3]d", q.Column, len(c.args)-1, len(c.args)))
	}
	if len(any) == 0 {
		any = []string{"false"}
	}
	c.text.WriteString(" AND (" + strings.Join(any, " OR ") + ")")
	return nil
}

// meets selects by place. PostGIS compares boxes whose corners are rounded outwards to
// floats of 32 bits, which is less than a metre.
func (c *clause) meets(kind grid.Kind, env geo.Envelope) error {
	column, err := store.PlaceColumn(kind)
	if err != nil {
		return err
	}
	west, south := env.Min.Degrees()
	east, north := env.Max.Degrees()
	n := len(c.args)
	c.args = append(c.args, west, south, east, north)
	fmt.Fprintf(&c.text, " AND %q && ST_MakeEnvelope($%d::float8, $%d::float8, $%d::float8, $%d::float8, 4490)", column, n+1, n+2, n+3, n+4)
	return nil
}

// conditions returns the rest of a WHERE clause, with order and limit.
func conditions(kind grid.Kind, q grid.Query) (string, []any, error) {
	var c clause
	if q.After != 0 {
		c.and("id > ?", q.After)
	}
	if q.IDs != nil {
		c.and("id = ANY (?)", q.IDs)
	}
	if q.External != nil {
		// An entity that a load is replacing holds its external id through the load's row.
		c.and(fmt.Sprintf(`id = ANY (ARRAY(SELECT id FROM %s WHERE external = ANY (?) AND external <> '' AND NOT removed AND replaced_by = 0))
			AND external = ANY (?)`, rowTable(kind)), store.Texts(q.External))
	}
	if q.Column != "" {
		if err := c.column(kind, q); err != nil {
			return "", nil, err
		}
	}
	if q.Meets != nil {
		if err := c.meets(kind, *q.Meets); err != nil {
			return "", nil, err
		}
	}
	c.text.WriteString(" ORDER BY id")
	if q.Limit > 0 {
		c.args = append(c.args, q.Limit)
		fmt.Fprintf(&c.text, " LIMIT $%d", len(c.args))
	}
	return c.text.String(), c.args, nil
}

// typed returns values, which are all of one type, as a list of that type.
func typed(values []any) any {
	if len(values) == 0 {
		return nil
	}
	switch values[0].(type) {
	case int64:
		return listOf[int64](values)
	case bool:
		return listOf[bool](values)
	case []byte:
		return listOf[[]byte](values)
	}
	return listOf[string](values)
}

func listOf[T any](values []any) []T {
	list := make([]T, 0, len(values))
	for _, v := range values {
		if t, ok := v.(T); ok {
			list = append(list, t)
		}
	}
	return list
}
