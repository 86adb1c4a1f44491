package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"quanxi/grid"
	"quanxi/server"
	"quanxi/staff"
)

type serveCommand struct {
	storeFlags
	listenFlags
	nodeFlags
	openIDFlags
	logFlags
	Open bool   `help:"Let in whoever is at this machine without an account, who then sees and changes everything. Only on loopback, and only as long as there are no accounts." env:"QUANXI_OPEN"`
	City string `help:"Code of the city that the first account administers." default:"5000" env:"QUANXI_CITY" placeholder:"CODE"`
}

// A door is how people come in.
type door struct {
	entry         server.Entry
	passwordAlone bool
	open          bool
	// invite returns what to tell whoever started the server, who reaches it at an address;
	// nil for nothing.
	invite func(at string) string
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkArea(in.ctx, c.storeFlags); err != nil {
		return err
	}
	p := newParts(in.ctx)
	if c.Open && !server.Loopback(c.Addr) {
		return fmt.Errorf("--open with --addr %s, which is not on loopback: %w", c.Addr, errExposed)
	}
	if _, err := c.start(in.ctx, p, c.logger(in.stderr), in.stdout, func() (door, error) { return c.claim(in.ctx) }); err != nil {
		return errors.Join(err, p.stop())
	}
	return p.wait(in.ctx)
}

// claim sees that somebody can come in: of a store to which nobody has a password yet the
// first account is made, whose set-up link is told.
func (c *serveCommand) claim(ctx context.Context) (door, error) {
	s, err := c.storeFlags.open(ctx)
	if err != nil {
		return door{}, err
	}
	d, err := c.claimOf(ctx, s)
	return d, errors.Join(err, s.Close())
}

func (c *serveCommand) claimOf(ctx context.Context, s store) (door, error) {
	count, entered, err := members(ctx, s)
	switch {
	case err != nil:
		return door{}, err
	case c.Open && count > 0:
		return door{}, errors.New("--open, but there are accounts in this store: sign in")
	case c.Open:
		return door{open: true}, nil
	case entered:
		return door{}, nil
	}
	master, err := c.unlock(ctx, s)
	if err != nil {
		return door{}, err
	}
	r, err := newRegistry(s, master, operator)
	if err != nil {
		return door{}, err
	}
	if err := ensure(ctx, r, firstLogin, "安全管理员", staff.Person, &staff.Post{Role: "security-admin", Area: grid.Code(c.City)}); err != nil {
		return door{}, err
	}
	first, err := r.Find(ctx, firstLogin)
	if err != nil {
		return door{}, err
	}
	// Without an address yet: what is before # is said when it is known.
	link, _, err := r.Invite(ctx, first, "", time.Now())
	return door{invite: func(at string) string {
		return fmt.Sprintf("Nobody has a password yet. Within a day, open this link once to set up the first account:\n%s/sign-in%s", at, link)
	}}, err
}

// openDoor lets in whoever is at the machine.
func openDoor() (door, error) { return door{open: true}, nil }

// firstLogin is the account that sets up all others.
const firstLogin = "security"

// members counts the accounts, and reports whether anybody can sign in.
func members(ctx context.Context, s grid.Store) (count int, entered bool, err error) {
	for e, err := range s.Entities(ctx, staff.Accounts, grid.Query{}) {
		if err != nil {
			return 0, false, err
		}
		count++
		entered = entered || len(e.(*staff.Account).Credential) > 0
	}
	return count, entered, nil
}

// start opens the address, prepares the store, builds everything from there up, says
// where it is and returns that. What was started before an error is in p.
func (c *serveCommand) start(ctx context.Context, p *parts, log *slog.Logger, screen io.Writer, prepare func() (door, error)) (string, error) {
	// The address first: if it is in use nothing else need be tried.
	listener, err := listenOn(ctx, c.Addr, "--addr")
	if err != nil {
		return "", err
	}
	p.atEnd("listener", func() error { return ignoreClosed(listener.Close()) })
	secure, err := c.secure()
	if err != nil {
		return "", err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := c.startMetrics(ctx, p, registry, log); err != nil {
		return "", err
	}
	if err := c.shareKey(c.storeFlags); err != nil {
		return "", err
	}
	if err := c.settle(ctx); err != nil {
		return "", err
	}
	in, err := prepare()
	if err != nil {
		return "", err
	}
	n, err := newNode(ctx, p, c.storeFlags, c.nodeFlags, registry, log)
	if err != nil {
		return "", err
	}
	if n.openid, err = c.openIDFlags.client(ctx, n.store, n.master); err != nil {
		return "", err
	}
	loads, err := n.store.Loads(ctx)
	if err != nil {
		return "", err
	}
	tellSown(loads, log)
	n.desk.PasswordAlone, n.desk.Open, n.entry = in.passwordAlone, in.open, in.entry
	web, err := n.server(c.listenFlags)
	if err != nil {
		return "", err
	}
	p.start("server", func(ctx context.Context) error {
		return server.Serve(ctx, listener, web, secure, log)
	})
	p.atEnd("feed", n.closeFeed)
	c.startSupervised(p, n, log)
	p.atLeave(func() {
		web.Leave()
		time.Sleep(c.Drain) // a second signal ends the process at once
	})
	if !server.Loopback(c.Addr) && secure == nil {
		log.WarnContext(ctx, "open to the network without TLS: passwords go over it as they are", "addr", c.Addr)
	}
	context.AfterFunc(ctx, func() { log.Info("stopping: requests under way are finished, no new ones taken") })
	at, only := address(listener, secure != nil), ""
	if c.Area != "" {
		log.InfoContext(ctx, "this node holds one area only", "area", c.Area)
		only = fmt.Sprintf(" (area %s only)", c.Area)
	}
	if _, err = fmt.Fprintf(screen, "Quanxi 全息: %s%s\n", at, only); err == nil && in.invite != nil {
		_, err = fmt.Fprintln(screen, in.invite(cmp.Or(strings.TrimSuffix(c.PublicURL, "/"), at)))
	}
	return at, err
}

// startSupervised tells whoever started this process how it stands. A supervisor that does not
// hear is no reason to stop.
func (c *serveCommand) startSupervised(p *parts, n *node, log *slog.Logger) {
	if c.Supervisor == "" {
		return
	}
	told := func(err error) {
		if err != nil {
			log.Warn("the supervisor does not hear how this server stands", "err", err)
		}
	}
	p.start("supervisor", func(ctx context.Context) error {
		told(c.Supervisor.follow(ctx, n.status))
		return nil
	})
	p.atLeave(func() { told(c.Supervisor.tell("STOPPING=1")) })
}

// startMetrics answers /metrics on an address of its own.
func (c *serveCommand) startMetrics(ctx context.Context, p *parts, registry *prometheus.Registry, log *slog.Logger) error {
	if c.MetricsAddr == "" {
		return nil
	}
	listener, err := listenOn(ctx, c.MetricsAddr, "--metrics-addr")
	if err != nil {
		return err
	}
	p.start("metrics", func(ctx context.Context) error {
		return server.Serve(ctx, listener, server.MetricsHandler(registry), nil, log)
	})
	return nil
}

// listenOn opens an address, or says which flag would give another.
func listenOn(ctx context.Context, addr, flag string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, addr, err)
	}
	return listener, nil
}

func address(listener net.Listener, secure bool) string {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
