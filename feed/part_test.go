package feed_test

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
	"quanxi/staff"
)

// A part is a World of the events in the east alone, and of staff.
type part struct {
	*feedtest.World

	mu      sync.Mutex
	wants   []feed.Want // of the next application, asked for once
	lacks   bool
	brought []feed.Step // that answered
	added   []int64     // events that were added to the last loading, in order
	at      int64       // position of the last application
}

func isEast(e grid.Entity) bool {
	event, ok := e.(*events.Event)
	return !ok || grid.NewScope(grid.Under(east)).Holds(event.Area)
}

func (p *part) Begin() feed.Loading {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.added = nil
	return &partLoad{p.World.Begin(), p, []feed.Want{{Kind: events.Events, Query: grid.Query{Column: "area", Codes: []grid.CodeRange{grid.Under(east)}}}}}
}

type partLoad struct {
	feed.Loading
	of    *part
	wants []feed.Want
}

func (l *partLoad) Wants() []feed.Want {
	all := l.wants
	l.wants = nil
	return all
}

func (l *partLoad) Add(e grid.Entity) error {
	if e.Kind() == events.Events {
		l.of.added = append(l.of.added, e.Entity().ID)
	}
	if !isEast(e) {
		return nil
	}
	return l.Loading.Add(e)
}

func (p *part) Wants() []feed.Want {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.wants
	p.wants, p.lacks = nil, false
	return all
}

func (p *part) want(w ...feed.Want) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wants, p.lacks = w, true
}

func (p *part) Lacks() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lacks
}

func (p *part) Apply(at feed.Position, steps iter.Seq2[feed.Step, error]) (feed.Effects, error) {
	asked := p.asked()
	own := func(yield func(feed.Step, error) bool) {
		for s, err := range steps {
			if s.Present {
				p.brought = append(p.brought, s)
			}
			if err == nil && s.Entity != nil && !isEast(s.Entity) {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	}
	if at.Pos == p.at { // by the clock
		own(func(feed.Step, error) bool { return true })
		return feed.Effects{}, nil
	}
	effects, err := p.World.Apply(at, own)
	if err != nil {
		p.want(asked...)
		return effects, err
	}
	p.at = at.Pos
	return effects, nil
}

func (p *part) asked() []feed.Want {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wants
}

// awayLog is a log whose rows cannot be looked at for a while.
type awayLog struct {
	*feedtest.Log
	times   int
	foreign bool // the next look is at another history
}

func (l *awayLog) Look(ctx context.Context, read func(feed.Moment) error) (feed.Position, error) {
	if l.times--; l.times >= 0 {
		return feed.Position{}, errAway
	}
	at, err := l.Log.Look(ctx, read)
	if l.foreign {
		l.foreign, at.Epoch = false, "another"
	}
	return at, err
}

// joinPart starts a node of a part, beside images unless they are nil.
func joinPart(t *testing.T, log *awayLog, wire feed.Transport, images feed.Images) (*part, *feed.Node, *feedtest.Audience) {
	t.Helper()
	p, audience := &part{World: feedtest.NewWorld()}, new(feedtest.Audience)
	node := feed.NewNode(feed.Sources{Log: log, Loads: log, Transport: wire, Applier: p, Audience: audience, Images: images}, feed.NodeOptions{})
	run(t, feed.NewRelay(log, wire, feed.RelayOptions{}), node)
	return p, node, audience
}

// inEast returns what of a log's state belongs to the part.
func inEast(t *testing.T, log *feedtest.Log) map[grid.Ref]string {
	t.Helper()
	state := log.State()
	maps.DeleteFunc(state, func(ref grid.Ref, body string) bool {
		e, err := feed.New(ref.Kind)
		if err == nil {
			err = grid.DecodeJSON([]byte(body), e)
		}
		if err != nil {
			t.Fatal(err)
		}
		return !isEast(e)
	})
	return state
}

func sameAs(t *testing.T, p *part, log *feedtest.Log) {
	t.Helper()
	if diff := cmp.Diff(inEast(t, log), p.State()); diff != "" {
		t.Errorf("the part differs from the log (-log +part):\n%s", diff)
	}
}

func TestANodeOfAPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := &awayLog{Log: feedtest.NewLog(nil)}, feedtest.NewWire(nil)
		log.Put(feedtest.Event(1, east, 106.5, 29.5), feedtest.Event(2, west, 106.6, 29.5), &staff.Account{Head: grid.Head{ID: 21}, Login: "wang", Name: "王"})
		p, node, audience := joinPart(t, log, wire, nil)
		pass(time.Second)
		if !node.Status().Ready {
			t.Fatal("not ready")
		}
		sameAs(t, p, log.Log)

		mark := feed.Mark{Epoch: node.Status().Epoch, Mark: log.Put(feedtest.Event(3, west, 106.6, 29.5))}
		log.Put(feedtest.Event(4, east, 106.5, 29.5))
		if err := node.WaitFor(t.Context(), mark); err != nil {
			t.Errorf("a write elsewhere is waited for: %v", err)
		}
		pass(time.Second)
		sameAs(t, p, log.Log)
		at, err := log.Position(t.Context())
		if err != nil || node.Status().Pos != at.Pos {
			t.Errorf("the node stands at %d, the log at %d, %v", node.Status().Pos, at.Pos, err)
		}
		if news := audience.News(); len(news) != 1 || news[0].ID != 4 {
			t.Errorf("told %+v, want event 4 alone", news)
		}
	})
}

