package feed_test

import (
	"strings"
	"testing"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

// With a division may move who answers for what lies below it, of which nothing is told by
// itself: whoever was away might keep what is another's now.
func TestWhoWasAwayWhileTheTreeMovedBeginsAnew(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind grid.Kind
		anew bool
	}{{"a division", grid.Divisions, true}, {"anything else", grid.Buildings, false}} {
		t.Run(tt.name, func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			hub.Reset(feed.Position{Epoch: "e"})
			n := report(2)
			n.Kind = tt.kind
			hub.Publish(feed.Update{Epoch: "e", Pos: 2, News: []feed.News{n}})
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
