package feed_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
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

// A border moves past an event, by an edit or by its date: who saw the event is told
// that it is gone, who sees it now begins anew, and nobody else hears of it.
func TestWhatChangesHandsIsToldToThoseConcerned(t *testing.T) {
	here := feed.Sight{Area: east, Envelope: box(106.5, 29.5, 106.5, 29.5), There: true}
	there := here
	there.Area = west
	moved := []feed.Moved{{Kind: events.Events, ID: 9, Revision: 4, Before: here, After: there}}
	const gone, anew = `{"op":"gone","n":1,"kind":"events","id":9,"revision":4}`, `{"op":"resync","n":1,"reason":"redrawn"}`
	all := box(106, 29, 107, 30)
	for how, tell := range map[string]func(*feed.Hub){
		"by an edit":  func(h *feed.Hub) { h.Publish(feed.Update{Epoch: "e", Pos: 6, Handed: moved}) },
		"by its date": func(h *feed.Hub) { h.Touch(feed.Effects{Moved: moved}) },
	} {
		for _, tt := range []struct {
			name   string
			viewer feed.Viewer
			view   geo.Envelope
			want   string
		}{
			{"who saw it", feedtest.Of(east), all, gone},
			{"who sees it now", feedtest.Of(west), all, anew},
			{"who saw it and still does", feedtest.Everybody(), all, anew},
			{"who looks elsewhere", feedtest.Everybody(), box(106.6, 29, 107, 30), ""},
			{"who answers elsewhere", feedtest.Of("500109"), all, ""},
		} {
			t.Run(how+": "+tt.name, func(t *testing.T) {
				hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
				hub.Reset(feed.Position{Epoch: "e", Pos: 5})
				sub := hub.Subscribe(tt.viewer, nil)
				defer sub.Close()
				if err := sub.View(feed.View{Envelope: tt.view, Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
					t.Fatal(err)
				}
				tell(hub)
				var got []string
				for i, f := range sub.Take().Frames {
					got = append(got, string(f.Append(nil, uint64(i+1), nil)))
				}
				if strings.Join(got, " ") != tt.want {
					t.Errorf("hears %s, want %s", got, tt.want)
				}
			})
		}
	}
}
