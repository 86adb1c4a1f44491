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

// BenchmarkHandOver tells of events that a border has moved past, to screens of
// which one in three sees them now, one saw them, and one answers elsewhere.
func BenchmarkHandOver(b *testing.B) {
	for _, size := range []struct{ events, screens int }{{100, 300}, {10_000, 300}, {50_000, 300}, {100, 10_000}} {
		b.Run(fmt.Sprintf("%d events, %d screens", size.events, size.screens), func(b *testing.B) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			viewers := []feed.Viewer{feedtest.Of(west), feedtest.Of(east), feedtest.Of("500109")}
			subs := make([]*feed.Subscription, size.screens)
			for i := range subs {
				subs[i] = hub.Subscribe(viewers[i%3], nil)
				if err := subs[i].View(feed.View{Envelope: box(106, 29, 107, 30), Zoom: 16, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
					b.Fatal(err)
				}
			}
			moved := handedOver(size.events)
			b.ReportAllocs()
			for b.Loop() {
				hub.Touch(feed.Effects{Moved: moved})
				for _, s := range subs {
					s.Take()
				}
			}
			b.ReportMetric(float64(hub.Stats().Resyncs)/float64(b.N)/float64(size.screens), "resyncs/screen")
		})
	}
}

// handedOver returns events that lay in the east and now lie in the west.
func handedOver(n int) []feed.Moved {
	moved := make([]feed.Moved, n)
	for i := range moved {
		lon := 106.5 + float64(i%100)/1e4
		lat := 29.5 + float64(i/100)/1e4
		before := feed.Sight{Area: east, Envelope: box(lon, lat, lon, lat), There: true}
		after := before
		after.Area = west
		moved[i] = feed.Moved{Kind: events.Events, ID: int64(i + 1), Revision: 1, Before: before, After: after}
	}
	return moved
}
