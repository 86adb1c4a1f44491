package feed_test

import (
	"testing"
	"testing/synctest"
	"time"

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
