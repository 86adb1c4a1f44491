package feed_test

import (
	"strings"
	"testing"

	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// With a division may move who answers for what lies below it, of which nothing is told by
// itself: whoever was away might keep what is another's now.
func TestWhoWasAwayWhileTheTreeMovedBeginsAnew(t *testing.T) {
	for _, tt := range []struct {
		name  string
		layer string
		anew  bool
	}{{"a division", "divisions", true}, {"anything else", "buildings", false}} {
		t.Run(tt.name, func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			hub.Reset(feed.Position{Epoch: "e"})
			redrawn := feed.Effects{Touches: []feed.Touch{{Layer: tt.layer, Envelope: box(106, 29, 107, 30)}}}
			hub.Publish(feed.Update{Epoch: "e", Pos: 2, News: []feed.News{report(2)}, Effects: redrawn})
			hub.Publish(feed.Update{Epoch: "e", Pos: 3, News: []feed.News{report(3)}})
			for from, anew := range map[int64]bool{1: tt.anew, 2: false} {
				screen := hub.Subscribe(feedtest.Everybody(), &feed.Cursor{Epoch: "e", Pos: from})
				defer screen.Close()
				if err := screen.View(feed.View{Envelope: box(106, 29, 107, 30), Zoom: 16, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
					t.Fatal(err)
				}
				frames := screen.Take().Frames
				if len(frames) == 0 {
					t.Fatalf("from %d: nothing is told", from)
				}
				if got := strings.Contains(string(frames[0].Append(nil, 1, nil)), "resync"); got != anew {
					t.Errorf("from %d: begins anew: %v", from, got)
				}
			}
		})
	}
}

func TestWhoWasAwayWhenADivisionCameIntoForceBeginsAnew(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e"})
	hub.Publish(feed.Update{Epoch: "e", Pos: 2, News: []feed.News{report(2)}})
	hub.Touch(feed.Effects{Touches: []feed.Touch{{Layer: "divisions", Envelope: box(106, 29, 107, 30)}}})
	screen := hub.Subscribe(feedtest.Everybody(), &feed.Cursor{Epoch: "e", Pos: 2})
	defer screen.Close()
	if err := screen.View(feed.View{Envelope: box(106, 29, 107, 30), Zoom: 16, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	if frames := screen.Take().Frames; len(frames) != 1 || !strings.Contains(string(frames[0].Append(nil, 1, nil)), "resync") {
		t.Errorf("%d frames, want a resync", len(frames))
	}
}
