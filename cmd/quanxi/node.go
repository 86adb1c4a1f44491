package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/access/signin/openid"
	"quanxi/events"
	"quanxi/exchange"
	"quanxi/feed"
	"quanxi/feed/bus"
	"quanxi/frontend"
	"quanxi/grid"
	"quanxi/server"
	"quanxi/server/socket"
	"quanxi/world"
)

// nodeFlags say how this node works with others.
type nodeFlags struct {
	Nats          string `help:"NATS server or cluster of several nodes (URL,URL,…); default: one inside this process." env:"QUANXI_NATS" placeholder:"URL"`
	NatsTelemetry string `help:"The same servers with the name and password of the account of positions; default: that of --nats." env:"QUANXI_NATS_TELEMETRY" placeholder:"URL"`
	Area          string `help:"Hold one county or town only, with all that it manages: a node beside others that hold everything, on the same database and NATS. What lies elsewhere is answered 421." env:"QUANXI_AREA" placeholder:"CODE"`
	NoImage       bool   `help:"Keep no image of the World in DIR for the next start." env:"QUANXI_NO_IMAGE"`

	now func() time.Time // the clock, put there by a test; nil for the machine's
}

// shareKey refuses a node that would make a key of its own.
func (nf nodeFlags) shareKey(f storeFlags) error {
	if nf.Nats != "" && f.Key == "" && !exists(f.keyFile()) {
		return fmt.Errorf("nodes on one NATS share one master key: copy it to %s or give QUANXI_KEY", f.keyFile())
	}
	return nil
}

// A node is everything behind the server.
type node struct {
	store store
	bus   *bus.Bus
	world *world.World
	// directory follows the log beside the World.
	directory *access.Directory
	feed      *feed.Node
	images    *images // nil for none
	census    *censusFile
	relay     *feed.Relay
	hub       *feed.Hub
	sealer    *feed.Sealer
	audit     *access.Sealer
	views     *access.Views
	desk      *access.Desk
	entry     server.Entry
	master    access.MasterKey
	openid    *openid.Client // nil for none
	meters    *signin.Meters
	traces    *access.Traces
	scratch   exchange.Scratch
	socket    *socket.Handler
	registry  *prometheus.Registry
	log       *slog.Logger
	now       func() time.Time
}

// newNode opens the store and starts what follows the log: bus, relay, World and
// hub, in that order, as parts of p.
func newNode(ctx context.Context, p *parts, f storeFlags, nf nodeFlags, registry *prometheus.Registry, log *slog.Logger) (*node, error) {
	n := &node{registry: registry, log: log, now: nf.now}
	if n.now == nil {
		n.now = time.Now
	}
	if err := n.openStore(ctx, p, f); err != nil {
		return nil, err
	}
	n.keepStore(p, f)
	if err := n.openBus(p, nf); err != nil {
		return nil, err
	}
	n.look(p, f, nf)
	sets := feed.NewSets(access.LayerNames())
	n.hub = feed.NewHub(sets, feed.HubOptions{})
	if err := n.follow(p, f, nf); err != nil {
		return nil, err
	}
	if err := n.admit(p, f); err != nil {
		return nil, err
	}
	n.socket = n.newSocket(sets)
	n.measure()
	return n, nil
}

// openStore opens the store and its master key.
func (n *node) openStore(ctx context.Context, p *parts, f storeFlags) (err error) {
	if n.store, err = f.open(ctx); err != nil {
		return err
	}
	p.atEnd("store", n.store.Close)
	n.scratch = f.scratch()
	if err := n.scratch.Sweep(); err != nil {
		return fmt.Errorf("what a killed process left in %s: %w", n.scratch, err)
	}
	n.master, err = f.unlock(ctx, n.store)
	return err
}

// keepStore starts what seals, sweeps and watches the store.
func (n *node) keepStore(p *parts, f storeFlags) {
	n.audit = access.NewSealer(n.store, n.master, f.auditSealsFile(), n.log)
	p.start("audit", n.audit.Run)
	retention := access.NewRetention(n.store, n.audit, time.Now, n.log)
	p.start("retention", func(ctx context.Context) error { return sweepNowAndThen(ctx, retention, n.log) })
	p.start("sweep", func(ctx context.Context) error { return sweep(ctx, n.store, n.log) })
	if s, ok := n.store.(blocking); ok {
		p.start("watch", func(ctx context.Context) error { return watchBlockers(ctx, s, n.registry, n.log) })
	}
}

// openBus reaches the other nodes.
func (n *node) openBus(p *parts, nf nodeFlags) (err error) {
	if n.bus, err = bus.Open(bus.Options{URL: nf.Nats, TelemetryURL: nf.NatsTelemetry, Logger: n.log}); err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	p.atEnd("nats", func() error { n.bus.Close(); return nil })
	n.meters = n.master.Meters(n.now)
	if nf.Nats != "" { // else there is nobody to tell
		p.start("meters", n.shareMeters)
	}
	return nil
}

