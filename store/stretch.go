package store

import (
	"context"

	"golang.org/x/sync/errgroup"

	"quanxi/grid"
)

// sliceRows is how many rows a reader hands over at a time, and slicesAhead how many
// times it does before they are visited.
const sliceRows, slicesAhead = 512, 256

// A Stretch is a range of ids of one kind, read by one reader. Its rows come in
// slices, so that visiting begins before the last is there.
type Stretch struct {
	Kind  grid.Kind
	Above int64 // exclusive
	UpTo  int64 // inclusive
	rows  chan []grid.Entity
}

// A Hand hands out the ids of a kind above one and up to another.
type Hand func(kind grid.Kind, above, upTo int64) error

// A Reading is how entities are read by several readers and visited in order.
type Reading struct {
	Readers int
	// Divide hands out all stretches, in the order in which they are visited.
	Divide func(ctx context.Context, hand Hand) error
	// Read is called by each reader: it fills what comes until there is no more.
	Read func(ctx context.Context, todo <-chan *Stretch) error
	// Visit is called for every row of every stretch in order, from one goroutine.
	Visit func(grid.Entity) error
}

// ReadInOrder carries a Reading out. It returns when all of it has ended, with the
// first error of any part.
func ReadInOrder(ctx context.Context, r Reading) error {
	todo := make(chan *Stretch)
	// A reader goes ahead by one stretch at most before its rows are visited.
	order := make(chan *Stretch, r.Readers)
	work, ctx := errgroup.WithContext(ctx)
	for range r.Readers {
		work.Go(func() error { return r.Read(ctx, todo) })
	}
	work.Go(func() error {
		defer close(todo)
		defer close(order)
		return r.Divide(ctx, func(kind grid.Kind, above, upTo int64) error {
			next := &Stretch{kind, above, upTo, make(chan []grid.Entity, slicesAhead)}
			for _, to := range []chan<- *Stretch{order, todo} {
				select {
				case to <- next:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	})
	work.Go(func() error { return visitAll(ctx, order, r.Visit) })
	return work.Wait()
}

// Fill hands over the rows that read visits, in their order, and ends the stretch.
func (s *Stretch) Fill(ctx context.Context, read func(visit func(grid.Entity) error) error) error {
	some := make([]grid.Entity, 0, sliceRows)
	send := func() error {
		select {
		case s.rows <- some:
			some = make([]grid.Entity, 0, sliceRows)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := read(func(e grid.Entity) error {
		if some = append(some, e); len(some) < sliceRows {
			return nil
		}
		return send()
	})
	if err == nil {
		err = send()
	}
	if err == nil {
		close(s.rows)
	}
	return err
}

// visitAll calls visit for every row of every stretch in order.
func visitAll(ctx context.Context, order <-chan *Stretch, visit func(grid.Entity) error) error {
	for s := range order {
		if err := s.visit(ctx, visit); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s *Stretch) visit(ctx context.Context, visit func(grid.Entity) error) error {
	for {
		select {
		case some, ok := <-s.rows:
			if !ok {
				return nil
			}
			for _, e := range some {
				if err := visit(e); err != nil {
					return err
				}
			}
		case <-ctx.Done(): // the reader may have failed before it came to this stretch
			return ctx.Err()
		}
	}
}
