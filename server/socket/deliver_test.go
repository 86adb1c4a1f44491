package socket

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/prometheus/client_golang/prometheus"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
)

// A still is a screen, and the visit of whoever has it, that stays as it is.
type still struct {
	feedtest.Viewer
	signals uint64
	out     bool // signed out
}

func (s *still) Account() string { return s.Viewer.Account }

func (s *still) Tile(context.Context, string, uint8, uint32, uint32) ([]byte, uint64, error) {
	return nil, 0, nil
}

func (s *still) Counters(grid.Code) (json.RawMessage, bool) { return nil, false }

func (s *still) Screen() Screen {
	if s.out {
		return nil
	}
	return s
}

func (s *still) Changed() <-chan struct{} { return nil }

func (s *still) Signals() uint64 { return s.signals }

func (s *still) Close() {}

// everywhere is where everything happens and is looked at.
var everywhere = geo.Envelope{Min: geo.At(106, 29), Max: geo.At(107, 30)}

// A line is one connection without its two goroutines, and its other end.
type line struct {
	*conn
	still *still
	far   net.Conn
	ready bool
	pos   int64
}

func newLine(t *testing.T) *line {
	l := &line{still: &still{Viewer: feedtest.Everybody()}, ready: true}
	h := New(Options{
		Hub: feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{}), Sealer: feed.NewSealer([]byte("a secret")),
		Ready: func() bool { return l.ready }, Late: func() time.Duration { return 0 },
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	l.conn = &conn{Handler: h, visit: l.still, screen: l.still}
	l.wire, l.far = pair(t)
	l.sub = h.Hub.Subscribe(l.still, nil)
	t.Cleanup(l.sub.Close)
	if err := l.sub.View(feed.View{Envelope: everywhere, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
		t.Fatal(err)
	}
	return l
}

// publish has n frames due.
func (l *line) publish(n int) {
	for range n {
		l.pos++
		change := feed.Change{Pos: l.pos, Kind: "events", ID: 1, Revision: l.pos, Op: feed.Put, Body: []byte(`{}`)}
		sight := feed.Sight{Area: "500101001001001", Envelope: everywhere, There: true}
		l.Hub.Publish(feed.Update{Epoch: "e", Pos: l.pos, News: []feed.News{{Change: change, Epoch: "e", After: sight}}})
	}
}

// expect reads the next frames, which have these revisions, and numbers without a hole.
func (l *line) expect(t *testing.T, revisions ...int64) {
	t.Helper()
	if err := l.far.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for i, want := range revisions {
		frame, err := readFrame(l.far)
		if err != nil {
			t.Fatalf("frame %d: %v", i+1, err)
		}
		var got struct {
			N        int
			Revision int64
		}
		if err := json.Unmarshal(frame.Payload, &got); err != nil || got.N != i+1 || got.Revision != want {
			t.Fatalf("frame %d: %s, %v, want revision %d", i+1, frame.Payload, err, want)
		}
	}
}

func TestFramesGoAtOnceUnlessSomethingStandsInTheWay(t *testing.T) {
	for _, tt := range []struct {
		name string
		way  func(l *line) (clear func())
	}{
		{name: "the node is cut off from the log", way: func(l *line) func() {
			l.ready = false
			return func() { l.ready = true }
		}},
		{name: "a pong is owed before", way: func(l *line) func() {
			l.pongs++
			return func() { l.pongs-- }
		}},
		{name: "a frame is on its way in part", way: func(l *line) func() {
			whole := l.encode(feed.NewFrame("change", []byte(`,"revision":1}`))).frame(ws.OpText)
			l.pos++
			l.wire.rest = append([]byte(nil), whole...)
			return func() {}
		}},
		{name: "frames were left to the writer", way: func(l *line) func() {
			l.pos++
			l.left = []feed.Frame{feed.NewFrame("change", []byte(`,"revision":1}`))}
			return func() {}
		}},
		{name: "somebody else writes", way: func(l *line) func() {
			l.writing.Lock()
			return l.writing.Unlock
		}},
		{name: "a right may have changed", way: func(l *line) func() {
			l.still.signals++
			return func() {}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(t)
			clear := tt.way(l)
			l.publish(2)
			if l.deliverAtOnce() {
				t.Fatal("delivered all the same")
			}
			l.publish(2) // takes the room of what was taken, if anything was
			clear()
			if err := l.deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := make([]int64, l.pos)
			for i := range want {
				want[i] = int64(i + 1)
			}
			l.expect(t, want...)
		})
	}
}

func TestFramesGoAtOnce(t *testing.T) {
	l := newLine(t)
	l.publish(3)
	for range 2 { // the second time nothing is due
		if !l.deliverAtOnce() {
			t.Error("left to the writer")
		}
	}
	l.expect(t, 1, 2, 3)
}

// Between the moment when a sign-out is found out and the end of the connection nothing
// goes out by the right of before.
func TestNothingGoesAtOnceToWhoIsSignedOut(t *testing.T) {
	l := newLine(t)
	l.still.out, l.still.signals = true, 1
	l.publish(1)
	if err := l.deliver(t.Context()); !errors.Is(err, errSignedOut) {
		t.Errorf("%v", err)
	}
	l.publish(1)
	if l.deliverAtOnce() {
		t.Error("delivered")
	}
}

func TestNothingIsSentBehindTheEnd(t *testing.T) {
	l := newLine(t)
	l.sayClose(ws.NewCloseFrameBody(ws.StatusGoingAway, ""))
	l.publish(1)
	if l.deliverAtOnce() {
		t.Error("delivered")
	}
	if err := l.put(ws.OpText, newMessage(nil)); err == nil {
		t.Error("put")
	}
	if frame, err := readFrame(l.far); err != nil || frame.Header.OpCode != ws.OpClose {
		t.Errorf("%+v, %v", frame.Header, err)
	}
}
