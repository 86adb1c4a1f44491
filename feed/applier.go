package feed

import (
	"context"
	"iter"

	"quanxi/geo"
	"quanxi/grid"
)

// An Applier is what a node keeps level with the log: the World. Only the node
// calls it, from one goroutine; others read it meanwhile.
type Applier interface {
	// Begin starts a new state from nothing. The old one stays visible until the
	// new one is published.
	Begin() Loading

	// Apply makes the steps visible in ONE publication, as the state at the given
	// position. A step at or below the revision held does nothing. The entities are
	// the callee's to keep.
	Apply(at Position, steps []Step) (Effects, error)
}

// A Loading takes a whole state. It is dropped by not publishing it.
type Loading interface {
	// Add takes an entity, which is the callee's to keep. A negative revision is the
	// tombstone of a removal at that revision: nothing older may bring the entity back.
	Add(grid.Entity) error
	// Publish replaces the visible state by what was added.
	Publish(at Position) error
}

// A Step is one entity's part in an application: its new state or its removal.
type Step struct {
	Entity grid.Entity // nil for a removal
	Remove grid.Ref    // with the revision of the removal; zero for a new state
}

// Effects say where an application changed what is drawn and counted, for the
// old state as well as the new. Too much only costs a look, too little leaves a
// screen stale.
type Effects struct {
	Touches  []Touch
	Counters []grid.Code // divisions whose counters moved
	// Moved is what screens are told of one by one and changed, of every kind that
	// is Told. One entity may stand there several times: the first
	// says where it was, the last where it is.
	Moved []Moved
}

// A Moved is one entity, where it was before an application and is after it. Who
// answers for it follows from the divisions of that moment, never from what was
// stored with it.
type Moved struct {
	Kind          grid.Kind
	ID            int64
	Revision      int64 // held before; 0 if none was
	Before, After Sight
}

// A Touch is a place where a tile layer may look different.
type Touch struct {
	Layer    string
	Envelope geo.Envelope
	Zooms    uint32 // of the tiles: bit z for zoom z; 0 for all
}

// shows reports whether tiles of a zoom are touched.
func (t Touch) shows(zoom uint8) bool { return t.Zooms == 0 || t.Zooms>>zoom&1 != 0 }

// A LoadReader reads what a bulk load touched; grid.Store is one.
type LoadReader interface {
	// LoadEntities is grid.Store's.
	LoadEntities(ctx context.Context, id int64) iter.Seq2[grid.Entity, error]
}

// An Audience is told of what a node has applied, after it became visible, in
// order, from one goroutine. Hub is one.
type Audience interface {
	// Publish tells of one application.
	Publish(Update)
	// Reset tells that everything was loaded anew: nothing told before holds.
	Reset(at Position)
}

// An Update is one application as the audience hears of it.
type Update struct {
	Epoch Epoch
	Pos   int64
	News  []News
	Effects
	// Anew says why everybody must begin anew, if what happened cannot be told one by
	// one; News is empty then.
	Anew Reason
}

// News is one change of an entity that screens are told of, with where it was and
// is. One that is nowhere before is new, one that is nowhere after is gone.
type News struct {
	Change
	Epoch         Epoch
	Before, After Sight
	Alert         bool // it asks for somebody at once
}

func (n News) cursor() Cursor { return Cursor{n.Epoch, n.Pos} }

// A Sight is what decides who is told of an entity. The zero Sight is nowhere.
type Sight struct {
	Area grid.Code // that answers for it
	geo.Envelope
	There bool
}
