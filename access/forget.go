package access

import (
	"context"
	"fmt"
	"slices"

	"quanxi/access/role"
	"quanxi/grid"
)

// EraseReasons are those for which somebody is erased.
func EraseReasons() []string { return []string{"request", "moved", "deceased", "needless", "mistaken"} }

// An Erased is what came of an erasure.
type Erased struct {
	IDs     []int64      `json:"erased"`
	Kept    []Retained   `json:"kept"`
	Receipt grid.Receipt `json:"-"`
}

// Erase erases somebody at the given revision: the record and the other ones of the same
// human being that the viewer keeps, who was shown them, households left empty, and the
// keys, without which no history or backup of the store can be read. It is for whoever
// keeps the record and may unmask it. The error is as of Remove. A repetition under the
// same key is answered as such.
func (v *View) Erase(ctx context.Context, ref grid.Ref, reason string, origin Origin) (Erased, error) {
	var done Erased
	body := fmt.Appendf(nil, "%d/%d/%s", ref.ID, ref.Revision, reason)
	once := origin.once(action(ref.Kind, "erase"), ref.ID, body)
	settings, err := SettingsIn(ctx, v.store) // before: what was erased is erased, whatever fails after
	if err != nil {
		return Erased{}, err
	}
	done.Receipt, err = v.once(ctx, once, func() (grid.Receipt, error) {
		subjects, post, err := v.erasable(ctx, ref, reason)
		if err != nil {
			return grid.Receipt{}, err
		}
		remove, erase, err := v.eraser.plan(ctx, subjects)
		if err != nil {
			return grid.Receipt{}, err
		}
		return v.eraser.erase(ctx, grid.Write{
			Actor: v.viewer.account, Post: post, Action: action(ref.Kind, "erase"), From: v.from, Object: objectOf(ref), Detail: reason,
			Remove: remove, Erase: erase, Once: once,
		})
	})
	if err != nil {
		return Erased{}, err
	}
	for _, gone := range done.Receipt.Erased {
		done.IDs = append(done.IDs, gone.ID)
	}
	done.Kept = keptAudit(settings, v.rowsAbout(ctx, ref))
	return done, nil
}

// rowsAbout counts the rows of the audit about somebody. It comes after the erasure, which
// holds whether or not they can be counted now.
func (v *View) rowsAbout(ctx context.Context, ref grid.Ref) (n int) {
	for _, err := range v.store.AuditRows(ctx, grid.AuditQuery{Object: objectOf(ref)}) {
		if err == nil {
			n++
		}
	}
	return n
}

// erasable returns the records that go together, that of ref first, and the post by which
// they go.
func (v *View) erasable(ctx context.Context, ref grid.Ref, reason string) (subjects []grid.Entity, post string, err error) {
	if v.viewer.beyond {
		// Records of the same human being in the viewer's other areas would stay.
		return nil, "", fmt.Errorf("erase: %w", ErrNotHeld)
	}
	e, whose, err := v.kept(ctx, ref.Kind, ref.ID)
	if err == nil {
		err = v.viewer.MayUnmask(whose)
	}
	switch {
	case err != nil:
		return nil, "", err
	case !slices.Contains(EraseReasons(), reason):
		return nil, "", refuse(ref.Kind, "reason", fmt.Sprintf("must be one of %v", EraseReasons()))
	case e.Entity().Revision != ref.Revision:
		return nil, "", fmt.Errorf("%s %d: %w", ref.Kind, ref.ID, grid.ErrConflict)
	}
	others, err := v.othersOf(ctx, e)
	if err != nil {
		return nil, "", err
	}
	subjects = []grid.Entity{e}
	for _, other := range others {
		whose, err := v.subjectOf(ctx, other)
		if err != nil {
			return nil, "", err
		}
		if v.viewer.MayUnmask(whose) == nil {
			subjects = append(subjects, other)
		}
	}
	return subjects, v.viewer.post(role.Unmask, whose.Area), nil
}
