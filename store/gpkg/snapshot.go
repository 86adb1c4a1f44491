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

// Load implements feed.Log. There are no tombstones to tell of: changes have their
// positions in the order of the commits, so none at that moment has one after it.
func (s *Store) Load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*s.options.ReadLimit)
	defer cancel()
	at, err := s.load(ctx, kinds, visit)
	if err != nil {
		return feed.Position{}, fmt.Errorf("load: %w", classify(err))
	}
	return at, nil
}

func (s *Store) load(ctx context.Context, kinds []grid.Kind, visit func(grid.Entity) error) (feed.Position, error) {
	if err := s.verify(ctx); err != nil {
		return feed.Position{}, err
	}
	view, err := s.snapshot(ctx)
	if err != nil {
		return feed.Position{}, err
	}
	defer view.end()
	at, err := position(ctx, view.tx)
	if err != nil {
		return feed.Position{}, err
	}
	for _, kind := range kinds {
		if err := each(ctx, view.tx, s.writer.layouts[kind], " ORDER BY id", nil, visit); err != nil {
			return feed.Position{}, fmt.Errorf("%s: %w", kind, err)
		}
	}
	return at, nil
}
