package world

import (
	"fmt"
	"iter"
	"sync"

	"quanxi/geo"
	"quanxi/grid"
)

// A Loader fills a World from nothing, fast: nothing is visible, told or indexed
// before Publish. It is for one goroutine, and dropped by not publishing it.
type Loader struct {
	world    *World
	draft    *draft
	answered bool // what is added answers Wants
	kept     DayCensus
}

// Begin starts a new state from nothing. The old one stays visible until the new
// one is published.
func (w *World) Begin() *Loader {
	now := w.now()
	d := newDraft(grid.DateOf(now), w.own)
	d.bulk, d.now = true, now.Unix()
	return &Loader{world: w, draft: d}
}

// Add takes an entity, whose geometry the World keeps. Order does not matter, but
// referring to what was added before is faster. A negative revision is the tombstone
// of a removal at that revision: only its Head counts. The error wraps grid.ErrInvalid
// if it is of a kind that the World does not hold.
func (l *Loader) Add(e grid.Entity) error {
	step := Step{Entity: e, Present: l.answered}
	if head := e.Entity(); head.Revision < 0 {
		step = Step{Remove: grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: -head.Revision}}
	}
	if err := check(step); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	l.draft.step(step)
	return nil
}

// Knows is as of Snapshot.Knows.
func (l *Loader) Knows(kind grid.Kind, id int64) bool { return l.draft.knows(kind, id) }

// Publish replaces the visible state by what was added. The Loader must not be
// used afterwards.
func (l *Loader) Publish(at Position) error {
	d := l.draft
	if seen := l.world.Snapshot(); seen.at.Epoch == at.Epoch {
		d.keepCensus(&seen.state)
	} else {
		d.resume(l.kept, at.Epoch)
	}
	var work sync.WaitGroup
	work.Go(d.redraw)
	for k := range d.indexes {
		if !d.indexesAtOnce(sort(k)) {
			work.Go(func() { d.fill(sort(k)) })
		}
		d.changed[k] = true
	}
	work.Wait()
	d.finish()
	d.bulk, d.restored = false, false
	l.world.writer.Lock()
	defer l.world.writer.Unlock()
	version := l.world.snapshot.Load().version + 1
	d.reshaped = nil
	d.markAll(version)
	l.world.draft, l.world.aside = d, nil
	l.world.snapshot.Store(&Snapshot{state: d.state, at: at, version: version, positions: &l.world.positions})
	d.edition++
	return nil
}

// fill enters what belongs into the index of a kind, which is empty.
func (d *draft) fill(k sort) {
	d.indexes[k].Load(func(yield func(uint32, geo.Envelope) bool) {
		for slot, env := range d.placed(k) {
			if k <= lastFar {
				d.overviews[k].insert(d.showsFrom(k, slot, env), slot, env)
			}
			if !yield(slot, env) {
				return
			}
		}
	})
}

// placed yields what belongs into the index of a kind.
func (d *draft) placed(k sort) iter.Seq2[uint32, geo.Envelope] {
	return func(yield func(uint32, geo.Envelope) bool) {
		if k == dwellings || k == households || k == workers {
			return
		}
		r := d.shelfOf(k)
		if k == divisions {
			r = &d.areas.register
		}
		for slot := range r.ids.n {
			if k != divisions && !r.lives(slot) || k == people && d.people.rows.at(slot).flags&roams == 0 {
				continue
			}
			if env, ok := d.envelope(k, slot); ok && !yield(slot, env) {
				return
			}
		}
	}
}
