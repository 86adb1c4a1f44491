package feedtest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"quanxi/feed"
	"quanxi/grid"
)

// Position implements feed.Log.
func (l *Log) Position(context.Context) (feed.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.position(), l.failing
}

// Digest implements feed.Log.
func (l *Log) Digest(_ context.Context, pos int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return nil, l.failing
	}
	if pos < 1 || pos > int64(len(l.rows)) {
		return nil, fmt.Errorf("row %d: %w", pos, feed.ErrEpoch)
	}
	return digest(l.rows[pos-1]), nil
}

// Publish implements feed.Log. It does not ask who holds the lock: as in the real
// ones, positions are unique whoever gives them.
func (l *Log) Publish(ctx context.Context, limit int) (feed.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return feed.Batch{}, l.failing
	}
	if err := ctx.Err(); err != nil {
		return feed.Batch{}, err
	}
	if l.shuffle != nil {
		l.shuffle.Shuffle(len(l.pending), func(i, k int) { l.pending[i], l.pending[k] = l.pending[k], l.pending[i] })
	}
	after := int64(len(l.rows))
	for len(l.pending) > 0 && len(l.rows)-int(after) < limit {
		l.place(l.pending[0])
		l.pending = l.pending[1:]
	}
	if len(l.pending) == 0 {
		l.shown = l.commits
	}
	at := l.position()
	return feed.Batch{Epoch: at.Epoch, After: after, Pos: at.Pos, Horizon: at.Horizon, Changes: slices.Clone(l.rows[after:])}, nil
}

// place gives a write its positions. The caller holds l.mu.
func (l *Log) place(w write) {
	end := int64(len(l.rows) + len(w))
	for _, c := range w {
		c.Pos = int64(len(l.rows)) + 1
		l.rows, l.ends = append(l.rows, c), append(l.ends, end)
	}
}

// Changes implements feed.Log.
func (l *Log) Changes(_ context.Context, after, upTo int64, limit int) ([]feed.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return nil, l.failing
	}
	upTo = min(upTo, int64(len(l.rows)))
	if after >= upTo {
		return nil, nil
	}
	upTo = min(upTo, l.ends[min(upTo, after+int64(limit))-1])
	return slices.DeleteFunc(slices.Clone(l.rows[after:upTo]), func(c feed.Change) bool { return c.Pos == l.lost }), nil
}

// Await implements feed.Log.
func (l *Log) Await(ctx context.Context) error {
	for {
		l.mu.Lock()
		woken, failing, waiting := l.woken, l.failing, len(l.pending)
		l.mu.Unlock()
		switch {
		case failing != nil:
			return failing
		case waiting > 0:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-woken:
		}
	}
}

// LockRelay implements feed.Log.
func (l *Log) LockRelay(ctx context.Context) (held context.Context, release func(), err error) {
	select {
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-l.relay:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		l.relay <- struct{}{}
		return nil, nil, l.failing
	}
	held, cancel := context.WithCancel(ctx)
	context.AfterFunc(held, func() { l.relay <- struct{}{} })
	l.holder = cancel
	return held, cancel, nil
}

// Load implements feed.Log.
func (l *Log) Load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	l.mu.Lock()
	at, failing, state, during := l.position(), l.failing, maps.Clone(l.state), l.during
	l.during = nil
	gone := l.outrun()
	l.mu.Unlock()
	if during != nil {
		during()
	}
	if failing != nil {
		return feed.Position{}, failing
	}
	order := slices.SortedFunc(maps.Keys(state), func(a, b grid.Ref) int { return int(a.ID - b.ID) })
	for _, kind := range kinds {
		for _, key := range order {
			if key.Kind != kind || state[key].body == nil {
				continue
			}
			if err := visitRow(key, state[key], visit); err != nil {
				return feed.Position{}, err
			}
		}
	}
	for _, key := range gone {
		if !slices.Contains(kinds, key.Kind) {
			continue
		}
		if err := visitRow(key, state[key], visit); err != nil {
			return feed.Position{}, err
		}
	}
	return at, ctx.Err()
}

func visitRow(key grid.Ref, r row, visit func(grid.Entity) error) error {
	e, err := decode(key, r)
	if err != nil {
		return err
	}
	return visit(e)
}

// outrun returns what is removed and has a change without a position. The caller
// holds l.mu.
func (l *Log) outrun() []grid.Ref {
	var gone []grid.Ref
	for _, c := range slices.Concat(l.pending...) {
		key := grid.Ref{Kind: c.Kind, ID: c.ID}
		if r, ok := l.state[key]; ok && r.body == nil {
			gone = append(gone, key)
		}
	}
	return gone
}
