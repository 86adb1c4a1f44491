package socket_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"quanxi/feed/feedtest"
	"quanxi/server/socket"
)

func asClose(err error, closed **websocket.CloseError) bool { return errors.As(err, closed) }

func TestWelcome(t *testing.T) {
	d := newDesk(t, nil)
	c := d.dial("local")
	c.send(`{"op":"hello","sets":["events,base","nonsense"]}`)
	got := c.want("welcome")
	if got["cursor"] == "" {
		t.Error("no cursor")
	}
	delete(got, "cursor")
	want := map[string]any{
		"op": "welcome", "n": 1.0, "epoch": "epoch-1", "plan": 3.0,
		"sets": map[string]any{"base": 1.0, "buildings": 2.0, "events": 3.0, "events,base": 4.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever a client sends is answered, and the connection goes on.
func TestRefusals(t *testing.T) {
	d := newDesk(t, func(o *socket.Options) { o.Limits.Errors = 1000 })
	c := d.join("local")
	for _, tt := range []struct{ name, send, code string }{
		{"no JSON", `hello`, "not_json"},
		{"empty", ``, "not_json"},
		{"cut off", `{"op":"view"`, "not_json"},
		{"an array", `[{"op":"ping"}]`, "not_json"},
		{"two objects", `{"op":"ping"}{"op":"ping"}`, "not_json"},
		{"not UTF-8 in a name", "{\"op\":\"p\xffng\"}", "unknown_op"},
		{"no op", `{}`, "unknown_op"},
		{"op is a number", `{"op":1}`, "unknown_op"},
		{"op is null", `{"op":null}`, "unknown_op"},
		{"an unknown op", `{"op":"delete"}`, "unknown_op"},
		{"hello again", `{"op":"hello"}`, "hello_twice"},
		{"a view without bbox", `{"op":"view","zoom":3}`, "bad_field"},
		{"a bbox of three", `{"op":"view","bbox":[1,2,3],"zoom":3}`, "bad_field"},
		{"a bbox that is null in part", `{"op":"view","bbox":[null,2,3,4],"zoom":3}`, "bad_field"},
		{"a bbox of words", `{"op":"view","bbox":["w","s","e","n"],"zoom":3}`, "bad_field"},
		{"a bbox off the globe", `{"op":"view","bbox":[0,0,181,1],"zoom":3}`, "bad_field"},
		{"a bbox from east to west", `{"op":"view","bbox":[10,0,5,1],"zoom":3}`, "bad_field"},
		{"a zoom that is null", `{"op":"view","bbox":[0,0,1,1],"zoom":null}`, "bad_field"},
		{"a tile of row null", `{"op":"tile","id":1,"layers":"buildings","z":0,"x":0,"y":null}`, "bad_field"},
		{"a zoom below zero", `{"op":"view","bbox":[0,0,1,1],"zoom":-1}`, "bad_field"},
		{"an unknown topic", `{"op":"view","bbox":[0,0,1,1],"zoom":3,"topics":["people"]}`, "bad_field"},
		{"an unknown layer", `{"op":"view","bbox":[0,0,1,1],"zoom":3,"layers":["secrets"]}`, "bad_field"},
		{"a tile without id", `{"op":"tile","layers":"base","z":1,"x":0,"y":0}`, "bad_field"},
		{"a tile with a negative id", `{"op":"tile","id":-1,"layers":"base","z":1,"x":0,"y":0}`, "bad_field"},
		{"a tile of no layer", `{"op":"tile","id":1,"z":1,"x":0,"y":0}`, "bad_field"},
		{"a tile of an unknown layer", `{"op":"tile","id":1,"layers":"base,secrets","z":1,"x":0,"y":0}`, "bad_field"},
		{"a tile past the last column", `{"op":"tile","id":1,"layers":"base","z":1,"x":2,"y":0}`, "bad_field"},
		{"a tile too deep", `{"op":"tile","id":1,"layers":"base","z":23,"x":0,"y":0}`, "bad_field"},
		{"a tile at a fraction", `{"op":"tile","id":1,"layers":"base","z":1.5,"x":0,"y":0}`, "bad_field"},
		{"a version that is none", `{"op":"tile","id":1,"layers":"base","z":1,"x":0,"y":0,"version":"zz"}`, "bad_field"},
		{"cancel of a word", `{"op":"cancel","id":"all"}`, "bad_field"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.send(tt.send)
			got := c.want("error")
			if got["code"] != tt.code || got["detail"] == "" || strings.Contains(fmt.Sprint(got["detail"]), "json:") {
				t.Errorf("%v, want code %s and a detail for people", got, tt.code)
			}
		})
	}
	if err := c.ws.WriteMessage(websocket.BinaryMessage, []byte{1}); err != nil {
		t.Fatal(err)
	}
	if got := c.want("error"); got["code"] != "not_json" {
		t.Errorf("a binary message: %v", got)
	}
	c.settle()
}

func TestConnectionsThatEnd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits socket.Limits
		do     func(t *testing.T, d *desk) *client
		code   int
		reason string
	}{
		{"a message of 1 MB", socket.Limits{}, func(_ *testing.T, d *desk) *client {
			c := d.join("local")
			c.send(`{"op":"` + strings.Repeat("x", 1<<20) + `"}`)
			return c
		}, 1009, "a message has at most 65536 bytes"},
		{"a message of 8 MB, still being sent when it is refused", socket.Limits{}, func(_ *testing.T, d *desk) *client {
			c := d.join("local")
			c.send(`{"op":"` + strings.Repeat("x", 8<<20) + `"}`)
			return c
		}, 1009, "a message has at most 65536 bytes"},
		{"a first message of 1 MB", socket.Limits{}, func(_ *testing.T, d *desk) *client {
			c := d.dial("local")
			c.send(`{"op":"hello","token":"` + strings.Repeat("x", 1<<20) + `"}`)
			return c
		}, 1009, "a message has at most 65536 bytes"},
		{"bad messages without end", socket.Limits{Errors: 5}, func(_ *testing.T, d *desk) *client {
			c := d.join("local")
			for range 6 {
				c.send(`nonsense`)
			}
			return c
		}, 4100, "too many messages were refused"},
		{"never a hello", socket.Limits{Errors: 3}, func(_ *testing.T, d *desk) *client {
			c := d.dial("local")
			for range 3 {
				c.send(`{"op":"ping"}`)
			}
			return c
		}, 4100, "too many messages were refused"},
		{"nothing said at all", socket.Limits{Hello: 50 * time.Millisecond}, func(_ *testing.T, d *desk) *client {
			return d.dial("local")
		}, 4000, "nothing was heard for too long"},
		{"the server shuts down before a hello", socket.Limits{Hello: time.Hour}, func(t *testing.T, d *desk) *client {
			c := d.dial("local")
			go d.handler.Shutdown(t.Context())
			return c
		}, 1001, "the server goes away"},
		{"the server shuts down", socket.Limits{}, func(t *testing.T, d *desk) *client {
			c := d.join("local")
			go d.handler.Shutdown(t.Context())
			return c
		}, 1001, "the server goes away"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, func(o *socket.Options) { o.Limits = tt.limits })
			code, reason := tt.do(t, d).closes()
			if code != tt.code || reason != tt.reason {
				t.Errorf("closed with %d %q, want %d %q", code, reason, tt.code, tt.reason)
			}
		})
	}
}

