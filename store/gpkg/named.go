package gpkg

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

var dialect = store.Dialect{
	Table: func(kind grid.Kind) string { return fmt.Sprintf("%q", rowTable(kind)) },
	Loads: "loads", Kept: "removed = 0", Arg: "?1",
}

// holds returns the error of the first check that fails.
func holds(checks []store.LinkCheck, arg int64, row func(query string, args []any, to ...any) error) error {
	for _, c := range checks {
		var fails bool
		if err := row(c.Query, []any{arg}, &fails); err != nil {
			return err
		}
		if fails {
			return c.Err
		}
	}
	return nil
}

// errOutrun reports that what a snapshot said may not hold any more.
var errOutrun = errors.New("something was written meanwhile")

// holdsAt makes checks outside the write transaction, for as long as they take, and
// returns the position in the log as of which they hold.
func (s *Store) holdsAt(ctx context.Context, checks []store.LinkCheck, arg int64) (pos int64, err error) {
	view, err := s.snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer view.end()
	row := func(query string, args []any, to ...any) error {
		return view.tx.QueryRowContext(ctx, query, args...).Scan(to...)
	}
	if err := row("SELECT COALESCE(max(pos), 0) FROM change", nil, &pos); err != nil {
		return 0, err
	}
	return pos, holds(checks, arg, row)
}

// unmoved returns errOutrun if anything was written behind a position that could break
// a link, or a load came or went.
func (t tx) unmoved(pos int64) error {
	var moved bool
	err := t.row("SELECT EXISTS (SELECT 1 FROM change WHERE pos > ? AND kind IN ("+linked()+"))", []any{pos}, &moved)
	if err == nil && moved {
		return errOutrun
	}
	return err
}

// linked lists the kinds that name or are named, and loads, for a query.
func linked() string {
	kinds := []string{fmt.Sprintf("'%s'", feed.Loads)}
	for _, l := range grid.Links() {
		kinds = append(kinds, fmt.Sprintf("'%s'", l.Kind), fmt.Sprintf("'%s'", l.To))
	}
	return strings.Join(kinds, ", ")
}
