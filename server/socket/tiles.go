package socket

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"quanxi/access"
	"quanxi/feed"
)

// A request is a tile that the client asked for.
type request struct {
	id     uint32
	at     feed.Tile
	layers string // the set as the client writes it
	held   uint64 // version that the client holds; zero if none
}

// requests are the tiles asked for and not sent yet, oldest first. The reader adds
// and cancels, the writer takes.
type requests struct {
	limit int
	ready chan struct{} // holds a token while something waits

	mu   sync.Mutex
	list []request
}

func newRequests(limit int) *requests {
	return &requests{limit: limit, ready: make(chan struct{}, 1)}
}

// add reports false if too many wait.
func (q *requests) add(r request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) >= q.limit {
		return false
	}
	q.list = append(q.list, r)
	q.signal()
	return true
}

// cancel drops a request that has not been begun. Any other id does nothing.
func (q *requests) cancel(id uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = slices.DeleteFunc(q.list, func(r request) bool { return r.id == id })
}

// take returns the oldest request; false if there is none.
func (q *requests) take() (request, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return request{}, false
	}
	r := q.list[0]
	q.list = slices.Delete(q.list, 0, 1)
	if len(q.list) > 0 {
		q.signal()
	}
	return r, true
}

func (q *requests) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// serveTile sends one tile that was asked for. One at a time, so that frames of
// the feed wait for no more than one tile.
func (c *conn) serveTile(ctx context.Context) error {
	r, ok := c.asked.take()
	if !ok {
		return nil
	}
	if !c.Ready() {
		// Cut off from the log, this node might draw what was withdrawn (RULES A15).
		return c.refuse(&refusal{code: notReady, detail: "the server is cut off; ask again later", id: r.id})
	}
	began := time.Now()
	defer func() { c.tiles.Observe(time.Since(began).Seconds()) }()
	if err := c.announce(r.at.Set, r.layers); err != nil {
		return err
	}
	// Held before it is drawn: what changes from here on makes it suspect.
	if err := c.hold(r.at, 0); err != nil {
		return err
	}
	body, version, err := c.screen.Tile(ctx, c.Sets.Layers(r.at.Set), r.at.Z, r.at.X, r.at.Y)
	if err != nil {
		c.sub.Forget(r.at)
		if errors.Is(err, context.Canceled) {
			return err
		}
		if errors.Is(err, access.ErrNotHeld) {
			return c.refuse(&refusal{code: notHeld, detail: "the tile lies outside the area that this server holds", id: r.id})
		}
		c.Log.WarnContext(ctx, "feed tile", "layers", r.layers, "z", r.at.Z, "x", r.at.X, "y", r.at.Y, "err", err)
		return c.refuse(&refusal{code: noTile, detail: "the tile cannot be drawn now", id: r.id})
	}
	if err := c.hold(r.at, version); err != nil {
		return err
	}
	switch same, err := c.seesOn(); {
	case err != nil:
		return err
	case !same: // drawn by a right that is withdrawn: it is asked for again
		return c.refuse(&refusal{code: notReady, detail: "what you may see has changed; ask again", id: r.id})
	}
	if r.held != 0 && r.held == version {
		return c.send(feed.NewFrame("unchanged", fmt.Appendf(nil, `,"id":%d}`, r.id)), nil)
	}
	buf := c.buffers.Get().(*message)
	defer c.buffers.Put(buf)
	*buf = appendTile(newMessage(*buf), r.id, r.at, version, body)
	return c.put(ws.OpBinary, *buf)
}

// hold remembers what the client holds. A tile that is pushed out is told stale,
// since the server would not notice that it becomes so.
func (c *conn) hold(at feed.Tile, version uint64) error {
	if dropped, any := c.sub.Hold(at, version); any {
		return c.tellStale([]feed.Tile{dropped})
	}
	return nil
}

// appendTile writes a binary frame: request id, set, z, x, y, version, all big
// endian, then the MVT bytes.
func appendTile(dst message, id uint32, at feed.Tile, version uint64, body []byte) message {
	dst = binary.BigEndian.AppendUint32(dst, id)
	dst = binary.BigEndian.AppendUint16(dst, at.Set)
	dst = append(dst, at.Z)
	dst = binary.BigEndian.AppendUint32(dst, at.X)
	dst = binary.BigEndian.AppendUint32(dst, at.Y)
	dst = binary.BigEndian.AppendUint64(dst, version)
	return append(dst, body...)
}

// announce tells the number of a set before its first tile. A client that spells
// one set in two ways gets its stale tiles under the spelling it used last.
func (c *conn) announce(set uint16, layers string) error {
	if c.names[set] == layers {
		return nil
	}
	c.names[set] = layers
	name, err := json.Marshal(layers)
	if err != nil {
		return fmt.Errorf("set: %w", err)
	}
	return c.send(feed.NewFrame("set", fmt.Appendf(nil, `,"id":%d,"layers":%s}`, set, name)), nil)
}

// sendStale draws each suspect again and names those whose bytes differ for this
// viewer (RULES C3). The client knows them for stale then, and is not told again
// before it has asked for them.
func (c *conn) sendStale(ctx context.Context, suspects []feed.Tile) error {
	var stale []feed.Tile
	for _, at := range suspects {
		held, ok := c.sub.Held(at)
		if !ok {
			continue
		}
		_, version, err := c.screen.Tile(ctx, c.Sets.Layers(at.Set), at.Z, at.X, at.Y)
		if err == nil && version == held {
			continue
		}
		c.sub.Forget(at)
		stale = append(stale, at)
	}
	return c.tellStale(stale)
}

// tellStale sends a stale frame, if there is anything to name.
func (c *conn) tellStale(tiles []feed.Tile) error {
	if len(tiles) == 0 {
		return nil
	}
	type address struct {
		Layers string `json:"layers"`
		Z      uint8  `json:"z"`
		X      uint32 `json:"x"`
		Y      uint32 `json:"y"`
	}
	list := make([]address, len(tiles))
	for i, t := range tiles {
		list[i] = address{c.names[t.Set], t.Z, t.X, t.Y}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("stale: %w", err)
	}
	return c.send(feed.NewFrame("stale", fmt.Appendf(nil, `,"tiles":%s}`, text)), nil)
}
