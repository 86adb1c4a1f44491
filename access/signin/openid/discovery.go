package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// retryAfter is how long a server that did not answer is left alone. Meanwhile
// everybody is told so at once.
const retryAfter = 5 * time.Second

// A discovery learns once what a server offers, when it is first needed.
type discovery struct {
	issuer string
	http   *http.Client
	clock  func() time.Time
	found  *atomic.Pointer[oidc.Provider]

	turn chan struct{} // holds a value while somebody asks
	last *attempt      // guarded by turn
}

// An attempt is the last one that failed.
type attempt struct {
	at  time.Time
	err error
}

func newDiscovery(issuer string, client *http.Client, clock func() time.Time) discovery {
	return discovery{issuer, client, clock, new(atomic.Pointer[oidc.Provider]), make(chan struct{}, 1), new(attempt)}
}

// server returns what is known of the server, or asks it. One asks, the others
// wait for the answer. The error wraps ErrUnreachable or is the context's.
func (d *discovery) server(ctx context.Context) (*oidc.Provider, error) {
	if server := d.found.Load(); server != nil {
		return server, nil
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if server := d.found.Load(); server != nil {
		return server, nil
	}
	if d.last.err != nil && d.clock().Sub(d.last.at) < retryAfter {
		return nil, d.last.err
	}
	return d.ask(ctx)
}

func (d *discovery) ask(ctx context.Context) (*oidc.Provider, error) {
	server, err := oidc.NewProvider(oidc.ClientContext(ctx, d.http), d.issuer)
	if err == nil {
		d.found.Store(server)
		return server, nil
	}
	if ctx.Err() != nil { // who asked has gone; that says nothing of the server
		return nil, ctx.Err()
	}
	*d.last = attempt{d.clock(), unreachable("discovery", err)}
	return nil, d.last.err
}

// unreachable keeps of an error what a network says, but not what a server does:
// that may be a page, or a token.
func unreachable(what string, err error) error {
	var network *url.Error
	if errors.As(err, &network) {
		return fmt.Errorf("%w: %s: %w", ErrUnreachable, what, network)
	}
	return fmt.Errorf("%w: %s: not the answer of a sign-in server", ErrUnreachable, what)
}
