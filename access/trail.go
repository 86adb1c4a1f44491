package access

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// Trail returns a page of the audit, newest first, as of grid.AuditQuery, whose actor may
// also be a login; grid.ErrNotFound for whoever may not read it. The reading of it is a
// row as well. The accounts are those that the rows name as actor or object, by their ids,
// as far as they are still there.
func (o *Office) Trail(ctx context.Context, q grid.AuditQuery) ([]AuditLine, map[string]*staff.Account, error) {
	if err := o.reads(ctx, "audit.read"); err != nil {
		return nil, nil, err
	}
	rows, named := []AuditLine{}, map[string]*staff.Account{}
	for row, err := range o.desk.Store.AuditRows(ctx, o.byID(q)) {
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, LineOf(row))
		for _, id := range []string{row.Actor, strings.TrimPrefix(row.Object, string(staff.Accounts)+"/")} {
			if a, ok := o.accountOf(id); ok {
				named[id] = a
			}
		}
	}
	return rows, named, nil
}

// byID has a query name its actor by the id, as rows do, where it named a login. Who has
// another's id as login does not stand before them.
func (o *Office) byID(q grid.AuditQuery) grid.AuditQuery {
	if _, isID := o.accountOf(q.Actor); isID {
		return q
	}
	if a, ok := o.desk.Directory.Account(q.Actor); ok {
		q.Actor = accountName(a.ID)
	}
	return q
}

// accountOf returns the account with an id as audit rows write it.
func (o *Office) accountOf(name string) (*staff.Account, bool) {
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return nil, false
	}
	a, _, ok := o.desk.Directory.Person(id)
	return a, ok
}

// ExportTrail writes rows of the audit, the oldest first, a line of JSON each.
func (o *Office) ExportTrail(ctx context.Context, to io.Writer, q grid.AuditQuery) error {
	if err := o.reads(ctx, "audit.export"); err != nil {
		return err
	}
	q = o.byID(q)
	q.Oldest = true
	_, err := WriteAudit(to, o.desk.Store.AuditRows(ctx, q))
	return err
}

// VerifyTrail compares the audit with its chain and its seals.
func (o *Office) VerifyTrail(ctx context.Context) (AuditReport, error) {
	if err := o.reads(ctx, "audit.verify"); err != nil {
		return AuditReport{}, err
	}
	chain, err := o.desk.Chain.WithPast(ctx, o.desk.Store)
	if err != nil {
		return AuditReport{}, err
	}
	return chain.Verify(ctx, o.desk.Store.SealedAudit(ctx, 0), o.desk.Seals())
}

// MayReadTrail returns nil if the viewer may read the audit, else grid.ErrNotFound. It is of
// the whole city: a row says what happened, but not in whose area.
func (o *Office) MayReadTrail() error {
	if !o.viewer.everywhere(role.ReadAudit) {
		return fmt.Errorf("audit: %w", grid.ErrNotFound)
	}
	return nil
}

// reads leaves a row of somebody who reads the audit, or refuses.
func (o *Office) reads(ctx context.Context, action string) error {
	if err := o.MayReadTrail(); err != nil {
		return err
	}
	return o.desk.Store.Audit(ctx, []grid.AuditRow{{Actor: o.registry.Actor, From: o.registry.From, Action: action}})
}
