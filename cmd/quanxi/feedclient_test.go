package main_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// A follower keeps the events of a place level by the feed alone, as docs/FEED.md
// tells a client to: it fetches once, applies by revision, resumes with its
// cursor when the connection breaks, and begins anew when told to.
type follower struct {
	p    *process
	stop chan struct{}
	done chan struct{}

	// Only the goroutine of run touches these.
	cursor string
	epoch  string
	told   map[int64]int64 // revision of the newest frame by id
	anew   bool            // fetch everything at the next pong

	mu      sync.Mutex
	conn    *websocket.Conn
	held    map[int64]int64 // revision by id; guarded by mu
	resyncs int             // guarded by mu
	ends    int             // connections that broke; guarded by mu
	newest  string          // cursor; guarded by mu
}

// follow starts a follower of a process; it ends with the test.
func follow(t *testing.T, p *process) *follower {
	t.Helper()
	f := newFollower(p)
	f.anew = true
	f.start(t, nil)
	p.until("a follower is level", f.level)
	return f
}

// followOn starts a follower that reads on where nobody has read yet: on a
// connection that was opened when there was nothing to hold.
func followOn(t *testing.T, p *process, conn *websocket.Conn) *follower {
	t.Helper()
	f := newFollower(p)
	f.start(t, conn)
	return f
}

func newFollower(p *process) *follower {
	return &follower{p: p, stop: make(chan struct{}), done: make(chan struct{}), told: map[int64]int64{}, held: map[int64]int64{}}
}

// start runs the follower, on an open connection first if there is one.
func (f *follower) start(t *testing.T, conn *websocket.Conn) {
	f.conn = conn
	go f.run(conn)
	t.Cleanup(f.close)
}

// close ends the follower.
func (f *follower) close() {
	close(f.stop)
	f.mu.Lock()
	if f.conn != nil {
		f.conn.Close()
	}
	f.mu.Unlock()
	<-f.done
}

// run reads the open connection, if any, and connects again and again until close.
func (f *follower) run(conn *websocket.Conn) {
	defer close(f.done)
	if conn != nil {
		f.read(conn)
		conn.Close()
	}
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-f.stop:
			return
		case <-again.C:
		}
		if conn, ok := f.connect(); ok {
			f.read(conn)
			conn.Close()
		}
	}
}

func (f *follower) connect() (*websocket.Conn, bool) {
	dialer := websocket.Dialer{Subprotocols: []string{"quanxi.v1"}, HandshakeTimeout: 5 * time.Second}
	conn, response, err := dialer.Dial("ws://"+f.p.addr+"/feed", nil)
	if response != nil {
		response.Body.Close()
	}
	if err != nil {
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.stop:
		conn.Close()
		return nil, false
	default:
	}
	f.conn = conn
	hello := map[string]any{"op": "hello"}
	if f.cursor != "" && !f.anew {
		hello["resume"] = f.cursor
	}
	return conn, conn.WriteJSON(hello) == nil && look(conn) == nil
}

// look sends the view of everything that the tests report, and a ping.
func look(conn *websocket.Conn) error {
	view := map[string]any{"op": "view", "bbox": []float64{106.4, 29.4, 106.6, 29.6}, "zoom": 16, "topics": []string{"events"}}
	if err := conn.WriteJSON(view); err != nil {
		return err
	}
	return conn.WriteJSON(map[string]string{"op": "ping"})
}

// A frame is what a follower reads of a text frame.
type frame struct {
	Op       string `json:"op"`
	N        int64  `json:"n"`
	Cursor   string `json:"cursor"`
	Epoch    string `json:"epoch"`
	Kind     string `json:"kind"`
	ID       int64  `json:"id"`
	Revision int64  `json:"revision"`
	Reason   string `json:"reason"`
	Late     int64  `json:"late_ms"`
}

// read applies frames until the connection breaks.
func (f *follower) read(conn *websocket.Conn) {
	seen := map[int64]int64{} // revision by id on this connection
	for n := int64(1); ; n++ {
		var got frame
		_, text, err := conn.ReadMessage()
		if err != nil || json.Unmarshal(text, &got) != nil {
			f.mu.Lock()
			f.ends++
			f.mu.Unlock()
			return
		}
		if got.N != n {
			f.p.t.Errorf("frame %d has the number %d: %s", n, got.N, text)
			return
		}
		if got.Cursor != "" {
			f.cursor = got.Cursor
		}
		if f.apply(conn, got, seen) != nil {
			return
		}
		f.mu.Lock()
		f.newest = f.cursor
		f.mu.Unlock()
	}
}

func (f *follower) apply(conn *websocket.Conn, got frame, seen map[int64]int64) error {
	switch got.Op {
	case "welcome":
		if got.Epoch != f.epoch {
			f.epoch, f.told = got.Epoch, map[int64]int64{}
		}
	case "resync":
		f.mu.Lock()
		f.resyncs++
		f.mu.Unlock()
		clear(seen)
		f.anew, f.told = true, map[int64]int64{}
		return look(conn)
	case "pong":
		return f.fetch()
	case "change", "gone":
		f.step(got, seen)
	}
	return nil
}

// fetch replaces everything that is held by what the API lists, once after a
// beginning.
func (f *follower) fetch() error {
	if !f.anew {
		return nil
	}
	all, ok := f.p.rows()
	if !ok {
		return fmt.Errorf("not to be read now")
	}
	f.anew = false
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = map[int64]int64{}
	for _, r := range all {
		f.held[r.ID] = r.Revision
	}
	return nil
}

// step applies one change, and tells the test if it came twice on a connection
// or goes backwards.
func (f *follower) step(got frame, seen map[int64]int64) {
	if last, ok := seen[got.ID]; ok && got.Revision <= last {
		f.p.t.Errorf("%s %d came with revision %d after %d on one connection", got.Op, got.ID, got.Revision, last)
	}
	if got.Revision < f.told[got.ID] {
		f.p.t.Errorf("%s %d went back from revision %d to %d", got.Op, got.ID, f.told[got.ID], got.Revision)
	}
	seen[got.ID], f.told[got.ID] = got.Revision, got.Revision
	f.mu.Lock()
	defer f.mu.Unlock()
	if got.Revision < f.held[got.ID] {
		return
	}
	if f.held[got.ID] = got.Revision; got.Op == "gone" {
		delete(f.held, got.ID)
	}
}

// holds returns the revision of each event by id.
func (f *follower) holds() map[int64]int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	held := make(map[int64]int64, len(f.held))
	for id, revision := range f.held {
		held[id] = revision
	}
	return held
}

// sawResync returns how often the follower was told to begin anew.
func (f *follower) sawResync() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.resyncs
}

// sawEnds returns how many connections broke.
func (f *follower) sawEnds() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ends
}

// lastCursor returns the newest cursor.
func (f *follower) lastCursor() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.newest
}

// level reports whether the follower has had a cursor and holds what the store holds.
func (f *follower) level() bool {
	all, ok := f.p.rows()
	return ok && f.lastCursor() != "" && cmp.Equal(revisionsOf(all), f.holds())
}

func revisionsOf(all []row) map[int64]int64 {
	revisions := map[int64]int64{}
	for _, r := range all {
		revisions[r.ID] = r.Revision
	}
	return revisions
}
