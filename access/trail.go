package access

import (
	"context"
	"fmt"
	"io"

	"quanxi/access/role"
	"quanxi/grid"
)

// Trail returns a page of the audit, newest first, as of grid.AuditQuery; grid.ErrNotFound
// for whoever may not read it. The reading of it is a row as well.
func (o *Office) Trail(ctx context.Context, q grid.AuditQuery) ([]AuditLine, error) {
	if err := o.reads(ctx, "audit.read"); err != nil {
		return nil, err
	}
	rows := []AuditLine{}
	for row, err := range o.desk.Store.AuditRows(ctx, q) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, LineOf(row))
	}
	return rows, nil
}

// ExportTrail writes rows of the audit, the oldest first, a line of JSON each.
func (o *Office) ExportTrail(ctx context.Context, to io.Writer, q grid.AuditQuery) error {
	if err := o.reads(ctx, "audit.export"); err != nil {
		return err
	}
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

// MayReadTrail returns nil if the viewer may read the audit, else grid.ErrNotFound.
func (o *Office) MayReadTrail() error {
	if !o.viewer.has(role.ReadAudit) {
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
