package postgis

import (
	"context"
	"fmt"
	"sync"
)

// idBlock is how many ids a handle takes at a time for entities that bring none.
const idBlock = 1024

// ids hands out ids of a block, so that a write does not wait for another's row
// lock on the counter. What is left of a block when the process ends is lost.
type ids struct {
	mu        sync.Mutex
	next, end int64 // guarded by mu
}

// NextIDs implements grid.Store.
func (s *Store) NextIDs(ctx context.Context, n int) (int64, error) {
	var next int64
	err := s.pool.QueryRow(ctx, "UPDATE quanxi.next_id SET next = next + $1 RETURNING next", n).Scan(&next)
	if err != nil {
		return 0, fmt.Errorf("ids: %w", classify(err))
	}
	return next - int64(n), nil
}

// takeID returns one id of the block.
func (s *Store) takeID(ctx context.Context) (int64, error) {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	if s.ids.next == s.ids.end {
		first, err := s.NextIDs(ctx, idBlock)
		if err != nil {
			return 0, err
		}
		s.ids.next, s.ids.end = first, first+idBlock
	}
	s.ids.next++
	return s.ids.next - 1, nil
}
