package server

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are networks of machines that stand before this server and are believed when
// they say for whom they ask. The empty Proxies believe nobody.
type Proxies []netip.Prefix

// A source is where a request comes from.
type source struct {
	address netip.Addr // invalid if the connection names none
	secure  bool       // the client itself speaks TLS
}

// source returns where a request comes from: the connection's other end or, if that is a
// proxy of ours, the last address that the proxies name and that is none of them. What
// stands before it in the header was written by anybody.
func (p Proxies) source(r *http.Request) source {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return source{secure: r.TLS != nil}
	}
	from := source{peer.Addr().Unmap().WithZone(""), r.TLS != nil}
	if len(p) == 0 || !p.hold(from.address) {
		return from
	}
	if said := r.Header.Values("X-Forwarded-Proto"); len(said) > 0 {
		from.secure = strings.EqualFold(lastOf(said[len(said)-1]), "https")
	}
	from.address = p.client(from.address, r.Header.Values("X-Forwarded-For"))
	return from
}

// client walks the addresses that proxies have added, the last first. One that cannot be
// read ends it: the proxy that passed it on is then all that is known.
func (p Proxies) client(at netip.Addr, lines []string) netip.Addr {
	for _, line := range slices.Backward(lines) {
		for rest := line; rest != ""; rest = rest[:max(0, strings.LastIndexByte(rest, ','))] {
			said, err := addressIn(lastOf(rest))
			if err != nil {
				return at
			}
			if at = said; !p.hold(at) {
				return at
			}
		}
	}
	return at
}

// addressIn reads an address, which some proxies write with its port.
func addressIn(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone(""), nil
	}
	at, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return at.Unmap().WithZone(""), err
}

// lastOf returns the last part of a list.
func lastOf(list string) string {
	return strings.TrimSpace(list[strings.LastIndexByte(list, ',')+1:])
}

func (p Proxies) hold(at netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(at) })
}

// fromOf returns the network address that a request came from, for the audit; empty if
// the connection names none.
func fromOf(ctx context.Context) string {
	if at := askerFrom(ctx).address; at.IsValid() {
		return at.String()
	}
	return ""
}

// siteOf returns the scheme and host by which the client reached us.
func siteOf(ctx context.Context) string {
	who := askerFrom(ctx)
	if who.secure {
		return "https://" + who.host
	}
	return "http://" + who.host
}
