package socket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/server/socket"
)

// A screenStub is a Screen whose tiles say their address and a number that tests
// move.
type screenStub struct {
	feedtest.Viewer
	mu      sync.Mutex
	drawn   int
	version uint64
	broken  error
	bulk    int    // bytes more in a tile
	during  func() // runs once while a tile is drawn; nil for nothing
	counts  func() // the same while numbers are read
}

func (s *screenStub) Standing() string { return s.Viewer.Account }

func (s *screenStub) Tile(ctx context.Context, layers string, z uint8, x, y uint32) ([]byte, uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	version, broken := s.version, s.broken
	s.drawn++
	if during := s.during; during != nil {
		s.during = nil
		during()
	}
	return append(fmt.Appendf(nil, "%s/%d/%d/%d v%d", layers, z, x, y, version), make([]byte, s.bulk)...), version, broken
}

func (s *screenStub) Counters(code grid.Code) (json.RawMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if counts := s.counts; counts != nil {
		s.counts = nil
		counts()
	}
	return fmt.Appendf(nil, `{"code":%q,"events":7}`, code), code != gone
}

// gone is the code of a division that was removed.
const gone = "500199"

func (s *screenStub) set(change func(*screenStub)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// A desk is a server with one hub, and screens by account.
type desk struct {
	t       *testing.T
	hub     *feed.Hub
	handler *socket.Handler
	server  *httptest.Server
	ready   atomic.Bool
	late    atomic.Int64 // nanoseconds
	pos     int64
	direct  atomic.Int64 // looks at a right by whoever tells of changes
	looks   atomic.Int64 // at what somebody may see

	mu      sync.Mutex
	screens map[string]*screenStub // guarded by mu, like visits
	visits  []*visit
}

// A visit of somebody whose screen tests may change; nil is one who was signed out.
type visit struct {
	desk    *desk
	who     string
	changed chan struct{}
	signals atomic.Uint64
	closed  atomic.Bool
}

func (d *desk) visit(r *http.Request, token string) socket.Visit {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &visit{desk: d, who: r.URL.Query().Get("as"), changed: make(chan struct{}, 1)}
	if token != "" {
		v.who = token
	}
	if d.screens[v.who] == nil {
		return nil
	}
	d.visits = append(d.visits, v)
	return v
}

func (v *visit) Screen() socket.Screen {
	v.desk.looks.Add(1)
	v.desk.mu.Lock()
	defer v.desk.mu.Unlock()
	if s := v.desk.screens[v.who]; s != nil {
		return s
	}
	return nil
}

func (v *visit) Changed() <-chan struct{} { return v.changed }

func (v *visit) Signals() uint64 {
	if bytes.Contains(debug.Stack(), []byte("deliverAtOnce")) {
		v.desk.direct.Add(1)
	}
	return v.signals.Load()
}

func (v *visit) Close() { v.closed.Store(true) }

// open counts the visits that have not ended.
func (d *desk) open() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, v := range d.visits {
		if !v.closed.Load() {
			n++
		}
	}
	return n
}

// becomes gives an account another screen, and tells its visits.
func (d *desk) becomes(who string, s *screenStub) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.screens[who] = s
	for _, v := range d.visits {
		v.signals.Add(1)
		select {
		case v.changed <- struct{}{}:
		default:
		}
	}
}

func newDesk(t *testing.T, change func(*socket.Options)) *desk {
	d := &desk{t: t, screens: map[string]*screenStub{
		"local": {Viewer: feedtest.Everybody(), version: 1},
		"east":  {Viewer: feedtest.Of("5001"), version: 1},
		"west":  {Viewer: feedtest.Of("5002"), version: 1},
	}}
	d.ready.Store(true)
	sets := feed.NewSets([]string{"base", "buildings", "events"})
	d.hub = feed.NewHub(sets, feed.HubOptions{Soft: 10 * time.Millisecond})
	d.hub.Reset(feed.Position{Epoch: "epoch-1"})
	o := socket.Options{
		Hub: d.hub, Sets: sets, Sealer: feed.NewSealer([]byte("a secret for tests")),
		Visit: d.visit,
		Ready: d.ready.Load, Late: func() time.Duration { return time.Duration(d.late.Load()) },
		Plan: func() int64 { return 3 },
		Own:  func() json.RawMessage { return nil }, Covers: func(geo.Envelope) (some, all bool) { return true, true },
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	}
	if change != nil {
		change(&o)
	}
	d.handler = socket.New(o)
	d.server = httptest.NewServer(d.handler)
	t.Cleanup(func() {
		d.server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := d.handler.Shutdown(ctx); err != nil {
			t.Errorf("connections do not end: %v", err)
		}
	})
	return d
}

// underTLS has everybody connect by TLS from here on.
func (d *desk) underTLS() {
	d.server.Close()
	d.server = httptest.NewTLSServer(d.handler)
}

