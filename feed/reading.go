package feed

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"quanxi/grid"
)

// A reading turns changes into steps, one at a time, and collects what screens are
// told of. Nothing of it counts before all are applied, so that it can be begun
// again when the store goes away in the middle.
type reading struct {
	loads LoadReader
	part  PartApplier // that asks for more than the changes bring; nil for none
	log   Log         // that is asked
	epoch Epoch       // of the changes
	told  []told
	anew  Reason // why the changes cannot be told one by one; empty if they can
	err   error  // that broke the reading off
}

// steps yields what the changes amount to, in their order. Only one entity of a load
// is held at a time.
func (r *reading) steps(ctx context.Context, changes []Change) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for _, c := range changes {
			for step, err := range r.read(ctx, c) {
				if err != nil {
					r.err = fmt.Errorf("change %d: %w", c.Pos, err)
					yield(Step{}, r.err)
					return
				}
				if !yield(step, nil) {
					return
				}
			}
		}
		r.err = r.bring(ctx, yield)
	}
}

// bring yields what the part wants besides. Nobody is told of it one by one: it did not
// change. It yields an error as well as returning it.
func (r *reading) bring(ctx context.Context, yield func(Step, error) bool) error {
	if r.part == nil {
		return nil
	}
	first := r.part.Wants()
	if len(first) == 0 {
		return nil
	}
	wants := func() []Want {
		next := first
		if first = nil; next == nil {
			next = r.part.Wants()
		}
		return next
	}
	at, err := r.log.Look(ctx, func(m Moment) error {
		return answer(ctx, m, wants, func(e grid.Entity) error {
			if !yield(Step{Entity: e, Present: true}, nil) {
				return errLeft
			}
			return nil
		})
	})
	switch {
	case errors.Is(err, errLeft):
		return nil
	case err == nil && at.Epoch != r.epoch:
		err = ErrEpoch
	}
	if err != nil {
		err = fmt.Errorf("what comes with the changes: %w", err)
		yield(Step{}, err)
	}
	return err
}

// errLeft ends a walk that its caller has left.
var errLeft = errors.New("left")

// answer has take take what a moment holds of all that is wanted, until nothing is.
func answer(ctx context.Context, m Moment, wants func() []Want, take func(grid.Entity) error) error {
	for {
		all := wants()
		if len(all) == 0 {
			return nil
		}
		for _, want := range all {
			for e, err := range m.Entities(ctx, want.Kind, want.Query) {
				if err == nil {
					err = take(e)
				}
				if err != nil {
					return err
				}
			}
		}
	}
}

func (r *reading) read(ctx context.Context, c Change) iter.Seq2[Step, error] {
	if c.Kind == Loads {
		return r.readLoad(ctx, c)
	}
	return func(yield func(Step, error) bool) {
		// During an upgrade the next version may write kinds that are not known here.
		if e, err := New(c.Kind); err == nil {
			yield(r.readOne(c, e))
		}
	}
}

// readOne reads the entity that a change carries into an empty one of its kind.
func (r *reading) readOne(c Change, e grid.Entity) (Step, error) {
	if c.Op == Remove {
		return r.step(c, nil), nil
	}
	if err := grid.DecodeChange(c.Body, e); err != nil {
		return Step{}, fmt.Errorf("%w: %w", errApply, err)
	}
	e.Entity().ID, e.Entity().Revision = c.ID, c.Revision
	return r.step(c, e), nil
}

// readLoad reads the present state of everything that a load touched. That state
// may be newer than the change; revisions sort it out.
func (r *reading) readLoad(ctx context.Context, c Change) iter.Seq2[Step, error] {
	return func(yield func(Step, error) bool) {
		for e, err := range r.loads.LoadEntities(ctx, c.ID) {
			if err != nil {
				yield(Step{}, fmt.Errorf("load %d: %w", c.ID, err))
				return
			}
			head := *e.Entity()
			one := Change{Pos: c.Pos, Kind: e.Kind(), ID: head.ID, Revision: head.Revision, Op: Put, At: c.At}
			if head.Revision < 0 {
				one.Op, one.Revision, e = Remove, -head.Revision, nil
			}
			// A load shares one position: who resumed in its middle would miss the rest.
			if Told(one.Kind) {
				r.anew = BulkLoad
			}
			step := r.step(one, e)
			step.Present = true
			if !yield(step, nil) {
				return
			}
		}
	}
}

// step makes a step of one entity's new state, or of its removal if e is nil.
func (r *reading) step(c Change, e grid.Entity) Step {
	if Told(c.Kind) && r.anew == "" {
		r.told = append(r.told, told{c, e})
	}
	if e == nil {
		return Step{Remove: grid.Ref{Kind: c.Kind, ID: c.ID, Revision: c.Revision}}
	}
	return Step{Entity: e}
}