// A peer that reads nothing answers no ping, and is given up.
func TestADeadPeerIsGivenUp(t *testing.T) {
	d := newDesk(t, func(o *socket.Options) { o.Limits.Pong = 100 * time.Millisecond })
	d.join("local")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for d.hub.Stats().Subscribers > 0 {
		select {
		case <-ctx.Done():
			t.Fatal("still subscribed")
		case <-again.C:
		}
	}
}

func TestWhoIsNobodyIsToldSo(t *testing.T) {
	d := newDesk(t, nil)
	for _, tt := range []struct{ account, hello string }{
		{"", `{"op":"hello"}`}, {"east", `{"op":"hello","token":"forged"}`},
	} {
		c := d.dial(tt.account)
		c.send(tt.hello)
		if code, reason := c.closes(); code != 4101 {
			t.Errorf("%s of %q: closed with %d %s, want 4101", tt.hello, tt.account, code, reason)
		}
	}
}

func TestAProgramShowsItsTokenInTheHello(t *testing.T) {
	d := newDesk(t, nil)
	c := d.dial("")
	c.send(`{"op":"hello","token":"east"}`)
	c.want("welcome")
}

func TestAWithdrawnRightIsGoneFromAnOpenScreen(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.publish(1, "500106", 106.5, 29.5)
	c.want("change")
	d.becomes("east", &screenStub{Viewer: feedtest.Of("5002"), version: 1})
	if frame := c.want("resync"); frame["reason"] != "rights" {
		t.Errorf("%v, want the reason rights", frame)
	}
	d.publish(2, "500106", 106.5, 29.5) // no longer to be seen
	d.publish(3, "500229", 106.5, 29.5)
	if frame := c.want("change"); frame["id"] != 3.0 {
		t.Errorf("%v, want the one that is to be seen now", frame)
	}
}

