package feed_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

// A redrawing is a World in which a border moves past an event by its date: the event
// lay in the east and lies in the west then. during is called in the middle of the
// telling of an application.
type redrawing struct {
	*feedtest.World
	during func()
	moved  bool
}

func (w *redrawing) Sight(e grid.Entity) feed.Sight {
	at := w.World.Sight(e)
	if w.moved {
		at.Area = west
	}
	w.during()
	return at
}

func (w *redrawing) Advance() feed.Effects {
	w.moved = true
	m := feed.Moved{Kind: events.Events, ID: 1, Revision: 1}
	m.Before = w.World.Sight(feedtest.Event(1, east, 106.5, 29.5))
	m.After = m.Before
	m.After.Area = west
	return feed.Effects{Moved: []feed.Moved{m}}
}

// An event becomes known while the clock moves a border past it. Who answered for it
// must not be told of it after it was told that it is gone.
func TestTheClockWaitsUntilAnApplicationIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire, hub := feedtest.NewLog(nil), feedtest.NewWire(nil), feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
		world := &redrawing{World: feedtest.NewWorld()}
		node := feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: world, Audience: hub}, feed.NodeOptions{})
		world.during = func() {}
		run(t, feed.NewRelay(log, wire, feed.RelayOptions{}), node)
		pass(time.Second)
		world.during = func() {
			go node.Advance(t.Context())
			time.Sleep(time.Millisecond) // until nothing more can happen
		}
		ours := newScreen(t, hub, world.World, feedtest.Of(east))
		ours.look(box(106, 29, 107, 30), feed.EventsTopic)
		log.Put(feedtest.Event(1, east, 106.5, 29.5))
		time.Sleep(time.Second)
		ours.read()
		if got := ops(ours); !slices.Equal(got, []string{"change 1", "gone 1"}) {
			t.Errorf("told %v", got)
		}
	})
}

// An order writes down what it is told, in turn.
type order struct {
	feedtest.Audience
	told []string
}

func (o *order) Touch(feed.Effects)  { o.told = append(o.told, "touch") }
func (o *order) Reset(feed.Position) { o.told = append(o.told, "reset") }

// A slowLoad takes a while after it has become visible.
type slowLoad struct {
	feed.Loading
	during func()
}

func (l slowLoad) Publish(at feed.Position) error {
	defer l.during()
	return l.Loading.Publish(at)
}

func (w *redrawing) Begin() feed.Loading { return slowLoad{w.World.Begin(), w.during} }

func TestTheClockWaitsUntilALoadIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire, told := feedtest.NewLog(nil), feedtest.NewWire(nil), new(order)
		world := &redrawing{World: feedtest.NewWorld()}
		node := feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: world, Audience: told}, feed.NodeOptions{})
		world.during = func() {
			go node.Advance(t.Context())
			time.Sleep(time.Millisecond)
		}
		run(t, feed.NewRelay(log, wire, feed.RelayOptions{}), node)
		pass(time.Second)
		if !slices.Equal(told.told, []string{"reset", "touch"}) {
			t.Errorf("told in the order %v", told.told)
		}
	})
}
