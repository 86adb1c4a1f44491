package socket_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"quanxi/feed/feedtest"
	"quanxi/server/socket"
)

// A right is withdrawn while the connection is busy, and something happens right after:
// neither what was drawn by the old right nor the news reach who may not see them any more.
func TestWhatIsDueWhenARightIsWithdrawnIsNotSent(t *testing.T) {
	for name, busy := range map[string]func(d *desk, c *client, with func()){
		"with nothing": func(_ *desk, _ *client, with func()) { with() },
		"with a tile": func(d *desk, c *client, with func()) {
			d.screens["east"].set(func(s *screenStub) { s.during = with })
			c.send(`{"op":"tile","id":9,"layers":"events","z":0,"x":0,"y":0}`)
		},
		"with the numbers": func(d *desk, c *client, with func()) {
			d.screens["east"].set(func(s *screenStub) { s.counts = with })
			d.publish(1, grid1, 106.5, 29.5)
			c.want("change")
		},
	} {
		for round := range 10 { // which of two things that are due comes first is chance
			t.Run(fmt.Sprint(name, round), func(t *testing.T) {
				d := newDesk(t, nil)
				c := d.join("east")
				narrow := &screenStub{Viewer: feedtest.Of("5002"), version: 2}
				busy(d, c, func() { d.becomes("east", narrow); d.publish(2, grid1, 106.5, 29.5) })
				for frame, data := c.next(); frame["op"] != "resync"; frame, data = c.next() {
					if frame["op"] == "change" || frame["op"] == "binary" {
						t.Fatalf("told of %s", data)
					}
				}
			})
		}
	}
}

// A right is withdrawn between two frames of one delivery: the rest of it is dropped.
func TestTheRestOfADeliveryIsDropped(t *testing.T) {
	d := newDesk(t, nil)
	c := d.join("east")
	d.screens["east"].set(func(s *screenStub) {
		s.during = func() { // while the connection is busy, a delivery gathers, and the right goes
			for id := range int64(5) {
				d.publish(id+1, grid1, 106.5, 29.5)
			}
			d.becomes("east", &screenStub{Viewer: feedtest.Of("5002"), version: 2})
		}
	})
	c.send(`{"op":"tile","id":9,"layers":"events","z":0,"x":0,"y":0}`)
	got := c.until("resync")
	if got["reason"] != "rights" {
		t.Errorf("resync for %v", got["reason"])
	}
	d.publish(9, grid2, 106.5, 29.5)
	if got := c.until("change"); got["id"] != 9.0 {
		t.Errorf("told of %v", got["id"])
	}
}

// A client has begun to read a frame that is larger than what the system keeps for it, and reads no
// more, when its rights become others: the frame and the connection end.
func TestAFrameThatIsBeingWrittenEndsWithTheRightToIt(t *testing.T) {
	const bulk = 32 << 20
	for _, tt := range []struct {
		name  string
		after func(before *screenStub) *screenStub
		whole bool
	}{
		{"he is signed out", func(*screenStub) *screenStub { return nil }, false},
		{"he sees less", func(*screenStub) *screenStub { return &screenStub{Viewer: feedtest.Of("5002")} }, false},
		{"he sees the same", func(before *screenStub) *screenStub { return before }, true},
	} {
		for _, over := range []string{"TCP", "TLS"} {
			t.Run(tt.name+" over "+over, func(t *testing.T) {
				d := newDesk(t, func(o *socket.Options) { o.Limits.Write = time.Minute })
				if over == "TLS" {
					d.underTLS()
				}
				before := d.screens["east"]
				before.bulk = bulk
				c := d.join("east")
				c.send(`{"op":"tile","id":9,"layers":"events","z":0,"x":0,"y":0}`)
				_, frame, err := c.ws.NextReader()
				if err != nil {
					t.Fatal(err)
				}
				looks := d.looks.Load()
				d.becomes("east", tt.after(before))
				if !eventually(30*time.Second, func() bool { return d.open() == 0 || tt.whole && d.looks.Load() > looks }) {
					t.Fatal("nobody looks what he may see now")
				}
				read, err := io.Copy(io.Discard, frame)
				if whole := read > bulk && err == nil; whole != tt.whole {
					t.Errorf("%d bytes, %v", read, err)
				}
			})
		}
	}
}

// Whatever ends a connection ends its visit: nobody is told on behalf of who has left.
func TestAConnectionThatEndsEndsItsVisit(t *testing.T) {
	for name, end := range map[string]func(d *desk, c *client){
		"the client leaves": func(_ *desk, c *client) { c.ws.Close() },
		"it is signed out":  func(d *desk, _ *client) { d.becomes("east", nil) },
		"the server shuts":  func(d *desk, _ *client) { go d.handler.Shutdown(d.t.Context()) },
		"it talks nonsense": func(_ *desk, c *client) { c.send(fmt.Sprintf("%0100000d", 1)) },
		"nobody was let in": func(d *desk, _ *client) { d.becomes("east", nil); d.dial("west").send(`{"op":"hello","token":"east"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, nil)
			end(d, d.join("east"))
			for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
				if d.open() == 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("%d visits are open still", d.open())
				}
			}
		})
	}
}
