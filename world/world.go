// Package world holds the World: one immutable snapshot of everything that is
// drawn or counted, behind one atomic pointer.
//
// It knows nothing of viewers, beyond the scope that a question carries, nor of
// SQL, HTTP or sockets. It holds no identity: a person is a home, an age and
// bits of care. Truth is in the store; a World is filled from it and follows the
// log.
//
// Entities are rows without pointers, in pages, found by dense slots of 32 bits;
// the R-trees hold the slots. A change copies the pages that it touches and
// publishes them with everything else that belongs to it in one pointer store.
// Readers take no lock and never see half of a change. Geometry is projected
// once, on the way in.
package world

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"quanxi/grid"
)

// Options say how a World is made.
type Options struct {
	// Now tells the time: of events that become overdue, and of the day that
	// decides on ages and on divisions in force.
	Now func() time.Time
	// Own is the code of the area whose things the World holds, with what it takes to draw
	// it and to say what it is part of; empty for everything there is. See Wants.
	Own grid.Code
}

// A World is the present state, for any number of readers and one writer at a time.
type World struct {
	now      func() time.Time
	own      grid.Code // as of Options
	snapshot atomic.Pointer[Snapshot]

	writer sync.Mutex // held by Apply, for each step, by Advance and a Loader's Publish
	draft  *draft     // guarded by writer
	aside  *Position  // guarded by writer: up to where the draft holds steps that nobody may see yet; nil if it holds none

	positions positions
}

// A Position is where in the log a state stands.
type Position struct {
	Epoch string
	Pos   int64
}

// ErrFull reports that so much was changed since the World was loaded that it must
// be loaded anew: what was replaced takes up its room.
var ErrFull = errors.New("the World must be loaded anew")

// ErrBrokenOff reports that an application which was broken off went further than the
// one that is asked for: the World must be loaded anew.
var ErrBrokenOff = errors.New("an application was broken off further on")

// A Step is one entity's part in an application: its new state, or its removal.
type Step struct {
	Entity grid.Entity // nil for a removal
	Remove grid.Ref    // with the revision of the removal
	// Present tells that it was read from the rows, as they are, and not from a change.
	Present bool
}

// New returns an empty World.
func New(o Options) *World {
	w := &World{now: o.Now, own: o.Own, draft: newDraft(grid.DateOf(o.Now()), o.Own)}
	w.snapshot.Store(&Snapshot{state: w.draft.state, positions: &w.positions})
	w.draft.edition++
	return w
}

// Snapshot returns the present state. It never changes; whoever asks several
// questions that must agree asks them of one Snapshot.
func (w *World) Snapshot() *Snapshot { return w.snapshot.Load() }

// Apply makes all steps visible at once, as the state at the given position, and
// returns what changed. Steps may stand in any order and refer to what is not
// there yet; of one entity the highest revision wins, and a revision that is not
// above the one held does nothing. The World keeps the entities' geometry: the
// caller must not write to them afterwards. If it returns an error, which wraps
// grid.ErrInvalid for a kind that it does not hold, or is ErrFull, nothing was changed.
func (w *World) Apply(at Position, steps []Step) (Effects, error) {
	for _, s := range steps {
		if err := check(s); err != nil {
			return Effects{}, fmt.Errorf("apply up to %d: %w", at.Pos, err)
		}
	}
	return w.ApplyEach(at, func(yield func(Step, error) bool) {
		for _, s := range steps {
			if !yield(s, nil) {
				return
			}
		}
	})
}

// ApplyEach is Apply for more steps than anybody wants to hold at once: each is
// taken as it comes and built in aside, and all become visible together at the end.
// If the sequence yields an error, or something that the World does not hold,
// nothing becomes visible. What was taken until then waits aside for the next
// application, which has to bring the same and may go further, or for a Loader that
// replaces it; one that would go less far is ErrBrokenOff.
func (w *World) ApplyEach(at Position, steps iter.Seq2[Step, error]) (Effects, error) {
	if w.isFull() {
		return Effects{}, fmt.Errorf("apply up to %d: %w", at.Pos, ErrFull)
	}
	if err := w.putAside(at); err != nil {
		return Effects{}, fmt.Errorf("apply up to %d: %w", at.Pos, err)
	}
	for s, err := range steps {
		if err == nil {
			err = w.take(s)
		}
		if err != nil {
			w.breakOff()
			return Effects{}, fmt.Errorf("apply up to %d: %w", at.Pos, err)
		}
	}
	w.writer.Lock()
	defer w.writer.Unlock()
	w.aside = nil
	return w.publish(at), nil
}

func (w *World) isFull() bool {
	w.writer.Lock()
	defer w.writer.Unlock()
	return w.draft.full()
}

// putAside begins an application, or goes on with one that was broken off. That one
// may hold steps of any position up to its own, so one that ends before would show
// too much.
func (w *World) putAside(at Position) error {
	w.writer.Lock()
	defer w.writer.Unlock()
	switch {
	case w.aside == nil:
		w.draft.begin(w.now())
	case at.Epoch != w.aside.Epoch || at.Pos < w.aside.Pos:
		return ErrBrokenOff
	}
	w.aside = &at
	return nil
}

// take builds one step in. The lock is held no longer than that: the sequence may
// wait for a database, and nobody must wait with it.
func (w *World) take(s Step) error {
	if err := check(s); err != nil {
		return err
	}
	w.writer.Lock()
	defer w.writer.Unlock()
	w.draft.step(s)
	return nil
}

// breakOff notes that some of what was asked for may not have been told.
func (w *World) breakOff() {
	w.writer.Lock()
	defer w.writer.Unlock()
	w.draft.asks.broken = true
}

// Advance counts what became overdue, or another day, since the last application
// and returns what changed. It is meant to be called now and then, and does nothing
// while an application is being built.
func (w *World) Advance() Effects {
	w.writer.Lock()
	defer w.writer.Unlock()
	if w.aside != nil {
		return Effects{}
	}
	w.draft.begin(w.now())
	seen := w.snapshot.Load()
	if d := w.draft; len(d.touched) == 0 && len(d.moved) == 0 && d.today == seen.today {
		return Effects{}
	}
	return w.publish(seen.at)
}

// publish completes the draft and shows it to readers. The caller holds w.writer.
func (w *World) publish(at Position) Effects {
	d := w.draft
	d.finish()
	effects, version := d.effects(), w.snapshot.Load().version+1
	d.markTiles(effects, version)
	seen := &Snapshot{state: d.state, at: at, version: version, positions: &w.positions}
	w.snapshot.Store(seen)
	d.edition++
	effects.after = &seen.state
	return effects
}

// begin starts an application.
func (d *draft) begin(now time.Time) {
	d.now, d.taken = now.Unix(), 0
	d.turn(grid.DateOf(now))
	d.lapse()
}

// finish brings everything that is derived up to date.
func (d *draft) finish() {
	d.letGoDivisions()
	touched := d.settleAll()
	d.letGo(touched)
	d.leave()
	d.recount()
	d.order()
	d.redraw()
	for k, changed := range d.changed {
		if changed {
			d.found[k], d.changed[k] = d.indexes[k].Share(), false
		}
	}
	for k := range d.overviews {
		if d.overviews[k].changed {
			d.outlooks[k] = d.overviews[k].share()
		}
	}
}
