package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"quanxi/feed"
)

// A conn is one connection. Its reader runs in the goroutine of the request and
// its writer in another, which serve starts and waits for. What is due and can be
// written without waiting, a sender of the hub writes in the writer's place.
type conn struct {
	*Handler
	ws    *websocket.Conn // only read from
	visit Visit
	sub   *feed.Subscription
	asked *requests
	// replies are what the reader wants sent: *refusal, pong, echo, outside. When the writer is
	// behind, the reader waits, and with it the client.
	replies chan any

	writing sync.Mutex // held by whoever writes; guards the rest once the writer runs
	wire    wire
	screen  Screen            // of the visit
	known   uint64            // signals of the visit when it was asked for
	n       uint64            // text frames sent
	names   map[uint16]string // sets announced, as the client writes them
	buf     message           // that is being sent; reused
	cursor  []byte            // of the frame being sent; reused
	left    []feed.Frame      // taken by a sender, and left to the writer
	pongs   int               // that the client waits for

	again <-chan time.Time // the writer's: when to look again whether the node follows the log; nil while it does
}

type pong struct{}

// An echo answers a ping of the protocol's own; the client's own pings are messages.
type echo string

// outside tells that a view reaches beyond what the node holds, or lies beyond it.
type outside struct{ all bool }

func newConn(h *Handler, upgraded *websocket.Conn) *conn {
	c := &conn{
		Handler: h, ws: upgraded, wire: newWire(upgraded.NetConn(), h.Limits.Write),
		asked: newRequests(h.Limits.Pending), replies: make(chan any, 16), names: make(map[uint16]string),
	}
	upgraded.SetCloseHandler(func(int, string) error { return nil }) // leave answers it
	return c
}

// serve greets the client and runs reader and writer until one of them ends.
func (c *conn) serve(r *http.Request) error {
	defer c.ws.Close()
	greeting, err := c.awaitHello()
	if err != nil {
		return err
	}
	if err := c.enterAs(r, greeting); err != nil {
		return c.leave(err)
	}
	defer c.visit.Close()
	c.subscribe(greeting)
	defer c.sub.Close()
	if err := c.welcome(greeting); err != nil {
		return err
	}
	if c.wire.raw != nil {
		c.sub.Direct(c.deliverAtOnce)
	}
	ctx, cancel := context.WithCancelCause(c.closing)
	defer cancel(nil)
	var writer sync.WaitGroup
	writer.Go(func() {
		err := c.write(ctx)
		cancel(err)
		c.ws.Close() // wakes the reader
	})
	err = c.read(ctx)
	cancel(err)
	writer.Wait()
	return context.Cause(ctx)
}

// awaitHello reads until a hello comes, and answers anything else with a refusal.
// A server that goes away waits for nobody's hello.
func (c *conn) awaitHello() (*hello, error) {
	if err := c.ws.SetReadDeadline(time.Now().Add(c.Limits.Hello)); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(c.closing, func() {
		// One that cannot be set is of a connection that has ended.
		_ = c.ws.SetReadDeadline(time.Now())
	})
	defer stop()
	for range c.Limits.Errors {
		op, err := c.next()
		var refused *refusal
		switch {
		case errors.As(err, &refused):
		case err != nil:
			return nil, c.leave(err)
		default:
			if greeting, ok := op.(*hello); ok {
				return greeting, nil
			}
			refused = &refusal{code: helloFirst, detail: "the first message is hello"}
		}
		if err := c.refuse(refused); err != nil {
			return nil, err
		}
	}
	return nil, c.leave(errTooManyErrors)
}

// enterAs finds out who the client is. The error is errSignedOut if it is nobody.
func (c *conn) enterAs(r *http.Request, greeting *hello) error {
	if c.visit = c.Visit(r, greeting.Token); c.visit == nil {
		return errSignedOut
	}
	c.known = c.visit.Signals()
	if c.screen = c.visit.Screen(); c.screen == nil {
		c.visit.Close()
		return errSignedOut
	}
	c.wire.lookout = &lookout{conn: c.wire.conn, mayGoOn: c.mayGoOn}
	return nil
}

