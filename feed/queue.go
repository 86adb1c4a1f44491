package feed

import (
	"sync"
	"time"

	"quanxi/grid"
)

// Bounds of one subscriber's queue: how far a reader may fall behind.
const (
	maxFrames = 2048
	maxBytes  = 2 << 20
	maxKeys   = 8192 // states waiting, of different keys
)

// A queue holds what waits for one subscriber. Whoever puts something in never
// waits. Frames are kept in order, all of them or none: when they are too many
// they are dropped and a resync takes their place. Of states the newest of each
// key is kept.
type queue struct {
	wake chan struct{} // holds a token while there may be something to take
	soft time.Duration // how long states and tiles are collected at most

	began time.Time // whose turns end each soft since then

	mu     sync.Mutex
	queued func() // called when frames are queued; signal, or what makes up for it
	frames []Frame
	taken  []Frame // what take returned; the next takes its place
	bytes  int
	states map[stateKey]int // place in order
	order  []state
	tiles  map[Tile]int64 // that may be stale, with the turn that they wait for
	first  int64          // the first turn that something waits for, if anything does
	timer  *time.Timer    // signals it; nil until first needed
	set    bool           // the timer runs
	stats  QueueStats
}

// QueueStats says what a queue went through.
type QueueStats struct {
	Waiting  int // frames now
	Bytes    int // of those frames
	Resyncs  int64
	Conflate int64 // states replaced before they were sent
}

func newQueue(soft time.Duration) *queue {
	q := &queue{
		wake: make(chan struct{}, 1), soft: soft, began: time.Now(),
		states: make(map[stateKey]int), tiles: make(map[Tile]int64),
	}
	q.queued = q.signal
	return q
}

// whenQueued has something else than signal called when frames are queued.
func (q *queue) whenQueued(do func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queued = do
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// push queues a frame, and reports false if the queue overflowed: then all that
// waited is gone and a resync is all there is.
func (q *queue) push(f Frame) (kept bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.queued()
	if len(q.frames) >= maxFrames || q.bytes+len(f.rest) > maxBytes {
		q.restart(Slow, f.at)
		return false
	}
	q.frames = append(q.frames, f)
	q.bytes += len(f.rest)
	return true
}

// resync drops all that waits in favour of a resync at a place.
func (q *queue) resync(why Reason, at Cursor) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.queued()
	q.restart(why, at)
}

// restart is resync for a caller that holds q.mu. The memory is let go, so that
// a reader who never reads costs no more than a full queue, and as much again where its
// connection has taken frames that it cannot write.
func (q *queue) restart(why Reason, at Cursor) {
	f := resyncFrame(why, at)
	q.frames, q.bytes = []Frame{f}, len(f.rest)
	q.order = nil
	clear(q.states)
	clear(q.tiles)
	q.stats.Resyncs++
}

// put queues the newest state of a key.
func (q *queue) put(s state) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i, ok := q.states[s.key]; ok {
		s.turn = q.order[i].turn
		q.order[i] = s
		q.stats.Conflate++
		return
	}
	if len(q.order) >= maxKeys {
		q.restart(Slow, Cursor{})
		q.queued()
		return
	}
	s.turn = q.collect()
	q.states[s.key] = len(q.order)
	q.order = append(q.order, s)
}

// suspect queues a tile that may be stale.
func (q *queue) suspect(t Tile) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, waits := q.tiles[t]; waits {
		return // its time runs: a tile that is touched all the time must be told of too
	}
	q.tiles[t] = q.collect()
}

// turn returns which turn it is.
func (q *queue) turn() int64 { return int64(time.Since(q.began) / q.soft) }

// collect returns the turn that something waits for which is queued now, the next, and sees to
// it that it comes. Turns do not depend on what waits: else what the reader may not know of,
// whose tile turns out to be the same, would show in how soon after it he is told of what he
// may (RULES C). The caller holds q.mu.
func (q *queue) collect() int64 {
	next := q.turn() + 1
	if len(q.order)+len(q.tiles) == 0 {
		q.first = next
	}
	if !q.set {
		q.set = true
		left := time.Until(q.began.Add(time.Duration(next) * q.soft))
		if q.timer == nil {
			q.timer = time.AfterFunc(left, q.turned)
		} else {
			q.timer.Reset(left)
		}
	}
	return next
}

func (q *queue) turned() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.set = false
	if len(q.order)+len(q.tiles) > 0 && q.turn() < q.first {
		q.collect() // what this turn was for is taken already, and what waits is for the next
	}
	q.signal()
}

// A Delivery is what is due to be sent.
type Delivery struct {
	Frames []Frame
	// Counters are divisions whose counters moved.
	Counters []grid.Code
	// Suspects are tiles that may be stale. The server compares what the viewer
	// would get now with what the viewer got.
	Suspects []Tile
}

// keptFrames and keptStates are how many frames' and states' room a queue keeps for the
// next ones.
const keptFrames, keptStates = 16, 256

// takeFrames is take for frames alone.
func (q *queue) takeFrames() []Frame {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.turnFrames()
}

// turnFrames returns the frames that wait, and makes room for the next ones where the
// last that were taken are. The caller holds q.mu.
func (q *queue) turnFrames() []Frame {
	frames := q.frames
	clear(q.taken) // their bodies are shared, and long
	q.frames, q.taken, q.bytes = q.taken[:0], q.frames, 0
	if cap(q.taken) > keptFrames {
		q.taken = nil
	}
	return frames
}

// take returns what is due until it is called again, and empties the queue of it.
func (q *queue) take() Delivery {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := Delivery{Frames: q.turnFrames()}
	now := q.turn()
	if len(q.order)+len(q.tiles) == 0 || now < q.first {
		return d
	}
	q.takeStates(&d, now)
	for t, turn := range q.tiles {
		if turn <= now {
			d.Suspects = append(d.Suspects, t)
			delete(q.tiles, t)
		}
	}
	q.first = now + 1 // of what is left
	return d
}

// takeStates moves to a delivery the states whose turn has come. The caller holds q.mu.
func (q *queue) takeStates(d *Delivery, now int64) {
	var places [][]byte
	due := 0 // those of later turns stand behind
	for ; due < len(q.order) && q.order[due].turn <= now; due++ {
		s := &q.order[due]
		if s.key.topic == CountersTopic {
			d.Counters = append(d.Counters, s.key.code)
		} else {
			places = append(places, s.item)
		}
	}
	d.Frames = append(d.Frames, StateFrames(WorkersTopic, places)...)
	rest := append(q.order[:0], q.order[due:]...)
	clear(q.order[len(rest):]) // items are shared
	q.order = rest
	if cap(q.order) > keptStates && len(rest) == 0 {
		q.order = nil
	}
	clear(q.states)
	for i := range q.order {
		q.states[q.order[i].key] = i
	}
}

// idle reports whether no frame waits.
func (q *queue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.frames) == 0
}

// stop ends the collecting timer.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.timer != nil {
		q.timer.Stop()
	}
}