// publish tells the hub of an event's next state.
func (d *desk) publish(id int64, area grid.Code, lon, lat float64) {
	n := d.news(id, area, lon, lat)
	d.hub.Publish(feed.Update{
		Epoch: "epoch-1", Pos: d.pos, News: []feed.News{n},
		Effects: feed.Effects{Touches: []feed.Touch{{Layer: "events", Envelope: n.After.Envelope}}, Counters: []feed.Counted{{Code: area, Open: true}}},
	})
}

// publishMany tells the hub of the next n states of one event at once.
func (d *desk) publishMany(n int) {
	var u feed.Update
	for range n {
		u.News = append(u.News, d.news(1, grid1, 106.5, 29.5))
	}
	u.Epoch, u.Pos = "epoch-1", d.pos
	d.hub.Publish(u)
}

// publishUntilStuck tells of more and more until the one reader's socket takes nothing.
func (d *desk) publishUntilStuck() {
	for stuck := false; !stuck; {
		d.publishMany(300)
		stuck = !eventually(100*time.Millisecond, func() bool { return d.hub.Stats().Waiting == 0 })
	}
}

// news is of an event's next state.
func (d *desk) news(id int64, area grid.Code, lon, lat float64) feed.News {
	e := feedtest.Event(id, area, lon, lat)
	d.pos++
	e.Revision = d.pos
	body, err := grid.EncodeJSON(e)
	if err != nil {
		d.t.Fatal(err)
	}
	env, _ := e.Geometry().Envelope()
	change := feed.Change{Pos: d.pos, Kind: e.Kind(), ID: id, Revision: d.pos, Op: feed.Put, Body: body}
	return feed.News{Change: change, Epoch: "epoch-1", After: feed.Sight{Area: area, Envelope: env, There: true}}
}

// eventually reports whether something becomes true in time.
func eventually(within time.Duration, is func() bool) bool {
	for deadline := time.Now().Add(within); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// A client is the other end of the wire.
type client struct {
	t  *testing.T
	ws *websocket.Conn
	n  float64
}

func (d *desk) url(account string) string {
	return "ws" + strings.TrimPrefix(d.server.URL, "http") + "/feed?as=" + account
}

// dial connects without a greeting.
func (d *desk) dial(account string) *client {
	d.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{socket.Protocol}}
	if d.server.TLS != nil {
		dialer.TLSClientConfig = d.server.Client().Transport.(*http.Transport).TLSClientConfig
	}
	ws, _, err := dialer.Dial(d.url(account), nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { ws.Close() })
	if ws.Subprotocol() != socket.Protocol {
		d.t.Errorf("subprotocol %q", ws.Subprotocol())
	}
	return &client{t: d.t, ws: ws}
}

// join connects, greets and sets a view of everything around the test places.
func (d *desk) join(account string) *client {
	d.t.Helper()
	c := d.dial(account)
	c.send(`{"op":"hello"}`)
	c.want("welcome")
	c.send(viewAll)
	c.settle()
	return c
}

const viewAll = `{"op":"view","bbox":[106,29,107,30],"zoom":16,"layers":["events"],"topics":["events","counters"]}`

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// next returns the next text frame, or a binary one as {"op":"binary"}.
func (c *client) next() (map[string]any, []byte) {
	c.t.Helper()
	if err := c.ws.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	kind, data, err := c.ws.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	if kind == websocket.BinaryMessage {
		return map[string]any{"op": "binary"}, data
	}
	var frame map[string]any
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&frame); err != nil {
		c.t.Fatalf("%s: %v", data, err)
	}
	if c.n++; frame["n"] != c.n {
		c.t.Fatalf("frame %s, want n %v", data, c.n)
	}
	return frame, data
}

// want reads frames until one of the op comes; counters and stale tiles on the way
// are read over.
func (c *client) want(op string) map[string]any {
	c.t.Helper()
	for {
		frame, data := c.next()
		switch got := frame["op"]; {
		case got == op:
			return frame
		case got == "state" || got == "stale" || got == "set":
		default:
			c.t.Fatalf("got %.200s, want a %s", data, op)
		}
	}
}

// until reads over everything before a frame of the op.
func (c *client) until(op string) map[string]any {
	c.t.Helper()
	for {
		if frame, _ := c.next(); frame["op"] == op {
			return frame
		}
	}
}

// settle waits until everything sent so far was dealt with.
func (c *client) settle() map[string]any {
	c.t.Helper()
	c.send(`{"op":"ping"}`)
	return c.want("pong")
}

// closes reads until the connection ends and returns the close code.
func (c *client) closes() (code int, reason string) {
	c.t.Helper()
	for {
		if err := c.ws.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			c.t.Fatal(err)
		}
		_, _, err := c.ws.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case err == nil:
			continue
		case asClose(err, &closed):
			return closed.Code, closed.Text
		}
		c.t.Fatalf("ended without a close frame: %v", err)
	}
}
