package feed

import (
	"context"
	"iter"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// An Applier is what a node keeps level with the log: the World. Only the node calls
// it, and of Apply, Advance and a Loading's Publish one at a time; others read it
// meanwhile.
type Applier interface {
	// Begin starts a new state from nothing. The old one stays visible until the
	// new one is published.
	Begin() Loading

	// Apply takes the steps as they come, and makes all of them visible in ONE
	// publication at the end, as the state at the given position. A step at or below
	// the revision held does nothing. The entities are the callee's to keep.
	//
	// If the sequence yields an error Apply returns it, and nothing is visible. What
	// was taken until then waits aside, with its effects, for the next Apply, which
	// brings the same again, or for a Loading that replaces everything.
	Apply(at Position, steps iter.Seq2[Step, error]) (Effects, error)

	// Advance makes visible what changes by time alone, if anything does.
	Advance() Effects

	// Sight returns where an entity of a kind that is Told lies in the visible state.
	Sight(grid.Entity) Sight
}

// A Loading takes a whole state. It is dropped by not publishing it.
type Loading interface {
	// Add takes an entity, which is the callee's to keep. A negative revision is the
	// tombstone of a removal at that revision: nothing older may bring the entity back.
	Add(grid.Entity) error
	// Publish replaces the visible state by what was added.
	Publish(at Position) error
}

// A PartApplier holds a part of what is stored, of one area say, and asks for it: it is
// told of every change, and takes what belongs to its part, together with what the change
// brings along. What it has let go of is nowhere, as if it were not there.
type PartApplier interface {
	Applier
	// Wants returns what is lacking of the part in the application that is being made: it
	// is called while Apply takes its steps, behind the last of the changes, and again
	// behind the answers, until nothing is wanted.
	Wants() []Want
	// Lacks reports whether Advance, or what else was applied without being asked, may
	// have left something wanting.
	Lacks() bool
}

// A PartLoading is a Loading of a PartApplier.
type PartLoading interface {
	Loading
	// Wants returns what is lacking of the part in all that was added: all of it before
	// anything was. It is called until nothing is wanted.
	Wants() []Want
}

// A Want is a question to the store.
type Want struct {
	Kind grid.Kind
	grid.Query
}

// A Step is one entity's part in an application: its new state or its removal.
type Step struct {
	Entity grid.Entity // nil for a removal
	Remove grid.Ref    // with the revision of the removal; zero for a new state
	// Present tells that the state was read from the rows, of a load or as an answer to a
	// Want: it may be newer than the changes before it.
	Present bool
}

// A LoadReader reads what a bulk load touched; grid.Store is one.
type LoadReader interface {
	// LoadEntities is grid.Store's.
	LoadEntities(ctx context.Context, id int64) iter.Seq2[grid.Entity, error]
}

// An Audience is told of what a node has made visible, in that order, and of each
// before the next becomes visible. Hub is one.
type Audience interface {
	// Publish tells of one application.
	Publish(Update)
	// Touch tells of what changed by time alone.
	Touch(Effects)
	// Reset tells that everything was loaded anew: nothing told before holds.
	Reset(at Position)
}

// An Update is one application as the audience hears of it.
type Update struct {
	Epoch Epoch
	Pos   int64
	News  []News
	Effects
	// Handed is what changed hands without a change of its own, because the divisions
	// around it changed.
	Handed []Moved
	// Anew says why everybody must begin anew, if what happened cannot be told one by
	// one; News and Handed are empty then.
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
	There   bool
	Privacy events.Privacy // who of them may know of it, if it is an event
}