// look makes the World, the Directory and the Views of both, empty yet.
func (n *node) look(p *parts, f storeFlags, nf nodeFlags) {
	n.world, n.directory = world.New(world.Options{Now: n.now, Own: grid.Code(nf.Area)}), access.NewDirectory()
	n.directory.GapsOf = func(town grid.Code) grid.Scope { return n.world.Snapshot().GapsAbove(town) }
	n.traces = access.NewTraces(n.store, n.log)
	n.views = access.NewViews(access.Sources{
		Store: n.store, Vault: access.NewVault(n.master), Master: n.master, World: n.world,
		Clock: n.now, Positions: n.publishPosition, Journal: access.NewJournal(f.journalFile()),
		Meters: n.meters, Tended: n.tends, Shown: n.traces.NoteMany,
	})
	p.start("epochs", func(ctx context.Context) error { return f.settleEpochs(ctx, n, access.NewVault(n.master), n.log) })
	n.sealer = feed.NewSealer(n.master.Derive("feed"))
}

// follow starts what tells the log, and what keeps World, Directory and hub level with it.
func (n *node) follow(p *parts, f storeFlags, nf nodeFlags) error {
	n.relay = feed.NewRelay(n.store, n.bus, feed.RelayOptions{Logger: n.log})
	sources := feed.Sources{Log: n.store, Loads: n.store, Transport: n.bus, Audience: n.hub}
	if nf.NoImage {
		if err := f.forgetImage(); err != nil {
			return err
		}
	} else {
		n.images = &images{path: f.imageFile(), area: grid.Code(nf.Area), key: n.master.Derive("image of the World"), world: n.world, log: n.store, told: n.log}
		sources.Images = n.images
	}
	n.census = &censusFile{path: filepath.Join(f.Data, "census.json"), world: n.world, told: n.log}
	sources.Applier = n.applier(nf.Area)
	n.feed = feed.NewNode(sources, feed.NodeOptions{Logger: n.log})
	p.start("relay", func(ctx context.Context) error { n.relay.Run(ctx); return nil })
	p.start("node", n.feed.Run)
	if n.images != nil {
		p.start("image", func(ctx context.Context) error { return n.images.run(ctx, n.feed.Serves) })
	}
	p.start("census", n.census.run)
	p.start("positions", n.followPositions)
	p.start("clock", n.followClock)
	return nil
}

// admit makes the desk at which people and programs sign in, and starts what leaves traces of
// them and forgets those who are gone.
func (n *node) admit(p *parts, f storeFlags) (err error) {
	if n.desk, err = n.newDesk(n.master, f.auditSealsFile()); err != nil {
		return err
	}
	p.start("traces", n.traces.Run)
	p.start("failures", n.followFailures)
	p.start("sweep of sign-ins", func(ctx context.Context) error { return sweep(ctx, n.desk, n.log) })
	return nil
}

// applier returns what keeps World and Directory level with the log.
func (n *node) applier(area string) feed.Applier {
	all := applier{n.world, n.directory, n.now, n.images, n.census}
	if area != "" {
		return partApplier{all}
	}
	return all
}

// server returns the handler of everything that the node answers.
func (n *node) server(f listenFlags) (*server.Server, error) {
	proxies, err := f.proxies()
	if err != nil {
		return nil, err
	}
	rates, err := f.rates()
	if err != nil {
		return nil, err
	}
	return server.New(server.Options{
		Views:   n.views,
		Viewer:  n.viewer,
		Desk:    n.desk,
		Refused: n.traces.Note,
		Entry:   n.entry,
		OpenID:  n.openid,
		Tokens:  tokens{n.feed, n.sealer},
		Status:  n.status,
		Feed:    n.socket,
		Files:   frontend.Files(),
		Hosts:   f.hosts(),
		Proxies: proxies,
		Scratch: n.scratch,
		Rates:   rates,
		Meters:  n.meters,
		Version: version,
		Log:     n.log,
		Metrics: n.registry,
	}), nil
}

// viewer returns who shows a secret, or none.
func (n *node) viewer(secret string) *access.Viewer {
	viewer, _, ok := n.desk.Viewer(secret)
	if !ok {
		return nil
	}
	return viewer
}

// newDesk returns where people and programs sign in.
func (n *node) newDesk(master access.MasterKey, auditSealsFile string) (*access.Desk, error) {
	hasher, err := newHasher()
	if err != nil {
		return nil, err
	}
	return access.NewDesk(access.DeskSources{
		Store: n.store, Directory: n.directory, Hasher: hasher,
		Throttle: signin.NewThrottle(signin.DefaultRules(), n.now),
		Sealer:   master.Credentials(), Vault: access.NewVault(master), Clock: n.now,
		Devices: signin.NewBox([32]byte(master.Derive("devices")), "device"), Failed: n.tellFailure, Refused: n.traces.Note,
		Chain: access.NewChain(master), Seals: func() iter.Seq2[access.Seal, error] { return access.ReadSeals(auditSealsFile) },
		ScopeOf: n.scopeOfPost,
		Holds:   func(code grid.Code) bool { return n.world.Snapshot().Holds(code) },
	}), nil
}

