package feed

import "fmt"

// A Subscription is one screen's part of the feed. Its queue is filled by the hub
// and emptied by the connection. Its methods are safe for concurrent use.
type Subscription struct {
	hub    *Hub
	viewer Viewer
	queue  *queue
	direct func() bool // of Direct; nil if there is none
	due    bool        // waits for a sender; guarded by the senders' lock

	// The rest is guarded by the hub's lock.
	filter  *filter // nil until the first view
	resume  *Cursor // to be replayed at the first view; nil if there is none
	resyncs int64   // of the queue, when the view was last set
	round   uint64  // of the hub's tell that has told it

	// The rest is guarded by the hub's lock of what is held.
	tiles map[Tile]uint64
	order []Tile // of tiles, oldest first; may hold some that are forgotten
	ended bool
}

// Ready is signalled when Take may have something.
func (s *Subscription) Ready() <-chan struct{} { return s.queue.wake }

// Direct has deliver called when frames are due, in place of the signal of Ready, by
// goroutines that serve many: it must not wait for anything, and may be called again
// before it has returned, and once more after Close. Where it returns false, Ready is
// signalled. Direct is called once at most, before View.
func (s *Subscription) Direct(deliver func() bool) {
	s.direct = deliver
	s.queue.whenQueued(func() { s.hub.senders.add(s) })
}

// Take returns what is due to be sent, in order. It holds until something is taken again.
func (s *Subscription) Take() Delivery { return s.queue.take() }

// TakeFrames is Take for what never waits to be collected.
func (s *Subscription) TakeFrames() []Frame { return s.queue.takeFrames() }

// Stats returns what the queue went through.
func (s *Subscription) Stats() QueueStats {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	stats := s.queue.stats
	stats.Waiting, stats.Bytes = len(s.queue.frames), s.queue.bytes
	return stats
}

// Idle returns the position after which to resume if everything taken so far
// arrives, and false while frames are waiting, or what was missed is not replayed yet.
func (s *Subscription) Idle() (Cursor, bool) {
	if s.missing() {
		return Cursor{}, false
	}
	// The order matters: whatever is told after this position is queued after it.
	at := s.hub.told.Load()
	return *at, s.queue.idle()
}

// missing reports whether what came after the cursor of a screen is not replayed yet.
func (s *Subscription) missing() bool {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.resume != nil
}

// View sets what the screen looks at. The first view also replays what the
// screen missed since its cursor. Every frame queued before was for the old view.
func (s *Subscription) View(v View) error {
	if err := v.Check(); err != nil {
		return err
	}
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.subs[s] {
		return fmt.Errorf("%w: the subscription has ended", ErrView)
	}
	before := s.filter
	h.look(s, newFilter(s.viewer, v))
	if s.resume != nil {
		h.replay(s, *s.resume)
		s.resume = nil
	}
	if resyncs := s.Stats().Resyncs; resyncs != s.resyncs {
		s.resyncs, before = resyncs, nil
	}
	h.showMoves(s, before)
	return nil
}

// Become has the subscription see what another viewer sees from here on: rights have
// changed. What was queued for the old one is dropped and the screen begins anew.
func (s *Subscription) Become(viewer Viewer) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.viewer = viewer; !h.subs[s] || s.filter == nil {
		if s.resume != nil { // what it shows is of the old rights
			s.resume = &Cursor{}
		}
		return
	}
	changed := *s.filter
	changed.viewer = viewer
	h.look(s, &changed)
	h.restart(s, Rights, *h.told.Load())
	s.resyncs = s.Stats().Resyncs
	h.showMoves(s, nil)
}

// look gives s a filter in place of the one it has; nil is none. The caller holds h.mu.
func (h *Hub) look(s *Subscription, f *filter) {
	if s.filter != nil {
		h.views.remove(s)
		h.alerted.remove(s)
		h.counted.remove(s)
	}
	s.filter = f
	if f == nil {
		return
	}
	h.views.insert(s)
	if f.wants(AlertsTopic) {
		h.alerted.insert(s)
	}
	if f.wants(CountersTopic) {
		h.counted.insert(s)
	}
}

// maxTiles is how many tiles of a connection are remembered.
const maxTiles = 1024

// Hold notes that the screen holds a tile with bytes of the given version, so
// that it is suspected when something touches it. It returns a tile that is no
// longer remembered because of it; the screen must take that one for stale.
func (s *Subscription) Hold(t Tile, version uint64) (dropped Tile, any bool) {
	h := s.hub
	h.holding.Lock()
	defer h.holding.Unlock()
	if s.ended {
		return Tile{}, false
	}
	if _, held := s.tiles[t]; !held {
		h.tiles.add(t, s)
		s.order = append(s.order, t)
	}
	s.tiles[t] = version
	for len(s.order) > maxTiles {
		oldest := s.order[0]
		s.order = s.order[1:]
		if _, held := s.tiles[oldest]; held {
			h.forget(s, oldest)
			return oldest, true
		}
	}
	return Tile{}, false
}

// Held returns the version of a tile that the screen holds.
func (s *Subscription) Held(t Tile) (version uint64, ok bool) {
	s.hub.holding.Lock()
	defer s.hub.holding.Unlock()
	version, ok = s.tiles[t]
	return version, ok
}

// Forget notes that the screen no longer holds a tile, or knows it for stale.
func (s *Subscription) Forget(t Tile) {
	s.hub.holding.Lock()
	defer s.hub.holding.Unlock()
	s.hub.forget(s, t)
}

// Close ends the subscription. Closing it twice is harmless.
func (s *Subscription) Close() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.subs[s] {
		return
	}
	h.endHolding(s)
	h.look(s, nil)
	delete(h.subs, s)
	h.resyncs += s.Stats().Resyncs
	s.queue.stop()
}
