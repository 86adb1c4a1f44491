package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/store/postgis"
)

const (
	// watchTick is how often open write transactions are looked for.
	watchTick = time.Second
	// watchAge is how long one may be open before it is told: ours last a second at
	// most.
	watchAge = 2 * time.Second
)

// blocking is a store in which foreign transactions can hold publication back.
type blocking interface {
	Blockers(ctx context.Context, age time.Duration) ([]postgis.Blocker, error)
}

// watchBlockers names whoever keeps changes from being published by an open
// write transaction (RULES A4), in the log once and in a metric as long as it
// lasts, until ctx ends. It ends nobody's session.
func watchBlockers(ctx context.Context, in blocking, registry prometheus.Registerer, log *slog.Logger) error {
	open := prometheus.NewGauge(prometheus.GaugeOpts{Name: "quanxi_log_blocked_seconds", Help: "Age of the oldest write transaction that holds publication back; 0 if none does."})
	registry.MustRegister(open)
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	told := map[postgis.Blocker]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			list, err := in.Blockers(ctx, watchAge)
			if err != nil {
				continue // a database that is away is told of by whoever needs it
			}
			open.Set(oldest(list, now).Seconds())
			told = tell(ctx, list, told, log)
		}
	}
}

// oldest returns the age of the oldest blocker, zero if there is none.
func oldest(list []postgis.Blocker, now time.Time) (age time.Duration) {
	for _, b := range list {
		age = max(age, now.Sub(b.Since))
	}
	return age
}

// tell logs the blockers that were not told of, and returns all that are now.
func tell(ctx context.Context, list []postgis.Blocker, told map[postgis.Blocker]bool, log *slog.Logger) map[postgis.Blocker]bool {
	now := map[postgis.Blocker]bool{}
	for _, b := range list {
		who := b
		who.State = "" // the same transaction whatever it is doing
		now[who] = true
		if !told[who] {
			log.ErrorContext(ctx, "an open write transaction holds publication back", "pid", b.PID, "prepared", b.Prepared,
				"database", b.Database, "application", b.Application, "state", b.State, "since", b.Since)
		}
	}
	return now
}
