package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// fastClock is how far ahead of ours the clock of a phone may be.
const fastClock = 5 * time.Minute

// check refuses an entity that may not be stored, and puts its rings in order
// and its area on it. before is what it named until now.
func (v *View) check(ctx context.Context, e grid.Entity, before []grid.Reference) error {
	if err := checkGeometry(e); err != nil {
		return err
	}
	v.stamp(e)
	entitle(e)
	if err := e.Validate(); err != nil {
		return err
	}
	if err := grid.CheckTexts(e); err != nil {
		return err
	}
	if d, ok := e.(*grid.Division); ok {
		if err := v.checkCode(ctx, d); err != nil {
			return err
		}
	}
	return v.checkReferences(ctx, e, before)
}

// checkCode refuses a second division under a code at the same time: all but one
// would be out of sight. Two at the same moment can slip through; then the World
// shows the older one.
func (v *View) checkCode(ctx context.Context, d *grid.Division) error {
	for e, err := range v.store.Entities(ctx, grid.Divisions, grid.Query{Column: "code", Values: []string{string(d.Code)}}) {
		if err != nil {
			return err
		}
		if other := e.(*grid.Division); other.ID != d.ID && d.Meets(other) {
			return refuse(grid.Divisions, "code", "is that of another division at the same time")
		}
	}
	return nil
}

// occurred returns when an event happened; zero for anything else.
func occurred(e grid.Entity) time.Time {
	if event, ok := e.(*events.Event); ok {
		return event.OccurredAt
	}
	return time.Time{}
}

// notLater refuses an event that is said to happen in the future.
func (v *View) notLater(e grid.Entity) error {
	if occurred(e).After(v.clock().Add(fastClock)) {
		return refuse(events.Events, "occurred_at", "is in the future")
	}
	return nil
}

// entitle calls an event without a title by its category, so that no list shows
// an empty row.
func entitle(e grid.Entity) {
	event, ok := e.(*events.Event)
	if !ok || strings.TrimSpace(event.Title) != "" {
		return
	}
	if c, ok := events.CategoryOf(event.Category); ok {
		event.Title = c.Name
	}
}

func checkGeometry(e grid.Entity) error {
	g := e.Geometry()
	if g == nil {
		return nil
	}
	if err := geo.Check(g); err != nil {
		return refuse(e.Kind(), "geometry", err.Error())
	}
	if m, ok := g.(geo.MultiPolygon); ok {
		return e.SetGeometry(m.Normalized())
	}
	return nil
}

// checkReferences refuses references to what is not there, other than those that e
// had before: an event may outlive its building. What the viewer may not see is not
// there either (RULES C6). The error is an UnseenError.
func (v *View) checkReferences(ctx context.Context, e grid.Entity, before []grid.Reference) error {
	for _, r := range references(e) {
		if slices.Contains(before, r) {
			continue
		}
		_, err := v.entity(ctx, r.Kind, r.ID)
		if errors.Is(err, grid.ErrNotFound) {
			return &UnseenError{objectOf(r.Ref), r.Missing(e.Kind())}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// privacyOf returns the privacy of an event; that of all else is ordinary.
func privacyOf(e grid.Entity) events.Privacy {
	if event, ok := e.(*events.Event); ok {
		return event.Privacy()
	}
	return events.Ordinary
}

// mayWrite decides on an entity where it lies now, and returns the post that allows it. was is
// the privacy of an event that is stored: whoever may handle that may say that it is another.
func (v *View) mayWrite(ctx context.Context, e grid.Entity, was events.Privacy) (post string, err error) {
	area, err := v.areaOf(ctx, e)
	if err != nil {
		return "", err
	}
	r, _ := ruleOf(e.Kind())
	if e.Entity().Revision == 0 {
		return v.viewer.post(r.make, area), v.viewer.MayMake(e.Kind(), area)
	}
	post = cmp.Or(v.viewer.post(r.change, area), v.viewer.postOf(r.change))
	if e.Kind() == events.Events {
		return post, v.viewer.mayChangeEvent(was, area)
	}
	return post, v.viewer.MayChange(e.Kind(), area)
}
