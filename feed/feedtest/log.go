// Package feedtest holds a log, a transport and a World in memory that keep the
// contracts of package feed, with the faults of the real ones at hand. The feed
// is tested against them, and so can be whatever stands on the feed.
package feedtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"quanxi/feed"
	"quanxi/grid"
)

// A Log is a feed.Log and feed.LoadReader in memory. It is safe for concurrent use.
type Log struct {
	relay chan struct{} // holds one token while nobody holds the lock

	mu      sync.Mutex
	epoch   int
	rows    []feed.Change // published; row i has position i+1
	ends    []int64       // for each row, the last position of its write
	pending []write       // committed, without positions
	commits int64         // the mark of the last commit
	shown   int64         // the mark up to which everything is published
	state   map[grid.Ref]row
	loads   map[int64][]grid.Ref
	shuffle *rand.Rand
	failing error
	cutting int // entities of a load that are read before cut; see CutLoads
	cut     error
	lost    int64 // a position that Changes leaves out; 0 for none
	woken   chan struct{}
	holder  context.CancelFunc
	during  func()
}

// A write is what one transaction changed.
type write []feed.Change

// A row is the stored state of one entity; body is nil once it is removed.
type row struct {
	revision int64
	body     []byte
}

// NewLog returns an empty log. If shuffle is not nil, positions are given to the
// writes that are pending in random order, as to concurrent transactions.
func NewLog(shuffle *rand.Rand) *Log {
	l := &Log{
		relay: make(chan struct{}, 1), epoch: 1, shuffle: shuffle, woken: make(chan struct{}),
		state: make(map[grid.Ref]row), loads: make(map[int64][]grid.Ref),
	}
	l.relay <- struct{}{}
	return l
}

// Put commits new states of entities in one transaction, sets their revisions and
// returns the transaction's mark. It never conflicts.
func (l *Log) Put(entities ...grid.Entity) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var changes write
	for _, e := range entities {
		body := l.store(e)
		changes = append(changes, feed.Change{Kind: e.Kind(), ID: e.Entity().ID, Revision: e.Entity().Revision, Op: feed.Put, At: time.Now(), Body: body})
	}
	return l.commit(changes...)
}

// Remove commits the removal of an entity and returns the transaction's mark.
func (l *Log) Remove(kind grid.Kind, id int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := grid.Ref{Kind: kind, ID: id}
	next := row{revision: l.state[key].revision + 1}
	l.state[key] = next
	return l.commit(feed.Change{Kind: kind, ID: id, Revision: next.revision, Op: feed.Remove, At: time.Now()})
}

// PutLoad commits entities as one bulk load and returns the transaction's mark.
func (l *Log) PutLoad(id int64, entities ...grid.Entity) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entities {
		l.store(e)
		l.loads[id] = append(l.loads[id], grid.Ref{Kind: e.Kind(), ID: e.Entity().ID})
	}
	return l.commit(feed.Change{Kind: feed.Loads, ID: id, Revision: 1, Op: feed.Live, At: time.Now()})
}

// UndoLoad removes what a load put, as one change, and returns its mark.
func (l *Log) UndoLoad(id int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range l.loads[id] {
		l.state[key] = row{revision: l.state[key].revision + 1}
	}
	return l.commit(feed.Change{Kind: feed.Loads, ID: id, Revision: 2, Op: feed.Undone, At: time.Now()})
}

// PutNewer commits entities as the next version of the program does: with a field and beside
// a kind that this one does not know. It returns the transaction's mark.
func (l *Log) PutNewer(entities ...grid.Entity) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	changes := write{{Kind: "newer", ID: 1, Revision: 1, Op: feed.Put, At: time.Now(), Body: []byte(`{"newer":1}`)}}
	for _, e := range entities {
		body := append([]byte(`{"newer":"1",`), l.store(e)[1:]...)
		changes = append(changes, feed.Change{Kind: e.Kind(), ID: e.Entity().ID, Revision: e.Entity().Revision, Op: feed.Put, At: time.Now(), Body: body})
	}
	return l.commit(changes...)
}

