package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// deputize stores a stand-in, and the post with it as it is: of two that are set at one moment,
// on two nodes, the second finds the post changed and looks again. The error wraps
// grid.ErrInvalid, also where somebody else stands in at that time, or grid.ErrConflict.
func (r *Registry) deputize(ctx context.Context, s *staff.StandIn) (receipt grid.Receipt, err error) {
	for range verifyTries {
		post, err := r.Store.Entity(ctx, staff.Posts, s.Post)
		if err == nil {
			err = r.isFree(ctx, s)
		}
		if err != nil {
			return grid.Receipt{}, err
		}
		receipt, err = r.put(ctx, "standins.create", "", s, post)
		if !errors.Is(err, grid.ErrConflict) {
			return receipt, err
		}
	}
	return grid.Receipt{}, fmt.Errorf("post %d: %w", s.Post, grid.ErrConflict)
}

// longestStandIn is longer than any leave: whoever is away for longer has left the post.
const longestStandIn = 366 * 24 * time.Hour

// fitsIn refuses a stand-in that is over at a moment, or goes on for years.
func fitsIn(s *staff.StandIn, now time.Time) error {
	switch {
	case !now.Before(s.Ends):
		return &grid.FieldError{Kind: staff.StandIns, Field: "ends", Why: "has passed: nobody stands in for what is over"}
	case s.Ends.Sub(s.Begins) > longestStandIn:
		return &grid.FieldError{Kind: staff.StandIns, Field: "ends", Why: "is more than a year after the beginning: give the post to whoever holds it that long"}
	}
	return nil
}

// isFree refuses a stand-in for a time in which another holds the post: nobody could say which
// of the two has its people and orders.
func (r *Registry) isFree(ctx context.Context, s *staff.StandIn) error {
	for e, err := range r.Store.Entities(ctx, staff.StandIns, grid.Query{Column: "post", Values: []string{fmt.Sprint(s.Post)}}) {
		if err != nil {
			return err
		}
		if other := e.(*staff.StandIn); other.Begins.Before(s.Ends) && s.Begins.Before(other.Ends) {
			return overlapping(s, other)
		}
	}
	return nil
}

// overlapping names the end of a stand-in that lies within another, and that one.
func overlapping(s, other *staff.StandIn) error {
	field := "ends"
	if !s.Begins.Before(other.Begins) {
		field = "begins"
	}
	return &grid.FieldError{Kind: staff.StandIns, Field: field, Why: fmt.Sprintf("lies within stand-in %d, by account %d from %s until %s: take that back first",
		other.ID, other.Deputy, other.Begins.Format(time.RFC3339), other.Ends.Format(time.RFC3339))}
}
