package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/grid"
)

// tombstones visits what is removed and has a change without a position. Changes
// get positions in the order of transaction numbers, which is not that of the
// commits: a removal may have its position before the state that it removed.
func (s *Store) tombstones(ctx context.Context, tx pgx.Tx, kinds []grid.Kind, visit func(grid.Entity) error) error {
	for _, kind := range kinds {
		heads, err := outrun(ctx, tx, kind)
		if err != nil {
			return fmt.Errorf("tombstones of %s: %w", kind, err)
		}
		for _, head := range heads {
			e, err := feed.New(kind)
			if err != nil {
				return err
			}
			*e.Entity() = head
			if err := visit(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// outrun returns the heads of one kind's tombstones, the revisions negated.
func outrun(ctx context.Context, tx pgx.Tx, kind grid.Kind) ([]grid.Head, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT x.id, -max(x.revision + COALESCE(own.bump, 0) + COALESCE(over.bump, 0))
		FROM %[1]s x LEFT JOIN quanxi.loads own ON own.id = x.load LEFT JOIN quanxi.loads over ON over.id = x.replaced_by
		WHERE x.id IN (SELECT c.id FROM quanxi.change c WHERE c.pos IS NULL AND c.kind = $1)
			AND NOT EXISTS (SELECT 1 FROM %[1]s y WHERE y.id = x.id AND %[2]s)
		GROUP BY x.id ORDER BY x.id`, rowTable(kind), shown), string(kind))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (head grid.Head, err error) {
		err = row.Scan(&head.ID, &head.Revision)
		return head, err
	})
}
