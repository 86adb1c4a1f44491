package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// Load implements feed.Log. Several readers of one moment read neighbouring stretches
// of ids at the same time; they are visited in order. There are no tombstones to tell of:
// changes have their positions in the order of the commits, so none at that moment has
// one after it.
func (s *Store) Load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*s.options.ReadLimit)
	defer cancel()
	at, err := s.load(ctx, kinds, visit)
	if err != nil {
		return feed.Position{}, fmt.Errorf("load: %w", classify(err))
	}
	return at, nil
}

func (s *Store) load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	if err := s.verify(ctx); err != nil {
		return feed.Position{}, err
	}
	views, at, err := s.views(ctx, 1+s.options.Readers)
	if err != nil {
		return feed.Position{}, err
	}
	defer endAll(views)
	readers := make(chan view, len(views))
	for _, v := range views[1:] {
		readers <- v
	}
	return at, store.ReadInOrder(ctx, store.Reading{
		Readers: s.options.Readers,
		Divide:  func(ctx context.Context, hand store.Hand) error { return s.divide(ctx, views[0], kinds, hand) },
		Read: func(ctx context.Context, todo <-chan *store.Stretch) error {
			return s.readStretches(ctx, <-readers, todo)
		},
		Visit: visit,
	})
}

// Look implements feed.Log. Nothing is outrun here, as of Load.
func (s *Store) Look(ctx context.Context, read func(feed.Moment) error) (feed.Position, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*s.options.ReadLimit)
	defer cancel()
	at, err := s.look(ctx, read)
	if err != nil {
		return feed.Position{}, fmt.Errorf("look: %w", classify(err))
	}
	return at, nil
}

func (s *Store) look(ctx context.Context, read func(feed.Moment) error) (feed.Position, error) {
	if err := s.verify(ctx); err != nil {
		return feed.Position{}, err
	}
	v, err := s.snapshot(ctx)
	if err != nil {
		return feed.Position{}, err
	}
	defer v.end()
	at, err := position(ctx, v.tx)
	if err != nil {
		return feed.Position{}, err
	}
	return at, read(moment{s, v})
}

// A moment is one read transaction as its reader sees it.
type moment struct {
	of   *Store
	view view
}

// Entities implements feed.Moment.
func (m moment) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		l, err := m.of.writer.layout(kind)
		if err == nil {
			_, err = readOnce(ctx, m.view.tx, l, &q, yield)
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("%s: %w", kind, classify(err)))
		}
	}
}

// Outrun implements feed.Moment.
func (moment) Outrun(context.Context, []grid.Kind) iter.Seq2[grid.Entity, error] {
	return func(func(grid.Entity, error) bool) {}
}

// viewTries is how often views are begun anew because somebody committed between them.
// With a thousand commits a second one in five tries is for nothing.
const viewTries = 1000

// views returns n views of one moment, and where the log stood. SQLite cannot share a
// read transaction; but if the log stands at the same place in all, no reader could tell
// them apart: whatever changes what is shown is in the log. Call endAll.
func (s *Store) views(ctx context.Context, n int) ([]view, feed.Position, error) {
	for range viewTries {
		views, at, err := s.someViews(ctx, n)
		if err == nil {
			return views, at, nil
		}
		endAll(views)
		if !errors.Is(err, errApart) {
			return nil, feed.Position{}, err
		}
	}
	return nil, feed.Position{}, fmt.Errorf("somebody writes all the time: %w", grid.ErrUnavailable)
}

// errApart reports views of different moments.
var errApart = errors.New("of different moments")

// someViews returns n views and where the log stands in them, or errApart; also with an
// error those that were begun.
func (s *Store) someViews(ctx context.Context, n int) (views []view, at feed.Position, err error) {
	for range n {
		v, err := s.snapshot(ctx)
		if err != nil {
			return views, at, err
		}
		views = append(views, v)
		stands, err := position(ctx, v.tx)
		if err != nil {
			return views, at, err
		}
		if len(views) > 1 && (stands.Epoch != at.Epoch || stands.Pos != at.Pos) {
			return views, at, errApart
		}
		at = stands
	}
	return views, at, nil
}

func endAll(views []view) {
	for _, v := range views {
		v.end()
	}
}

// divide hands out stretches of about StretchRows rows each.
func (s *Store) divide(ctx context.Context, v view, kinds []grid.Kind, hand store.Hand) error {
	for _, kind := range kinds {
		border := fmt.Sprintf("SELECT id FROM %q WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?", rowTable(kind))
		for above := int64(math.MinInt64); above < math.MaxInt64; {
			upTo := int64(math.MaxInt64)
			err := v.tx.QueryRowContext(ctx, border, above, s.options.StretchRows-1).Scan(&upTo)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if err := hand(kind, above, upTo); err != nil {
				return err
			}
			above = upTo
		}
	}
	return nil
}

// readStretches works on what comes until there is no more.
func (s *Store) readStretches(ctx context.Context, v view, todo <-chan *store.Stretch) error {
	for {
		select {
		case next, ok := <-todo:
			if !ok {
				return nil
			}
			err := next.Fill(ctx, func(visit func(grid.Entity) error) error {
				return each(ctx, v.tx, s.writer.layouts[next.Kind], " AND id > ? AND id <= ? ORDER BY id", []any{next.Above, next.UpTo}, visit)
			})
			if err != nil {
				return fmt.Errorf("%s: %w", next.Kind, err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
