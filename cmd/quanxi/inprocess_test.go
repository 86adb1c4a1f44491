package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// long reports whether the long forms of the tests are asked for (make soak).
func long() bool { return os.Getenv("QUANXI_SOAK") != "" }

// patient is how long a test waits for what must happen; never how long it takes.
const patient = 60 * time.Second

// An inside is the whole of `quanxi serve` within the test, which may look behind it.
type inside struct {
	*node
	t        *testing.T
	at       string // its address
	registry *access.Registry
	accounts int64 // made so far
}

// runInside starts a node by a clock on a store. It stops with the test. One that others
// share a NATS with has its URL.
func runInside(t *testing.T, flags storeFlags, nats string, now func() time.Time) *inside {
	t.Helper()
	return runInsideAs(t, flags, nodeFlags{Nats: nats, now: now})
}

// runInsideAs is runInside for a node with more flags.
func runInsideAs(t *testing.T, flags storeFlags, nf nodeFlags) *inside {
	t.Helper()
	if err := flags.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := newParts(t.Context())
	n, err := newNode(t.Context(), p, flags, nf, prometheus.NewRegistry(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	n.desk.PasswordAlone = true
	handler, err := n.server(listenFlags{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	p.atEnd("server", func() error { web.CloseClientConnections(); web.Close(); return nil })
	p.atEnd("feed", n.closeFeed)
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	master, err := flags.unlock(t.Context(), n.store)
	if err != nil {
		t.Fatal(err)
	}
	in := &inside{node: n, t: t, at: web.URL}
	if in.registry, err = newRegistry(n.store, master, operator); err != nil {
		t.Fatal(err)
	}
	awaitReady(t, in.at)
	return in
}

// put stores entities, as whoever has all rights in the store, and waits until the World
// shows them.
func (in *inside) put(entities ...grid.Entity) {
	in.t.Helper()
	receipt, err := in.store.Write(in.t.Context(), grid.Write{Actor: "test", Action: "test.put", Put: entities})
	if err != nil {
		in.t.Fatal(err)
	}
	in.wait(receipt)
}

// remove is put for what shall be gone.
func (in *inside) remove(entities ...grid.Entity) {
	in.t.Helper()
	var refs []grid.Ref
	for _, e := range entities {
		refs = append(refs, grid.Ref{Kind: e.Kind(), ID: e.Entity().ID, Revision: e.Entity().Revision})
	}
	receipt, err := in.store.Write(in.t.Context(), grid.Write{Actor: "test", Action: "test.remove", Remove: refs})
	if err != nil {
		in.t.Fatal(err)
	}
	in.wait(receipt)
}

// wait returns when the node has applied a write, and has queued what is told of it.
func (in *inside) wait(receipt grid.Receipt) {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(in.t.Context(), patient)
	defer cancel()
	if err := (tokens{in.feed, in.sealer}).Wait(ctx, tokens{in.feed, in.sealer}.Seal(receipt)); err != nil {
		in.t.Fatal(err)
	}
	in.feed.Advance(ctx) // waits for what is being told
}

// account makes an account with posts, and returns it with a token of its own.
func (in *inside) account(login string, posts ...*staff.Post) (*staff.Account, string) {
	in.t.Helper()
	in.accounts++
	a := &staff.Account{Head: grid.Head{ID: 9000 + in.accounts}, Login: login, Name: login, Sort: staff.Person}
	if err := in.registry.AddUnchecked(in.t.Context(), a, "", posts...); err != nil {
		in.t.Fatal(err)
	}
	token, err := in.registry.Token(in.t.Context(), login, time.Now().Truncate(time.Second), 24*time.Hour) // to the second: its length is the same in each run
	if err != nil {
		in.t.Fatal(err)
	}
	in.put(a) // what came before is applied with it
	return a, token
}

// ask sends a request in the name of a token.
func (in *inside) ask(token, line, body string, header ...string) (int, http.Header, string) {
	in.t.Helper()
	method, path, ok := strings.Cut(line, " ")
	if !ok {
		method, path = http.MethodGet, line
	}
	return ask(in.t, method, in.at+path, body, append(header, "Authorization", "Bearer "+token)...)
}

// A listener is one open feed, all of whose text frames are kept until they are taken.
type listener struct {
	t      *testing.T
	ws     *websocket.Conn
	frames chan string // closed with the connection
	closed int         // by which code; read it after frames is closed
}

// listenAs opens the feed with a token and a view.
func (in *inside) listenAs(token, view string) *listener {
	in.t.Helper()
	return in.listen(fmt.Sprintf(`{"op":"hello","token":%q}`, token), view)
}

// resumeAs is listenAs for whoever goes on behind a cursor.
func (in *inside) resumeAs(token, cursor, view string) *listener {
	in.t.Helper()
	return in.listen(fmt.Sprintf(`{"op":"hello","token":%q,"resume":%q}`, token, cursor), view)
}

func (in *inside) listen(messages ...string) *listener {
	in.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"quanxi.v1"}}
	ws, _, err := dialer.DialContext(in.t.Context(), "ws"+strings.TrimPrefix(in.at, "http")+"/feed", nil)
	if err != nil {
		in.t.Fatal(err)
	}
	l := &listener{t: in.t, ws: ws, frames: make(chan string, 100_000)}
	in.t.Cleanup(func() { _ = ws.Close() })
	l.say(messages...)
	go l.read()
	return l
}

func (l *listener) read() {
	defer close(l.frames)
	for {
		kind, data, err := l.ws.ReadMessage()
		if end, ok := err.(*websocket.CloseError); ok {
			l.closed = end.Code
		}
		if err != nil {
			return
		}
		if kind == websocket.BinaryMessage {
			data = fmt.Appendf(nil, `{"op":"tile","bytes":"%x"}`, data)
		}
		l.frames <- string(data)
	}
}

func (l *listener) say(messages ...string) {
	l.t.Helper()
	for _, m := range messages {
		if err := l.ws.WriteMessage(websocket.TextMessage, []byte(m)); err != nil {
			l.t.Fatal(err)
		}
	}
}

// until returns the frames up to and with the first that is taken.
func (l *listener) until(what string, takes func(op, frame string) bool) (all []string) {
	l.t.Helper()
	deadline := time.NewTimer(patient)
	defer deadline.Stop()
	for {
		select {
		case frame, ok := <-l.frames:
			if !ok {
				l.t.Fatalf("the feed ended with %d before %s; it told %s", l.closed, what, all)
			}
			all = append(all, frame)
			if takes(opOf(frame), frame) {
				return all
			}
		case <-deadline.C:
			l.t.Fatalf("no %s in %v; it told %.2000s", what, patient, all)
		}
	}
}

// settled returns all that was queued up to now.
func (l *listener) settled() []string {
	l.t.Helper()
	l.say(`{"op":"ping"}`)
	all := l.until("pong", func(op, _ string) bool { return op == "pong" })
	return all[:len(all)-1]
}

func opOf(frame string) string {
	var head struct{ Op string }
	if err := json.Unmarshal([]byte(frame), &head); err != nil {
		return io.ErrUnexpectedEOF.Error()
	}
	return head.Op
}

// filled returns a new embedded store with entities in it.
func filled(t *testing.T, entities ...grid.Entity) storeFlags {
	t.Helper()
	f := storeFlags{Data: t.TempDir()}
	s, err := f.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), grid.Write{Actor: "test", Action: "test.put", Put: entities}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}