// What a change brings along is read from the rows, however long that cannot be done, and
// becomes visible with it. Nobody is told of it as of a change of its own.
func TestWhatIsWantedComesWithTheChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := &awayLog{Log: feedtest.NewLog(nil)}, feedtest.NewWire(nil)
		p, node, audience := joinPart(t, log, wire, nil)
		pass(time.Second)
		log.Put(&staff.Account{Head: grid.Head{ID: 21}, Login: "wang", Name: "王"})
		pass(time.Second)
		before := p.State()
		log.times = 3
		p.want(feed.Want{Kind: staff.Accounts, Query: grid.Query{IDs: []int64{21}}})
		log.Put(feedtest.Event(1, east, 106.5, 29.5))
		pass(60 * time.Millisecond)
		if diff := cmp.Diff(before, p.State()); diff != "" {
			t.Errorf("half of an application is seen (-before +now):\n%s", diff)
		}
		pass(10 * time.Second)
		sameAs(t, p, log.Log)
		if len(p.brought) != 1 || p.brought[0].Entity.Kind() != staff.Accounts || p.Begun() != 1 || !node.Status().Ready {
			t.Errorf("brought %v, begun %d times", p.brought, p.Begun())
		}
		if news := audience.News(); len(news) != 1 || news[0].ID != 1 {
			t.Errorf("told %+v, want event 1 alone", news)
		}
	})
}

// A log that begins another history while it is asked is loaded anew.
func TestWhatIsWantedIsOfTheSameHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := &awayLog{Log: feedtest.NewLog(nil)}, feedtest.NewWire(nil)
		log.Put(feedtest.Event(9, east, 106.5, 29.5))
		p, _, _ := joinPart(t, log, wire, nil)
		pass(time.Second)
		log.foreign = true
		p.want(feed.Want{Kind: events.Events})
		log.Put(feedtest.Event(1, east, 106.5, 29.5))
		pass(10 * time.Second)
		sameAs(t, p, log.Log)
		if p.Begun() != 2 {
			t.Errorf("begun %d times, want 2: what was asked is of another history", p.Begun())
		}
	})
}

// A part that time alone has made want something is asked for it by the clock.
func TestTheClockBringsWhatIsWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := &awayLog{Log: feedtest.NewLog(nil)}, feedtest.NewWire(nil)
		p, node, _ := joinPart(t, log, wire, nil)
		p.want(feed.Want{Kind: staff.Accounts})
		node.Advance(t.Context()) // before anything is loaded
		if len(p.brought) != 0 {
			t.Errorf("brought %d before anything is loaded", len(p.brought))
		}
		pass(time.Second)
		log.Put(&staff.Account{Head: grid.Head{ID: 21}, Login: "wang", Name: "王"})
		pass(time.Second)
		p.brought = nil
		p.want(feed.Want{Kind: staff.Accounts})
		node.Advance(t.Context())
		node.Advance(t.Context())
		if len(p.brought) != 1 {
			t.Errorf("brought %d, want the account once", len(p.brought))
		}
	})
}

// Behind an image the log is read from a page before it: what was told last of things that
// the part does not hold is in no image. Loads that the image knows are not read again.
func TestAPartReadsTheLogFromBeforeItsImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire, images := &awayLog{Log: feedtest.NewLog(nil)}, feedtest.NewWire(nil), new(feedtest.Images)
		keepImage(t, log.Log, wire, images)
		log.Put(feedtest.Event(5, east, 106.5, 29.5), feedtest.Event(6, west, 106.5, 29.5))
		if _, err := log.Publish(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		p, node, _ := joinPart(t, log, wire, partImages{images})
		pass(time.Second)
		if want := []int64{1, 2, 5, 6}; !slices.Equal(p.added[:min(4, len(p.added))], want) || !node.Status().Ready {
			t.Errorf("added events %v, want %v, of the log and then what is wanted", p.added, want)
		}
	})
}

// partImages has a loading of a part take up what a World kept.
type partImages struct{ *feedtest.Images }

func (i partImages) Open() (feed.Image, error) {
	image, err := i.Images.Open()
	return partImage{image}, err
}

type partImage struct{ feed.Image }

func (i partImage) Restore(to feed.Loading) error { return i.Image.Restore(to.(*partLoad).Loading) }