func TestEachPingIsAnsweredAlsoAfterTheNodeWasCutOff(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.ready.Store(false)
	c.send(`{"op":"ping"}`)
	c.send(`{"op":"ping"}`)
	c.send(`nonsense`)
	c.want("error") // the pings were read before it
	d.ready.Store(true)
	c.want("pong")
	c.want("pong")
}

// Whoever looks at a screen is told when what it shows may be old.
func TestAPongSaysHowLateTheNodeIs(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	for _, late := range []time.Duration{0, 4200 * time.Millisecond, 0} {
		d.late.Store(int64(late))
		c.send(`{"op":"ping"}`)
		got := c.want("pong")
		if ms, _ := got["late_ms"].(float64); time.Duration(ms)*time.Millisecond != late {
			t.Errorf("a node that is late by %v says %v", late, got)
		}
	}
}

func TestTheSameRightsDisturbNobody(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.becomes("east", d.screens["east"])
	d.publish(1, "500106", 106.5, 29.5)
	c.want("change")
}

func TestAConnectionEndsWithItsSignIn(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.becomes("east", nil)
	if code, reason := c.closes(); code != 4101 {
		t.Errorf("closed with %d %s, want 4101", code, reason)
	}
}

func TestHandshake(t *testing.T) {
	for _, tt := range []struct {
		name     string
		account  string
		origin   string
		protocol string
		notReady bool
		status   int
	}{
		{name: "a program without origin", account: "local", status: 101},
		{name: "no subprotocol offered", account: "local", protocol: "-", status: 101},
		{name: "our own page", account: "local", origin: "http://{host}", status: 101},
		{name: "a page that is listed", account: "local", origin: "https://map.example", status: 101},
		{name: "a page of another origin", account: "local", origin: "https://evil.example", status: 403},
		{name: "an origin that ends like ours", account: "local", origin: "http://evil.{host}", status: 403},
		{name: "another protocol only", account: "local", protocol: "graphql-ws", status: 400},
		{name: "before the World is loaded", account: "local", notReady: true, status: 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, func(o *socket.Options) { o.Origins = []string{"https://map.example"} })
			d.ready.Store(!tt.notReady)
			dialer := websocket.Dialer{Subprotocols: []string{socket.Protocol}}
			switch tt.protocol {
			case "":
			case "-":
				dialer.Subprotocols = nil
			default:
				dialer.Subprotocols = []string{tt.protocol}
			}
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", strings.ReplaceAll(tt.origin, "{host}", strings.TrimPrefix(d.server.URL, "http://")))
			}
			ws, reply, err := dialer.Dial(d.url(tt.account), header)
			if err == nil {
				ws.Close()
			}
			if reply == nil || reply.StatusCode != tt.status {
				t.Errorf("%v, %v, want %d", reply, err, tt.status)
			}
		})
	}
	t.Run("no websocket at all", func(t *testing.T) {
		d := newDesk(t, nil)
		reply, err := http.Get(d.server.URL + "/feed?as=local")
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Body.Close()
		if reply.StatusCode != 426 || reply.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d %s", reply.StatusCode, reply.Header.Get("Content-Type"))
		}
	})
}

