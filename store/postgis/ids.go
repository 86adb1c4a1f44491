package postgis

import (
	"context"
	"fmt"
	"sync"
)

// idBlock is how many ids a handle takes at a time for entities that bring none.
const idBlock = 1024

// ids hands out ids of a block, so that a write does not wait for another's row
// lock on the counter. What is left of a block when the process ends is lost. A
// block belongs to the epoch in which it was taken: a restored counter may stand
// below it, and give the same ids to others.
type ids struct {
	mu        sync.Mutex
	next, end int64  // guarded by mu
	epoch     string // guarded by mu
}

// NextIDs implements grid.Store.
func (s *Store) NextIDs(ctx context.Context, n int) (int64, error) {
	first, _, err := s.nextIDs(ctx, n)
	if s.restored(ctx, err) {
		first, _, err = s.nextIDs(ctx, n)
	}
	if err != nil {
		return 0, fmt.Errorf("ids: %w", classify(err))
	}
	return first, nil
}

// nextIDs returns the first of n ids, and the epoch that they belong to.
func (s *Store) nextIDs(ctx context.Context, n int) (first int64, epoch string, err error) {
	err = s.pool.QueryRow(ctx, "UPDATE quanxi.next_id SET next = next + $1 RETURNING next - $1, quanxi.epoch('')", n).Scan(&first, &epoch)
	return first, epoch, err
}

// takeID returns one id of the block, and the epoch that it belongs to.
func (s *Store) takeID(ctx context.Context) (id int64, epoch string, err error) {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	if s.ids.next == s.ids.end {
		first, epoch, err := s.nextIDs(ctx, idBlock)
		if err != nil {
			return 0, "", err
		}
		s.ids.next, s.ids.end, s.ids.epoch = first, first+idBlock, epoch
	}
	s.ids.next++
	return s.ids.next - 1, s.ids.epoch, nil
}

// drop forgets what is left of the block.
func (x *ids) drop() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next, x.end = 0, 0
}
