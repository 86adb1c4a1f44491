package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"quanxi/feed"
	"quanxi/grid"
)

// A view is one read transaction: everything in it is of one moment.
type view struct{ tx *sql.Tx }

func (s *Store) snapshot(ctx context.Context) (view, error) {
	tx, err := s.readers.Load().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	return view{tx}, err
}

// end gives the connection back. Nothing was written, so nothing can be lost.
func (v view) end() { _ = v.tx.Rollback() }

// state returns an entity's live state through the statement one, or its head
// with the revision negated.
func (v view) state(ctx context.Context, l layout, one *sql.Stmt, id int64) (grid.Entity, error) {
	e, err := feed.New(l.kind)
	if err != nil {
		return nil, err
	}
	err = one.QueryRowContext(ctx, id).Scan(l.targets(e)...)
	if !errors.Is(err, sql.ErrNoRows) {
		return e, err
	}
	head := e.Entity()
	head.ID = id
	err = v.tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT -max(revision + COALESCE((SELECT bump FROM loads WHERE loads.id = load), 0)
		+ COALESCE((SELECT bump FROM loads WHERE loads.id = replaced_by), 0)) FROM %q WHERE id = ?`, rowTable(l.kind)), id).Scan(&head.Revision)
	return e, err
}
