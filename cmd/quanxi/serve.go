package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"quanxi/server"
)

type serveCommand struct {
	storeFlags
	listenFlags
	nodeFlags
	logFlags
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	p := newParts(in.ctx)
	if _, err := c.start(in.ctx, p, c.logger(in.stderr), in.stdout, asItStands); err != nil {
		return errors.Join(err, p.stop())
	}
	return p.wait(in.ctx)
}

// asItStands prepares nothing: what is in the store is served.
func asItStands() error { return nil }

// start opens the address, prepares the store, builds everything from there up, says
// where it is and returns that. What was started before an error is in p.
func (c *serveCommand) start(ctx context.Context, p *parts, log *slog.Logger, screen io.Writer, prepare func() error) (string, error) {
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
	if err := prepare(); err != nil {
		return "", err
	}
	n, err := newNode(ctx, p, c.storeFlags, c.nodeFlags, registry, log)
	if err != nil {
		return "", err
	}
	web := n.server(c.hosts())
	p.start("server", func(ctx context.Context) error {
		return server.Serve(ctx, listener, web, secure, log)
	})
	p.atEnd("feed", n.closeFeed)
	if !server.Loopback(c.Addr) {
		log.WarnContext(ctx, "open to the network without accounts: whoever reaches this address sees and changes everything", "addr", c.Addr)
	}
	context.AfterFunc(ctx, func() { log.Info("stopping: requests under way are finished, no new ones taken") })
	at := address(listener, secure != nil)
	_, err = fmt.Fprintf(screen, "Quanxi 全息: %s\n", at)
	return at, err
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
