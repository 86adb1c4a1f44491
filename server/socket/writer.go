package socket

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gobwas/ws"
	"github.com/gorilla/websocket"

	"quanxi/feed"
)

// write sends what is due until the connection ends, and says why it ends.
func (c *conn) write(ctx context.Context) error {
	beat := time.NewTicker(c.Limits.Pong * 2 / 5)
	defer beat.Stop()
	for {
		if err := c.turn(ctx, beat.C); err != nil {
			return c.leave(err)
		}
	}
}

// turn waits until something is due, and sends it.
func (c *conn) turn(ctx context.Context, beat <-chan time.Time) error {
	deliver := func() error { return c.deliver(ctx) }
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case what := <-c.replies:
		return c.alone(func() error { return c.answer(ctx, what) })
	case <-c.sub.Ready():
		return c.alone(deliver)
	case <-c.again:
		c.again = nil
		return c.alone(deliver)
	case <-c.asked.ready:
		return c.alone(func() error { return c.serveTile(ctx) })
	case <-c.visit.Changed():
		return c.alone(c.reconsider)
	case <-beat:
		return c.alone(func() error { return c.put(ws.OpPing, newMessage(nil)) })
	}
}

// alone calls do while nobody else writes. Whatever is written then, the rest of a frame that
// has begun goes before it: if what the client may see is another by now, the connection ends
// instead.
func (c *conn) alone(do func() error) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.wire.isAmid() {
		if same, err := c.seesOn(); !same {
			c.wire.abandon()
			return cmp.Or(err, errNarrowed)
		}
	}
	return do()
}

// deliverAtOnce sends the frames that are due if the socket takes them without waiting,
// and reports false if something is left to the writer. It is called by the hub's
// senders, who serve others after this connection.
func (c *conn) deliverAtOnce() bool {
	if !c.writing.TryLock() {
		return false
	}
	defer c.writing.Unlock()
	if !c.Ready() || c.pongs > 0 || len(c.left) > 0 || !c.wire.free() {
		return false
	}
	frames := c.sub.TakeFrames()
	for i, f := range frames {
		if !c.tryFrame(f) {
			c.left = slices.Clone(frames[i:]) // the next that is queued takes their room
			return false
		}
		if !c.wire.free() {
			c.left = slices.Clone(frames[i+1:])
			return false
		}
	}
	return true
}

// tryFrame sends a frame as far as the socket takes it, and reports false if nothing of
// it went: the writer looks first at what has become of the right to it.
func (c *conn) tryFrame(f feed.Frame) bool {
	if c.visit.Signals() != c.known {
		return false
	}
	if c.wire.try(c.encode(f).frame(ws.OpText)) == 0 {
		c.n-- // its number is not used up
		return false
	}
	return true
}

// reconsider looks anew at what the client may see. The error is errSignedOut if that
// is nothing any more.
func (c *conn) reconsider() error {
	signals := c.visit.Signals() // first, so that none is missed
	now := c.visit.Screen()
	if now == nil {
		return errSignedOut // what is known stays as it was, so that nothing is sent at once any more
	}
	c.known = signals
	if now != c.screen {
		c.screen, c.left = now, nil
		c.sub.Become(now)
	}
	return nil
}

// seesOn reports whether the client still may see what it saw before. What was drawn or
// taken up to now is dropped if not: a right that is withdrawn holds from the moment on
// when it is known here (RULES A15), also for who is slow to read.
func (c *conn) seesOn() (bool, error) {
	if c.visit.Signals() == c.known {
		return true, nil
	}
	before := c.screen
	err := c.reconsider()
	return err == nil && c.screen == before, err
}

// mayGoOn returns nil if what is being written still is for the client, else why the connection
// ends. Nothing is changed by it: whoever writes looks for itself before the next message.
func (c *conn) mayGoOn() error {
	if c.visit.Signals() == c.known {
		return nil
	}
	switch c.visit.Screen() {
	case nil:
		return errSignedOut
	case c.screen:
		return nil
	}
	return errNarrowed
}

// answer sends a reply of the reader.
func (c *conn) answer(ctx context.Context, what any) error {
	switch what := what.(type) {
	case *refusal:
		return c.refuse(what)
	case outside:
		return c.send(feed.NewFrame("outside", fmt.Appendf(nil, `,"all":%t}`, what.all)), nil)
	case pong:
		c.pongs++
		return c.deliver(ctx)
	case echo:
		return c.put(ws.OpPong, append(newMessage(nil), what...))
	}
	return fmt.Errorf("a reply of type %T", what)
}

// recheck is how often a connection that was cut off from the log looks whether
// the node follows it again.
const recheck = time.Second

// deliver sends what the subscription has due. What a node that is cut off from
// the log still knows, such as where workers walk, waits for the log: a withdrawn
// right may be among what is missed (RULES A15). A pong comes after everything that
// was queued when its ping was read, so that it tells where the client stands.
func (c *conn) deliver(ctx context.Context) error {
	if !c.Ready() {
		if c.again == nil {
			c.again = time.After(recheck)
		}
		return nil
	}
	if err := c.wire.flush(); err != nil {
		return err
	}
	due := c.sub.Take()
	due.Frames = append(c.left, due.Frames...)
	c.left = nil
	if err := c.sendDue(ctx, due); err != nil {
		return err
	}
	for ; c.pongs > 0; c.pongs-- {
		var cursor []byte
		if at, idle := c.sub.Idle(); idle {
			cursor = c.seal(at)
		}
		if err := c.send(c.pong(), cursor); err != nil {
			return err
		}
	}
	return nil
}

