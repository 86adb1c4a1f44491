package server

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
)

// A rate is a kind of request that is counted for itself.
type rate int

const (
	reads     rate = iota // by one account: records, lists, files
	tileReads             // by one account
	writes                // by one account
	feeds                 // opened by one account, or from one address before the hello says whose
	entries               // sign-ins and set-ups from one address, good or bad
	strangers             // everything else that comes from one address without a sign-in
	addresses             // everything from one address, whoever asks
	rateCount
)

var rateNames = [rateCount]string{"read", "tile", "write", "feed", "entry", "stranger", "address"}

// burstTime is how many seconds' worth of requests may come at once.
const burstTime = 10

// Rates are requests a second by the name of what is counted; none for no limit.
type Rates map[string]int

// DefaultRates are met by no screen at full speed: a phone that pans fast asks for some
// hundreds of tiles in seconds, and five hundred screens of one centre may share an
// account, an address and the moment at which they start.
func DefaultRates() Rates {
	return Rates{"read": 500, "tile": 2000, "write": 500, "feed": 200, "entry": 60, "stranger": 1000, "address": 20000}
}

// String lists the rates as a flag takes them.
func (r Rates) String() string {
	var parts []string
	for _, name := range rateNames {
		parts = append(parts, fmt.Sprintf("%s=%d", name, r[name]))
	}
	return strings.Join(parts, ",")
}

// With returns the rates with others in the place of some. The error names one that
// there is not.
func (r Rates) With(others map[string]int) (Rates, error) {
	all := maps.Clone(r)
	for name, n := range others {
		switch {
		case !slices.Contains(rateNames[:], name):
			return nil, fmt.Errorf("%.40q is no rate: there are %s", name, strings.Join(rateNames[:], ", "))
		case n < 0 || n > 1e6:
			return nil, fmt.Errorf("rate %s: from 1 to a million a second, or 0 for no limit", name)
		}
		all[name] = n
	}
	return all, nil
}

// A gate counts requests. It is safe for concurrent use.
type gate struct {
	meters *signin.Meters
	of     [rateCount]*signin.Meter // nil for no limit
}

func newGate(rates Rates, meters *signin.Meters) *gate {
	g := &gate{meters: meters}
	for i, name := range rateNames {
		if n := rates[name]; n > 0 {
			g.of[i] = meters.Add(name, signin.Rate{Every: time.Second / time.Duration(n), Burst: n * burstTime})
		}
	}
	return g
}

// admit returns how long a request has to wait, zero for not at all, and for which rate.
// Whoever has signed in is counted by the account, so that one does not stop others
// behind the same address; that address has a far higher ceiling.
func (g *gate) admit(kind rate, account string, from netip.Addr) (time.Duration, rate) {
	now, at := g.meters.Now(), g.meters.Address(networkOf(from))
	if wait := g.of[addresses].Take(at, now); wait > 0 {
		return wait, addresses
	}
	switch {
	case kind == entries || account == "" && kind == feeds:
		return g.of[kind].Take(at, now), kind
	case account == "":
		return g.of[strangers].Take(at, now), strangers
	}
	return g.of[kind].Take(g.meters.Name(account), now), kind
}

// networkOf returns an address as it is counted: one subscriber holds a whole /64 of IPv6.
func networkOf(at netip.Addr) netip.Addr {
	if !at.Is6() {
		return at
	}
	network, err := at.Prefix(64)
	if err != nil { // of an address that is none; all of those count as one
		return netip.Addr{}
	}
	return network.Addr()
}

// rateOf says what a request counts as.
func rateOf(method, pattern string) rate {
	switch {
	case pattern == "GET /feed":
		return feeds
	case pattern == "POST /api/session", strings.HasPrefix(pattern, "GET "+elsewhere), strings.HasPrefix(pattern, "POST /api/setup"):
		return entries
	case strings.HasPrefix(pattern, "GET /tiles/"):
		return tileReads
	case method == http.MethodGet, method == http.MethodHead, pattern == "POST /api/within":
		return reads
	}
	return writes
}

// overRate answers a request that comes too fast, and leaves a trace of it.
func (s *Server) overRate(w http.ResponseWriter, r *http.Request, wait time.Duration, of rate) {
	who := askerFrom(r.Context())
	s.metrics.limited.WithLabelValues(rateNames[of]).Inc()
	if s.Refused != nil {
		what := access.Trace{Action: "rate." + rateNames[of], Result: grid.ResultRefused}
		if who.viewer != nil {
			what.Actor, what.Post = who.viewer.Account(), who.viewer.HighestPost()
		}
		if at := networkOf(who.address); at.IsValid() {
			what.From = at.String()
		}
		s.Refused(what)
	}
	reply(w, r, s.log, &access.WaitError{For: wait})
}
