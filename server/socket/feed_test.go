package socket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
)

const grid1, grid2 = "500100001001001", "500200001001001"

func TestChangesReachThoseWhoMaySeeThem(t *testing.T) {
	d := newDesk(t, nil)
	local, east, west := d.join("local"), d.join("east"), d.join("west")
	d.publish(1, grid1, 106.5, 29.5)
	d.publish(2, grid2, 106.5, 29.5)
	for c, want := range map[*client][]float64{local: {1, 2}, east: {1}, west: {2}} {
		for _, id := range want {
			got := c.want("change")
			data := got["data"].(map[string]any)
			if got["id"] != id || got["kind"] != "events" || got["cursor"] == "" || data["title"] != fmt.Sprintf("井盖破损 %v", id) {
				t.Errorf("%v, want event %v", got, id)
			}
		}
		c.settle()
	}
}

// Waking the writer of each connection would cost as much as the writes.
func TestWhoTellsOfAChangeWritesIt(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	for range 100 {
		d.publish(1, grid1, 106.5, 29.5)
		c.want("change")
		if d.direct.Load() > 0 {
			return
		}
	}
	t.Error("of a hundred changes none was written by whoever told of it")
}

func TestCountersComeAsState(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.publish(1, grid1, 106.5, 29.5)
	d.publish(2, grid2, 106.5, 29.5)
	c.want("change")
	state := c.want("state")
	if got := fmt.Sprint(state["items"]); got != "[map[code:500100001001001 events:7]]" || state["topic"] != "counters" {
		t.Errorf("%v", state)
	}
}

func TestWhatHasGoneHasNoCounters(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.publish(1, gone, 106.5, 29.5)
	c.want("change")
	if got := fmt.Sprint(c.want("state")["items"]); got != "[map[code:500199 gone:true]]" {
		t.Errorf("%v", got)
	}
}

func TestWorkersComeAsState(t *testing.T) {
	d := newDesk(t, nil)
	c := d.dial("east")
	c.send(`{"op":"hello"}`)
	c.want("welcome")
	d.hub.Move(feed.Move{ID: 7, Name: "何大勇", Area: grid1, Place: geo.At(106.5, 29.5), At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)})
	d.hub.Move(feed.Move{ID: 8, Name: "罗小燕", Area: grid2, Place: geo.At(106.5, 29.5), At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)})
	c.send(strings.Replace(viewAll, `"events","counters"`, `"workers"`, 1))
	got := fmt.Sprint(c.want("state")["items"])
	if want := "[map[at:2026-03-04T05:06:07.000Z id:7 lat:29.5 lon:106.5 name:何大勇]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAStaleTileIsNamedOnlyIfItsBytesDiffer(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	c.send(strings.Replace(viewAll, `"layers":["events"]`, `"layers":["base,events"]`, 1))
	const ask = `{"op":"tile","id":9,"layers":"events,base","z":0,"x":0,"y":0}`
	c.send(ask)
	c.want("binary")
	d.publish(1, grid1, 106.5, 29.5) // the bytes stay the same
	c.want("change")
	if got, _ := c.next(); got["op"] != "state" { // comes when suspects are looked at, before stale
		t.Errorf("got %v", got)
	}
	c.send(`{"op":"ping"}`)
	if got, _ := c.next(); got["op"] != "pong" {
		t.Errorf("got %v although the bytes are the same", got)
	}
	d.screens["east"].set(func(s *screenStub) { s.version = 2 })
	d.publish(1, grid1, 106.5, 29.5)
	c.want("change")
	stale := c.want("stale")
	if got := fmt.Sprint(stale["tiles"]); got != "[map[layers:events,base x:0 y:0 z:0]]" {
		t.Errorf("stale: %s", got)
	}
	d.screens["east"].set(func(s *screenStub) { s.version = 3 })
	d.publish(1, grid1, 106.5, 29.5) // known to be stale: not told again
	c.want("change")
	c.want("state")
	if d.hub.Stats().Tiles != 0 {
		t.Error("a tile told stale is still watched")
	}
	c.send(ask)
	c.want("binary")
}

func TestResume(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account string
		spoil   func(cursor string) string
		want    string
	}{
		{"with its own cursor, what was missed comes", "local", func(c string) string { return c }, "change"},
		{"with another account's cursor, begin anew", "east", func(c string) string { return c }, "resync"},
		{"with a cursor that is none, begin anew", "local", func(string) string { return "AAAA" }, "resync"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, nil)
			c := d.join("local")
			d.publish(1, grid1, 106.5, 29.5)
			cursor := c.want("change")["cursor"].(string)
			c.ws.Close()
			d.publish(2, grid1, 106.5, 29.5)
			again := d.dial(tt.account)
			again.send(fmt.Sprintf(`{"op":"hello","resume":%q}`, tt.spoil(cursor)))
			if welcome := again.want("welcome"); welcome["cursor"] != nil {
				t.Error("who has not heard yet what was missed is given a cursor behind it")
			}
			again.send(viewAll)
			if got := again.want(tt.want); tt.want == "change" && got["id"] != 2.0 {
				t.Errorf("%v, want event 2", got)
			}
			again.settle()
		})
	}
}

