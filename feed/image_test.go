package feed_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
	"quanxi/staff"
)

// TestImages starts a node beside an image of what another node showed, after something
// happened to the log or to the image. Whatever it was, the node ends at the truth.
func TestImages(t *testing.T) {
	errBroken := errors.New("a checksum is wrong")
	for _, tt := range []struct {
		name    string
		happens func(log *feedtest.Log, images *feedtest.Images)
		doubted bool // the image is thrown away
	}{
		{"nothing", func(*feedtest.Log, *feedtest.Images) {}, false},
		{"changes, removals and a load that is undone", func(log *feedtest.Log, _ *feedtest.Images) {
			log.Put(feedtest.Event(2, town, 106.5, 29.5), feedtest.Building(7, town, 106.6, 29.5))
			log.Remove(events.Events, 1)
			log.PutLoad(4, feedtest.Building(8, town, 106.5, 29.5), feedtest.Building(9, town, 106.6, 29.5))
			log.UndoLoad(4)
			log.PutLoad(5, feedtest.Building(10, town, 106.5, 29.5))
		}, false},
		{"an account is locked out, and another made", func(log *feedtest.Log, _ *feedtest.Images) {
			log.Remove(staff.Accounts, 21)
			log.Put(&staff.Account{Head: grid.Head{ID: 22}, Login: "li", Name: "李"})
		}, false},
		{"more changes than one page holds", func(log *feedtest.Log, _ *feedtest.Images) {
			for id := range int64(5100) {
				log.Put(feedtest.Event(1000+id, town, 106.5, 29.5))
			}
		}, false},
		{"an older backup is restored", func(log *feedtest.Log, _ *feedtest.Images) { log.Restore(2) }, true},
		{"an older copy takes the place of the store, and goes on", func(log *feedtest.Log, _ *feedtest.Images) {
			log.Rewrite(2)
			for id := range int64(9) {
				log.Put(feedtest.Event(100+id, town, 106.5, 29.5))
			}
		}, true},
		{"the log ends before the image", func(log *feedtest.Log, _ *feedtest.Images) { log.Rewrite(2) }, true},
		{"the log misses a row that came since", func(log *feedtest.Log, _ *feedtest.Images) {
			for id := range int64(3) {
				log.Put(feedtest.Event(30+id, town, 106.5, 29.5))
			}
			log.Lose(6)
		}, true},
		{"the image is damaged", func(_ *feedtest.Log, images *feedtest.Images) { images.Break(errBroken) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, wire, images := feedtest.NewLog(nil), feedtest.NewWire(nil), new(feedtest.Images)
				keepImage(t, log, wire, images)
				tt.happens(log, images)
				if _, err := log.Publish(t.Context(), 1<<20); err != nil {
					t.Fatal(err)
				}
				m := joinBeside(t, log, wire, images)
				pass(5 * time.Second)
				if !m.node.Status().Ready {
					t.Fatal("not ready")
				}
				level(t, log, m)
				if gone := images.Discarded(); (len(gone) > 0) != tt.doubted {
					t.Errorf("discarded: %v", gone)
				}
				log.Put(feedtest.Event(99, town, 106.5, 29.5))
				synctest.Wait()
				level(t, log, m)
			})
		})
	}
}

// A store that is away says nothing against an image.
func TestAnImageOutlivesAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire, images := feedtest.NewLog(nil), feedtest.NewWire(nil), new(feedtest.Images)
		keepImage(t, log, wire, images)
		log.Fail(errAway)
		m := joinBeside(t, log, wire, images)
		pass(5 * time.Second)
		log.Fail(nil)
		pass(5 * time.Second)
		level(t, log, m)
		if gone := images.Discarded(); len(gone) > 0 || !m.node.Status().Ready {
			t.Errorf("discarded: %v; ready: %v", gone, m.node.Status().Ready)
		}
	})
}

// What the World refused is loaded anew from the rows: the image may be why.
func TestAnImageIsTakenUpOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire, images := feedtest.NewLog(nil), feedtest.NewWire(nil), new(feedtest.Images)
		keepImage(t, log, wire, images)
		m := joinBeside(t, log, wire, images)
		pass(time.Second)
		images.Break(errors.New("opened again"))
		m.world.RefuseNext()
		log.Put(feedtest.Event(5, town, 106.5, 29.5))
		pass(5 * time.Second)
		level(t, log, m)
		if gone := images.Discarded(); len(gone) > 0 {
			t.Errorf("discarded: %v", gone)
		}
	})
}

// keepImage keeps an image of what a node shows that has followed a log of four rows.
func keepImage(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, images *feedtest.Images) {
	t.Helper()
	log.Put(feedtest.Event(1, town, 106.5, 29.5))
	log.Put(feedtest.Building(6, town, 106.5, 29.5))
	log.Put(&staff.Account{Head: grid.Head{ID: 21}, Login: "wang", Name: "王"})
	log.Put(feedtest.Event(2, town, 106.6, 29.5))
	m := join(t, log, wire)
	pass(time.Second)
	level(t, log, m)
	at, err := log.Position(t.Context())
	if err != nil || at.Pos != 4 {
		t.Fatalf("the log stands at %d, %v", at.Pos, err)
	}
	images.Keep(m.world, at)
	m.stop()
}

// joinBeside is join for a member that starts beside images.
func joinBeside(t *testing.T, log *feedtest.Log, wire feed.Transport, images feed.Images) *member {
	t.Helper()
	m := &member{world: feedtest.NewWorld(), audience: new(feedtest.Audience)}
	m.node = feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: m.world, Audience: m.audience, Images: images}, feed.NodeOptions{})
	m.relay = feed.NewRelay(log, wire, feed.RelayOptions{})
	m.stop = run(t, m.relay, m.node)
	return m
}
