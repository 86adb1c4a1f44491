package feed_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
)

// opsOf names the frames that wait for a subscription, resyncs with their reason.
func opsOf(sub *feed.Subscription) string {
	var names []string
	for _, f := range sub.Take().Frames {
		text := string(f.Append(nil, 1, nil))
		for _, name := range []string{"change", "gone", "rights", "workers"} {
			if strings.Contains(text, `"`+name+`"`) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, " ")
}

func lookingAround(topics ...feed.Topic) feed.View {
	return feed.View{Envelope: box(106, 29, 107, 30), Zoom: 14, Topics: topics}
}

// Rights change under an open screen: what was queued by the old ones is dropped, it
// begins anew, and from there on hears what the new ones allow and nothing else.
func TestASubscriptionBecomesAnotherViewers(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e", Pos: 5})
	inEast := feed.Sight{Area: east, Envelope: box(106.5, 29.5, 106.5, 29.5), There: true}
	inWest := feed.Sight{Area: west, Envelope: inEast.Envelope, There: true}
	sub := hub.Subscribe(feedtest.Of(east), nil)
	defer sub.Close()
	if err := sub.View(lookingAround(feed.EventsTopic)); err != nil {
		t.Fatal(err)
	}
	publish(hub, inEast, nil, 6) // queued, not yet sent
	sub.Become(feedtest.Of(west))
	if got := opsOf(sub); got != "rights" {
		t.Errorf("hears %q, want that its rights changed and nothing of before", got)
	}
	publish(hub, inEast, nil, 7)
	publish(hub, inWest, nil, 8)
	if got := opsOf(sub); got != "change" {
		t.Errorf("hears %q, want what the new rights show", got)
	}
	hub.Touch(feed.Effects{Moved: handedOver(1)}) // from east to west
	if got := opsOf(sub); strings.Contains(got, "gone") {
		t.Errorf("hears %q of what it did not see", got)
	}
}

// Whoever becomes another before the first view sees by the new rights from it on.
func TestASubscriptionBecomesAnotherViewersBeforeItLooks(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e", Pos: 5})
	sub := hub.Subscribe(feedtest.Of(east), nil)
	defer sub.Close()
	sub.Become(feedtest.Of(west))
	if err := sub.View(lookingAround(feed.EventsTopic)); err != nil {
		t.Fatal(err)
	}
	for pos, area := range map[int64]grid.Code{6: east, 7: west} {
		publish(hub, feed.Sight{Area: area, Envelope: box(106.5, 29.5, 106.5, 29.5), There: true}, nil, pos)
	}
	if got := opsOf(sub); got != "change" {
		t.Errorf("hears %q, want one change", got)
	}
}

// Where workers are is told anew to who sees others now.
func TestWhoBecomesAnotherIsShownWhoWalksWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
		for id, area := range map[int64]grid.Code{1: east, 2: west} {
			hub.Move(feed.Move{ID: id, Name: "何大勇", Area: area, Place: geo.At(106.5, 29.5), At: time.Now()})
		}
		sub := hub.Subscribe(feedtest.Of(east), nil)
		defer sub.Close()
		if err := sub.View(lookingAround(feed.WorkersTopic)); err != nil {
			t.Fatal(err)
		}
		told := func() string {
			time.Sleep(time.Second) // states are collected for a moment
			var all strings.Builder
			for _, f := range sub.Take().Frames {
				all.Write(f.Append(nil, 1, nil))
			}
			return all.String()
		}
		if got := told(); !strings.Contains(got, `"id":1`) || strings.Contains(got, `"id":2`) {
			t.Errorf("told %s first, want the worker of the own grid alone", got)
		}
		sub.Become(feedtest.Of(west))
		if got := told(); !strings.Contains(got, `"id":2`) || strings.Contains(got, `"id":1`) {
			t.Errorf("told %s, want the worker of the other grid alone", got)
		}
	})
}

// Rights change between the hello of a screen that resumes and its view: it begins anew, since
// what it shows is of the old ones.
func TestWhoResumesAndBecomesAnotherBeginsAnew(t *testing.T) {
	for name, becomes := range map[string]bool{"rights change": true, "rights stay": false} {
		hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
		hub.Reset(feed.Position{Epoch: "e", Pos: 5})
		sub := hub.Subscribe(feedtest.Of(east), &feed.Cursor{Epoch: "e", Pos: 6})
		defer sub.Close()
		if becomes {
			sub.Become(feedtest.Of(east).WithoutDuty())
		}
		if err := sub.View(lookingAround(feed.EventsTopic)); err != nil {
			t.Fatal(err)
		}
		if anew := len(sub.Take().Frames) > 0; anew != becomes {
			t.Errorf("%s: begins anew %v", name, anew)
		}
	}
}
