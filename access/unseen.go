package access

import (
	"context"
	"errors"

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
		unseen = append(unseen, divisionObject(page.Area))
	}
	for _, ref := range page.named(kind) {
		_, err := v.entity(ctx, ref.Kind, ref.ID)
		switch {
		case err == nil, errors.Is(err, ErrNotHeld):
		case errors.Is(err, grid.ErrNotFound):
			unseen = append(unseen, objectOf(ref))
		default:
			return nil, err
		}
	}
	return unseen, nil
}

// seesSome reports whether the viewer may know of entities of a kind anywhere in a scope.
func (v *Viewer) seesSome(kind grid.Kind, in grid.Scope) bool {
	r, known := ruleOf(kind)
	return v.signedIn && known && (r.public || v.scopeOf(kind, &r).Meets(in))
}
