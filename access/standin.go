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
func (r *Registry) deputize(ctx context.Context, s *staff.StandIn, why string) (receipt grid.Receipt, err error) {
	for range verifyTries {
		post, err := r.Store.Entity(ctx, staff.Posts, s.Post)
		if err == nil {
			err = r.isFree(ctx, s)
		}
		if err != nil {
			return grid.Receipt{}, err
		}
		receipt, err = r.put(ctx, "standins.create", why, s, post)
		if !errors.Is(err, grid.ErrConflict) {
			return receipt, err
		}
	}
	return grid.Receipt{}, fmt.Errorf("post %d: %w", s.Post, grid.ErrConflict)
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
