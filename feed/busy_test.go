package feed_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// What changes faster than news is collected must not put the news off for ever.
func TestATileThatIsTouchedAllTheTimeIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sets := feed.NewSets([]string{"events"})
		hub := feed.NewHub(sets, feed.HubOptions{Soft: 150 * time.Millisecond})
		sub := hub.Subscribe(feedtest.Everybody(), nil)
		defer sub.Close()
		here := box(106.4, 29.4, 106.6, 29.6)
		if err := sub.View(feed.View{Envelope: here, Zoom: 14, Layers: []string{"events"}}); err != nil {
			t.Fatal(err)
		}
		sub.Hold(feed.Tile{Set: 1}, 7)
		told := 0
		for range 20 {
			hub.Touch(feed.Effects{Touches: []feed.Touch{{Layer: "events", Envelope: here}}})
			pass(100 * time.Millisecond)
			told += len(sub.Take().Suspects)
		}
		if told < 5 {
			t.Errorf("touched for 2 s, the tile was named %d times", told)
		}
	})
}

// A reader who falls behind costs a bounded number of bytes, however large the
// frames are.
func TestAQueueOfLargeFramesBeginsAnewBeforeItIsFull(t *testing.T) {
	sets := feed.NewSets([]string{"events"})
	hub := feed.NewHub(sets, feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e"})
	sub := hub.Subscribe(feedtest.Everybody(), nil)
	defer sub.Close()
	here := box(106.4, 29.4, 106.6, 29.6)
	if err := sub.View(feed.View{Envelope: here, Zoom: 14, Layers: []string{"events"}, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	sub.Take()
	const frames, size = 40, 100 << 10 // 4 MB, in far fewer frames than a queue holds
	body := []byte(`"` + strings.Repeat("x", size) + `"`)
	for pos := int64(1); pos <= frames; pos++ {
		change := feed.Change{Pos: pos, Kind: events.Events, ID: pos, Revision: pos, Op: feed.Put, Body: body}
		sight := feed.Sight{Area: east, Envelope: here, There: true}
		hub.Publish(feed.Update{Epoch: "e", Pos: pos, News: []feed.News{{Change: change, Epoch: "e", After: sight}}})
		if waiting := hub.Stats().Waiting; waiting > 25 {
			t.Fatalf("%d frames of %d bytes wait after %d", waiting, size, pos)
		}
	}
	if hub.Stats().Resyncs == 0 {
		t.Error("a reader who is 4 MB behind was not told to begin anew")
	}
}
