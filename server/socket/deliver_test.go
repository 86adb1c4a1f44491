package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
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
	out     bool   // signed out
	other   *still // what it is by now; nil if it is the same
	asking  func() // whenever it is asked for its signals; nil for nothing
	looking func() // whenever it is asked for its screen; nil for nothing
}

func (s *still) Standing() string { return s.Viewer.Account }

func (s *still) Tile(context.Context, string, uint8, uint32, uint32) ([]byte, uint64, error) {
	return nil, 0, nil
}

func (s *still) Counters(grid.Code) (json.RawMessage, bool) { return json.RawMessage(`{}`), true }

func (s *still) Screen() Screen {
	if s.looking != nil {
		defer s.looking()
	}
	switch {
	case s.out:
		return nil
	case s.other != nil:
		return s.other
	}
	return s
}

func (s *still) Changed() <-chan struct{} { return nil }

func (s *still) Signals() uint64 {
	if s.asking != nil {
		s.asking()
	}
	return s.signals
}

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
		Hub: feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{Soft: time.Nanosecond}), Sealer: feed.NewSealer([]byte("a secret")),
		Ready: func() bool { return l.ready }, Late: func() time.Duration { return 0 },
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	l.conn = &conn{Handler: h, visit: l.still, screen: l.still}
	l.wire, l.far = pair(t)
	l.sub = h.Hub.Subscribe(l.still, nil)
	t.Cleanup(l.sub.Close)
	if err := l.sub.View(feed.View{Envelope: everywhere, Topics: []feed.Topic{feed.EventsTopic, feed.CountersTopic}}); err != nil {
		t.Fatal(err)
	}
	return l
}

// publish has n frames due.
func (l *line) publish(n int) { l.publishOf(n, 0) }

// publishOf is publish with so many more bytes in each frame.
func (l *line) publishOf(n, bytes int) {
	body := fmt.Appendf(nil, `{"title":"%s"}`, strings.Repeat("x", bytes))
	for range n {
		l.pos++
		change := feed.Change{Pos: l.pos, Kind: "events", ID: 1, Revision: l.pos, Op: feed.Put, Body: body}
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

// What a sender leaves to the writer must outlive the room that the queue has for it.
func TestFramesThatASocketTakesInPartComeWholeAndInOrder(t *testing.T) {
	l := newLine(t)
	for l.deliverAtOnce() {
		l.publishOf(8, 128<<10) // few enough that the queue keeps their room
	}
	if len(l.left) == 0 {
		t.Fatal("nothing was left to the writer")
	}
	l.publish(3)
	want := make([]int64, l.pos)
	for i := range want {
		want[i] = int64(i + 1)
	}
	delivered := make(chan error, 1)
	go func() { delivered <- l.deliver(t.Context()) }()
	l.expect(t, want...)
	if err := <-delivered; err != nil {
		t.Fatal(err)
	}
}

func TestTheRestOfAFrameGoesWhateverElseIsDue(t *testing.T) {
	l := newLine(t)
	l.wire.rest = slices.Clone(l.encode(feed.NewFrame("change", []byte(`,"revision":1}`))).frame(ws.OpText))
	if err := l.deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.expect(t, 1)
}

// A frame of which no byte has gone is sent later by the rights of then.
func TestAFrameThatDidNotBeginGoesToNobodyWhoIsSignedOut(t *testing.T) {
	for _, tt := range []struct {
		name string
		out  bool
		want []int64
	}{{"still there", false, []int64{1, 2}}, {"signed out meanwhile", true, nil}} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(t)
			filled := fill(&l.wire)
			l.publish(2)
			if l.deliverAtOnce() || !l.wire.free() {
				t.Fatal("a full socket took something")
			}
			if tt.out {
				l.still.out, l.still.signals = true, 1
			}
			go func() {
				if err := l.deliver(t.Context()); err != nil {
					_ = l.leave(err)
				}
				l.wire.conn.Close()
			}()
			if _, err := io.CopyN(io.Discard, l.far, filled); err != nil {
				t.Fatal(err)
			}
			l.expect(t, tt.want...)
			if frame, err := readFrame(l.far); err == nil && frame.Header.OpCode != ws.OpClose {
				t.Errorf("then %s", frame.Payload)
			}
		})
	}
}

// A slow reader has taken a part of a frame when his rights become others: whatever would be
// written next, he does not get the rest.
func TestTheRestOfAFrameDoesNotGoByAnotherRight(t *testing.T) {
	ping := func(l *line) error {
		return l.alone(func() error { return l.put(ws.OpPing, newMessage(nil)) })
	}
	deliver := func(l *line) error {
		return l.alone(func() error { return l.deliver(context.Background()) })
	}
	for _, tt := range []struct {
		name   string
		change func(s *still)
		next   func(l *line) error
		want   error
	}{
		{"he is signed out before a ping", func(s *still) { s.out = true }, ping, errSignedOut},
		{"he sees less before a ping", func(s *still) { s.other = &still{Viewer: feedtest.Everybody().WithoutDuty()} }, ping, errNarrowed},
		{"he sees less before a frame", func(s *still) { s.other = &still{Viewer: feedtest.Everybody().WithoutDuty()} }, deliver, errNarrowed},
		{"he sees the same before a ping", func(*still) {}, ping, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(t)
			l.wire.rest = []byte("the rest")
			l.still.signals = 1
			tt.change(l.still)
			err := tt.next(l)
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err != nil {
				_ = l.leave(err)
			}
			l.wire.conn.Close()
			if got, err := io.ReadAll(l.far); err != nil || len(got) > 0 != (tt.want == nil) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// However late a right is withdrawn, nothing goes after that: there is a look at it
// before each message, and none of its own between that and the message.
func TestNothingGoesByARightThatIsWithdrawnInTheMidst(t *testing.T) {
	for withdrawn := 1; ; withdrawn++ {
		l := newLine(t)
		l.Hub.Publish(feed.Update{Epoch: "e", Effects: feed.Effects{Counters: []feed.Counted{{Code: "500101", Open: true}}}})
		<-l.sub.Ready()
		l.publish(2)
		asked, sent := 0, l.n
		l.still.asking = func() {
			if asked++; asked == withdrawn {
				l.still.out, l.still.signals, sent = true, 1, l.n
			}
		}
		err := l.deliver(t.Context())
		if asked < withdrawn {
			if l.n != 3 {
				t.Fatalf("%d messages to who sees all, want two frames and the counters", l.n)
			}
			return
		}
		if !errors.Is(err, errSignedOut) || l.n != sent {
			t.Fatalf("withdrawn at look %d: %d messages after it, %v", withdrawn, l.n-sent, err)
		}
	}
}

func TestARightThatIsWithdrawnWhileItIsLookedAtIsLookedAtAgain(t *testing.T) {
	l := newLine(t)
	l.still.signals = 1
	l.still.looking = func() { l.still.signals = 2 }
	if err := l.reconsider(); err != nil {
		t.Fatal(err)
	}
	l.publish(1)
	if l.deliverAtOnce() {
		t.Error("delivered by what was seen before")
	}
}
