package access

import (
	"context"

	"quanxi/access/role"
	"quanxi/grid"
)

// Loads lists the bulk loads, newest first. They reach across areas, so only who runs the
// system of the whole city may know of them; to others there are none.
func (v *View) Loads(ctx context.Context) ([]grid.LoadInfo, error) {
	if !v.mayLoad() {
		return nil, grid.ErrNotFound
	}
	return v.store.Loads(ctx)
}

// UndoLoad makes a live load vanish again, for who asks from a network address. The error
// wraps grid.ErrConflict if something in it was edited since.
func (v *View) UndoLoad(ctx context.Context, id int64, from string) (grid.Receipt, error) {
	if !v.mayLoad() {
		return grid.Receipt{}, grid.ErrNotFound
	}
	return v.store.UndoLoad(ctx, grid.By{Actor: v.viewer.account, Post: v.viewer.postOf(role.RunSystem), From: from}, id)
}

// mayLoad: a load may hold anything, anywhere, and shows nothing of it: undoing one is
// running the system, of the whole city.
func (v *View) mayLoad() bool {
	return v.viewer.signedIn && v.viewer.grant.Scope(role.RunSystem).IsEverywhere()
}