// subscribe begins the subscription, where the client stopped if it says so.
func (c *conn) subscribe(greeting *hello) {
	if greeting.Resume == "" {
		c.sub = c.Hub.Subscribe(c.screen, nil)
		return
	}
	// A cursor that does not open is of another key, another account's, or of other rights:
	// the hub takes one of no epoch for what it is, and has the client begin anew.
	cursor, err := c.Sealer.OpenCursor(greeting.Resume, c.screen.Standing())
	if err != nil {
		cursor = feed.Cursor{}
	}
	c.sub = c.Hub.Subscribe(c.screen, &cursor)
}

// welcome is the first frame: the sets' numbers, epoch, plan, and a cursor. Whoever resumes
// is given none: until the view comes the client stands where it stood.
func (c *conn) welcome(greeting *hello) error {
	sets := c.Sets.Singles()
	for layer, number := range sets {
		c.names[number] = layer
	}
	for _, layers := range greeting.Sets {
		if number, err := c.Sets.Number(layers); err == nil {
			sets[layers], c.names[number] = number, layers
		}
	}
	at := c.Hub.Told()
	rest, err := json.Marshal(struct {
		Epoch feed.Epoch        `json:"epoch"`
		Plan  int64             `json:"plan"`
		Sets  map[string]uint16 `json:"sets"`
		Area  json.RawMessage   `json:"area,omitempty"`
	}{at.Epoch, c.Plan(), sets, c.Own()})
	if err != nil {
		return fmt.Errorf("welcome: %w", err)
	}
	rest[0] = ','
	var cursor []byte
	if greeting.Resume == "" {
		cursor = c.seal(at)
	}
	return c.send(feed.NewFrame("welcome", rest), cursor)
}

// seal returns a place as the client may know it, until the next is sealed.
func (c *conn) seal(at feed.Cursor) []byte {
	c.cursor = c.Sealer.SealCursor(c.cursor[:0], at, c.screen.Standing())
	return c.cursor
}

// read takes the client's messages until the connection ends.
func (c *conn) read(ctx context.Context) error {
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(c.Limits.Pong)) }
	c.ws.SetPongHandler(alive)
	// The library would answer by itself, in the middle of what is being written.
	c.ws.SetPingHandler(func(text string) error { return c.reply(ctx, echo(text)) })
	pace := newPace(c.Limits.Rate)
	for bad := 0; ; {
		if err := pace.next(ctx); err != nil {
			return err
		}
		if err := alive(""); err != nil {
			return err
		}
		op, err := c.next()
		if err == nil {
			err = c.take(ctx, op)
		}
		var refused *refusal
		if !errors.As(err, &refused) {
			if err != nil {
				return err
			}
			continue
		}
		if bad++; bad > c.Limits.Errors {
			return errTooManyErrors
		}
		if err := c.reply(ctx, refused); err != nil {
			return err
		}
	}
}

// next reads one message. The error is a *refusal if the connection can go on.
func (c *conn) next() (any, error) {
	kind, r, err := c.ws.NextReader()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(c.Limits.Message)+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > c.Limits.Message:
		return nil, errTooLarge
	case kind != websocket.TextMessage:
		return nil, &refusal{code: notJSON, detail: "a client sends text only"}
	}
	return parse(data)
}

// take does what a message asks for. The error is a *refusal if the connection
// can go on.
func (c *conn) take(ctx context.Context, op any) error {
	switch op := op.(type) {
	case *viewOp:
		view, err := op.view(c.Sets)
		if err != nil {
			return err
		}
		if err := c.sub.View(view); err != nil {
			return err
		}
		if some, all := c.Covers(view.Envelope); !all {
			return c.reply(ctx, outside{all: !some})
		}
		return nil
	case *tileOp:
		at, held, err := op.tile(c.Sets)
		if err != nil {
			return err
		}
		if !c.asked.add(request{op.ID, at, op.Layers, held}) {
			return &refusal{code: tooMany, detail: "too many tiles are asked for at once", id: op.ID}
		}
		return nil
	case *cancelOp:
		c.asked.cancel(op.ID)
		return nil
	case *ping:
		return c.reply(ctx, pong{})
	}
	return &refusal{code: helloTwice, detail: "hello comes once"}
}

// reply hands the writer something to send.
func (c *conn) reply(ctx context.Context, what any) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case c.replies <- what:
		return nil
	}
}
