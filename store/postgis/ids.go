package postgis

import (
	"context"
	"fmt"
	"sync"
	"time"

	"quanxi/store"
)

// ids hands out ids of a block, so that a write does not wait for another's row
// lock on the counter. What is left of a block when the process ends is lost. A
// block belongs to the epoch in which it was taken: a restored counter may stand
// below it, and give the same ids to others.
type ids struct {
	mu    sync.Mutex
	block store.Block // guarded by mu
	epoch string      // guarded by mu
}

// NextIDs implements grid.Store.
func (s *Store) NextIDs(ctx context.Context, n int) (int64, error) {
	reserve := s.nextIDs
	if n == 1 {
		reserve = s.nextID
	}
	first, _, err := reserve(ctx, n)
	if s.restored(ctx, err) {
		first, _, err = reserve(ctx, n)
	}
	if err != nil {
		return 0, fmt.Errorf("ids: %w", classify(err))
	}
	return first, nil
}

// nextIDs returns the first of n ids, and the epoch that they belong to.
func (s *Store) nextIDs(ctx context.Context, n int) (first int64, epoch string, err error) {
	err = s.pool.QueryRow(ctx, "UPDATE quanxi.next_id SET next = greatest(next, $2) + $1 RETURNING next - $1, quanxi.epoch('')",
		n, store.TimedID(time.Now())).Scan(&first, &epoch)
	return first, epoch, err
}

// nextID is nextIDs for one: of the block, if that is still of the epoch.
func (s *Store) nextID(ctx context.Context, _ int) (id int64, epoch string, err error) {
	if id, epoch, err = s.takeID(ctx); err == nil {
		err = s.pool.QueryRow(ctx, "SELECT quanxi.epoch($1)", epoch).Scan(&epoch)
	}
	return id, epoch, err
}

// takeID returns one id of the block, and the epoch that it belongs to.
func (s *Store) takeID(ctx context.Context) (id int64, epoch string, err error) {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	id, ok := s.ids.block.Next(time.Now())
	if !ok {
		first, epoch, err := s.nextIDs(ctx, store.IDBlock)
		if err != nil {
			return 0, "", err
		}
		s.ids.block, s.ids.epoch = store.NewBlock(first, time.Now()), epoch
		id, _ = s.ids.block.Next(time.Now())
	}
	return id, s.ids.epoch, nil
}

// drop forgets what is left of the block.
func (x *ids) drop() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.block = store.Block{}
}
