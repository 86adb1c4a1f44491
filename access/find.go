package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// findRate is how often an account may look for somebody by a number: enough for a desk,
// too slow to try numbers one after the other.
var findRate = signin.Rate{Every: 20 * time.Second, Burst: 10}

// A Number is what a person is found by: one of the two, in full.
type Number struct {
	IDNumber string
	Phone    string
}

// Find returns the people with exactly that number whom the viewer sees, masked. Each of
// them has a row about it in the audit, and so has a look-up that found nobody. The error
// wraps grid.ErrNotFound for whoever sees no people at all, ErrNotHeld if nobody was found
// by whoever answers for more than this node holds, grid.ErrInvalid, or is a WaitError for
// whoever asks too often.
func (v *View) Find(ctx context.Context, by Number, reason staff.Reason) ([]Record, error) {
	if !v.viewer.MayFind() {
		return nil, fmt.Errorf("find: %w", grid.ErrNotFound)
	}
	query, err := v.numberQuery(by)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(staff.Reasons(), reason) {
		return nil, refuse(grid.People, "reason", fmt.Sprintf("must be one of %v", staff.Reasons()))
	}
	if err := v.take(v.finds, 1); err != nil {
		return nil, err
	}
	found, err := v.seen(ctx, query)
	if err != nil {
		return nil, err
	}
	records := []Record{}
	for _, e := range found {
		rec, err := v.recordWhere(ctx, e)
		if err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	rows, err := v.findRows(ctx, found, reason)
	if err != nil {
		return nil, err
	}
	if err := v.store.Audit(ctx, rows); err != nil {
		return nil, err
	}
	if len(records) == 0 && v.viewer.beyond {
		return nil, fmt.Errorf("find: %w", ErrNotHeld) // among those who live elsewhere nobody was looked for
	}
	return records, nil
}

// findRows are the rows of the audit about a look-up: one for each whom it found, or one that
// says that it found nobody.
func (v *View) findRows(ctx context.Context, found []grid.Entity, reason staff.Reason) ([]grid.AuditRow, error) {
	row := grid.AuditRow{Actor: v.viewer.account, From: v.from, Action: action(grid.People, "find"), Detail: string(reason)}
	if len(found) == 0 {
		row.Post, row.Result = v.viewer.postOf(role.SeePeople), grid.ResultNotFound
		return []grid.AuditRow{row}, nil
	}
	var rows []grid.AuditRow
	for _, e := range found {
		whose, err := v.subjectOf(ctx, e)
		if err != nil {
			return nil, err
		}
		row.Object, row.Post = objectOf(refOf(e)), v.viewer.post(role.SeePeople, whose.Area)
		rows = append(rows, row)
	}
	return rows, nil
}

// numberQuery asks for the digest of a number.
func (v *View) numberQuery(by Number) (grid.Query, error) {
	if (by.IDNumber == "") == (by.Phone == "") {
		return grid.Query{}, refuse(grid.People, "id_number", "give either id_number or phone")
	}
	field, text, column, digest := "id_number", by.IDNumber, "id_digest", v.vault.IDDigest(by.IDNumber)
	if by.Phone != "" {
		field, text, column, digest = "phone", by.Phone, "phone_digest", v.vault.PhoneDigest(by.Phone)
	}
	if IsMask(text) || digest == nil {
		return grid.Query{}, refuse(grid.People, field, "must be a whole number")
	}
	return grid.Query{Column: column, Values: []string{string(digest)}}, nil
}

// seen returns the people of a query whom the viewer sees, of those whom this node holds.
func (v *View) seen(ctx context.Context, q grid.Query) (found []grid.Entity, err error) {
	for e, err := range v.store.Entities(ctx, grid.People, q) {
		if err != nil {
			return nil, err
		}
		ok, err := v.listsIn(ctx, e, grid.Everywhere())
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, e)
		}
	}
	return found, nil
}

// recordWhere is a record that says where the home is.
func (v *View) recordWhere(ctx context.Context, e grid.Entity) (Record, error) {
	rec, err := v.record(ctx, e)
	if err != nil {
		return rec, err
	}
	rec.JSON, err = v.addWhere(rec.JSON, e)
	return rec, err
}
