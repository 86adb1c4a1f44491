// Package gpkg keeps everything in one SQLite file that is a valid GeoPackage:
// the embedded store, with no server to install. It implements grid.Store and
// feed.Log.
//
// It knows nothing of viewers, tiles, HTTP or NATS, and holds no key.
//
// One connection writes, in WAL mode and synced at every commit; readers have
// connections of their own and a time limit. Other processes may read the file
// at any time. What they write to our tables fails, since every table has
// triggers that call a function which only this package registers (RULES A16).
package gpkg

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"quanxi/feed"
	"quanxi/grid"
)

// Store is one open handle on a file. It is safe for concurrent use; several
// handles on one file are too, also in several processes.
type Store struct {
	path    string
	readers atomic.Pointer[sql.DB]
	opened  atomic.Pointer[identity] // of the file; nil while none is open
	writer  *writer
	side    *side
	options Options

	wake      chan struct{} // something may have been committed
	reopening sync.Mutex
	remains   atomic.Bool            // of destroyed keys are in the write-ahead log
	published atomic.Int64           // position up to which Publish has returned changes
	term      atomic.Pointer[func()] // gives the relay lock back; nil if it was never held
	closing   context.Context
	close     context.CancelFunc
}

var (
	_ grid.Store = (*Store)(nil)
	_ feed.Log   = (*Store)(nil)
)

// Options tune a Store; the zero value is right for production.
type Options struct {
	// ReadLimit ends a read transaction that takes longer, since it keeps the log
	// from being cut; 1 min if zero. Entities goes on in another one; Load and
	// LoadEntities have twenty times as long.
	ReadLimit time.Duration
	// BatchTime is how long one short transaction of a bulk load may hold the
	// writer; 20 ms if zero.
	BatchTime time.Duration
	// ForeignPoll is how often commits of other processes are looked for; 100 ms
	// if zero.
	ForeignPoll time.Duration
	// Readers is how many connections a Load reads through; 2 if zero.
	Readers int
	// StretchRows is how many rows of a table one of them reads at a time; 20,000 if zero.
	StretchRows int
	// MaxPages bounds the file's size in pages of 4 KiB; no bound if zero. A write
	// beyond it fails with grid.ErrUnavailable, like one on a full disk.
	MaxPages int64
}

func (o Options) withDefaults() Options {
	o.ReadLimit = cmp.Or(o.ReadLimit, time.Minute)
	o.BatchTime = cmp.Or(o.BatchTime, 20*time.Millisecond)
	o.Readers = cmp.Or(o.Readers, 2)
	o.StretchRows = cmp.Or(o.StretchRows, 20_000)
	o.ForeignPoll = cmp.Or(o.ForeignPoll, 100*time.Millisecond)
	return o
}

// Open opens the file at path, and makes it if there is none.
func Open(ctx context.Context, path string) (*Store, error) {
	return OpenWith(ctx, path, Options{})
}

// OpenWith is Open with options. Loads that a dead process left
// open are aborted; Sweep removes their rows.
func OpenWith(ctx context.Context, path string, options Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s := &Store{path: path, options: options.withDefaults(), wake: make(chan struct{}, 1)}
	s.closing, s.close = context.WithCancel(context.Background())
	if err := s.open(ctx); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open %s: %w", path, classify(err))
	}
	return s, nil
}

// private makes a missing file readable by its owner alone: it holds a city's
// people. SQLite gives the files beside it the same mode.
func private(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func (s *Store) open(ctx context.Context) error {
	is, err := identify(s.path)
	if err != nil {
		return err
	}
	s.opened.Store(&is)
	s.readers.Store(openReaders(s.path))
	if s.side, err = openSide(s.path); err != nil {
		return err
	}
	if s.writer, err = openWriter(ctx, s.path, s.options); err != nil {
		return err
	}
	s.writer.stands = s.stands
	return s.begin(ctx)
}

func openReaders(path string) *sql.DB {
	db := sql.OpenDB(connector{dsn(path, "")})
	db.SetMaxIdleConns(8)
	return db
}

// begin makes a file that was just opened ready for use.
func (s *Store) begin(ctx context.Context) error {
	if err := s.writer.do(ctx, migrate); err != nil {
		return fmt.Errorf("tables: %w", err)
	}
	if err := s.imprint(ctx); err != nil {
		return err
	}
	if err := s.writer.do(ctx, s.checkEpoch); err != nil {
		return err
	}
	if err := s.abandon(ctx); err != nil {
		return err
	}
	at, err := s.last(ctx)
	s.published.Store(at)
	return err
}

// imprint puts what the log holds of a new file into the file itself, where map
// programs look for the application id.
func (s *Store) imprint(ctx context.Context) error {
	db := openFile(s.path)
	defer db.Close()
	var id int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err == nil && id == applicationID {
		return nil
	}
	_, err := s.writer.emptyLog(ctx) // nobody else reads a file that has no tables yet
	return err
}

// applicationID says in the header of an SQLite file that it is a GeoPackage ("GPKG").
const applicationID = 0x47504b47

// Close waits for the writer and closes the file. It gives the relay lock back.
func (s *Store) Close() error {
	s.close()
	if release := s.term.Load(); release != nil {
		(*release)()
	}
	var errs []error
	if db := s.readers.Load(); db != nil {
		errs = append(errs, db.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.side != nil {
		errs = append(errs, s.side.close())
	}
	return errors.Join(errs...)
}

// signal tells Await that something may have been committed.
func (s *Store) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
