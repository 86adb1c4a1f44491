package access

import (
	"context"
	"errors"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// checkTogether refuses posts for an account that it may not have at once, or not beside those
// that are stored and those that it stands in for, also those to come (RULES B3). Zero is an
// account that is not stored yet. It reads the store, for at the machine itself there is no
// Directory. The error wraps role.ErrOffices.
func (r *Registry) checkTogether(ctx context.Context, account int64, posts ...*staff.Post) error {
	b := newBook()
	err := r.read(ctx, b, staff.Roles, grid.Query{})
	if err == nil && account != 0 {
		err = r.readDuties(ctx, b, account)
	}
	if err != nil {
		return err
	}
	return role.CheckTogether(append(rolesOf(b.duties(account, r.Clock())), rolesOf(posts)...), b.table)
}

// readDuties takes the posts of an account into a book, and those that it stands in for.
func (r *Registry) readDuties(ctx context.Context, b *book, account int64) error {
	its := []string{accountName(account)}
	err := errors.Join(
		r.read(ctx, b, staff.Posts, grid.Query{Column: "account", Values: its}),
		r.read(ctx, b, staff.StandIns, grid.Query{Column: "deputy", Values: its}),
	)
	others := []int64{} // never nil, which is all
	for _, in := range b.standIns {
		others = append(others, in.Post)
	}
	return errors.Join(err, r.read(ctx, b, staff.Posts, grid.Query{IDs: others}))
}

func (r *Registry) read(ctx context.Context, b *book, kind grid.Kind, q grid.Query) error {
	for e, err := range r.Store.Entities(ctx, kind, q) {
		if err != nil {
			return err
		}
		b.put(e)
	}
	return nil
}
