package feed_test

import (
	"testing"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

// An asker asks for a tile, and lets one go, in the moment in which it is told of something.
type asker struct {
	feed.Viewer
	ask func()
}

func (a asker) SeesEvents(p events.Privacy, area grid.Code) bool {
	a.ask()
	return a.Viewer.SeesEvents(p, area)
}

func (a asker) Sees(kind grid.Kind, area grid.Code) bool {
	a.ask()
	return a.Viewer.Sees(kind, area)
}

// If asking for a tile waited until all are told, this would never end.
func TestWhoAsksForATileDoesNotWaitUntilAllAreTold(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	asked := 0
	var screen *feed.Subscription
	viewer := asker{feedtest.Everybody(), func() {
		if screen == nil {
			return
		}
		asked++
		here := feed.Tile{Set: 1, Z: 14}
		screen.Hold(here, 7)
		if version, ok := screen.Held(here); !ok || version != 7 {
			t.Errorf("the tile is held at %d, %v", version, ok)
		}
		screen.Forget(here)
	}}
	screen = hub.Subscribe(viewer, nil)
	defer screen.Close()
	everywhere := box(106, 29, 107, 30)
	if err := screen.View(feed.View{Envelope: everywhere, Zoom: 14, Topics: feed.Topics()}); err != nil {
		t.Fatal(err)
	}
	before := asked
	at := feed.Sight{Area: east, Envelope: box(106.5, 29.5, 106.5, 29.5), There: true}
	hub.Publish(feed.Update{Epoch: "e", Pos: 1, News: []feed.News{{Change: feed.Change{Pos: 1, Kind: events.Events, ID: 1, Revision: 1, Op: feed.Put}, Epoch: "e", After: at}},
		Effects: feed.Effects{Counters: []feed.Counted{{Code: east}}}})
	if asked == before {
		t.Error("nothing was asked for while it was told")
	}
}

// Whoever goes while a tile is drawn for it must not be told of that tile for ever.
func TestWhoHasGoneHoldsNoTile(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	screen := hub.Subscribe(feedtest.Everybody(), nil)
	screen.Close()
	here := feed.Tile{Set: 1, Z: 14}
	screen.Hold(here, 7)
	if _, held := screen.Held(here); held {
		t.Error("it holds one")
	}
}
