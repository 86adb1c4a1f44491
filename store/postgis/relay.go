package postgis

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// relayLock is the advisory lock of whoever publishes, one in a database.
const relayLock = 0x7265_6c61_79

const (
	// heartbeat is how often the holder of the relay lock makes sure of it.
	heartbeat = 700 * time.Millisecond
	// heartbeatTime is how long the answer may take.
	heartbeatTime = 1300 * time.Millisecond
	// relaySession are the settings of the session that holds the lock. The server
	// itself ends the session of a process that stands still, since its connection
	// looks alive: the next relay is at work within five seconds, also on a machine that is
	// busy with much else.
	relaySession = "SET lock_timeout = 0; SET idle_session_timeout = '2s'"
)

// LockRelay implements feed.Log. The lock belongs to a session: when the
// connection breaks, the server gives it to the next, and held ends here within
// two seconds.
func (s *Store) LockRelay(ctx context.Context) (context.Context, func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(s.closing, cancel)
	conn, err := s.session(ctx)
	if err == nil {
		_, err = conn.Exec(ctx, relaySession)
	}
	if err == nil {
		_, err = conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(relayLock))
	}
	if err != nil {
		unlink()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		cancel()
		if conn != nil {
			_ = conn.Close(context.WithoutCancel(ctx)) // the connection is no use to anybody
		}
		return nil, nil, fmt.Errorf("relay lock: %w", classify(err))
	}
	done := make(chan struct{})
	s.owned.Go(func() {
		defer close(done)
		watch(ctx, conn)
		cancel()
	})
	return ctx, sync.OnceFunc(func() { unlink(); cancel(); <-done }), nil
}

// watch returns when the session is lost or ctx ends, and closes the session,
// which gives the lock back.
func watch(ctx context.Context, conn *pgx.Conn) {
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for ctx.Err() == nil {
		quiet, cancel := context.WithTimeout(ctx, heartbeat)
		_, _ = conn.WaitForNotification(quiet) // there are none: it returns early only if the connection breaks
		cancel()
		if conn.IsClosed() {
			return
		}
		alive, cancel := context.WithTimeout(ctx, heartbeatTime)
		err := conn.Ping(alive)
		cancel()
		if err != nil {
			return
		}
	}
}