// The bytes that docs/FEED.md shows.
func TestATileToTheByte(t *testing.T) {
	d := newDesk(t, nil)
	d.screens["local"].version = 0x1122334455667788
	c := d.join("local")
	c.send(`{"op":"tile","id":258,"layers":"buildings","z":16,"x":52188,"y":27163}`)
	_, data := c.next()
	want := "00000102" + "0002" + "10" + "0000cbdc" + "00006a1b" + "1122334455667788" +
		hex.EncodeToString([]byte("buildings/16/52188/27163 v1234605616436508552"))
	if got := hex.EncodeToString(data); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	c.send(`{"op":"tile","id":259,"layers":"buildings","z":16,"x":52188,"y":27163,"version":"1122334455667788"}`)
	if got := c.want("unchanged"); got["id"] != 259.0 {
		t.Errorf("%v", got)
	}
	c.send(`{"op":"tile","id":260,"layers":"events,buildings","z":0,"x":0,"y":0}`)
	if got, _ := c.next(); got["op"] != "set" || got["layers"] != "events,buildings" || got["id"] != 4.0 {
		t.Errorf("%v, want the number of a new set first", got)
	}
	if got, _ := c.next(); got["op"] != "binary" {
		t.Errorf("%v, want the tile", got)
	}
}

func TestATileThatCannotBeDrawn(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("local")
	d.screens["local"].set(func(s *screenStub) { s.broken = errors.New("dial tcp 10.0.0.7:5432: refused") })
	c.send(`{"op":"tile","id":1,"layers":"base","z":0,"x":0,"y":0}`)
	got := c.want("error")
	if got["code"] != "no_tile" || got["id"] != 1.0 || strings.Contains(fmt.Sprint(got), "10.0.0.7") {
		t.Errorf("%v", got)
	}
}

func TestANodeThatIsCutOffDrawsNothing(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("local")
	d.ready.Store(false)
	const ask = `{"op":"tile","id":1,"layers":"base","z":0,"x":0,"y":0}`
	c.send(ask)
	if got := c.want("error"); got["code"] != "not_ready" || got["id"] != 1.0 {
		t.Errorf("%v", got)
	}
	d.ready.Store(true)
	c.send(ask)
	c.want("binary")
}

// Where workers walk comes past the log, so it must not pass a node that the log
// does not reach; nor must an answer come before what was due.
func TestANodeThatIsCutOffTellsNothing(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.ready.Store(false)
	d.publish(1, grid1, 106.5, 29.5)
	c.send(`{"op":"ping"}`)
	for id := range 50 { // each goes around the writer's loop, which would deliver
		c.send(fmt.Sprintf(`{"op":"tile","id":%d,"layers":"base","z":0,"x":0,"y":0}`, id+1))
		if got, data := c.next(); got["code"] != "not_ready" {
			t.Fatalf("got %s from a node that is cut off", data)
		}
	}
	if n := d.hub.Stats().Waiting; n != 1 {
		t.Fatalf("%d frames wait, want the change", n)
	}
	d.ready.Store(true)
	if got, data := c.next(); got["op"] != "change" {
		t.Fatalf("got %s first, want what was due", data)
	}
	c.want("pong")
}

// A tile that changes while it is drawn is told stale: the bytes sent may be those
// from before.
func TestATileThatChangesWhileItIsDrawnIsStale(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	screen := d.screens["east"]
	screen.set(func(s *screenStub) {
		s.during = func() {
			d.publish(1, grid1, 106.5, 29.5)
			s.version = 2 // whoever draws it from here on gets other bytes
		}
	})
	c.send(`{"op":"tile","id":9,"layers":"events","z":0,"x":0,"y":0}`)
	if got := fmt.Sprint(c.until("stale")["tiles"]); got != "[map[layers:events x:0 y:0 z:0]]" {
		t.Errorf("stale: %s", got)
	}
}

func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`{"op":"hello","token":"t","resume":"r","sets":["base"]}`, viewAll, `{"op":"tile","id":1,"layers":"base","z":1,"x":0,"y":0,"version":"0000000000000001"}`,
		`{"op":"cancel","id":1}`, `{"op":"ping"}`, `nonsense`, `{"op":"view","bbox":[1e309,0,0,0]}`, `{"op":1}`, `[]`, `null`, "{\"op\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { socket.CheckMessage(t, data) })
}
