package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quanxi/grid"
)

// channel carries a notification whenever something was committed. It is sent
// beside the transaction: a NOTIFY inside it would make commits queue up behind
// one lock of the whole server.
const channel = "quanxi_change"

const (
	// safetyNet is how long Await sleeps at most, in case a node died between its
	// commit and its notification.
	safetyNet = time.Second
	// behind is how often Await looks again while changes wait for somebody else's
	// open transaction, the end of which nobody announces.
	behind = 20 * time.Millisecond
	// retryAfter is the pause before a lost connection is tried again.
	retryAfter = 250 * time.Millisecond
)

// Await implements feed.Log.
func (s *Store) Await(ctx context.Context) error {
	s.listen.Do(func() { s.owned.Go(s.listenUntilClosed) })
	again := safetyNet
	if s.waiting.Load() {
		again = behind
	}
	timer := time.NewTimer(again)
	defer timer.Stop()
	select {
	case <-s.wake:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing.Done():
		return errClosed()
	}
}

func errClosed() error { return fmt.Errorf("store is closed: %w", grid.ErrUnavailable) }

// listenUntilClosed keeps a direct connection that hears of commits. After each
// loss it wakes the relay, since it may have missed something.
func (s *Store) listenUntilClosed() {
	for s.closing.Err() == nil {
		// Whatever went wrong, the answer is to connect again.
		_ = s.listenOnce(s.closing)
		s.signal()
		pause(s.closing, retryAfter)
	}
}

func (s *Store) listenOnce(ctx context.Context) (err error) {
	conn, err := s.session(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	s.signal()
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		s.signal()
	}
}

// notifyUntilClosed tells other nodes of commits, many at once if they come fast.
func (s *Store) notifyUntilClosed() {
	for {
		select {
		case <-s.notices:
		case <-s.closing.Done():
			return
		}
		if _, err := s.pool.Exec(s.closing, "SELECT pg_notify($1, '')", channel); err != nil {
			pause(s.closing, retryAfter)
			nudge(s.notices)
		}
	}
}

// pause returns after d, or when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
