package feed_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// A frozen transport holds up whoever sends on it, as SIGSTOP does, until thawed.
type freezer struct {
	feed.Transport
	gate atomic.Pointer[chan struct{}]
}

func (f *freezer) Publish(ctx context.Context, b feed.Batch) error {
	if gate := f.gate.Load(); gate != nil {
		<-*gate
	}
	return f.Transport.Publish(ctx, b)
}

func (f *freezer) freeze() (thaw func()) {
	gate := make(chan struct{})
	f.gate.Store(&gate)
	return func() { f.gate.Store(nil); close(gate) }
}

func TestOneRelayWorksAndAnotherTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		first := join(t, log, wire)
		pass(time.Second)
		second := join(t, log, wire)
		pass(time.Second)
		if !first.relay.Status().Holding || second.relay.Status().Holding {
			t.Fatal("want the first to hold the lock, and it alone")
		}
		first.stop()
		log.Put(feedtest.Event(1, town, 106.5, 29.5))
		pass(100 * time.Millisecond)
		if !second.relay.Status().Holding {
			t.Error("the second did not take over")
		}
		level(t, log, second)
	})
}

func TestPositionsAssignedButNeverSentAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		first := join(t, log, wire)
		pass(time.Second)
		second := join(t, log, wire)
		pass(time.Second)
		wire.Cut() // the first gives the position and dies before it is sent
		log.Put(feedtest.Event(1, town, 106.5, 29.5))
		synctest.Wait()
		first.stop()
		wire.Mend()
		pass(500 * time.Millisecond)
		level(t, log, second)
		if second.world.Begun() != 1 {
			t.Error("a hole was answered by a full load")
		}
	})
}

func TestAThawedRelayDoesNoHarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		cold := &freezer{Transport: wire}
		first := join(t, log, cold)
		pass(time.Second)
		second := join(t, log, wire)
		pass(time.Second)

		thaw := cold.freeze()
		log.Put(feedtest.Event(1, town, 106.5, 29.5)) // gets its position, then nothing moves
		pass(time.Minute)
		if second.node.Status().Fresh {
			t.Error("fresh while the relay stands still")
		}
		log.BreakLock() // the database gives the session up
		pass(time.Second)
		log.Put(feedtest.Event(2, town, 106.5, 29.5))
		pass(89 * time.Second)
		level(t, log, second)
		thaw()
		pass(2 * time.Second)
		log.Put(feedtest.Event(3, town, 106.5, 29.5))
		pass(time.Second)
		level(t, log, first, second)
		if first.relay.Status().Holding == second.relay.Status().Holding {
			t.Error("want one relay to hold the lock, and one alone")
		}
		if first.world.Begun()+second.world.Begun() != 2 {
			t.Error("a thaw was answered by a full load")
		}
	})
}

func TestARelayThatStoodStillTakesItsLockAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		cold := &freezer{Transport: wire}
		only := join(t, log, cold)
		pass(time.Second)
		thaw := cold.freeze()
		pass(150 * time.Second)
		thaw()
		pass(2 * time.Second)
		if s := only.relay.Status(); !s.Holding || s.Terms < 2 {
			t.Errorf("%+v, want a second term", s)
		}
		log.Put(feedtest.Event(1, town, 106.5, 29.5))
		synctest.Wait()
		level(t, log, only)
	})
}

func TestARelayWhoLostItsLockToAnotherIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		first := join(t, log, wire)
		pass(time.Second)
		cold := &freezer{Transport: wire}
		thaw := cold.freeze()
		join(t, log, cold) // takes over, and hangs
		pass(time.Second)
		log.BreakLock()
		pass(3 * time.Second)
		if first.relay.Status().Holding || first.node.Status().Fresh {
			t.Error("it vouches for a position that it does not know to be the last")
		}
		thaw()
	})
}

// A database that stops closes one session after another: it may still answer when the one
// with the lock is gone. The map goes on all the same.
func TestAStoreThatAnswersWhileItGoesIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		only := join(t, log, wire)
		log.Put(feedtest.Event(1, town, 106.5, 29.5))
		pass(time.Second)
		log.BreakLock()
		pass(time.Millisecond) // it is asked, and answers
		log.Fail(errors.New("the database is shutting down"))
		pass(10 * time.Second)
		if !only.node.Status().Fresh {
			t.Error("the node takes itself for cut off, though nothing can have been committed")
		}
		log.Fail(nil)
		pass(5 * time.Second)
		log.Put(feedtest.Event(2, town, 106.5, 29.5))
		synctest.Wait()
		level(t, log, only)
	})
}

func TestARelayBeatsWhenIdleAndOnlyThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		join(t, log, wire)
		pass(time.Second)
		before := wire.Sent()
		pass(10 * time.Second)
		if beats := wire.Sent() - before; beats < 39 || beats > 41 {
			t.Errorf("%d beats in 10 s, want 40", beats)
		}
	})
}
