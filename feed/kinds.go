package feed

import (
	"slices"

	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
)

// Kinds lists every kind that is stored and logged, each after those that it refers to.
func Kinds() []grid.Kind { return slices.Concat(events.Kinds(), staff.Kinds()) }

// New returns an empty entity of a kind of Kinds, or an error that wraps
// grid.ErrInvalid.
func New(kind grid.Kind) (grid.Entity, error) {
	if e := staff.New(kind); e != nil {
		return e, nil
	}
	return events.New(kind)
}
