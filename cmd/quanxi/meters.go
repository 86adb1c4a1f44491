package main

import (
	"context"
	"time"
)

// tellMeters is how often other nodes are told what was given out here: so much longer may
// one who asks everywhere at once have more than the rate.
const tellMeters = 200 * time.Millisecond

// shareMeters keeps the meters level with those of other nodes, until ctx ends. While those
// cannot be told each node counts for itself.
func (n *node) shareMeters(ctx context.Context) error {
	stop, err := n.bus.SubscribeTellings(n.meters.Note)
	if err != nil {
		return err
	}
	defer stop()
	tick := time.NewTicker(tellMeters)
	defer tick.Stop()
	for told := true; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			t, some := n.meters.Tell()
			if !some {
				continue
			}
			err := n.bus.PublishTelling(t)
			if err != nil && told { // once, not five times a second
				n.log.Warn("other nodes do not hear how fast one asks here", "err", err)
			}
			told = err == nil
		}
	}
}
