package store

import (
	"fmt"

	"quanxi/grid"
)

// MayUndo says whether a load may be taken back: it is live, nobody edited what it
// put, and no later live load, named by above, lies over it; zero if none does. The
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
