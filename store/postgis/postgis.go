// Package postgis keeps everything in PostgreSQL 15 or newer with PostGIS 3.3 or
// newer. It implements grid.Store and feed.Log, for any number of nodes on one
// database.
//
// It knows nothing of viewers, tiles, HTTP or NATS, and holds no key.
//
// All tables stand in the schema quanxi; its migrations are inside the binary.
// Work goes through a pool. Whatever needs a session of its own (the relay's
// lock, waiting for notifications, a bulk load) has a direct connection, which
// must not lead through a pooler of transactions.
package postgis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"quanxi/feed"
	"quanxi/grid"
)

// Store is one handle on a database. It is safe for concurrent use. When
// PostgreSQL goes away, calls fail with grid.ErrUnavailable until it is back.
type Store struct {
	pool    *pgxpool.Pool
	direct  *pgx.ConnConfig
	options Options
	layouts map[grid.Kind]layout // fixed after Open
	ids     ids

	wake    chan struct{} // something may have been committed
	notices chan struct{} // other nodes must hear of a commit
	waiting atomic.Bool   // the last Publish left changes behind an open transaction
	listen  sync.Once

	closing context.Context
	stop    context.CancelFunc
	owned   sync.WaitGroup
}

var (
	_ grid.Store = (*Store)(nil)
	_ feed.Log   = (*Store)(nil)
)

// Options tune a Store; the zero value is right for production.
type Options struct {
	// Direct is the address for sessions of our own, if that of Open leads through
	// a pooler.
	Direct string
	// Connections bounds the pool; 16 if zero.
	Connections int32
	// StatementTime ends a statement that takes longer, loads excepted; 30 s if zero.
	StatementTime time.Duration
	// LockTime ends a wait for a lock on a row; 5 s if zero.
	LockTime time.Duration
	// BatchRows is how many rows one short transaction of a bulk load writes; 2000 if zero.
	BatchRows int
	// Readers is how many connections a Load reads through; 2 if zero.
	Readers int
	// StretchPages is how many pages of a table, about 30 rows each, one reader of a
	// Load fetches at a time and may hold in memory; 700 if zero.
	StretchPages int
}

func (o Options) withDefaults() Options {
	o.Connections = cmp.Or(o.Connections, 16)
	o.StatementTime = cmp.Or(o.StatementTime, 30*time.Second)
	o.LockTime = cmp.Or(o.LockTime, 5*time.Second)
	o.BatchRows = cmp.Or(o.BatchRows, 2000)
	o.Readers = cmp.Or(o.Readers, 2)
	o.StretchPages = cmp.Or(o.StretchPages, 700)
	return o
}

// Open connects to the database at url, and makes or brings up to date the
// schema. The error says so if the server is too old or PostGIS is missing.
func Open(ctx context.Context, url string) (*Store, error) {
	return OpenWith(ctx, url, Options{})
}

// OpenWith is Open with options.
func OpenWith(ctx context.Context, url string, options Options) (*Store, error) {
	s := &Store{options: options.withDefaults(), wake: make(chan struct{}, 1), notices: make(chan struct{}, 1)}
	s.closing, s.stop = context.WithCancel(context.Background())
	if err := s.open(ctx, url); err != nil {
		s.stop()
		if s.pool != nil {
			s.pool.Close()
		}
		return nil, fmt.Errorf("open database: %w", classify(err))
	}
	s.owned.Go(s.notifyUntilClosed)
	return s, nil
}

func (s *Store) open(ctx context.Context, url string) error {
	var err error
	if s.direct, err = pgx.ParseConfig(cmp.Or(s.options.Direct, url)); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if s.pool, err = s.connectPool(ctx, url); err != nil {
		return err
	}
	if err := s.abandon(ctx); err != nil {
		return err
	}
	_, err = s.Position(ctx) // begins a new epoch if this is another database
	return err
}

// connectPool opens the pool; every connection learns the type of PostGIS.
func (s *Store) connectPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = s.options.Connections
	config.AfterConnect = registerGeometry
	s.limit(config.ConnConfig, s.options.StatementTime)
	s.limit(s.direct, 0)
	return pgxpool.NewWithConfig(ctx, config)
}

// limit bounds how long a connection's statements may take and wait.
func (s *Store) limit(c *pgx.ConnConfig, statement time.Duration) {
	c.RuntimeParams["statement_timeout"] = fmt.Sprint(statement.Milliseconds())
	c.RuntimeParams["lock_timeout"] = fmt.Sprint(s.options.LockTime.Milliseconds())
	// A process that stands still within a write would hold publication back (RULES A4), and
	// the next relay, which is at work within five seconds, would have nothing to publish.
	c.RuntimeParams["idle_in_transaction_session_timeout"] = "3000"
	c.RuntimeParams["application_name"] = "quanxi"
	c.RuntimeParams["timezone"] = "UTC"
}

// Close ends what the store has under way and disconnects. It gives the relay
// lock back.
func (s *Store) Close() error {
	s.stop()
	s.owned.Wait()
	s.pool.Close()
	return nil
}

// session opens a direct connection.
func (s *Store) session(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, s.direct.Copy())
	if err != nil {
		return nil, err
	}
	if err := registerGeometry(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return conn, nil
}

// update runs f in one transaction of a pooled connection.
func (s *Store) update(ctx context.Context, f func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, f)
}

// signal tells Await that something may have been committed.
func (s *Store) signal() { nudge(s.wake) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// committed tells this node's relay at once and the others soon.
func (s *Store) committed() {
	s.signal()
	nudge(s.notices)
}
