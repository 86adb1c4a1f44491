package socket_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"quanxi/access"
	"quanxi/geo"
	"quanxi/server/socket"
)

// west is what the node of these tests holds: a county.
var west = geo.Envelope{Min: geo.At(106, 29), Max: geo.At(106.5, 30)}

// ofTheWest makes the node of a desk one of the west.
func ofTheWest(o *socket.Options) {
	o.Own = func() json.RawMessage { return json.RawMessage(`{"code":"500106","name":"西区"}`) }
	o.Covers = func(env geo.Envelope) (some, all bool) {
		return west.Meets(env), west.Contains(env.Min) && west.Contains(env.Max)
	}
}

// TestScreensOfANodeOfOneArea looks at views, one after the other on one connection.
func TestScreensOfANodeOfOneArea(t *testing.T) {
	c := newDesk(t, ofTheWest).dial("local")
	c.send(`{"op":"hello"}`)
	if area := fmt.Sprint(c.want("welcome")["area"]); area != "map[code:500106 name:西区]" {
		t.Errorf("the welcome says that the area is %s", area)
	}
	for _, tt := range []struct {
		name, bbox string
		told       []string // besides what belongs to every view
	}{
		{"inside, nothing is said", `[106.1,29.1,106.2,29.2]`, nil},
		{"over the border, there is more elsewhere", `[106.1,29.1,106.7,29.2]`, []string{"outside all:false"}},
		{"beyond it, all is elsewhere", `[106.6,29.1,106.7,29.2]`, []string{"outside all:true"}},
		{"inside again, nothing is said", `[106.1,29.1,106.2,29.2]`, nil},
	} {
		c.send(fmt.Sprintf(`{"op":"view","bbox":%s,"zoom":16,"layers":["events"],"topics":["events"]}`, tt.bbox))
		c.send(`{"op":"ping"}`)
		var told []string
		for {
			frame, _ := c.next()
			if frame["op"] == "pong" {
				break
			}
			if frame["op"] == "outside" {
				told = append(told, fmt.Sprintf("outside all:%v", frame["all"]))
			}
		}
		if !slices.Equal(told, tt.told) {
			t.Errorf("%s: told %q, want %q", tt.name, told, tt.told)
		}
	}
}

// A tile elsewhere is told apart from one that cannot be drawn now, and the connection goes on.
func TestATileThatIsNotHeld(t *testing.T) {
	d := newDesk(t, ofTheWest)
	c := d.dial("local")
	c.send(`{"op":"hello"}`)
	for _, tt := range []struct {
		broken error
		code   string
	}{
		{fmt.Errorf("tile: %w", access.ErrNotHeld), "not_held"},
		{errors.New("out of ink"), "no_tile"},
	} {
		d.screens["local"].set(func(s *screenStub) { s.broken = tt.broken })
		c.send(`{"op":"tile","id":7,"layers":"events","z":16,"x":52155,"y":27017}`)
		if frame := c.until("error"); frame["code"] != tt.code || frame["id"] != 7.0 {
			t.Errorf("%v is told as %v, want %s", tt.broken, frame, tt.code)
		}
	}
}
