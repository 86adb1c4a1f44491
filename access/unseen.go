package access

import (
	"context"
	"errors"
	"strconv"

	"quanxi/grid"
)

// An UnseenError refuses what names something that is not there, or that the viewer does not
// see. It answers as the refusal that it holds, which tells of neither; the audit is told.
type UnseenError struct {
	Object  string // as rows of the audit name it, such as "dwellings/17"
	Refusal error
}

// Error implements error.
func (e *UnseenError) Error() string { return e.Refusal.Error() }

// Unwrap returns the refusal.
func (e *UnseenError) Unwrap() error { return e.Refusal }

// Unseen returns what a page of a kind asks about by name, and is not there or not the viewer's
// to see: the list is empty then, as of what has nothing. They are named as rows of the audit
// name them.
func (v *View) Unseen(ctx context.Context, kind grid.Kind, page Page) ([]string, error) {
	var unseen []string
	if page.Area.Valid() && !v.viewer.seesSome(kind, v.world.Snapshot().ScopeOf(page.Area)) {
		unseen = append(unseen, string(grid.Divisions)+"/"+string(page.Area))
	}
	for _, link := range grid.Links() {
		if link.Kind != kind || link.Column != page.Column {
			continue
		}
		for _, value := range page.Values {
			id, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				continue // no list has anything of that
			}
			_, err = v.entity(ctx, link.To, id)
			if errors.Is(err, grid.ErrNotFound) && !errors.Is(err, ErrNotHeld) {
				unseen = append(unseen, objectOf(grid.Ref{Kind: link.To, ID: id}))
			} else if err != nil && !errors.Is(err, ErrNotHeld) {
				return nil, err
			}
		}
	}
	return unseen, nil
}

// seesSome reports whether the viewer may know of entities of a kind anywhere in a scope.
func (v *Viewer) seesSome(kind grid.Kind, in grid.Scope) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || v.scopeOf(kind, &r).Meets(in))
}