// Who has the right no more that the cursor is of begins anew: what it showed may be on the
// screen still, though nothing of it comes after the cursor.
func TestWhoResumesWithOtherRightsBeginsAnew(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.publish(1, grid1, 106.5, 29.5)
	cursor := c.want("change")["cursor"].(string)
	c.ws.Close()
	d.becomes("east", &screenStub{Viewer: feedtest.Of(grid1).WithoutDuty(), version: 1})
	again := d.dial("east")
	again.send(fmt.Sprintf(`{"op":"hello","resume":%q}`, cursor))
	again.want("welcome")
	again.send(`{"op":"ping"}`)
	if pong := again.want("pong"); pong["cursor"] != nil {
		t.Error("a pong stands for what was not replayed yet")
	}
	again.send(viewAll)
	again.want("resync")
	again.settle()
}

func TestAPongTellsWhereTheClientStands(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.publish(1, grid2, 106.5, 29.5) // nothing that this account may know of
	cursor := c.settle()["cursor"].(string)
	c.ws.Close()
	d.publish(2, grid1, 106.5, 29.5)
	again := d.dial("east")
	again.send(fmt.Sprintf(`{"op":"hello","resume":%q}`, cursor))
	again.want("welcome")
	again.send(viewAll)
	if got := again.want("change"); got["id"] != 2.0 {
		t.Errorf("%v", got)
	}
}

// What comes while a ping is answered waits behind the pong, which must not say that
// the client has it: whoever resumed there would miss it.
func TestAPongPromisesNothingThatWaits(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	c.send(`{"op":"tile","id":1,"layers":"events","z":0,"x":0,"y":0}`)
	c.want("binary")
	d.screens["east"].set(func(s *screenStub) {
		s.during = func() { d.publish(2, grid1, 106.5, 29.5) } // while suspects are looked at
	})
	d.ready.Store(false) // so that the suspect and the ping wait for each other
	d.publish(1, grid1, 106.5, 29.5)
	c.send(`{"op":"ping"}`)
	for id := range 50 { // each goes around the writer's loop, which takes the ping
		c.send(fmt.Sprintf(`{"op":"tile","id":%d,"layers":"base","z":0,"x":0,"y":0}`, id+2))
		c.want("error")
	}
	d.ready.Store(true)
	c.want("change")
	if pong := c.want("pong"); pong["cursor"] != nil {
		t.Error("a pong stands for a frame that waits")
	}
	if got := c.want("change"); got["id"] != 2.0 || got["cursor"] == nil {
		t.Errorf("got %v, want event 2", got)
	}
}

// One client never reads. Another gets everything at once, and what waits for the
// first stays bounded.
func TestAReaderWhoNeverReadsDelaysNobody(t *testing.T) {
	d := newDesk(t, nil)
	d.join("local")
	d.publishUntilStuck()
	quick := d.join("local")
	for range 1000 {
		d.publish(1, grid1, 106.5, 29.5)
		if got := quick.want("change"); got["revision"] != float64(d.pos) {
			t.Fatalf("revision %v, want %d", got["revision"], d.pos)
		}
	}
	if s := d.hub.Stats(); s.Deepest > 2048 {
		t.Errorf("%d frames wait in one queue", s.Deepest)
	}
}

// A reader who stops until the socket is full, and frames wait, gets all that waited.
func TestAReaderWhoComesBackGetsAllThatWaited(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("local")
	d.publishUntilStuck()
	for revision := range d.pos {
		if got := c.want("change"); got["revision"] != float64(revision+1) {
			t.Fatalf("revision %v after %d", got["revision"], revision)
		}
	}
}

func TestWithoutAViewNothingComes(t *testing.T) {
	d := newDesk(t, nil)
	c := d.dial("local")
	c.send(`{"op":"hello"}`)
	c.want("welcome")
	d.publish(1, grid1, 106.5, 29.5)
	c.settle()
}

func TestAClientMayGoAtAnyTime(t *testing.T) {
	d := newDesk(t, nil)
	for i := range 50 {
		c := d.dial("local")
		switch i % 3 {
		case 1:
			c.send(`{"op":"hello"}`)
		case 2:
			c.send(`{"op":"hello"}`)
			c.send(viewAll)
			d.publish(1, grid1, 106.5, 29.5)
		}
		if i%2 == 0 {
			c.ws.NetConn().Close()
		} else if err := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
	}
}

// Under TLS no write can be tried: all is sent by the connection's own writer.
func TestChangesComeUnderTLSToo(t *testing.T) {
	d := newDesk(t, nil)
	d.underTLS()
	c := d.join("local")
	for range 3 {
		d.publish(1, grid1, 106.5, 29.5)
		c.want("change")
	}
}

// The protocol's own pings are answered between frames, whoever writes those.
func TestAPingOfTheProtocolIsAnsweredBetweenFrames(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("local")
	pongs := 0
	c.ws.SetPongHandler(func(text string) error {
		if pongs++; text != fmt.Sprint(pongs) {
			t.Errorf("pong %q is number %d", text, pongs)
		}
		return nil
	})
	for i := range 50 {
		if err := c.ws.WriteControl(websocket.PingMessage, fmt.Append(nil, i+1), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		d.publish(1, grid1, 106.5, 29.5)
	}
	for range 50 {
		c.want("change")
	}
	c.settle()
	if pongs != 50 {
		t.Errorf("%d pongs", pongs)
	}
}
