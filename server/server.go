// Package server speaks HTTP: the JSON API and its description, tiles, OGC API,
// the websocket of the feed, the web application, health and metrics.
//
// It knows nothing of SQL or geometry, holds no store and no World: a handler
// gets an access.View narrowed to one viewer.
package server

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/access/signin/openid"
	"quanxi/exchange"
	"quanxi/grid"
)

// Options are what a Server is made of. All fields without "may be nil" are required.
type Options struct {
	Views *access.Views
	// Viewer says who shows a secret, or none; nil is nobody.
	Viewer func(secret string) *access.Viewer
	// Refused hears of what somebody who has signed in asked for and did not get; it may
	// be nil.
	Refused func(access.Trace)
	// Desk signs people in and out; it may be nil, and then nobody can.
	Desk *access.Desk
	// OpenID signs people in by a sign-in server; nil for none.
	OpenID *openid.Client
	// Entry says how one may sign in besides by name and password.
	Entry Entry
	// Tokens let a client read what it wrote.
	Tokens Tokens
	// Status says where this node stands.
	Status func() NodeStatus
	// Feed answers the websocket at /feed; it may be nil.
	Feed http.Handler
	// Files is the web application.
	Files fs.FS
	Hosts []string // names the server answers to; none means loopback names only
	// Scratch is where files are made before they are sent.
	Scratch exchange.Scratch
	// Proxies are believed when they say for whom they ask.
	Proxies Proxies
	// Rates say how fast one may ask; nil for no limits.
	Rates Rates
	// Meters count what the rates are of.
	Meters  *signin.Meters
	Clock   func() time.Time // nil for that of the machine
	Version string
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// Tokens let a client read what it wrote, from any node (RULES A10).
type Tokens interface {
	// Seal returns the token of a write.
	Seal(grid.Receipt) string
	// Wait returns when this node has applied the token's write. The error wraps
	// ErrBehind if ctx ends first.
	Wait(ctx context.Context, token string) error
}

// A NodeStatus says where a node stands.
type NodeStatus struct {
	Epoch string
	Plan  int64
	// Loaded reports that the World holds the town.
	Loaded bool
	// Fresh reports that the relay was heard a moment ago: a node that hears nothing
	// might miss a withdrawn right, and shows no scoped data (RULES A15).
	Fresh bool
}

// Ready reports whether the node answers everything.
func (n NodeStatus) Ready() bool { return n.Loaded && n.Fresh }

// Why says what a node lacks that is not ready.
func (n NodeStatus) Why() string {
	if !n.Loaded {
		return "the World is loading"
	}
	return "the relay is silent"
}

// Limits of requests.
const (
	maxBody      = 1 << 20
	workTimeout  = 25 * time.Second
	replyTimeout = 30 * time.Second
	tokenWait    = 2 * time.Second
)

// A Server answers HTTP. It is safe for concurrent use.
type Server struct {
	Options
	log     *slog.Logger
	hosts   []string
	metrics *metrics
	mux     *http.ServeMux
	open    map[string]bool // patterns that are answered to those who have not signed in
	long    map[string]bool // patterns that take as long as a file
	files   chan struct{}   // turns of those who have files made
	handled []string        // patterns of handle, which no description lists
	api     huma.API
	gate    *gate
	handler http.Handler
	leaving atomic.Bool
}

// New returns a Server.
func New(o Options) *Server {
	s := &Server{Options: o, log: o.Log, hosts: o.Hosts, metrics: newMetrics(o.Metrics), mux: http.NewServeMux()}
	s.open, s.long, s.files = make(map[string]bool), make(map[string]bool), make(chan struct{}, filesAtOnce)
	if s.Clock == nil {
		s.Clock = time.Now
	}
	s.gate = newGate(o.Rates, o.Meters)
	s.api = newAPI(s.mux, o.Version)
	s.routes()
	s.handler = s.watch(s.guard(http.HandlerFunc(s.dispatch)))
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.leaving.Load() {
		w.Header().Set("Connection", "close") // the next request finds another node
	}
	s.handler.ServeHTTP(w, r)
}

// Leave has the server say that it is not ready, while it answers everything as before: who
// sends it requests by that, such as a balancer, sends no more before it is gone.
func (s *Server) Leave() { s.leaving.Store(true) }

// routes lists everything that the server answers.
func (s *Server) routes() {
	s.sessionRoutes()
	s.queryRoutes()
	s.divisionRoutes()
	s.entityRoutes()
	s.workerRoutes()
	s.unmaskRoutes()
	s.fileRoutes()
	s.loadRoutes()
	s.exportRoutes()
	s.settingsRoutes()
	s.tileRoutes()
	s.ogcRoutes()
	s.healthRoutes()
	s.siteRoutes()
	if s.Feed != nil {
		s.mux.Handle("GET /feed", s.Feed)
		s.letIn("GET /feed") // its hello may carry the token
	}
	s.docRoutes() // last: it describes the others
}

// dispatch finds the handler of a request and answers for those that have none.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	r.Pattern = pattern
	secret := Secret(r)
	who := asker{viewer: s.Viewer(secret), source: s.Proxies.source(r), secret: secret, host: r.Host, verdict: new(int), unseen: new([]string)}
	r = r.WithContext(context.WithValue(r.Context(), askerKey, who))
	if s.isShared(r, who) {
		share(w.Header())
	}
	if wait, of := s.gate.admit(rateOf(r.Method, pattern), who.account(), who.address); wait > 0 {
		s.overRate(w, r, wait, of)
		return
	}
	defer s.noteRefusal(w, r)
	if err := refuseCoded(r); err != nil {
		reply(w, r, s.log, err)
		return
	}
	switch {
	case pattern == "":
		s.refuse(w, r, h)
	case who.viewer == nil && !s.open[pattern]:
		reply(w, r, s.log, s.notSignedIn())
	case pattern == "GET /feed":
		s.mux.ServeHTTP(w, r)
	case s.long[pattern]:
		deadline(fileWork, fileReply, s.mux).ServeHTTP(w, r)
	default:
		deadline(workTimeout, replyTimeout, s.mux).ServeHTTP(w, r)
	}
}

