package world

import (
	"iter"
	"sync"
	"time"

	"quanxi/geo"
)

// A WorkerPosition is where a worker was last heard of.
type WorkerPosition struct {
	Worker int64
	Place  geo.Point
	At     time.Time
}

// positions holds the last position of each worker. They come by the thousand a
// second, belong to no version and survive no restart; so they stand beside the
// snapshot, under a lock of their own that is held for one look.
type positions struct {
	mu   sync.RWMutex
	last map[int64]WorkerPosition
	news uint64 // how many positions were taken
}

// SetPosition records where a worker is, and reports whether that is news: a
// moment that is not later than the one held is not.
func (w *World) SetPosition(p WorkerPosition) bool {
	w.positions.mu.Lock()
	defer w.positions.mu.Unlock()
	if held, ok := w.positions.last[p.Worker]; ok && !p.At.After(held.At) {
		return false
	}
	if w.positions.last == nil {
		w.positions.last = make(map[int64]WorkerPosition)
	}
	w.positions.last[p.Worker] = p
	w.positions.news++
	return true
}

// Position returns where a worker was last heard of, and false if nowhere.
func (w *World) Position(worker int64) (WorkerPosition, bool) {
	w.positions.mu.RLock()
	defer w.positions.mu.RUnlock()
	p, ok := w.positions.last[worker]
	return p, ok
}

// Positions yields the last positions in env that are not older than since, in
// no particular order.
func (w *World) Positions(env geo.Envelope, since time.Time) iter.Seq[WorkerPosition] {
	return w.positions.within(env, since)
}

// within copies what it yields, so that the lock is not held while somebody draws.
func (p *positions) within(env geo.Envelope, since time.Time) iter.Seq[WorkerPosition] {
	return func(yield func(WorkerPosition) bool) {
		p.mu.RLock()
		var found []WorkerPosition
		for _, one := range p.last {
			if env.Contains(one.Place) && !one.At.Before(since) {
				found = append(found, one)
			}
		}
		p.mu.RUnlock()
		for _, one := range found {
			if !yield(one) {
				return
			}
		}
	}
}

// count returns how many positions were taken since the start.
func (p *positions) count() uint64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.news
}
