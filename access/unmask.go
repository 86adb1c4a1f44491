package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
)

// unmaskSpan is how long somebody who gave a reason sees a record in the open.
const unmaskSpan = 15 * time.Minute

// openRate is how often an account may have a record shown in the open: more than anybody
// needs who goes from door to door, and too slow to open a grid one record after the other,
// past the number of rows that an export may hold.
var openRate = signin.Rate{Every: 6 * time.Second, Burst: 30}

// A Why says why somebody wants to see a record in the open. An open event where the
// person lives is a reason by itself: Event alone will do.
type Why struct {
	Reason staff.Reason
	Event  int64
}

// An Unveiled is a record in the open, and until when it is shown so.
type Unveiled struct {
	Written
	Until time.Time
}

// Unmask shows the viewer one record of somebody in the open for a while, and leaves a
// row in the audit and in that person's file. The error wraps grid.ErrNotFound,
// ErrForbidden, or grid.ErrInvalid naming the field, or is a WaitError for whoever opens too
// many.
func (v *View) Unmask(ctx context.Context, kind grid.Kind, id int64, why Why) (Unveiled, error) {
	e, err := v.entity(ctx, kind, id)
	if err != nil {
		return Unveiled{}, err
	}
	whose, err := v.subjectOf(ctx, e)
	switch {
	case err != nil:
		return Unveiled{}, err
	case whose == nil:
		return Unveiled{}, fmt.Errorf("unmask %s: %w", kind, grid.ErrNotFound)
	}
	if err := v.viewer.MayUnmask(whose); err != nil {
		return Unveiled{}, err
	}
	begun, err := v.unmasking(ctx, e, why)
	if err != nil {
		return Unveiled{}, err
	}
	if err := v.take(v.opens, 1); err != nil {
		return Unveiled{}, err
	}
	identity, err := v.identity(ctx, e)
	if err != nil {
		return Unveiled{}, err
	}
	rec, err := v.viewer.with(unmaskedBy(begun)).recordOf(e, identity, whose)
	if err != nil {
		return Unveiled{}, err
	}
	w := grid.Write{
		Actor: v.viewer.account, Action: action(kind, "unmask"), From: v.from, Put: []grid.Entity{begun},
		Post: v.viewer.post(role.Unmask, whose.Area), Object: objectOf(refOf(e)), Detail: string(begun.Reason),
	}
	receipt, err := v.store.Write(ctx, w)
	return Unveiled{Written{rec, receipt}, begun.Ends}, err
}

// unmasking returns what is kept of the unmasking of e, or says what is wrong with why.
func (v *View) unmasking(ctx context.Context, e grid.Entity, why Why) (*staff.Unmasking, error) {
	account, err := strconv.ParseInt(v.viewer.account, 10, 64)
	if err != nil {
		return nil, ErrForbidden // of nobody in particular nothing could be kept
	}
	if why.Event != 0 {
		why.Reason = staff.ForEvent
		if err := v.checkEvent(ctx, e, why.Event); err != nil {
			return nil, err
		}
	}
	now := v.clock()
	begun := &staff.Unmasking{
		Account: account, Of: e.Kind(), Subject: e.Entity().ID, Reason: why.Reason, Event: why.Event, Began: now, Ends: now.Add(unmaskSpan),
	}
	return begun, begun.Validate()
}

// checkEvent refuses an event that is no reason: it is over, or not where the person is. Of
// an event is not kept which worker handles it, so none is a reason to look a worker up.
func (v *View) checkEvent(ctx context.Context, e grid.Entity, id int64) error {
	p, ok := e.(*grid.Person)
	if !ok {
		return refuse(e.Kind(), "event", "is no reason to see this record: give another one")
	}
	found, err := v.entity(ctx, events.Events, id)
	switch {
	case errors.Is(err, grid.ErrNotFound):
		return &UnseenError{objectOf(grid.Ref{Kind: events.Events, ID: id}), refuse(e.Kind(), "event", "names nothing that exists")}
	case err != nil:
		return err
	}
	event := found.(*events.Event)
	if event.State == events.Closed {
		return refuse(e.Kind(), "event", "is closed: it is no reason any more")
	}
	if !v.isAtHome(event, p) {
		return refuse(e.Kind(), "event", "is not where this person lives")
	}
	return nil
}

// isAtHome reports whether an event is in the building of somebody's home.
func (v *View) isAtHome(event *events.Event, p *grid.Person) bool {
	now := v.world.Snapshot()
	home, known := now.Dwelling(p.Dwelling)
	if !known {
		return false
	}
	b, known := home.Building()
	if !known {
		return false
	}
	if event.Building != 0 {
		return event.Building == b.ID()
	}
	at := now.Identify(event.Place, &v.viewer.scopes)
	return at.Found && at.Building.ID() == b.ID()
}

// with returns the viewer who sees one record more in the open.
func (v *Viewer) with(u Unmasked) *Viewer {
	more := *v
	more.unmaskings = append(slices.Clone(v.unmaskings), u)
	return &more
}
