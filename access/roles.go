package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// ErrSecondPerson reports that another person has to agree (RULES B3).
var ErrSecondPerson = errors.New("somebody else must agree to it")

// Roles returns the table of roles in force, in the order of codes, and what is proposed
// of it. The error is grid.ErrNotFound for whoever manages neither roles nor accounts.
func (o *Office) Roles(ctx context.Context) ([]role.Role, []*staff.Proposal, error) {
	if !o.viewer.has(role.ManageRoles) && !o.viewer.has(role.ManageAccounts) {
		return nil, nil, fmt.Errorf("roles: %w", grid.ErrNotFound)
	}
	var table []role.Role
	for _, r := range o.desk.Directory.Table() {
		table = append(table, r)
	}
	slices.SortFunc(table, func(a, b role.Role) int { return cmp.Compare(a.Code, b.Code) })
	var proposals []*staff.Proposal
	for e, err := range o.desk.Store.Entities(ctx, staff.Proposals, grid.Query{}) {
		if err != nil {
			return nil, nil, err
		}
		proposals = append(proposals, e.(*staff.Proposal))
	}
	return table, proposals, nil
}

// RoleTable returns the table of roles as it is stored, by code.
func RoleTable(ctx context.Context, s grid.Store) (map[string]role.Role, error) {
	held := newBook()
	for e, err := range s.Entities(ctx, staff.Roles, grid.Query{}) {
		if err != nil {
			return nil, err
		}
		held.put(e)
	}
	return held.table, nil
}

// Propose asks for a role to be as it is given, new or changed. It comes into force when
// a second person accepts it. The error wraps grid.ErrInvalid, ErrForbidden or
// grid.ErrNotFound.
func (o *Office) Propose(ctx context.Context, p *staff.Proposal) (grid.Receipt, error) {
	account, err := o.roleKeeper()
	if err != nil {
		return grid.Receipt{}, err
	}
	if _, err := roleOf(p); err != nil {
		return grid.Receipt{}, err
	}
	if o.holds(account, p.Code) {
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	}
	p.By, p.At = account, o.desk.Clock()
	return o.registry.write(ctx, "proposals.create", p)
}

// Accept puts a proposal of somebody else in force. The error wraps ErrSecondPerson,
// ErrForbidden, grid.ErrConflict or grid.ErrNotFound.
func (o *Office) Accept(ctx context.Context, id int64) (grid.Receipt, error) {
	p, account, err := o.proposal(ctx, id)
	switch {
	case err != nil:
		return grid.Receipt{}, err
	case o.desk.Directory.MayBeOne(p.By, account):
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSecondPerson)
	case o.holds(account, p.Code):
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	}
	proposed, err := roleOf(p)
	if err != nil { // of an older version
		return grid.Receipt{}, err
	}
	if err := o.goesWithHolders(proposed); err != nil {
		return grid.Receipt{}, err
	}
	now := &staff.Role{Code: p.Code, Rights: p.Rights, Personal: p.Personal}
	for e, err := range o.desk.Store.Entities(ctx, staff.Roles, grid.Query{Column: "code", Values: []string{p.Code}}) {
		if err != nil {
			return grid.Receipt{}, err
		}
		now.Head = *e.Entity()
	}
	return o.desk.Store.Write(ctx, grid.Write{
		Actor: o.registry.Actor, From: o.registry.From, Action: "roles.change", Object: "roles/" + p.Code,
		Detail: fmt.Sprintf("proposed by account %d", p.By),
		Put:    []grid.Entity{now}, Remove: []grid.Ref{{Kind: staff.Proposals, ID: p.ID, Revision: p.Revision}},
	})
}

// goesWithHolders refuses a change of a role by which somebody who has it would have the
// rights of two administrators.
func (o *Office) goesWithHolders(changed role.Role) error {
	table, now := o.desk.Directory.Table(), o.desk.Clock()
	table[changed.Code] = changed
	for _, id := range o.desk.Directory.Holders(changed.Code, now) {
		if err := role.CheckTogether(rolesOf(o.desk.Directory.Duties(id, now)), table); err != nil {
			return fmt.Errorf("%w: account %d: %w", ErrForbidden, id, err)
		}
	}
	return nil
}

// Withdraw drops a proposal, one's own or somebody else's.
func (o *Office) Withdraw(ctx context.Context, id int64) (grid.Receipt, error) {
	p, _, err := o.proposal(ctx, id)
	if err != nil {
		return grid.Receipt{}, err
	}
	return o.registry.remove(ctx, grid.Ref{Kind: staff.Proposals, ID: p.ID, Revision: p.Revision})
}

func (o *Office) proposal(ctx context.Context, id int64) (*staff.Proposal, int64, error) {
	account, err := o.roleKeeper()
	if err != nil {
		return nil, 0, err
	}
	e, err := o.desk.Store.Entity(ctx, staff.Proposals, id)
	if err != nil {
		return nil, 0, err
	}
	return e.(*staff.Proposal), account, nil
}

// roleKeeper returns the viewer's account if it manages the roles of the whole city, else
// grid.ErrNotFound: the table is everybody's.
func (o *Office) roleKeeper() (int64, error) {
	account, ok := o.account()
	if !ok || !o.viewer.everywhere(role.ManageRoles) {
		return 0, fmt.Errorf("roles: %w", grid.ErrNotFound)
	}
	return account, nil
}

// holds reports whether an account has a post of a role, its own or by standing in.
func (o *Office) holds(account int64, code string) bool {
	return slices.ContainsFunc(o.desk.Directory.Posts(account, o.desk.Clock()), func(p role.Post) bool { return p.Role == code })
}

// roleOf returns the role that a proposal asks for, or why it may not be.
func roleOf(p *staff.Proposal) (role.Role, error) {
	r := role.Role{Code: p.Code, Personal: p.Personal}
	for _, name := range p.Rights {
		right, err := role.ParseRight(name)
		if err != nil {
			return r, &grid.FieldError{Kind: staff.Proposals, Field: "rights", Why: err.Error()}
		}
		r.Rights |= role.SetOf(right)
	}
	if err := r.Check(); err != nil {
		return r, &grid.FieldError{Kind: staff.Proposals, Field: "rights", Why: err.Error()}
	}
	return r, nil
}
