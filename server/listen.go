package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ErrAddress reports an address that this server may not listen on.
var ErrAddress = errors.New("address refused")

// drainTime is how long requests in flight may take to end at a shutdown.
const drainTime = 10 * time.Second

// Loopback reports whether an address is reachable from this machine alone.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Serve answers on a listener until ctx ends, then lets requests in flight end
// and returns. secure is nil for plain HTTP.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, secure *tls.Config, log *slog.Logger) error {
	if secure != nil {
		listener = tls.NewListener(listener, secure)
	}
	web := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	return shutDown(ctx, web, ended)
}

func shutDown(ctx context.Context, web *http.Server, ended <-chan error) error {
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := web.Shutdown(drain)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests still open after %v: %w", drainTime, err), web.Close())
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
