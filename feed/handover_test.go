package feed_test

import (
	"testing"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
)

// However many things change hands at once, nobody begins anew twice, and what is not
// told one by one is still told to those alone who answer for some of it.
func TestManyThingsChangeHands(t *testing.T) {
	all, aside := box(106, 29, 107, 30), box(106.6, 29, 107, 30)
	for _, tt := range []struct {
		name    string
		events  int // handed from east to west
		viewer  feed.Viewer
		view    geo.Envelope
		resyncs int64
		gone    int
	}{
		{"some: who saw them", 50, feedtest.Of(east), all, 0, 50},
		{"some: who sees them now", 50, feedtest.Of(west), all, 1, 0},
		{"some: who sees all of them all the time", 50, feedtest.Everybody(), all, 1, 0},
		{"some: who looks at one of them", 50, feedtest.Of(east), box(106.5, 29.5, 106.5, 29.5), 0, 1},
		{"some: who looks elsewhere", 50, feedtest.Everybody(), aside, 0, 0},
		{"some: who answers elsewhere", 50, feedtest.Of("500109"), all, 0, 0},
		{"very many: who saw them", 1000, feedtest.Of(east), all, 1, 0},
		{"very many: who sees them now", 1000, feedtest.Of(west), all, 1, 0},
		{"very many: who sees all of them all the time", 1000, feedtest.Everybody(), all, 1, 0},
		{"very many: who looks elsewhere", 1000, feedtest.Everybody(), aside, 0, 0},
		{"very many: who answers elsewhere", 1000, feedtest.Of("500109"), all, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			sub := hub.Subscribe(tt.viewer, nil)
			defer sub.Close()
			if err := sub.View(feed.View{Envelope: tt.view, Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
				t.Fatal(err)
			}
			hub.Touch(feed.Effects{Moved: handedOver(tt.events)})
			stats := sub.Stats()
			if gone := stats.Waiting - int(min(stats.Resyncs, 1)); stats.Resyncs != tt.resyncs || gone != tt.gone {
				t.Errorf("began anew %d times and was told %d frames more, want %d and %d", stats.Resyncs, gone, tt.resyncs, tt.gone)
			}
		})
	}
}
