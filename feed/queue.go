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
	soft time.Duration // how long states and tiles are collected

	mu     sync.Mutex
	queued func() // called when frames are queued; signal, or what makes up for it
	frames []Frame
	taken  []Frame // what take returned; the next takes its place
	bytes  int
	states map[stateKey]int // place in order
	order  []state
	tiles  map[Tile]struct{} // that may be stale
	ripe   bool              // states and tiles were collected for long enough
	timer  *time.Timer       // makes them ripe; nil until first needed
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
		wake: make(chan struct{}, 1), soft: soft,
		states: make(map[stateKey]int), tiles: make(map[Tile]struct{}),
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
		q.order[i] = s
		q.stats.Conflate++
		return
	}
	if len(q.order) >= maxKeys {
		q.restart(Slow, Cursor{})
		q.queued()
		return
	}
	q.states[s.key] = len(q.order)
	q.order = append(q.order, s)
	q.ripen()
}

// suspect queues a tile that may be stale.
func (q *queue) suspect(t Tile) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, waits := q.tiles[t]; waits {
		return // its time runs: a tile that is touched all the time must be told of too
	}
	q.tiles[t] = struct{}{}
	q.ripen()
}

// ripen starts the collecting time, unless it runs already. The caller holds q.mu.
func (q *queue) ripen() {
	if len(q.order)+len(q.tiles) > 1 || q.ripe {
		return
	}
	if q.timer == nil {
		q.timer = time.AfterFunc(q.soft, q.ripened)
		return
	}
	q.timer.Reset(q.soft)
}

func (q *queue) ripened() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ripe = true
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
	if !q.ripe {
		return d
	}
	q.ripe = false
	var places [][]byte
	for _, s := range q.order {
		if s.key.topic == CountersTopic {
			d.Counters = append(d.Counters, s.key.code)
		} else {
			places = append(places, s.item)
		}
	}
	d.Frames = append(d.Frames, StateFrames(WorkersTopic, places)...)
	clear(q.order) // items are shared
	q.order = q.order[:0]
	if cap(q.order) > keptStates {
		q.order = nil
	}
	clear(q.states)
	for t := range q.tiles {
		d.Suspects = append(d.Suspects, t)
	}
	clear(q.tiles)
	return d
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
