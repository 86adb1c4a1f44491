// Package socket speaks the feed's protocol, quanxi.v1, over a websocket; the
// protocol is specified in docs/FEED.md.
//
// It knows nothing of SQL, geometry or the World. Who sees what is decided by the
// hub and the Screen; a socket only copies: one reader, one writer, a deadline on
// each. The hub's senders write in the writer's place what can be written at once.
package socket

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
)

// Protocol is the subprotocol of the websocket.
const Protocol = "quanxi.v1"

// A Screen is what one viewer may see. Its methods are safe for concurrent use.
type Screen interface {
	feed.Viewer
	// Standing binds cursors: that of another account is no other's, nor that of the same one
	// under other rights, by which it holds what it may not know now, or lacks what it may.
	Standing() string
	// Tile returns the MVT bytes of a tile and a digest of them. layers are names
	// joined by commas, the address is within the square of its zoom. The bytes are
	// shared: nobody changes them.
	Tile(ctx context.Context, layers string, z uint8, x, y uint32) (body []byte, version uint64, err error)
	// Counters returns a division's counters as a JSON object with its code; false
	// if there is no such division.
	Counters(code grid.Code) (json.RawMessage, bool)
}

// A Visit is one client's being here, from its hello to the end of its connection.
// It is used by one goroutine at a time.
type Visit interface {
	// Screen returns what the client may see now, the same as before if that has not
	// changed; nil when its sign-in has ended.
	Screen() Screen
	// Changed is signalled when Screen may return another one.
	Changed() <-chan struct{}
	// Signals counts, before Changed has them, the signals since the visit began. It is
	// safe for concurrent use.
	Signals() uint64
	Close()
}

// Options are what a Handler is made of.
type Options struct {
	Hub    *feed.Hub
	Sets   *feed.Sets
	Sealer *feed.Sealer
	// Visit lets in who shows a token in its hello or, if that is empty, whoever sent
	// the request; nil if that is nobody. The connection closes it.
	Visit func(r *http.Request, token string) Visit
	// Ready reports whether the node follows the log. While it does not, connections
	// are answered by 503, tiles are refused and frames wait.
	Ready func() bool
	// Late returns for how long something that was committed may not have been told; zero
	// if all was.
	Late func() time.Duration
	// Plan returns the number of the boundary plan in force.
	Plan func() int64
	// Own returns the area that the node holds, as JSON; nil if it holds everything.
	Own func() json.RawMessage
	// Covers reports whether the node holds some of a box, and whether it holds all of it.
	Covers func(geo.Envelope) (some, all bool)
	// Origins are web origins, such as "https://map.example", whose pages may open
	// the feed besides the server's own.
	Origins []string
	Limits  Limits
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// Limits of one connection; zero fields take the defaults.
type Limits struct {
	Message int           // bytes of a message from the client; 64 kB
	Hello   time.Duration // until the first message; 10 s
	Pong    time.Duration // until a dead peer is given up; 60 s
	Write   time.Duration // until one write must be done; 10 s
	Pending int           // tiles asked for and not sent; 512
	Errors  int           // bad messages before the connection is closed; 20
	Rate    int           // messages a second that are read, ten seconds' worth at once; 200
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, fallback int) {
		if *v == 0 {
			*v = fallback
		}
	}
	span := func(v *time.Duration, fallback time.Duration) {
		if *v == 0 {
			*v = fallback
		}
	}
	set(&l.Message, 64<<10)
	set(&l.Pending, 512)
	set(&l.Errors, 20)
	set(&l.Rate, 200)
	span(&l.Hello, 10*time.Second)
	span(&l.Pong, time.Minute)
	span(&l.Write, 10*time.Second)
	return l
}

// A Handler answers websocket requests. It is safe for concurrent use.
type Handler struct {
	Options
	upgrader websocket.Upgrader
	tiles    prometheus.Histogram

	buffers sync.Pool       // of *message, for tiles
	closing context.Context // ends when the server shuts down
	close   context.CancelFunc
	mu      sync.Mutex // guards the start of connections against Shutdown
	conns   sync.WaitGroup
}

// New returns a Handler. Shutdown ends its connections.
func New(o Options) *Handler {
	o.Limits = o.Limits.withDefaults()
	h := &Handler{Options: o, buffers: sync.Pool{New: func() any { return new(message) }}}
	h.tiles = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "quanxi_feed_tile_seconds", Help: "Time to draw and send a tile that was asked for over the feed.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
	})
	o.Metrics.MustRegister(h.tiles)
	h.closing, h.close = context.WithCancel(context.Background())
	h.upgrader = websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		ReadBufferSize:   1 << 10,
		WriteBufferPool:  new(sync.Pool), // only the answer to the request is written through it
		Subprotocols:     []string{Protocol},
		CheckOrigin:      h.admits,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, why error) {
			problem(w, status, why.Error())
		},
	}
	return h
}

// admits reports whether the page that opens the feed is our own, or one of
// Origins. Programs that are no browsers send no origin.
func (h *Handler) admits(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(h.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// ServeHTTP upgrades the request and serves the connection until it ends.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch offered := websocket.Subprotocols(r); {
	case !websocket.IsWebSocketUpgrade(r):
		w.Header().Set("Upgrade", "websocket")
		problem(w, http.StatusUpgradeRequired, "this is a websocket: see docs/FEED.md")
		return
	case len(offered) > 0 && !slices.Contains(offered, Protocol):
		problem(w, http.StatusBadRequest, "the subprotocol is "+Protocol)
		return
	case !h.Ready() || !h.enter():
		w.Header().Set("Retry-After", "2")
		problem(w, http.StatusServiceUnavailable, "the server is not ready")
		return
	}
	defer h.conns.Done()
	ws, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	if err := newConn(h, ws).serve(r); err != nil {
		h.Log.Debug("feed connection ended", "err", err)
	}
}

// problem answers with an RFC 9457 problem document.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	// A client that has gone reads no answer.
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail,
	})
}

// enter counts a connection in, and reports false once Shutdown has begun.
func (h *Handler) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing.Err() != nil {
		return false
	}
	h.conns.Add(1)
	return true
}

// Shutdown tells every client that the server goes away, and returns when all
// connections have ended or ctx has.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.close()
	h.mu.Unlock()
	ended := make(chan struct{})
	go func() { h.conns.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
