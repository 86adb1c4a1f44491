package access

import (
	"context"

	"quanxi/events"
	"quanxi/grid"
)

// Loads lists the bulk loads, newest first. They reach across areas, so only a
// viewer of the whole city may know of them; to others there are none.
func (v *View) Loads(ctx context.Context) ([]grid.LoadInfo, error) {
	if !v.mayLoad() {
		return nil, grid.ErrNotFound
	}
	return v.store.Loads(ctx)
}

// UndoLoad makes a live load vanish again. The error wraps grid.ErrConflict if
// something in it was edited since.
func (v *View) UndoLoad(ctx context.Context, id int64) (grid.Receipt, error) {
	if !v.mayLoad() {
		return grid.Receipt{}, grid.ErrNotFound
	}
	return v.store.UndoLoad(ctx, v.viewer.account, id)
}

// mayLoad: a load may hold anything, anywhere.
func (v *View) mayLoad() bool {
	for _, kind := range events.Kinds() {
		r, known := ruleOf(kind)
		if !v.viewer.signedIn || !known || !v.viewer.grant.Scope(r.make).IsEverywhere() {
			return false
		}
	}
	return true
}
