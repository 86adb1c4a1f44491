package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// changeColumns are the columns that scanChange reads.
const changeColumns = "pos, kind, id, revision, op, at, body"

// Position implements feed.Log. Changes have their positions as soon as they are
// committed, so the log stands at the last of them.
func (s *Store) Position(ctx context.Context) (feed.Position, error) {
	at, err := s.position(ctx)
	if err != nil {
		return feed.Position{}, fmt.Errorf("position: %w", classify(err))
	}
	return at, nil
}

func (s *Store) position(ctx context.Context) (feed.Position, error) {
	if err := s.verify(ctx); err != nil {
		return feed.Position{}, err
	}
	view, err := s.snapshot(ctx)
	if err != nil {
		return feed.Position{}, err
	}
	defer view.end()
	return position(ctx, view.tx)
}

func position(ctx context.Context, tx *sql.Tx) (feed.Position, error) {
	var at feed.Position
	if err := scanEpoch(ctx, tx, &at.Epoch); err != nil {
		return at, err
	}
	c, err := scanChange(tx.QueryRowContext(ctx, "SELECT "+changeColumns+" FROM change ORDER BY pos DESC LIMIT 1"))
	if errors.Is(err, sql.ErrNoRows) {
		return at, nil
	}
	at.Pos, at.Horizon, at.Digest = c.Pos, c.Pos, store.Digest(c)
	return at, err
}

func scanEpoch(ctx context.Context, tx *sql.Tx, epoch *feed.Epoch) error {
	return tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'epoch'").Scan(epoch)
}

// Digest implements feed.Log.
func (s *Store) Digest(ctx context.Context, pos int64) ([]byte, error) {
	c, err := scanChange(s.readers.Load().QueryRowContext(ctx, "SELECT "+changeColumns+" FROM change WHERE pos = ?", pos))
	if errors.Is(err, sql.ErrNoRows) {
		err = feed.ErrEpoch
	}
	if err != nil {
		return nil, fmt.Errorf("digest at %d: %w", pos, classify(err))
	}
	return store.Digest(c), nil
}

func scanChange(row interface{ Scan(...any) error }) (feed.Change, error) {
	var c feed.Change
	var at int64
	var body string
	err := row.Scan(&c.Pos, &c.Kind, &c.ID, &c.Revision, &c.Op, &at, &body)
	c.At = time.UnixMicro(at).UTC()
	if body != "" {
		c.Body = []byte(body)
	}
	return c, err
}

// Changes implements feed.Log.
func (s *Store) Changes(ctx context.Context, after, upTo int64, limit int) ([]feed.Change, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.ReadLimit)
	defer cancel()
	list, err := changes(ctx, s.readers.Load(), after, upTo, limit)
	if err != nil {
		return nil, fmt.Errorf("changes: %w", classify(err))
	}
	return list, nil
}

// changes reads whole writes, up to the one that reaches the limit.
func changes(ctx context.Context, from querier, after, upTo int64, limit int) ([]feed.Change, error) {
	rows, err := from.QueryContext(ctx, "SELECT "+changeColumns+` FROM change WHERE pos > ?1
		AND pos <= min(?2, COALESCE((SELECT write_end FROM change WHERE pos = ?1 + ?3), ?2)) ORDER BY pos`, after, upTo, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []feed.Change
	for rows.Next() {
		c, err := scanChange(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// last returns the position of the last committed change.
func (s *Store) last(ctx context.Context) (pos int64, err error) {
	err = s.readers.Load().QueryRowContext(ctx, "SELECT COALESCE(max(pos), 0) FROM change").Scan(&pos)
	return pos, err
}

// Publish implements feed.Log. The single writer has given positions already;
// what is new to this handle since it took the relay lock is handed out.
func (s *Store) Publish(ctx context.Context, limit int) (feed.Batch, error) {
	after := s.published.Load()
	b, err := s.publish(ctx, after, limit)
	if err != nil {
		return feed.Batch{}, fmt.Errorf("publish: %w", classify(err))
	}
	s.published.CompareAndSwap(after, b.Pos)
	return b, nil
}

func (s *Store) publish(ctx context.Context, after int64, limit int) (feed.Batch, error) {
	if err := s.verify(ctx); err != nil {
		return feed.Batch{}, err
	}
	view, err := s.snapshot(ctx)
	if err != nil {
		return feed.Batch{}, err
	}
	defer view.end()
	b := feed.Batch{After: after}
	if err := scanEpoch(ctx, view.tx, &b.Epoch); err != nil {
		return feed.Batch{}, err
	}
	if b.Changes, err = changes(ctx, view.tx, after, math.MaxInt64, limit); err != nil {
		return feed.Batch{}, err
	}
	b.Pos = after + int64(len(b.Changes))
	b.Horizon = b.Pos
	return b, nil
}

// Await implements feed.Log. Commits of this handle wake it; those of others are
// looked for, since SQLite tells nobody.
func (s *Store) Await(ctx context.Context) error {
	foreign := time.NewTicker(s.options.ForeignPoll)
	defer foreign.Stop()
	began := s.opened.Load()
	for {
		select {
		case <-s.wake:
			return nil
		case <-foreign.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closing.Done():
			return fmt.Errorf("store is closed: %w", grid.ErrUnavailable)
		}
		if more, err := s.more(ctx, began); more || err != nil {
			return err
		}
	}
}

// more reports whether there is something to publish that nobody announced.
func (s *Store) more(ctx context.Context, began *identity) (bool, error) {
	if err := s.verify(ctx); err != nil {
		return false, fmt.Errorf("await: %w", err)
	}
	if s.opened.Load() != began {
		return true, nil // another file: Publish tells its epoch
	}
	last, err := s.last(ctx)
	if err != nil {
		return false, fmt.Errorf("await: %w", classify(err))
	}
	return last > s.published.Load(), nil
}

// LockRelay implements feed.Log. The lock is a lock on a file beside the store;
// the system gives it back when the process ends, so it cannot be lost.
func (s *Store) LockRelay(ctx context.Context) (context.Context, func(), error) {
	retry := time.NewTicker(s.options.ForeignPoll)
	defer retry.Stop()
	for {
		f, ok, err := s.side.tryRelay()
		if err != nil {
			return nil, nil, fmt.Errorf("relay lock: %w", err)
		}
		if ok {
			return s.hold(ctx, func() { _ = f.Close() })
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-s.closing.Done():
			return nil, nil, fmt.Errorf("store is closed: %w", grid.ErrUnavailable)
		}
	}
}

// hold begins a term of the relay: what was committed before it is read from the
// log, not published again.
func (s *Store) hold(ctx context.Context, unlock func()) (context.Context, func(), error) {
	at, err := s.last(ctx)
	if err != nil {
		unlock()
		return nil, nil, fmt.Errorf("relay lock: %w", classify(err))
	}
	s.published.Store(at)
	held, cancel := context.WithCancel(ctx)
	release := sync.OnceFunc(func() { cancel(); unlock() })
	s.term.Store(&release)
	return held, release, nil
}
