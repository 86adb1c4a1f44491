package feed_test

import (
	"fmt"
	"testing"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

// BenchmarkPublish tells one change to those who see it, of many who look at
// twenty places, and empties their queues.
func BenchmarkPublish(b *testing.B) {
	for _, screens := range []int{500, 10_000} {
		b.Run(fmt.Sprintf("one of twenty places, %d screens", screens), func(b *testing.B) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			subs := make([]*feed.Subscription, screens)
			for i := range subs {
				subs[i] = hub.Subscribe(feedtest.Everybody(), nil)
				lon := 106 + float64(i%20)/10
				if err := subs[i].View(feed.View{Envelope: box(lon, 29, lon+0.05, 30), Zoom: 16, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
					b.Fatal(err)
				}
			}
			e := feedtest.Event(1, east, 106.02, 29.5)
			body, err := grid.EncodeJSON(e)
			if err != nil {
				b.Fatal(err)
			}
			env, there := e.Place.Envelope()
			at := feed.Sight{Area: east, Envelope: env, There: there}
			b.ReportAllocs()
			for pos := int64(1); b.Loop(); pos++ {
				c := feed.Change{Pos: pos, Kind: events.Events, ID: 1, Revision: pos, Op: feed.Put, Body: body}
				hub.Publish(feed.Update{Epoch: "e", Pos: pos, News: []feed.News{{Change: c, Epoch: "e", Before: at, After: at}}})
				for i := 0; i < screens; i += 20 {
					if len(subs[i].Take().Frames) != 1 {
						b.Fatal("a screen missed a change")
					}
				}
			}
		})
	}
}
