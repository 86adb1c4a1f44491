package feed_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// A member is one node and its relay, as one process has them.
type member struct {
	world    *feedtest.World
	audience *feedtest.Audience
	node     *feed.Node
	relay    *feed.Relay
	stop     func() // ends both and waits
}

// join starts a member on a log and a wire; it ends with the test.
func join(t *testing.T, log *feedtest.Log, wire feed.Transport) *member {
	t.Helper()
	return joinWith(t, log, wire, feed.RelayOptions{})
}

func joinWith(t *testing.T, log *feedtest.Log, wire feed.Transport, options feed.RelayOptions) *member {
	t.Helper()
	m := &member{world: feedtest.NewWorld(), audience: new(feedtest.Audience)}
	m.node = feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: m.world, Audience: m.audience}, feed.NodeOptions{})
	m.relay = feed.NewRelay(log, wire, options)
	m.stop = run(t, m.relay, m.node)
	return m
}

// run runs a relay and a node until stop, or until the test ends.
func run(t *testing.T, relay *feed.Relay, node *feed.Node) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { relay.Run(ctx) })
	wg.Go(func() {
		if err := node.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

// pass lets d pass on the bubble's clock and everything that is due happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// level fails the test unless the members' Worlds are what the log says.
func level(t *testing.T, log *feedtest.Log, members ...*member) {
	t.Helper()
	for i, m := range members {
		if diff := cmp.Diff(log.State(), m.world.State()); diff != "" {
			t.Errorf("member %d differs from the log (-log +world):\n%s", i, diff)
		}
	}
}

// inBubble runs f with a clock of its own.
func inBubble(f func(t *testing.T)) func(t *testing.T) {
	return func(t *testing.T) { synctest.Test(t, f) }
}
