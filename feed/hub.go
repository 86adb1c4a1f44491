package feed

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"quanxi/grid"
)

// HubOptions tune a Hub; the zero value is right for production.
type HubOptions struct {
	// Soft is how long states and stale tiles are collected at most before they are sent: each
	// screen has its own moments, so far from each other. 150 ms if zero.
	Soft time.Duration
	// History is how many news and hand-overs are remembered for those who resume;
	// 16,384 if zero.
	History int
}

// A Hub says who gets which change. It never waits for a reader: each
// subscription has a bounded queue, and a reader who falls a whole queue behind
// is told to begin anew. It is safe for concurrent use.
//
// Every subscription is told in order of the log, and nothing is told before it
// is visible in the World.
type Hub struct {
	HubOptions
	sets    *Sets
	senders *senders
	told    atomic.Pointer[Cursor] // everything up to here is in the queues

	// mu is held for one piece of news, or for one area of which numbers moved, and not
	// longer: whoever looks elsewhere waits for it.
	mu      sync.Mutex
	subs    map[*Subscription]bool
	views   viewIndex
	alerted scopeIndex // those who want alerts
	counted scopeIndex // those who want counters
	history history
	moves   moves
	resyncs int64           // of subscriptions that have ended
	found   []*Subscription // reused by tell and handOver
	round   uint64          // of tell; marks who was told

	// holding guards who holds which tile, so that who asks for one waits for nobody who
	// is told of something. Whoever needs both locks takes mu first.
	holding sync.Mutex
	tiles   tileIndex
}

// historyBytes bounds the bodies that the history remembers, and its hand-overs.
const historyBytes = 32 << 20

// NewHub returns a hub that knows the tile sets.
func NewHub(sets *Sets, options HubOptions) *Hub {
	options.Soft = cmp.Or(options.Soft, 150*time.Millisecond)
	options.History = cmp.Or(options.History, 16384)
	h := &Hub{
		HubOptions: options, sets: sets, senders: newSenders(),
		subs: make(map[*Subscription]bool), alerted: make(scopeIndex), counted: make(scopeIndex),
		tiles: make(tileIndex), moves: newMoves(),
		history: history{limit: options.History, limitBytes: historyBytes},
	}
	h.told.Store(new(Cursor))
	return h
}

// Subscribe begins a subscription without a view, which hears of nothing yet. If
// resume is not nil, the first view replays what came after it. The caller
// closes the subscription.
func (h *Hub) Subscribe(viewer Viewer, resume *Cursor) *Subscription {
	s := &Subscription{hub: h, viewer: viewer, resume: resume, queue: newQueue(h.Soft), tiles: make(map[Tile]uint64)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = true
	return s
}

// Told returns the position up to which everybody was told.
func (h *Hub) Told() Cursor { return *h.told.Load() }

// Reset implements Audience: everybody begins anew.
func (h *Hub) Reset(at Position) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.history.reset(at.Pos)
	for s := range h.subs {
		h.restart(s, Reloaded, Cursor{at.Epoch, at.Pos})
	}
	h.told.Store(&Cursor{at.Epoch, at.Pos})
}

// restart tells one subscriber to begin anew. The caller holds h.mu.
func (h *Hub) restart(s *Subscription, why Reason, at Cursor) {
	h.forgetAll(s)
	s.resume = nil
	s.queue.resync(why, at)
}

// locked does something while nobody comes, goes or looks elsewhere.
func (h *Hub) locked(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	do()
}

// Publish implements Audience. Whoever begins to look while it runs is told of the rest;
// whoever resumes while it runs is told of what went before as well.
func (h *Hub) Publish(u Update) {
	handed := newHandOvers(u.Handed)
	h.locked(func() {
		if u.Anew != "" {
			h.history.reset(u.Pos)
			for s := range h.subs {
				h.restart(s, u.Anew, Cursor{u.Epoch, u.Pos})
			}
		}
	})
	h.handOver(handed, Cursor{u.Epoch, u.Pos}, u.Pos)
	for _, n := range u.News {
		h.locked(func() {
			h.history.addNews(n)
			h.tell(n)
		})
	}
	h.forgetTree(u.Touches, u.Pos-1)
	h.suspect(u.Touches)
	h.told.Store(&Cursor{u.Epoch, u.Pos})
	h.count(u.Counters)
}

// forgetTree has whoever was away and resumes at a position begin anew if divisions changed:
// with them may move who answers for what lies below, of which nothing is told by itself.
func (h *Hub) forgetTree(touches []Touch, pos int64) {
	if slices.ContainsFunc(touches, func(t Touch) bool { return t.Layer == string(grid.Divisions) }) {
		h.locked(func() { h.history.reset(pos) })
	}
}

// Touch implements Audience. What changes of itself, without a change in the log, is
// an event that becomes overdue, or a division that comes into force.
func (h *Hub) Touch(e Effects) {
	handed := newHandOvers(e.Moved)
	// It has no position of its own: somebody told up to here may not have heard of it,
	// and everybody told of the next position has.
	told := *h.told.Load()
	h.handOver(handed, told, told.Pos+1)
	h.forgetTree(e.Touches, told.Pos)
	h.suspect(e.Touches)
	h.count(e.Counters)
}

