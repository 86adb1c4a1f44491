package feed_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// removedFirst returns a log in which the removal of an event has a position, and
// the state that it removed has none yet: the order of batches, not of commits.
func removedFirst(t *testing.T) *feedtest.Log {
	t.Helper()
	for seed := range uint64(100) {
		log := feedtest.NewLog(rand.New(rand.NewPCG(seed, 1)))
		log.Put(feedtest.Event(1, town, 106.5, 29.5))
		log.Remove(events.Events, 1)
		b, err := log.Publish(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if b.Changes[0].Op == feed.Remove {
			return log
		}
	}
	t.Fatal("no order puts the removal first")
	return nil
}

func TestWhatWasRemovedBeforeTheLoadStaysRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := removedFirst(t), feedtest.NewWire(nil)
		world, audience := feedtest.NewWorld(), new(feedtest.Audience)
		node := feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: world, Audience: audience}, feed.NodeOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		wg.Go(func() {
			if err := node.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		late, err := log.Publish(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(late.Changes) != 1 || late.Changes[0].Op != feed.Put {
			t.Fatalf("late changes %+v", late.Changes)
		}
		if err := wire.Publish(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if at := node.Status().Pos; at != late.Pos {
			t.Errorf("the node is at %d, want %d", at, late.Pos)
		}
		if state := world.State(); len(state) != 0 {
			t.Errorf("what was removed is back: %v", state)
		}
		if news := audience.News(); len(news) != 0 {
			t.Errorf("told of what was removed: %+v", news)
		}
	})
}