// store writes an entity's next revision. The caller holds l.mu.
func (l *Log) store(e grid.Entity) []byte {
	key := grid.Ref{Kind: e.Kind(), ID: e.Entity().ID}
	e.Entity().Revision = l.state[key].revision + 1
	body, err := grid.EncodeJSON(e)
	if err != nil {
		panic(err)
	}
	l.state[key] = row{e.Entity().Revision, body}
	return body
}

// commit ends a transaction. The caller holds l.mu.
func (l *Log) commit(changes ...feed.Change) int64 {
	if len(changes) > 0 {
		l.pending = append(l.pending, changes)
	}
	l.commits++
	l.wake()
	return l.commits
}

func (l *Log) wake() {
	close(l.woken)
	l.woken = make(chan struct{})
}

// Fail makes every call fail with err until it is called with nil, and ends the
// relay's session, as a stopped database does.
func (l *Log) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failing = err
	if err != nil && l.holder != nil {
		l.holder()
	}
	l.wake()
}

// CutLoads makes the reading of loads fail with err after n entities, until it is
// called with nil.
func (l *Log) CutLoads(n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cutting, l.cut = n, err
}

// BreakLock ends the session that holds the relay lock, as a dying connection does.
func (l *Log) BreakLock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder != nil {
		l.holder()
	}
}

// Restore puts the log back to what it was at pos, in a new epoch, as restoring a
// backup does. Only what was put one by one is restored.
func (l *Log) Restore(pos int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	l.rows, l.ends, l.pending = l.rows[:pos:pos], l.ends[:pos:pos], nil
	l.state = make(map[grid.Ref]row)
	for _, c := range l.rows {
		key := grid.Ref{Kind: c.Kind, ID: c.ID}
		if l.state[key].revision < c.Revision {
			l.state[key] = row{c.Revision, c.Body}
		}
	}
	l.wake()
}

// Rewrite puts the log back to what it was at pos without a new epoch, as a copy
// that nobody noticed would.
func (l *Log) Rewrite(pos int64) {
	l.Restore(pos)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch--
}

// Lose makes a published row unreadable, as a damaged log does. The states of
// entities keep what it brought.
func (l *Log) Lose(pos int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = pos
}

// DuringLoad has do called once, in the middle of the next Load.
func (l *Log) DuringLoad(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.during = do
}

// State returns the stored bodies of all live entities, the truth that every node
// and screen must end at.
func (l *Log) State() map[grid.Ref]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[grid.Ref]string)
	for key, r := range l.state {
		if r.body != nil {
			out[key] = string(r.body)
		}
	}
	return out
}

// epochName is the epoch as others see it. The caller holds l.mu.
func (l *Log) epochName() feed.Epoch { return feed.Epoch(fmt.Sprintf("epoch-%d", l.epoch)) }

// position returns where the log stands. The caller holds l.mu.
func (l *Log) position() feed.Position {
	pos := int64(len(l.rows))
	at := feed.Position{Epoch: l.epochName(), Pos: pos, Horizon: l.shown}
	if pos > 0 {
		at.Digest = digest(l.rows[pos-1])
	}
	return at
}

func digest(c feed.Change) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d %d %s %s", c.Pos, c.Kind, c.ID, c.Revision, c.Op, c.Body))
	return sum[:]
}

// decode returns the entity of a row; one that is gone as its head alone, the
// revision negated.
func decode(key grid.Ref, r row) (grid.Entity, error) {
	e, err := feed.New(key.Kind)
	if err != nil {
		return nil, err
	}
	if r.body == nil {
		e.Entity().ID, e.Entity().Revision = key.ID, -r.revision
		return e, nil
	}
	return e, grid.DecodeJSON(r.body, e)
}

// LoadEntities implements feed.LoadReader.
func (l *Log) LoadEntities(ctx context.Context, id int64) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		l.mu.Lock()
		failing, cutting, cut := l.failing, l.cutting, l.cut
		keys := slices.Clone(l.loads[id])
		rows := make([]row, len(keys))
		for i, key := range keys {
			rows[i] = l.state[key]
		}
		l.mu.Unlock()
		if failing != nil {
			yield(nil, failing)
			return
		}
		for i, key := range keys {
			if cut != nil && i == cutting {
				yield(nil, cut)
				return
			}
			if !yield(decode(key, rows[i])) {
				return
			}
		}
	}
}