// pong says that everything due was sent, and for how long that may not be all.
func (c *conn) pong() feed.Frame {
	rest := "}"
	if late := c.Late().Milliseconds(); late > 0 {
		rest = fmt.Sprintf(`,"late_ms":%d}`, late)
	}
	return feed.NewFrame("pong", []byte(rest))
}

func (c *conn) sendDue(ctx context.Context, d feed.Delivery) error {
	for _, f := range d.Frames {
		if same, err := c.seesOn(); !same {
			return err // what comes instead is due already
		}
		if err := c.put(ws.OpText, c.encode(f)); err != nil {
			return err
		}
	}
	if same, err := c.seesOn(); !same {
		return err
	}
	var items [][]byte
	for _, code := range d.Counters {
		item, ok := c.screen.Counters(code)
		if !ok { // its division has gone: the numbers of others are not told here at all
			item = fmt.Appendf(nil, `{"code":%q,"gone":true}`, code)
		}
		items = append(items, item)
	}
	for _, f := range feed.StateFrames(feed.CountersTopic, items) {
		if err := c.send(f, nil); err != nil {
			return err
		}
	}
	return c.sendStale(ctx, d.Suspects)
}

// maxKept is the largest buffer that a connection keeps for its next message.
const maxKept = 4 << 10

// encode makes a frame of the log a message.
func (c *conn) encode(f feed.Frame) message {
	if at, ok := f.Cursor(); ok {
		return c.number(f, c.seal(at))
	}
	return c.number(f, nil)
}

// number makes a frame a message with the connection's next number.
func (c *conn) number(f feed.Frame, cursor []byte) message {
	c.n++
	m := message(f.Append(newMessage(c.buf), c.n, cursor))
	if cap(m) <= maxKept {
		c.buf = m
	}
	return m
}

// send sends a frame with a cursor, if that is not empty.
func (c *conn) send(f feed.Frame, cursor []byte) error { return c.put(ws.OpText, c.number(f, cursor)) }

// put sends a message, however long the client takes to read it.
func (c *conn) put(code ws.OpCode, m message) error { return c.wire.write(m.frame(code)) }

// refuse sends an error frame.
func (c *conn) refuse(r *refusal) error {
	rest, err := json.Marshal(struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
		ID     uint32 `json:"id,omitempty"`
	}{r.code, r.detail, r.id})
	if err != nil {
		return fmt.Errorf("error frame: %w", err)
	}
	rest[0] = ','
	return c.send(feed.NewFrame("error", rest), nil)
}

// Close codes of our own. From 4000 the client comes back, after a pause; from
// 4100 it does not, for it would only fail again. 1001 means come back, 1009 do not.
const (
	closeNotHeard  = 4000 // no hello in time, or no pong
	closeMisuse    = 4100 // too many messages that were refused
	closeSignedOut = 4101 // nobody is signed in, or nobody is any more
)

// Why a connection ends, besides what the network does.
var (
	errTooManyErrors = errors.New("too many messages were refused")
	errTooLarge      = errors.New("a message is too large")
	errSignedOut     = errors.New("sign in first")
	errNarrowed      = errors.New("a frame had begun that is no longer for the client")
)

// leave tells the client why the connection ends, if it still listens, and
// returns err.
func (c *conn) leave(err error) error {
	code, reason := websocket.CloseNormalClosure, ""
	var timeout interface{ Timeout() bool }
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed) && closed.Code == websocket.CloseAbnormalClosure:
		return err // nobody listens
	case errors.As(err, &closed):
		code = closed.Code // as the protocol wants it answered
	case c.closing.Err() != nil:
		code, reason = websocket.CloseGoingAway, "the server goes away"
	case errors.Is(err, errSignedOut):
		code, reason = closeSignedOut, err.Error()
	case errors.Is(err, errTooManyErrors):
		code, reason = closeMisuse, err.Error()
	case errors.Is(err, errTooLarge):
		code, reason = websocket.CloseMessageTooBig, fmt.Sprintf("a message has at most %d bytes", c.Limits.Message)
	case errors.As(err, &timeout) && timeout.Timeout():
		code, reason = closeNotHeard, "nothing was heard for too long"
	}
	c.sayClose(websocket.FormatCloseMessage(code, reason))
	if errors.Is(err, errTooLarge) || errors.Is(err, errTooManyErrors) {
		c.drain()
	}
	return err
}

// sayClose ends what is said to the client. It may be gone already; there is nobody else
// to tell.
func (c *conn) sayClose(body []byte) {
	_ = c.alone(func() error {
		return c.wire.end(append(newMessage(nil), body...).frame(ws.OpClose), time.Second)
	})
}

// drain reads on what the client is still sending, within limits: closing before
// that would make its system throw away the reason that we gave. The reader has
// ended when this is called.
func (c *conn) drain() {
	under := c.ws.NetConn()
	if err := under.SetReadDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return
	}
	// Whatever ends it, the connection is closed next.
	_, _ = io.CopyN(io.Discard, under, 16<<20)
}
