package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

// A store is restored between a write and its reply: the token names a history that
// is over, and nobody is told that the write is on the map.
func TestATokenNamesTheEpochOfItsWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		world, audience := feedtest.NewWorld(), new(feedtest.Audience)
		node := feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: world, Audience: audience}, feed.NodeOptions{})
		relay := feed.NewRelay(log, wire, feed.RelayOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		running.Go(func() { relay.Run(ctx) })
		running.Go(func() { _ = node.Run(ctx) })
		write := func(id int64) grid.Receipt {
			mark := log.Put(feedtest.Event(id, "500101001", 106.5, 29.5))
			at, err := log.Position(t.Context())
			if err != nil {
				t.Error(err)
			}
			return grid.Receipt{Mark: mark, Epoch: string(at.Epoch)}
		}
		tokens := tokens{node, feed.NewSealer([]byte("secret"))}
		time.Sleep(time.Second)
		lost := write(1)
		log.Restore(0)
		kept := write(2)
		time.Sleep(5 * time.Second)
		if err := tokens.Wait(t.Context(), tokens.Seal(lost)); !errors.Is(err, feed.ErrEpoch) {
			t.Errorf("a write that the restore lost: %v, want ErrEpoch", err)
		}
		if err := tokens.Wait(t.Context(), tokens.Seal(kept)); err != nil {
			t.Errorf("a write of this epoch: %v", err)
		}
	})
}
