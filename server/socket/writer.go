package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gorilla/websocket"

	"quanxi/feed"
)

// write sends what is due until the connection ends, and says why it ends.
func (c *conn) write(ctx context.Context) error {
	beat := time.NewTicker(c.Limits.Pong * 2 / 5)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return c.leave(context.Cause(ctx))
		case what := <-c.replies:
			err = c.answer(ctx, what)
		case <-c.sub.Ready():
			err = c.deliver(ctx)
		case <-c.again:
			c.again = nil
			err = c.deliver(ctx)
		case <-c.asked.ready:
			err = c.serveTile(ctx)
		case <-c.visit.Changed():
			err = c.reconsider()
		case <-beat.C:
			err = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.Limits.Write))
		}
		if err != nil {
			return c.leave(err)
		}
	}
}

// reconsider looks anew at what the client may see. The error is errSignedOut if that
// is nothing any more.
func (c *conn) reconsider() error {
	now := c.visit.Screen()
	switch {
	case now == nil:
		return errSignedOut
	case now != c.screen:
		c.screen = now
		c.sub.Become(now)
	}
	return nil
}

// seesOn reports whether the client still may see what it saw before. What was drawn or
// taken up to now is dropped if not: a right that is withdrawn holds from the moment on
// when it is known here (RULES A15), also for who is slow to read.
func (c *conn) seesOn() (bool, error) {
	select {
	case <-c.visit.Changed():
		before := c.screen
		err := c.reconsider()
		return err == nil && c.screen == before, err
	default:
		return true, nil
	}
}

// answer sends a reply of the reader.
func (c *conn) answer(ctx context.Context, what any) error {
	switch what := what.(type) {
	case *refusal:
		return c.refuse(what)
	case pong:
		c.pongs++
		return c.deliver(ctx)
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
	if err := c.sendDue(ctx, c.sub.Take()); err != nil {
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
		var cursor []byte
		if at, ok := f.Cursor(); ok {
			cursor = c.seal(at)
		}
		if err := c.send(f, cursor); err != nil {
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

// maxKept is the largest buffer that a connection keeps for its next frame.
const maxKept = 4 << 10

// send writes a text frame with the connection's next number.
func (c *conn) send(f feed.Frame, cursor []byte) error {
	c.n++
	text := f.Append(c.buf[:0], c.n, cursor)
	if cap(text) <= maxKept {
		c.buf = text
	}
	return c.writeMessage(websocket.TextMessage, text)
}

func (c *conn) writeMessage(kind int, data []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(c.Limits.Write)); err != nil {
		return err
	}
	return c.ws.WriteMessage(kind, data)
}

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
)

// leave tells the client why the connection ends, if it still listens, and
// returns err.
func (c *conn) leave(err error) error {
	code, reason := websocket.CloseNormalClosure, ""
	var timeout interface{ Timeout() bool }
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed):
		return err // the peer has said so itself, and was answered
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
	// The peer may be gone already; there is nobody else to tell.
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
	if errors.Is(err, errTooLarge) || errors.Is(err, errTooManyErrors) {
		c.drain()
	}
	return err
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
