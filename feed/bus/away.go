package bus

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// dialTime is how long a server has to answer before it counts as away.
const dialTime = 2 * time.Second

// tellAway names the servers of a cluster that cannot be reached. Changes go on over one
// of them alone: nothing here asks for a majority. But whoever runs the cluster has lost
// what it is for.
func (b *Bus) tellAway(urls string) {
	all := serversOf(urls)
	if len(all) < 2 {
		return
	}
	away := unreachable(all)
	switch {
	case len(away) == 0:
	case 2*len(away) >= len(all):
		b.log.Warn("nats: the cluster has no majority: changes go on over what is left of it, but one more loss cuts the nodes off", "away", away, "of", len(all))
	default:
		b.log.Warn("nats: some servers of the cluster cannot be reached", "away", away, "of", len(all))
	}
}

// serversOf returns the addresses that a list of URLs names, without names and passwords.
func serversOf(urls string) (all []string) {
	for one := range strings.SplitSeq(urls, ",") {
		one = strings.TrimSpace(one)
		if !strings.Contains(one, "://") {
			one = "nats://" + one
		}
		u, err := url.Parse(one)
		if err != nil || u.Hostname() == "" {
			continue
		}
		port := u.Port()
		if port == "" {
			port = "4222"
		}
		all = append(all, net.JoinHostPort(u.Hostname(), port))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// unreachable returns those of some addresses at which nobody answers, in order.
func unreachable(all []string) (away []string) {
	var mu sync.Mutex
	var dials sync.WaitGroup
	for _, addr := range all {
		dials.Go(func() {
			conn, err := net.DialTimeout("tcp", addr, dialTime)
			if err == nil {
				_ = conn.Close() // nothing was sent
				return
			}
			mu.Lock()
			defer mu.Unlock()
			away = append(away, addr)
		})
	}
	dials.Wait()
	slices.Sort(away)
	return away
}
