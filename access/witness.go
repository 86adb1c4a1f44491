package access

import (
	"context"

	"quanxi/grid"
)

// A witness is a store in whose audit every write says what was before it and after it, by
// keyed digests (RULES A14). Those of one row are of all that it touched, in that order: what
// follows a state in the log begins with the digest that the state ended with.
type witness struct {
	grid.Store
	vault *Vault
	// postOf returns the post of an actor, for rows that name none; it may be nil.
	postOf func(actor string) string
}

// witnessed returns a store as a witness; what is one already stays as it is.
func witnessed(s grid.Store, vault *Vault, postOf func(actor string) string) grid.Store {
	if w, ok := s.(witness); ok {
		return w
	}
	return witness{s, vault, postOf}
}

// Write implements grid.Store. Whoever has read what was before may say its digest.
func (w witness) Write(ctx context.Context, what grid.Write) (grid.Receipt, error) {
	var err error
	if what.Before == nil {
		if what.Before, err = w.before(ctx, what); err != nil {
			return grid.Receipt{}, err
		}
	}
	if what.After, err = w.vault.StateDigest(what.Put...); err != nil {
		return grid.Receipt{}, err
	}
	what.Post = w.post(what.Post, what.Actor)
	return w.Store.Write(ctx, what)
}

// Audit implements grid.Store.
func (w witness) Audit(ctx context.Context, rows []grid.AuditRow) error {
	for i := range rows {
		rows[i].Post = w.post(rows[i].Post, rows[i].Actor)
	}
	return w.Store.Audit(ctx, rows)
}

// post returns the post that a row names, or else that of its actor.
func (w witness) post(named, actor string) string {
	if named != "" || w.postOf == nil {
		return named
	}
	return w.postOf(actor)
}

// before returns the digest of what a write finds. It is that of the states at the revisions
// that the write names, or else the write will be refused. What is not there has none.
func (w witness) before(ctx context.Context, what grid.Write) ([]byte, error) {
	var refs []grid.Ref
	for _, e := range what.Put {
		if e.Entity().Revision != 0 {
			refs = append(refs, refOf(e))
		}
	}
	refs = append(refs, what.Remove...)
	ids := make(map[grid.Kind][]int64)
	for _, ref := range refs {
		ids[ref.Kind] = append(ids[ref.Kind], ref.ID)
	}
	found := make(map[grid.Ref]grid.Entity, len(refs))
	for kind, list := range ids {
		for e, err := range w.Entities(ctx, kind, grid.Query{IDs: list}) {
			if err != nil {
				return nil, err
			}
			found[grid.Ref{Kind: kind, ID: e.Entity().ID}] = e
		}
	}
	var states []grid.Entity
	for _, ref := range refs {
		if e, ok := found[grid.Ref{Kind: ref.Kind, ID: ref.ID}]; ok {
			states = append(states, e)
		}
	}
	return w.vault.StateDigest(states...)
}
