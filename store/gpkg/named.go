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
	Loads: "loads", Over: "load_over", Kept: "removed = 0", Arg: "?1",
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

// A state says what was written of what names and is named.
type state struct {
	pos    int64 // in the log
	staged int64 // versions that loads were ever given
}

// staged counts what loads were ever given; the log does not tell of an open one.
const staged = "SELECT COALESCE(sum(put), 0) FROM loads"

// holdsAt makes checks outside the write transaction, for as long as they take, and
// returns the state as of which they hold.
func (s *Store) holdsAt(ctx context.Context, checks []store.LinkCheck, arg int64) (at state, err error) {
	view, err := s.snapshot(ctx)
	if err != nil {
		return state{}, err
	}
	defer view.end()
	row := func(query string, args []any, to ...any) error {
		return view.tx.QueryRowContext(ctx, query, args...).Scan(to...)
	}
	err = errors.Join(row("SELECT COALESCE(max(pos), 0) FROM change", nil, &at.pos), row(staged, nil, &at.staged))
	if err != nil {
		return state{}, err
	}
	return at, holds(checks, arg, row)
}

// unmoved returns errOutrun if anything was written since a state that could break a
// link, or a load came, grew or went.
func (t tx) unmoved(since state) error {
	var moved bool
	var now int64
	err := errors.Join(
		t.row("SELECT EXISTS (SELECT 1 FROM change WHERE pos > ? AND kind IN ("+linked()+"))", []any{since.pos}, &moved),
		t.row(staged, nil, &now),
	)
	if err == nil && (moved || now != since.staged) {
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