// scopeOfPost returns what whoever has a post in a division answers for at this moment.
func (n *node) scopeOfPost(code grid.Code) grid.Scope { return n.world.Snapshot().ScopeOfPost(code) }

// tends reports whether anybody may know of private events in an area at this moment, were
// there no division under a code; empty for none.
func (n *node) tends(p events.Privacy, area, without grid.Code) bool {
	return n.directory.Tends(p, area, n.now(), func(code grid.Code) grid.Scope {
		if code == without {
			return grid.Scope{}
		}
		return n.scopeOfPost(code)
	})
}

// tellFailure tells other nodes that somebody guessed wrong here. If it cannot be told each
// node counts for itself.
func (n *node) tellFailure(f signin.Failure) {
	if err := n.bus.PublishFailure(f); err != nil {
		n.log.Warn("other nodes do not hear of a failed sign-in", "err", err)
	}
}

// followFailures counts what was guessed wrong at other nodes, until ctx ends.
func (n *node) followFailures(ctx context.Context) error {
	stop, err := n.bus.SubscribeFailures(n.desk.Throttle.Note)
	if err != nil {
		return err
	}
	defer stop()
	<-ctx.Done()
	return nil
}

// A visit is an access.Visit as the socket holds it.
type visit struct {
	*access.Visit
	views  *access.Views
	viewer *access.Viewer
	screen *server.Screen // of viewer
}

// Screen implements socket.Visit.
func (v *visit) Screen() socket.Screen {
	now := v.Viewer()
	if now == nil {
		return nil
	}
	if now != v.viewer {
		v.viewer, v.screen = now, server.NewScreen(v.views.For(now, ""))
	}
	return v.screen
}

// visit lets in who shows a token, or else whoever sent the request.
func (n *node) visit(r *http.Request, token string) socket.Visit {
	if token == "" {
		token = server.Secret(r)
	}
	v, ok := n.desk.Visit(token)
	if !ok {
		return nil
	}
	return &visit{Visit: v, views: n.views}
}

func (n *node) newSocket(sets *feed.Sets) *socket.Handler {
	return socket.New(socket.Options{
		Hub: n.hub, Sets: sets, Sealer: n.sealer,
		Visit: n.visit,
		Ready: n.feed.Serves,
		Late:  n.late,
		Plan:  func() int64 { return 0 },
		Own:   func() json.RawMessage { return server.OwnAreaJSON(n.views) }, Covers: n.views.Covers,
		Log: n.log, Metrics: n.registry,
	})
}

// closeFeed ends the websockets, which http.Server does not wait for.
func (n *node) closeFeed() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return n.socket.Shutdown(ctx)
}

// status says whether the node serves the truth. One that has not heard of the
// relay for a while might miss a withdrawn right (RULES A15).
func (n *node) status() server.NodeStatus {
	s := n.feed.Status()
	return server.NodeStatus{Epoch: string(s.Epoch), Loaded: s.Ready, Fresh: s.Fresh}
}

// late returns for how long something that was committed may not be shown here.
func (n *node) late() time.Duration {
	if since := n.feed.Status().Late; !since.IsZero() {
		return time.Since(since)
	}
	return 0
}

// publishPosition tells every node where a worker is.
func (n *node) publishPosition(p access.Position) error {
	return n.bus.PublishMove(feed.Move{ID: p.Worker, Name: p.Name, Area: p.Area, Place: p.Place, At: p.At})
}

// followPositions hands the positions of all nodes to hub and World, until ctx ends.
func (n *node) followPositions(ctx context.Context) error {
	stop, err := n.bus.SubscribeMoves(func(m feed.Move) {
		if !n.world.Snapshot().Knows(grid.Workers, m.ID) {
			return // works elsewhere
		}
		n.hub.Move(m)
		n.world.SetPosition(world.WorkerPosition{Worker: m.ID, Place: m.Place, At: m.At})
	})
	if err != nil {
		return err
	}
	defer stop()
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			n.hub.Expire(now.Add(-world.OnDuty))
		}
	}
}

// tokens let a client read what it wrote, on any node.
type tokens struct {
	node   *feed.Node
	sealer *feed.Sealer
}

// Seal implements server.Tokens.
func (t tokens) Seal(r grid.Receipt) string {
	return t.sealer.SealMark(feed.Mark{Epoch: feed.Epoch(r.Epoch), Mark: r.Mark})
}

// Wait implements server.Tokens. A write of another history is gone: waiting for
// it is over at once.
func (t tokens) Wait(ctx context.Context, token string) error {
	mark, err := t.sealer.OpenMark(token)
	if err != nil {
		return err
	}
	err = t.node.WaitFor(ctx, mark)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", server.ErrBehind, err)
	}
	return err
}
