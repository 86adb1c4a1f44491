package feed_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
)

// report is news of an event in the middle of the test places.
func report(pos int64) feed.News {
	change := feed.Change{Pos: pos, Kind: events.Events, ID: 1, Revision: pos, Op: feed.Put, Body: []byte(`{}`)}
	return feed.News{Change: change, Epoch: "e", After: feed.Sight{Area: "500101001001001", Envelope: box(106.5, 29.5, 106.5, 29.5), There: true}}
}

// direct subscribes to everything around the test places, and has deliver called there.
func direct(t *testing.T, hub *feed.Hub, deliver func(*feed.Subscription) bool) *feed.Subscription {
	t.Helper()
	sub := hub.Subscribe(feedtest.Everybody(), nil)
	t.Cleanup(sub.Close)
	sub.Direct(func() bool { return deliver(sub) })
	view := feed.View{Envelope: box(106, 29, 107, 30), Zoom: 16, Topics: []feed.Topic{feed.EventsTopic}}
	if err := sub.View(view); err != nil {
		t.Fatal(err)
	}
	return sub
}

// within waits for something that comes at once, unless the code is broken.
func within(t *testing.T, is <-chan struct{}) {
	t.Helper()
	select {
	case <-is:
	case <-time.After(time.Minute):
		t.Fatal("it did not come within a minute")
	}
}

func TestEveryFrameIsDeliveredDirectlyInOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8)) // several senders, also on a small machine
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	const subscribers, changes = 100, 300
	var missing atomic.Int64
	missing.Store(subscribers * changes)
	all := make(chan struct{})
	for range subscribers {
		var mu sync.Mutex
		var told int64 // guarded by mu
		direct(t, hub, func(sub *feed.Subscription) bool {
			mu.Lock()
			defer mu.Unlock()
			for _, f := range sub.TakeFrames() {
				at, _ := f.Cursor()
				if told++; at.Pos != told {
					t.Errorf("told of %d after %d", at.Pos, told-1)
				}
				if missing.Add(-1) == 0 {
					close(all)
				}
			}
			return true
		})
	}
	for pos := range int64(changes) {
		hub.Publish(feed.Update{Epoch: "e", Pos: pos + 1, News: []feed.News{report(pos + 1)}})
	}
	within(t, all)
}

// Half of the processors are left to everything else.
func TestFewSendersServeAll(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	var at, most atomic.Int64
	var served sync.WaitGroup
	const subscribers = 200
	served.Add(subscribers)
	for range subscribers {
		direct(t, hub, func(sub *feed.Subscription) bool {
			defer at.Add(-1)
			if n := at.Add(1); n > most.Load() {
				most.Store(n)
			}
			runtime.Gosched() // so that another would run beside it, if there were one
			if len(sub.TakeFrames()) > 0 {
				served.Done()
			}
			return true
		})
	}
	hub.Publish(feed.Update{Epoch: "e", Pos: 1, News: []feed.News{report(1)}})
	all := make(chan struct{})
	go func() { served.Wait(); close(all) }()
	within(t, all)
	if most.Load() > 2 {
		t.Errorf("%d at once", most.Load())
	}
}

func TestWhatCannotBeDeliveredDirectlyIsSignalled(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	sub := direct(t, hub, func(*feed.Subscription) bool { return false })
	hub.Publish(feed.Update{Epoch: "e", Pos: 1, News: []feed.News{report(1)}})
	within(t, sub.Ready())
	if got := sub.Take().Frames; len(got) != 1 {
		t.Errorf("%d frames wait", len(got))
	}
}

// A place behind what is not queued yet would have whoever resumes there miss it.
func TestNobodyStandsBehindWhatIsNotQueued(t *testing.T) {
	hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
	var screen *feed.Subscription
	told := 0
	viewer := asker{feedtest.Everybody(), func() {
		if screen == nil {
			return
		}
		told++
		if at := hub.Told(); at.Pos >= 1 {
			t.Errorf("everybody stands at %d while somebody is told of 1", at.Pos)
		}
	}}
	screen = hub.Subscribe(viewer, nil)
	defer screen.Close()
	if err := screen.View(feed.View{Envelope: box(106, 29, 107, 30), Zoom: 16, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	told = 0
	hub.Publish(feed.Update{Epoch: "e", Pos: 1, News: []feed.News{report(1)}})
	if at, _ := screen.Idle(); told == 0 || at.Pos != 1 {
		t.Errorf("told of %d pieces of news, it stands at %d", told, at.Pos)
	}
}
