package gpkg

import (
	"fmt"

	"quanxi/grid"
)

// standing selects the rows that readers see, and those that an open load is about
// to show them.
const standing = `removed = 0 AND (load = 0 OR load IN (SELECT id FROM loads WHERE state IN ('live', 'open')))
	AND (replaced_by = 0 OR replaced_by > 0 AND replaced_by NOT IN (SELECT id FROM loads WHERE state = 'live'))`

// unnamed refuses if something still names what was removed. The error is a
// grid.InUseError.
func (t tx) unnamed(ref grid.Ref) error {
	return t.eachLink(ref, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %%q WHERE %%q = ?1 AND %s)", standing), ref.ID)
}

// unnamedBeside refuses if something outside a load names what only the load has
// brought.
func (t tx) unnamedBeside(load int64) error {
	for _, kind := range grid.Kinds() {
		brought := fmt.Sprintf(`SELECT id FROM "%s" WHERE load = ?1 AND id NOT IN (SELECT id FROM "%[1]s" WHERE replaced_by = ?1 AND removed = 0)`, rowTable(kind))
		query := fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %%q WHERE %%q IN (%s) AND load <> ?1 AND %s)", brought, standing)
		if err := t.eachLink(grid.Ref{Kind: kind}, query, load); err != nil {
			return err
		}
	}
	return nil
}

// eachLink asks a query about the table and column of every link to a kind.
func (t tx) eachLink(ref grid.Ref, query string, arg int64) error {
	for _, l := range grid.Links() {
		if l.To != ref.Kind {
			continue
		}
		var named bool
		if err := t.row(fmt.Sprintf(query, rowTable(l.Kind), l.Column), []any{arg}, &named); err != nil {
			return err
		}
		if named {
			return &grid.InUseError{Ref: ref, By: l.Kind}
		}
	}
	return nil
}

// returnsWhole refuses if something that an undone load had replaced comes back and
// names what is not there.
func (t tx) returnsWhole(load int64) error {
	for _, l := range grid.Links() {
		query := fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM %q r WHERE r.replaced_by = ?1 AND r.removed = 0 AND r.%q <> 0
			AND r.%[2]q NOT IN (SELECT id FROM %[3]q WHERE %[4]s))`, rowTable(l.Kind), l.Column, rowTable(l.To), shown)
		var broken bool
		if err := t.row(query, []any{load}, &broken); err != nil {
			return err
		}
		if broken {
			return &grid.GoneError{Link: l}
		}
	}
	return nil
}