// refuse answers 404 and 405 as problems. The mux knows which and which methods
// are allowed; it only says so in plain text.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, h http.Handler) {
	silent := &discarded{header: w.Header()}
	h.ServeHTTP(silent, r)
	w.Header().Del("Content-Type")
	reply(w, r, s.log, newProblem(silent.status, ""))
}

// discarded keeps the status and headers of a reply and drops its body.
type discarded struct {
	header http.Header
	status int
}

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) WriteHeader(status int)      { d.status = status }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }

// handle registers a handler that returns an error, which is answered in one place.
func (s *Server) handle(pattern string, h func(http.ResponseWriter, *http.Request) error) {
	s.handled = append(s.handled, pattern)
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if isMap(r.URL.Path) {
			err = s.here(r.Context(), err)
		}
		if err != nil {
			reply(w, r, s.log, err)
		}
	})
}

// An asker is who sent a request, and from where.
type asker struct {
	source
	viewer *access.Viewer // nil if nobody has signed in
	secret string
	host   string
	// verdict is the status that would have been answered, had it not been answered that
	// the request is for another node; 0 for none.
	verdict *int
	// unseen are what the request names besides its address, as rows of the audit do, and who
	// asks does not see.
	unseen *[]string
}

// account returns the id of the account that asks; empty if nobody has signed in.
func (a asker) account() string {
	if a.viewer == nil {
		return ""
	}
	return a.viewer.Account()
}

// view returns the View of whoever asks.
func (s *Server) view(ctx context.Context) *access.View {
	return s.Views.For(ViewerFrom(ctx), fromOf(ctx))
}

// ViewerFrom returns who is asking; the zero Viewer, which sees nothing, if the
// request did not come through a Server.
func ViewerFrom(ctx context.Context) *access.Viewer {
	if who := askerFrom(ctx); who.viewer != nil {
		return who.viewer
	}
	return new(access.Viewer)
}
