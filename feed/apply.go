package feed

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
)

// errApply reports that the World could not take a change. It is in an unknown
// state then, and is loaded anew.
var errApply = errors.New("not applicable")

// page is about how many changes are read from the log at a time, and so applied in
// one step, when the transport fails.
const page = 5000

// load fills the World from an image or the rows, and follows up to where the log stood at the
// end of the load. Only then is the node ready (RULES A7).
func (n *Node) load(ctx context.Context) error {
	loading, at, err := n.begin(ctx)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if err := n.inTurn(ctx, func() error { return n.showLoaded(loading, at) }); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	end, err := n.log.Position(ctx)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if end.Epoch != at.Epoch {
		return fmt.Errorf("load: %w", ErrEpoch)
	}
	if err := n.fill(ctx, end.Pos); err != nil {
		return err
	}
	n.advance(Position{Epoch: end.Epoch, Pos: n.at.Pos, Horizon: end.Horizon}, 0)
	n.setReady(true)
	return nil
}

// showLoaded makes a load visible and tells the audience. It is called in turn.
func (n *Node) showLoaded(loading Loading, at Position) error {
	if err := loading.Publish(at); err != nil {
		return err
	}
	n.check, n.suspect = at, false
	n.mu.Lock()
	n.status.Loads++
	n.mu.Unlock()
	n.advance(at, 0)
	n.audience.Reset(at)
	return nil
}

// fill reads and applies what lies between the node and upTo.
func (n *Node) fill(ctx context.Context, upTo int64) error {
	for n.at.Pos < upTo {
		changes, err := n.log.Changes(ctx, n.at.Pos, upTo, page)
		if err != nil {
			return fmt.Errorf("changes after %d: %w", n.at.Pos, err)
		}
		if len(changes) == 0 || changes[len(changes)-1].Pos != n.at.Pos+int64(len(changes)) {
			return fmt.Errorf("changes after %d are not in the log: %w", n.at.Pos, ErrEpoch)
		}
		n.mu.Lock()
		n.status.Holes++
		n.mu.Unlock()
		// What a page proves of the horizon is not known; the next beat brings it.
		if err := n.apply(ctx, changes, n.at.Horizon); err != nil {
			return err
		}
	}
	return nil
}

// apply makes contiguous changes visible in one step, and tells the audience.
func (n *Node) apply(ctx context.Context, changes []Change, horizon int64) error {
	to := Position{Epoch: n.at.Epoch, Pos: n.at.Pos + int64(len(changes)), Horizon: max(horizon, n.at.Horizon)}
	if len(changes) == 0 {
		n.advance(to, 0)
		return nil
	}
	changes, err := n.whole(ctx, changes)
	if err != nil {
		return err
	}
	return n.inTurn(ctx, func() error { return n.show(ctx, to, changes) })
}

// show makes changes visible and tells the audience. It is called in turn: what is
// told of them is where they lie by the divisions among which they became visible.
func (n *Node) show(ctx context.Context, to Position, changes []Change) error {
	r := reading{loads: n.loads, part: n.part, log: n.log, epoch: to.Epoch}
	effects, err := n.to.Apply(to, r.steps(ctx, byRevision(changes)))
	switch {
	case r.err != nil:
		return r.err
	case err != nil:
		return fmt.Errorf("up to %d: %w: %w", to.Pos, errApply, err)
	}
	n.advance(to, len(changes))
	// Whoever wants to look comes before the telling, and again before the next application:
	// while the log is long, readers on two processors would wait for all of it.
	runtime.Gosched()
	update := Update{Epoch: to.Epoch, Pos: to.Pos, Effects: effects, Anew: r.anew}
	if update.Anew == "" {
		if update.News, update.Handed, err = newsOf(to.Epoch, r.told, effects.Moved, n.to.Sight); err != nil {
			return fmt.Errorf("up to %d: %w: %w", to.Pos, errApply, err)
		}
	}
	n.audience.Publish(update)
	runtime.Gosched()
	return nil
}

// whole returns the changes with the bodies that were too large for the transport.
func (n *Node) whole(ctx context.Context, changes []Change) ([]Change, error) {
	changes = slices.Clone(changes)
	for i, c := range changes {
		if !c.Large || len(c.Body) > 0 {
			continue
		}
		full, err := n.log.Changes(ctx, c.Pos-1, c.Pos, 1)
		if err != nil {
			return nil, fmt.Errorf("body of change %d: %w", c.Pos, err)
		}
		if len(full) != 1 {
			return nil, fmt.Errorf("body of change %d: %w", c.Pos, ErrEpoch)
		}
		changes[i].Body = full[0].Body
	}
	return changes, nil
}

// advance makes a position ours and wakes those who wait for it.
func (n *Node) advance(to Position, applied int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at = to
	n.late.reach(to.Pos)
	n.status.Applied += int64(applied)
	close(n.moved)
	n.moved = make(chan struct{})
}

func (n *Node) setReady(ready bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.status.Ready = ready
	n.renew()
}
