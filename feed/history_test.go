package feed_test

import (
	"testing"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// A load may hold commits that get their position only later, and these are then no
// news: whoever was told by another process up to where the load stands may lack them.
func TestWhoStoppedWhereALoadStandsBeginsAnew(t *testing.T) {
	const loaded = 10
	for _, tt := range []struct {
		name     string
		from     int64
		resyncs  int64
		replayed int
	}{
		{"told by another process up to the load", loaded, 1, 0},
		{"told of the first change behind it", loaded + 1, 0, 2},
		{"told of all but the last", loaded + 2, 0, 1},
		{"told of everything", loaded + 3, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			hub.Reset(feed.Position{Epoch: "e", Pos: loaded})
			here := box(106.4, 29.4, 106.6, 29.6)
			for pos := int64(loaded + 1); pos <= loaded+3; pos++ {
				change := feed.Change{Pos: pos, Kind: events.Events, ID: pos, Revision: 1, Op: feed.Put, Body: []byte(`{}`)}
				sight := feed.Sight{Area: east, Envelope: here, There: true}
				hub.Publish(feed.Update{Epoch: "e", Pos: pos, News: []feed.News{{Change: change, Epoch: "e", After: sight}}})
			}
			sub := hub.Subscribe(feedtest.Everybody(), &feed.Cursor{Epoch: "e", Pos: tt.from})
			defer sub.Close()
			if err := sub.View(feed.View{Envelope: here, Zoom: 14, Layers: []string{"events"}, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
				t.Fatal(err)
			}
			stats := sub.Stats()
			if replayed := stats.Waiting - int(stats.Resyncs); stats.Resyncs != tt.resyncs || replayed != tt.replayed {
				t.Errorf("%d resyncs and %d changes, want %d and %d", stats.Resyncs, replayed, tt.resyncs, tt.replayed)
			}
		})
	}
}
