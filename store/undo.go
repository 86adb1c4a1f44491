package store

import (
	"fmt"

	"quanxi/grid"
)

// Topmost is the query of the load with which to begin so that a load may be undone; the
// parameter is its id. Of the live loads that lie over it, or over one that does, it is one
// over which none lies: the latest begun, where there are several; 0 where there is none.
func (d Dialect) Topmost() string {
	lying := fmt.Sprintf("SELECT o.load, o.over FROM %s o JOIN %s l ON l.id = o.load WHERE l.state = 'live'", d.Over, d.Loads)
	return fmt.Sprintf(`WITH RECURSIVE lying AS (%s),
			pile AS (SELECT load FROM lying WHERE over = %s UNION SELECT lying.load FROM pile JOIN lying ON lying.over = pile.load)
		SELECT COALESCE(max(load), 0) FROM pile WHERE load NOT IN (SELECT over FROM lying)`, lying, d.Arg)
}

// MayUndo says whether a load may be taken back: it is live, nobody edited what it
// put, and no live load lies over it; above is the topmost of those, zero if none does. The
// error wraps grid.ErrConflict and says which of them it is.
func MayUndo(state grid.LoadState, edited bool, above int64) error {
	switch {
	case state != grid.LoadLive:
		return fmt.Errorf("it is %s: %w", state, grid.ErrConflict)
	case above != 0:
		return fmt.Errorf("load %d lies over it, undo that first: %w", above, grid.ErrConflict)
	case edited:
		return fmt.Errorf("something of it was edited since: %w", grid.ErrConflict)
	}
	return nil
}
