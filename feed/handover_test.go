package feed_test

import (
	"strings"
	"testing"

	"quanxi/events"
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
		{"very many: who looks at the first of them alone", 1000, feedtest.Everybody(), box(106.5, 29.5, 106.5, 29.5), 1, 0},
		{"very many: who looks at the last of them alone", 1000, feedtest.Everybody(), box(106.5099, 29.5009, 106.51, 29.501), 1, 0},
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

// What comes into the part that a node holds, or leaves it, without a change of its own
// is told as what changes hands: it is gone for whoever saw it, and who sees it now begins
// anew, however much it is.
func TestWhatComesAndLeaves(t *testing.T) {
	all, aside := box(106, 29, 107, 30), box(106.6, 29, 107, 30)
	for _, tt := range []struct {
		name    string
		came    bool
		events  int
		view    geo.Envelope
		resyncs int64
		gone    int
	}{
		{"what left is gone for whoever looks there", false, 3, all, 0, 3},
		{"whoever looks elsewhere hears nothing of it", false, 3, aside, 0, 0},
		{"whoever sees what came begins anew", true, 3, all, 1, 0},
		{"whoever looks elsewhere goes on", true, 3, aside, 0, 0},
		{"of very much that left whoever looks there begins anew", false, 1000, all, 1, 0},
		{"and whoever looks elsewhere goes on", false, 1000, aside, 0, 0},
		{"and so it is with very much that came", true, 1000, aside, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			moved := handedOver(tt.events)
			for i := range moved {
				if tt.came {
					moved[i].Before = feed.Sight{}
				} else {
					moved[i].After = feed.Sight{}
				}
			}
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			sub := hub.Subscribe(feedtest.Everybody(), nil)
			defer sub.Close()
			if err := sub.View(feed.View{Envelope: tt.view, Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
				t.Fatal(err)
			}
			hub.Touch(feed.Effects{Moved: moved})
			stats := sub.Stats()
			if gone := stats.Waiting - int(min(stats.Resyncs, 1)); stats.Resyncs != tt.resyncs || gone != tt.gone {
				t.Errorf("began anew %d times and was told %d frames more, want %d and %d", stats.Resyncs, gone, tt.resyncs, tt.gone)
			}
		})
	}
}

// What was written to may have moved as well as changed hands: who looks at where it was
// loses it.
func TestWhatMovesAndChangesHandsIsGoneWhereItWas(t *testing.T) {
	moved := handedOver(1)
	moved[0].After.Envelope = box(106.9, 29.9, 106.9, 29.9)
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	sub := hub.Subscribe(feedtest.Of(east), nil)
	defer sub.Close()
	if err := sub.View(feed.View{Envelope: box(106.4, 29.4, 106.6, 29.6), Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	hub.Touch(feed.Effects{Moved: moved})
	if waiting := sub.Stats().Waiting; waiting != 1 {
		t.Errorf("%d frames wait, want the one that says it is gone", waiting)
	}
}

// What an edit takes to another grid in the same moment as the border takes it away
// is told after: the last that the grid hears of it is that it is there.
func TestWhatIsHandedOverAndComesBackIsThere(t *testing.T) {
	handed := handedOver(1)
	back := feed.News{Change: feed.Change{Pos: 7, Kind: events.Events, ID: handed[0].ID, Revision: 2, Op: feed.Put, Body: []byte(`{}`)},
		Epoch: "e", Before: handed[0].After, After: handed[0].Before}
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e", Pos: 5})
	publish(hub, somewhere, nil, 6)
	sub := hub.Subscribe(feedtest.Of(east), nil)
	defer sub.Close()
	if err := sub.View(feed.View{Envelope: box(106, 29, 107, 30), Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	hub.Publish(feed.Update{Epoch: "e", Pos: 7, Handed: handed, News: []feed.News{back}})
	if live, later := heard(sub.Take().Frames), resumed(t, hub, feedtest.Of(east), box(106, 29, 107, 30), 6); live != "gone change" || later != live {
		t.Errorf("hears %q, and who resumes %q; want gone change", live, later)
	}
}

// somewhere is where neither east nor west answers, and aside of what they look at.
var somewhere = feed.Sight{Area: "500109001001001", Envelope: box(106.7, 29.5, 106.7, 29.5), There: true}

// publish tells of new events at one place, each at its position, and of what changed
// hands with them.
func publish(h *feed.Hub, at feed.Sight, handed []feed.Moved, positions ...int64) {
	u := feed.Update{Epoch: "e", Handed: handed}
	for _, pos := range positions {
		c := feed.Change{Pos: pos, Kind: events.Events, ID: pos, Revision: 1, Op: feed.Put, Body: []byte(`{}`)}
		u.Pos, u.News = pos, append(u.News, feed.News{Change: c, Epoch: "e", After: at})
	}
	h.Publish(u)
}

// resumed returns what somebody hears who resumes with a cursor of pos.
func resumed(t *testing.T, h *feed.Hub, viewer feed.Viewer, view geo.Envelope, pos int64) string {
	t.Helper()
	sub := h.Subscribe(viewer, &feed.Cursor{Epoch: "e", Pos: pos})
	defer sub.Close()
	if err := sub.View(feed.View{Envelope: view, Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	return heard(sub.Take().Frames)
}

// heard names the frames in their order.
func heard(frames []feed.Frame) string {
	var names []string
	for _, f := range frames {
		text := string(f.Append(nil, 0, nil))
		for _, name := range []string{"change", "gone", "redrawn", "too_old"} {
			if strings.Contains(text, name) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, " ")
}

// Somebody was told up to a position and comes back after an event changed hands, and
// another happened elsewhere, at 8. Only those concerned hear of the first.
func TestWhoResumesAcrossAHandOver(t *testing.T) {
	all, aside := box(106, 29, 107, 30), box(106.6, 29, 107, 30)
	byEdit := func(h *feed.Hub) { publish(h, somewhere, handedOver(1), 7) }
	byDate := func(h *feed.Hub) { publish(h, somewhere, nil, 7); h.Touch(feed.Effects{Moved: handedOver(1)}) }
	many := func(h *feed.Hub) { publish(h, somewhere, handedOver(1000), 7) }
	for _, tt := range []struct {
		name   string
		hand   func(*feed.Hub)
		viewer feed.Viewer
		view   geo.Envelope
		from   int64
		want   string
	}{
		{"by an edit: who saw it", byEdit, feedtest.Of(east), all, 6, "gone"},
		{"by an edit: who saw it and was told", byEdit, feedtest.Of(east), all, 7, ""},
		{"by an edit: who sees it now", byEdit, feedtest.Of(west), all, 6, "redrawn"},
		{"by an edit: who sees it now and was told", byEdit, feedtest.Of(west), all, 7, ""},
		{"by an edit: who sees it all the time", byEdit, feedtest.Everybody(), all, 6, "redrawn"},
		{"by an edit: who looks elsewhere", byEdit, feedtest.Everybody(), aside, 6, "change change"},
		{"by an edit: who answers elsewhere", byEdit, feedtest.Of("500109"), all, 6, "change change"},
		{"by its date: who saw it", byDate, feedtest.Of(east), all, 7, "gone"},
		{"by its date: who saw it and was told of what came next", byDate, feedtest.Of(east), all, 8, ""},
		{"by its date: who sees it now", byDate, feedtest.Of(west), all, 7, "redrawn"},
		{"by its date: who sees it now and was told of what came next", byDate, feedtest.Of(west), all, 8, ""},
		{"by its date: who looks elsewhere", byDate, feedtest.Everybody(), aside, 7, "change"},
		{"by its date: who answers elsewhere", byDate, feedtest.Of("500109"), all, 7, "change"},
		{"very many: who saw them", many, feedtest.Of(east), all, 6, "redrawn"},
		{"very many: who answers elsewhere", many, feedtest.Of("500109"), all, 6, "change change"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			hub.Reset(feed.Position{Epoch: "e", Pos: 5})
			publish(hub, somewhere, nil, 6)
			tt.hand(hub)
			publish(hub, somewhere, nil, 8)
			if got := resumed(t, hub, tt.viewer, tt.view, tt.from); got != tt.want {
				t.Errorf("hears %q, want %q", got, tt.want)
			}
		})
	}
}

// What is forgotten of a batch takes those who were told of half of it by another
// process for too old, also when its news are forgotten behind its hand-over.
func TestAForgottenHandOverIsTooOld(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{History: 2})
	hub.Reset(feed.Position{Epoch: "e", Pos: 5})
	publish(hub, somewhere, handedOver(1), 9, 10)
	publish(hub, somewhere, nil, 11)
	for from, want := range map[int64]string{9: "too_old", 10: ""} {
		if got := resumed(t, hub, feedtest.Of(west), box(106, 29, 107, 30), from); got != want {
			t.Errorf("from %d: hears %q, want %q", from, got, want)
		}
	}
}

func TestHandOversAreRememberedInBoundedMemory(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	hub.Reset(feed.Position{Epoch: "e", Pos: 5})
	publish(hub, somewhere, nil, 6)
	moved := handedOver(100)
	for range 2000 {
		hub.Touch(feed.Effects{Moved: moved})
	}
	if got := resumed(t, hub, feedtest.Of(west), box(106, 29, 107, 30), 6); got != "too_old" {
		t.Errorf("hears %q of what took 40 MB to remember", got)
	}
}
