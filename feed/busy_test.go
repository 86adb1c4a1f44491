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

// A division that comes into force at midnight changes hands without a change in the
// log: everybody begins anew.
func TestWhatChangesHandsByTimeAloneIsToldToo(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e", Pos: 5})
	sub := hub.Subscribe(feedtest.Everybody(), nil)
	defer sub.Close()
	if err := sub.View(feed.View{Envelope: box(106, 29, 107, 30), Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	sub.Take()
	stays := feed.Sight{Area: east, There: true}
	hub.Touch(feed.Effects{Moved: []feed.Moved{{Kind: events.Events, ID: 9, Before: stays, After: stays}}})
	if got := len(sub.Take().Frames); got != 0 {
		t.Fatalf("%d frames for an event that stays where it is", got)
	}
	hub.Touch(feed.Effects{Moved: []feed.Moved{{Kind: events.Events, ID: 9, Before: stays, After: feed.Sight{Area: west, There: true}}}})
	frames := sub.Take().Frames
	if len(frames) != 1 || !strings.Contains(string(frames[0].Append(nil, 1, "")), `"resync"`) {
		t.Errorf("%d frames, want one resync", len(frames))
	}
}
