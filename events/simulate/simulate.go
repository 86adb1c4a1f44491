// Package simulate brings a town to life through the public API, like any other
// client: workers walk the streets, events come, are worked on and go, homes
// change hands.
//
// It knows nothing of stores, the World or the server's code; it only speaks
// HTTP. The same seed and the same ticks of the clock make the same requests as
// long as the server gives the same answers.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"
)

// Options say how lively the town is. The zero value of a number is its default.
type Options struct {
	URL string // of the server, without a slash at the end
	// Token of an account with posts where things are to happen; empty where none is asked for.
	Token string
	Seed  uint64
	// Workers is the most workers that walk; 200 if zero.
	Workers int
	// Report is how often each worker tells where he is; 5 s if zero.
	Report time.Duration
	// Events is the mean time between new events; 10 s if zero.
	Events time.Duration
	// Homes is the mean time between homes that change hands; 20 s if zero.
	Homes time.Duration
	Log   *slog.Logger // nil discards
}

func (o Options) withDefaults() Options {
	o.Workers = orElse(o.Workers, 200)
	o.Report = orElse(o.Report, 5*time.Second)
	o.Events = orElse(o.Events, 10*time.Second)
	o.Homes = orElse(o.Homes, 20*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func orElse[T int | time.Duration](v, fallback T) T {
	if v == 0 {
		return fallback
	}
	return v
}

// A Simulation is one town's life. It is for one goroutine.
type Simulation struct {
	Options
	api     *client
	chance  *rand.Rand
	streets *streets
	walkers []*walker
	open    []*happening
	homes   []home

	nextEvent, nextHome time.Time
}

// New returns a simulation that sends its requests through web.
func New(web *http.Client, o Options) *Simulation {
	o = o.withDefaults()
	return &Simulation{
		Options: o,
		api:     &client{web: web, base: o.URL, token: o.Token},
		chance:  rand.New(rand.NewPCG(o.Seed, 0x5175616e7869)),
	}
}

// Run learns the town and then lives one step at every tick, until ctx ends or
// ticks is closed. A server that is away for a while is waited for.
func (s *Simulation) Run(ctx context.Context, ticks <-chan time.Time) error {
	for s.streets == nil {
		now, ok := next(ctx, ticks)
		if !ok {
			return nil
		}
		if err := s.learn(ctx, now); err != nil {
			s.Log.InfoContext(ctx, "simulation waits for the server", "err", err)
			s.streets = nil
		}
	}
	for {
		now, ok := next(ctx, ticks)
		if !ok {
			return nil
		}
		if err := s.step(ctx, now); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "simulation step", "err", err)
		}
	}
}

func next(ctx context.Context, ticks <-chan time.Time) (time.Time, bool) {
	select {
	case <-ctx.Done():
		return time.Time{}, false
	case now, ok := <-ticks:
		return now, ok
	}
}

// learn reads what the simulation needs to know of the town.
func (s *Simulation) learn(ctx context.Context, now time.Time) error {
	roads, err := s.api.roads(ctx)
	if err != nil {
		return err
	}
	workers, err := s.api.workers(ctx)
	if err != nil {
		return err
	}
	if s.homes, err = s.api.homes(ctx); err != nil {
		return err
	}
	s.streets = newStreets(roads)
	if s.streets.empty() {
		return errors.New("the town has no streets yet")
	}
	if err := s.post(ctx, workers, now); err != nil {
		return err
	}
	if s.open, err = s.adopt(ctx, now); err != nil {
		return err
	}
	s.nextEvent, s.nextHome = now, now.Add(s.wait(s.Homes))
	s.Log.InfoContext(ctx, "simulation begins", "workers", len(s.walkers), "homes", len(s.homes), "corners", len(s.streets.corners))
	return nil
}

// step lives up to now. What one part cannot do does not stop the others.
func (s *Simulation) step(ctx context.Context, now time.Time) error {
	return errors.Join(s.walk(ctx, now), s.happen(ctx, now), s.move(ctx, now))
}

// wait draws a time around mean, never much shorter or longer.
func (s *Simulation) wait(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * (0.5 + s.chance.Float64()))
}

func pick[T any](chance *rand.Rand, from []T) T { return from[chance.IntN(len(from))] }

func failed(what string, id int64, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %d: %w", what, id, err)
}
