package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"quanxi/feed"
	"quanxi/grid"
)

// An ahead is a store whose log goes on in memory: a node takes it for one into which
// somebody writes, and the store stays as it is. It is safe for concurrent use.
type ahead struct {
	store

	mu      sync.Mutex
	from    feed.Position // where the store stands
	rows    []feed.Change // what came since
	deliver func(feed.Batch)
}

func newAhead(ctx context.Context, s store) (*ahead, error) {
	at, err := s.Position(ctx)
	return &ahead{store: s, from: at}, err
}

// put has new states of entities come as one batch, each at its next revision.
func (a *ahead) put(entities ...grid.Entity) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	after := a.position().Pos
	b := feed.Batch{Epoch: a.from.Epoch, After: after, Pos: after + int64(len(entities)), Horizon: a.from.Horizon}
	for i, e := range entities {
		e.Entity().Revision++
		body, err := grid.EncodeChange(e)
		if err != nil {
			return err
		}
		b.Changes = append(b.Changes, feed.Change{Pos: after + int64(i) + 1, Kind: e.Kind(), ID: e.Entity().ID, Revision: e.Entity().Revision,
			Op: feed.Put, At: time.Now(), Body: body})
	}
	a.rows = append(a.rows, b.Changes...)
	if a.deliver != nil {
		a.deliver(b)
	}
	return nil
}

// position is Position for a caller that holds a.mu.
func (a *ahead) position() feed.Position {
	at := a.from
	if len(a.rows) > 0 {
		at.Pos += int64(len(a.rows))
		at.Digest = digestOf(at.Pos)
	}
	return at
}

func digestOf(pos int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(pos)) }

// Position implements feed.Log.
func (a *ahead) Position(context.Context) (feed.Position, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.position(), nil
}

// Digest implements feed.Log.
func (a *ahead) Digest(ctx context.Context, pos int64) ([]byte, error) {
	if pos > a.from.Pos {
		return digestOf(pos), nil
	}
	return a.store.Digest(ctx, pos)
}

// Changes implements feed.Log, of what came since alone.
func (a *ahead) Changes(_ context.Context, after, upTo int64, limit int) ([]feed.Change, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	first, last := after-a.from.Pos, min(upTo-a.from.Pos, int64(len(a.rows)))
	if first < 0 || first > last {
		return nil, fmt.Errorf("after %d: %w", after, feed.ErrEpoch)
	}
	return a.rows[first:min(last, first+int64(limit))], nil
}

// An arrival is the feed.Transport that carries what comes to an ahead.
type arrival struct{ of *ahead }

// Publish implements feed.Transport. Nobody relays here.
func (arrival) Publish(context.Context, feed.Batch) error { return nil }

// Subscribe implements feed.Transport.
func (t arrival) Subscribe(deliver func(feed.Batch)) (func(), error) {
	t.set(deliver)
	return func() { t.set(nil) }, nil
}

func (t arrival) set(deliver func(feed.Batch)) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.of.deliver = deliver
}
