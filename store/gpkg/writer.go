package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// writer is the one connection that writes. Whoever holds turn may use it; those
// who wait are served in the order in which they came.
type writer struct {
	turn  chan struct{}
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // guarded by turn
}

// tx is an open transaction on the writer. It is valid within one call of do.
type tx struct {
	ctx context.Context
	w   *writer
}

func openWriter(ctx context.Context, path string, o Options) (*writer, error) {
	db := sql.OpenDB(connector{dsn(path, "&_txlock=immediate")})
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{turn: make(chan struct{}, 1), db: db, conn: conn, stmts: map[string]*sql.Stmt{}}
	if o.MaxPages > 0 {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", o.MaxPages)); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

func (w *writer) close() error {
	w.turn <- struct{}{}
	defer func() { <-w.turn }()
	var errs []error
	for _, st := range w.stmts {
		errs = append(errs, st.Close())
	}
	w.stmts = nil
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}

// do runs f in one transaction, which is synced to disk when do returns nil.
func (w *writer) do(ctx context.Context, f func(tx) error) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-w.turn }()
	if w.stmts == nil {
		return fmt.Errorf("store is closed: %w", sql.ErrConnDone)
	}
	begun, err := w.conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	if err := f(tx{ctx, w}); err != nil {
		return errors.Join(err, begun.Rollback())
	}
	return begun.Commit()
}

// truncate empties the write-ahead log, as far as readers allow it.
func (w *writer) truncate(ctx context.Context) error {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-w.turn }()
	var busy, log, done int
	return w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done)
}

// stmt returns a prepared statement, which the writer keeps.
func (t tx) stmt(query string) (*sql.Stmt, error) {
	if st, ok := t.w.stmts[query]; ok {
		return st, nil
	}
	st, err := t.w.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	t.w.stmts[query] = st
	return st, nil
}

func (t tx) exec(query string, args ...any) error {
	_, err := t.count(query, args...)
	return err
}

// count executes a statement and returns the number of rows it changed.
func (t tx) count(query string, args ...any) (int64, error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	result, err := st.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t tx) row(query string, args []any, to ...any) error {
	st, err := t.stmt(query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(t.ctx, args...).Scan(to...)
}

func (t tx) rows(query string, args ...any) (*sql.Rows, error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(t.ctx, args...)
}
