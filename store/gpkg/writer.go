package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"quanxi/grid"
	"quanxi/store"
)

// writer is the one connection that writes. Whoever holds turn may use it.
//
// Writes that wait for their turn are carried out together: whoever gets it next
// runs all of them in one transaction, each in a savepoint of its own, and syncs
// to disk once. They are served in the order in which they came.
type writer struct {
	turn    chan struct{}
	stands  func() error // says whether the file may still be written
	db      *sql.DB
	conn    *sql.Conn
	layouts map[grid.Kind]layout
	stmts   map[string]*sql.Stmt // guarded by turn; nil once closed

	mu    sync.Mutex
	queue []*request // guarded by mu
}

// A request is one write that waits for its turn or is being carried out.
type request struct {
	ctx  context.Context
	f    func(tx) error
	err  error         // written before done is closed
	died error         // what f panicked with, and where; as err
	done chan struct{} // closed when err is final
}

// errPanicked undoes a write that panicked.
var errPanicked = errors.New("panicked")

// call runs f, which may be another goroutine's. A panic ends that write alone,
// and is kept for the goroutine that asked for it.
func (r *request) call(t tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.died, err = fmt.Errorf("write: %v\n%s", p, debug.Stack()), errPanicked
		}
	}()
	return r.f(t)
}

// tx is an open transaction on the writer, or a savepoint in one. It is valid
// within one call of do.
type tx struct {
	ctx context.Context
	w   *writer
}

const (
	// groupSize is how many writes are synced together at most.
	groupSize = 64
	// groupTime is when a transaction takes in no further write.
	groupTime = 15 * time.Millisecond
)

func openWriter(ctx context.Context, path string, o Options) (*writer, error) {
	layouts, err := store.Layouts(layoutOf)
	if err != nil {
		return nil, err
	}
	w := &writer{turn: make(chan struct{}, 1), layouts: layouts}
	if err := w.connect(ctx, path, o); err != nil {
		return nil, err
	}
	return w, nil
}

// connect opens the connection. The caller has the turn, or the writer to itself.
func (w *writer) connect(ctx context.Context, path string, o Options) error {
	db := sql.OpenDB(connector{dsn(path, "&_txlock=immediate")})
	conn, err := db.Conn(ctx)
	if err == nil && o.MaxPages > 0 {
		_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", o.MaxPages))
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	w.db, w.conn, w.stmts = db, conn, map[string]*sql.Stmt{}
	return nil
}

// reopen turns to the file that now stands at path. If that fails, writes fail
// as after close.
func (w *writer) reopen(ctx context.Context, path string, o Options) error {
	_ = w.close() // of a file that is no longer ours, or for the second time
	w.turn <- struct{}{}
	defer func() { <-w.turn }()
	return w.connect(ctx, path, o)
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

// do runs f in a transaction, which is synced to disk when do returns nil. What f
// leaves behind in memory counts only then. If ctx ends, f is not run, or the
// answer tells what came of it. If f panics, so does do, and nothing is written.
func (w *writer) do(ctx context.Context, f func(tx) error) error {
	r := &request{ctx: ctx, f: f, done: make(chan struct{})}
	w.mu.Lock()
	w.queue = append(w.queue, r)
	w.mu.Unlock()
	select {
	case w.turn <- struct{}{}:
		defer func() { <-w.turn }()
		for !r.over() {
			w.serve()
		}
	case <-r.done:
	case <-ctx.Done():
		if w.withdraw(r) {
			return ctx.Err()
		}
		<-r.done
	}
	if r.died != nil {
		panic(r.died)
	}
	return r.err
}

func (r *request) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// withdraw takes r out of the queue; false if it is being carried out.
func (w *writer) withdraw(r *request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.queue, r)
	if i < 0 {
		return false
	}
	w.queue = slices.Delete(w.queue, i, i+1)
	return true
}

// serve carries out the next group. The caller has the turn.
func (w *writer) serve() {
	w.mu.Lock()
	group := slices.Clone(w.queue[:min(len(w.queue), groupSize)])
	w.queue = slices.Delete(w.queue, 0, len(group))
	w.mu.Unlock()
	n, err := w.run(group)
	w.mu.Lock()
	w.queue = slices.Insert(w.queue, 0, group[n:]...)
	w.mu.Unlock()
	for _, r := range group[:n] {
		if r.err == nil {
			r.err = err
		}
		close(r.done)
	}
}

// run carries out the first n of a group in one transaction; err is that of all.
func (w *writer) run(group []*request) (n int, err error) {
	if w.stmts == nil {
		return len(group), fmt.Errorf("store is closed: %w", grid.ErrUnavailable)
	}
	begun, err := w.conn.BeginTx(context.Background(), nil)
	if err != nil {
		return len(group), err
	}
	until := time.Now().Add(groupTime)
	for n < len(group) && (n == 0 || time.Now().Before(until)) {
		r := group[n]
		n++
		if err := w.runOne(r, len(group) == 1); err != nil {
			return n, errors.Join(err, begun.Rollback())
		}
	}
	if len(group) == 1 && group[0].err != nil {
		return n, begun.Rollback()
	}
	if err := w.stands(); err != nil {
		return n, errors.Join(err, begun.Rollback())
	}
	return n, begun.Commit()
}

// runOne carries out one write, in a savepoint unless it is alone. It returns an
// error if the whole transaction is beyond hope.
func (w *writer) runOne(r *request, alone bool) error {
	if r.err = r.ctx.Err(); r.err != nil {
		return nil
	}
	// From here on it is carried out to its end: SQLite undoes the transaction of a
	// statement that is interrupted, and with it the writes of everybody else in it.
	own := tx{context.WithoutCancel(r.ctx), w}
	if alone {
		r.err = r.call(own)
		return nil
	}
	all := tx{context.Background(), w}
	if err := all.exec("SAVEPOINT one"); err != nil {
		return err
	}
	if r.err = r.call(own); r.err != nil {
		if err := all.exec("ROLLBACK TO one"); err != nil {
			return errors.Join(r.err, err)
		}
	}
	return all.exec("RELEASE one")
}

// emptyLog moves the write-ahead log into the file and empties it; false if a reader
// still needs some of it. It waits for no reader: while it did, nobody could write.
func (w *writer) emptyLog(ctx context.Context) (emptied bool, err error) {
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-w.turn }()
	if w.stmts == nil {
		return false, fmt.Errorf("store is closed: %w", grid.ErrUnavailable)
	}
	if _, err := w.conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return false, err
	}
	var busy, log, done int
	err = w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &done)
	_, again := w.conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout))
	return busy == 0, errors.Join(err, again)
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
