// Package outbound holds the one dialer for everything that goes out: hooks, push,
// sign-in servers, camera and map proxies. What people type as an address must not
// reach what only this machine or its network should.
//
// It does not know who asks, or for what.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrDenied is wrapped by refusals to connect. The text of what wraps it holds the
// address that a name stands for: it is for the log, not for whoever typed the name.
var ErrDenied = errors.New("address is not allowed; list it if it should be")

const (
	connectTime = 5 * time.Second
	headerTime  = 10 * time.Second
)

// A Dialer connects to public addresses and to those listed. It looks at the
// address that a connection is made to, after the name was resolved: a name that
// changes what it stands for in between gains nothing. It is safe for concurrent
// use.
type Dialer struct {
	list   List
	own    func() ([]net.Addr, error)
	dialer net.Dialer
}

// NewDialer returns a dialer that reaches what is listed besides public addresses.
func NewDialer(list List) *Dialer {
	d := &Dialer{list: list, own: net.InterfaceAddrs}
	d.dialer = net.Dialer{Timeout: connectTime, ControlContext: d.control}
	return d
}

// DialContext connects as net.Dialer does, by TCP only. The error wraps ErrDenied
// if no address of the name may be reached.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d.dialer.DialContext(ctx, network, address)
}

// Client returns a client whose requests take at most a time, body included, and
// follow no redirect: the reply that redirects is the answer. It uses no proxy,
// which would connect in the dialer's place.
func (d *Dialer) Client(most time.Duration) *http.Client {
	return &http.Client{
		Timeout: most,
		Transport: &http.Transport{
			DialContext:            d.DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    connectTime,
			ResponseHeaderTimeout:  headerTime,
			IdleConnTimeout:        time.Minute,
			MaxIdleConnsPerHost:    2,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// control decides on the very address that is about to be connected to.
func (d *Dialer) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return ErrDenied
	}
	to = netip.AddrPortFrom(to.Addr().Unmap().WithZone(""), to.Port())
	if d.list.holds(to) {
		return nil
	}
	if !isPublic(to.Addr()) {
		return ErrDenied
	}
	return d.notOwn(to.Addr())
}

// notOwn refuses public addresses that are this machine's: behind them listen the
// same services as on loopback.
func (d *Dialer) notOwn(to netip.Addr) error {
	addresses, err := d.own()
	if err != nil {
		return fmt.Errorf("%w: own addresses are not known", ErrDenied)
	}
	for _, address := range addresses {
		own, err := netip.ParsePrefix(address.String())
		if err == nil && own.Addr().Unmap() == to {
			return ErrDenied
		}
	}
	return nil
}
