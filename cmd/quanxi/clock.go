package main

import (
	"context"
	"time"
)

// clockTick is how late something may become overdue on the screens.
const clockTick = time.Second

// followClock has the node show and tell what changes by time alone, such as an event
// that becomes overdue, until ctx ends.
func (n *node) followClock(ctx context.Context) error {
	tick := time.NewTicker(clockTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			n.feed.Advance(ctx)
		}
	}
}
