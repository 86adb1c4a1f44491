// Package feed says who gets which change: the contract of the change log, the
// relay that publishes it, the transport between nodes, and the subscriptions
// of viewers.
//
// It knows nothing of SQL, sockets or HTTP.
package feed

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"time"

	"quanxi/grid"
)

// ErrEpoch reports that two sides speak of different histories of the store, or
// that a position is not of this one.
var ErrEpoch = errors.New("another epoch")

// An Epoch names one unbroken history of a store: a random id kept in the store
// together with the database's system identifier and timeline (RULES A3).
// Positions, revisions and cursors compare only within one epoch.
type Epoch string

// A Change is one row of the log: an entity's new state, its removal, or a bulk
// load that went live or was undone.
type Change struct {
	Pos      int64     `json:"pos"` // contiguous from 1 within an epoch
	Kind     grid.Kind `json:"kind"`
	ID       int64     `json:"id"`
	Revision int64     `json:"revision"`
	Op       Op        `json:"op"`
	At       time.Time `json:"at"` // database time of the write
	// Body is the entity's new state as grid.EncodeChange writes it; empty for a
	// removal or a load. On the transport a body over MaxInline is left out and
	// read from the store by Pos.
	Body json.RawMessage `json:"body,omitempty"`
	// Large reports that the body was left out for its size.
	Large bool `json:"large,omitempty"`
}

// MaxInline is the largest body carried by the transport (RULES A6).
const MaxInline = 256 << 10

// An Op is what a change does.
type Op string

// The operations. A load's ID names it; Kind is Loads.
const (
	Put    Op = "put"
	Remove Op = "remove"
	Live   Op = "live"   // a load went live
	Undone Op = "undone" // a load was undone
)

// Loads is the kind of a change that stands for a whole bulk load.
const Loads grid.Kind = "loads"

// A Batch is a run of changes that is applied as ONE step of the World. Within
// a batch, per-entity revisions decide; the order of positions does not.
type Batch struct {
	Epoch Epoch `json:"epoch"`
	// After is the position before the first change; Pos that of the last. A batch
	// without changes repeats the last position, so that a lost tail is noticed.
	After int64 `json:"after"`
	Pos   int64 `json:"pos"`
	// Horizon passes every receipt's Mark whose write is at or before Pos.
	Horizon int64    `json:"horizon"`
	Changes []Change `json:"changes"`
	// Away is since when the store has not answered the relay; zero if it does.
	Away time.Time `json:"away,omitzero"`
}

// A Position is where a log stands.
type Position struct {
	Epoch   Epoch
	Pos     int64
	Horizon int64
	Digest  []byte // of the row at Pos; nil at 0
}

// A Log is the store's side of the feed. It is safe for concurrent use. Both
// stores implement it and pass storetest.
type Log interface {
	// Position returns where the log stands. It verifies the epoch: if the file was
	// copied, restored or promoted, a new epoch begins and is returned.
	Position(ctx context.Context) (Position, error)

	// Digest returns the digest of the row at pos, ErrEpoch if there is none.
	Digest(ctx context.Context, pos int64) ([]byte, error)

	// Publish gives positions to committed changes that have none yet, about limit
	// of them, and returns them as a batch; an empty batch if there are none. It
	// never cuts a write in two, so a batch may be longer by a part of one. Only
	// the holder of the relay lock calls it; a unique position refuses any other.
	Publish(ctx context.Context, limit int) (Batch, error)

	// Changes returns published changes with positions in (after, upTo], in order,
	// bodies included, about limit of them: like Publish it never cuts a write in
	// two, unless upTo does, so there may be more by a part of one.
	Changes(ctx context.Context, after, upTo int64, limit int) ([]Change, error)

	// Await returns when something may have been committed since the last
	// Publish, or when ctx ends. It is woken, it does not poll.
	Await(ctx context.Context) error

	// LockRelay blocks until this node holds the relay lock. The returned context
	// ends when the lock is lost; release gives it back.
	LockRelay(ctx context.Context) (held context.Context, release func(), err error)

	// Load streams a consistent state: it calls visit for every live entity of the
	// kinds, in their order and by id within a kind, all read at one moment, and
	// returns the position of that moment. visit is called from one goroutine at a
	// time; the entity is the callee's to keep.
	//
	// At the end come tombstones: at least of every removed entity of which a change
	// committed by that moment has a position after it. It may be an older state,
	// which positions in the order of batches let come last, and must not bring the
	// entity back (RULES A7). A tombstone is a Head alone, the Revision negated.
	Load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (Position, error)

	// Look calls read with what the store holds at one moment, and returns the position of
	// that moment, as Load does. An error of read is returned.
	Look(ctx context.Context, read func(Moment) error) (Position, error)
}

// A Moment is what a store holds at one moment, for whoever does not want all of it. It is
// for one goroutine, and ends with the call that gave it.
type Moment interface {
	// Entities is as of grid.Store.
	Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error]
	// Outrun yields what a Load tells at its end, and more: the state of every entity of the
	// kinds of which a change committed by that moment has a position after it, or its
	// tombstone. Whoever left it out must not take up an older state that comes later.
	Outrun(ctx context.Context, kinds []grid.Kind) iter.Seq2[grid.Entity, error]
}