// handOver tells of what changed hands, one way after the other. Whoever resumes before pos is
// told again, and whoever begins anew, once, does so at the given place.
func (h *Hub) handOver(all []*handOver, at Cursor, pos int64) {
	begun := make(map[*Subscription]bool)
	for _, o := range all {
		h.locked(func() { h.handOneOver(o, at, pos, begun) })
	}
}

// handOneOver is handOver of one way, for a caller that holds h.mu. Those who begin anew it
// leaves out, and adds to.
func (h *Hub) handOneOver(o *handOver, at Cursor, pos int64, begun map[*Subscription]bool) {
	h.history.addHanded(o, pos)
	h.found = h.views.search(h.found[:0], o.envelope, func(s *Subscription) bool { return !begun[s] })
	for _, s := range h.found {
		if !o.tell(s, at) {
			begun[s] = true
		}
	}
	clear(h.found)
}

// tell queues one piece of news with all who may know. The caller holds h.mu.
func (h *Hub) tell(n News) {
	t := telling{News: n}
	h.round++
	once := func(s *Subscription) {
		if s.round != h.round {
			s.round = h.round
			t.tell(s)
		}
	}
	h.found = h.views.meeting(h.found[:0], n.Before, n.After)
	for _, s := range h.found {
		once(s)
	}
	if n.Alert {
		h.alerted.visit(n.After.Area, once)
	}
	clear(h.found)
}

// replay tells s what came after its cursor. The caller holds h.mu.
func (h *Hub) replay(s *Subscription, from Cursor) {
	at := h.told.Load()
	missed, ok := h.history.since(from.Pos)
	switch {
	case from.Epoch != at.Epoch:
		h.restart(s, Reloaded, *at)
	case !ok:
		h.restart(s, TooOld, *at)
	case len(missed) > maxFrames/2:
		h.restart(s, Slow, *at)
	default:
		h.tellAgain(s, missed, *at)
	}
}

// tellAgain tells s what it missed, until it has to begin anew. The caller holds h.mu.
func (h *Hub) tellAgain(s *Subscription, missed []entry, at Cursor) {
	for _, e := range missed {
		if e.handed != nil {
			if !e.handed.tell(s, at) {
				return
			}
			continue
		}
		t := telling{News: e.news}
		t.tell(s)
	}
}

// forget drops a tile of a subscriber. The caller holds h.holding.
func (h *Hub) forget(s *Subscription, t Tile) {
	if _, held := s.tiles[t]; held {
		delete(s.tiles, t)
		h.tiles.remove(t, s)
	}
}

// forgetAll drops the tiles of a subscriber who begins anew.
func (h *Hub) forgetAll(s *Subscription) {
	h.holding.Lock()
	defer h.holding.Unlock()
	h.dropTiles(s)
}

// endHolding drops the tiles of a subscriber who goes, and lets none come after.
func (h *Hub) endHolding(s *Subscription) {
	h.holding.Lock()
	defer h.holding.Unlock()
	s.ended = true
	h.dropTiles(s)
}

// dropTiles is forgetAll for a caller that holds h.holding.
func (h *Hub) dropTiles(s *Subscription) {
	for t := range s.tiles {
		h.forget(s, t)
	}
	s.order = nil
}

// suspect queues the tiles that the touches may have made stale, with those who
// hold them.
func (h *Hub) suspect(touches []Touch) {
	for _, touch := range touches {
		h.locked(func() {
			h.holding.Lock()
			defer h.holding.Unlock()
			h.suspectTouched(touch)
		})
	}
}

// suspectTouched is suspect of one touch, for a caller that holds both locks.
func (h *Hub) suspectTouched(touch Touch) {
	box := newPixelBox(touch.Envelope)
	for level := range h.tiles {
		if !touch.shows(level.z) || !slices.Contains(h.sets.of(level.set), touch.Layer) {
			continue
		}
		h.tiles.touched(level, box, func(t Tile, holders []*Subscription) {
			for _, s := range holders {
				if s.filter == nil || slices.Contains(s.filter.layers, touch.Layer) {
					s.queue.suspect(t)
				}
			}
		})
	}
}

// count tells of counters that moved. They have no place among the news: whoever
// resumes fetches them anew.
func (h *Hub) count(counted []Counted) {
	for _, c := range counted {
		one := state{key: stateKey{topic: CountersTopic, code: c.Code}}
		h.locked(func() {
			h.counted.visit(c.Code, func(s *Subscription) {
				if s.filter.sees(CountersTopic, Sight{Area: c.Code, There: true}) && c.movedFor(s.viewer) {
					s.queue.put(one)
				}
			})
		})
	}
}

// HubStats says what a hub is doing.
type HubStats struct {
	Subscribers int
	Waiting     int   // frames in all queues
	Deepest     int   // frames in the fullest queue
	Resyncs     int64 // since the start
	Tiles       int   // known to be held by screens
}

// Stats returns the present state.
func (h *Hub) Stats() HubStats {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := HubStats{Subscribers: len(h.subs), Resyncs: h.resyncs}
	for s := range h.subs {
		q := s.Stats()
		out.Waiting += q.Waiting
		out.Deepest = max(out.Deepest, q.Waiting)
		out.Resyncs += q.Resyncs
	}
	h.holding.Lock()
	defer h.holding.Unlock()
	for s := range h.subs {
		out.Tiles += len(s.tiles)
	}
	return out
}
