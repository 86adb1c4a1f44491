package feed

import (
	"iter"
	"maps"
	"time"

	"github.com/tidwall/rtree"

	"quanxi/geo"
)

// moves holds the last move of each worker. The hub's lock guards it.
type moves struct {
	last map[int64]Move
	tree rtree.RTreeGN[int32, int64]
}

func newMoves() moves { return moves{last: make(map[int64]Move)} }

// set makes m the last move of its worker, and returns the one before; false if m
// is not newer.
func (ms *moves) set(m Move) (before Move, newer bool) {
	before, had := ms.last[m.ID]
	if had && !m.At.After(before.At) {
		return before, false
	}
	ms.remove(m.ID)
	ms.last[m.ID] = m
	at := [2]int32{m.Place.Lon, m.Place.Lat}
	ms.tree.Insert(at, at, m.ID)
	return before, true
}

func (ms *moves) remove(id int64) {
	if m, ok := ms.last[id]; ok {
		at := [2]int32{m.Place.Lon, m.Place.Lat}
		ms.tree.Delete(at, at, id)
		delete(ms.last, id)
	}
}

// within yields the moves in an envelope.
func (ms *moves) within(e geo.Envelope) iter.Seq[Move] {
	return func(yield func(Move) bool) {
		lo, hi := corners(e)
		ms.tree.Search(lo, hi, func(_, _ [2]int32, id int64) bool { return yield(ms.last[id]) })
	}
}

func (m Move) sight() Sight {
	return Sight{Area: m.Area, Envelope: geo.Envelope{Min: m.Place, Max: m.Place}, There: !m.Place.IsZero()}
}

// Move tells those who look at a worker where the worker is now. A move that is
// older than the last one is dropped.
func (h *Hub) Move(m Move) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, newer := h.moves.set(m)
	if !newer {
		return
	}
	h.tellMove(m.ID, before.sight(), m.sight(), moveState(m))
}

// tellMove queues a worker's state with those who look at the old or the new
// place. The caller holds h.mu.
func (h *Hub) tellMove(id int64, before, after Sight, now state) {
	for _, s := range h.views.meeting(nil, before, after) {
		switch {
		case s.filter.sees(WorkersTopic, after):
			s.queue.put(now)
		case s.filter.sees(WorkersTopic, before):
			s.queue.put(moveGone(id))
		}
	}
}

// Expire drops the moves before a moment: whoever has not moved since is off duty.
func (h *Hub) Expire(before time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, m := range h.moves.last {
		if m.At.Before(before) {
			h.moves.remove(id)
			h.tellMove(id, m.sight(), Sight{}, state{})
		}
	}
}

// Moves returns the last move of each worker.
func (h *Hub) Moves() map[int64]Move {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.moves.last)
}

// showMoves tells s where the workers in its view are, except those whom it was
// told of under its view before. The caller holds h.mu.
func (h *Hub) showMoves(s *Subscription, before *filter) {
	if !s.filter.wants(WorkersTopic) {
		return
	}
	for m := range h.moves.within(s.filter.envelope) {
		if at := m.sight(); s.filter.sees(WorkersTopic, at) && !before.sees(WorkersTopic, at) {
			s.queue.put(moveState(m))
		}
	}
}
