package access

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"quanxi/grid"
)

// A Refusal is something that somebody asked for and did not get.
type Refusal struct {
	Actor  string // account id
	Post   string // the highest that the actor has, as role@area; empty for none
	From   string // network address, without the port
	Action string // such as "people.read"
	Object string // such as "people/17"
	Result grid.AuditResult
}

// row returns the row of so many equal ones.
func (r Refusal) row(count int64) grid.AuditRow {
	return grid.AuditRow{Actor: r.Actor, Post: r.Post, From: r.From, Action: r.Action, Object: r.Object, Result: r.Result, Count: count}
}

const (
	// fold is how long equal refusals are gathered into one row.
	fold = time.Minute
	// mostRefusals bounds what is gathered; of more the objects and addresses are left
	// out, of which anybody has as many as he likes.
	mostRefusals = 10_000
)

// Refusals leave a trace of what was refused: equal ones of a minute as one audit row
// that counts them, so that whoever tries a million ids writes no million rows, and
// learns nothing from how long an answer takes. It is safe for concurrent use.
type Refusals struct {
	store grid.Store
	log   *slog.Logger
	mu    sync.Mutex
	held  map[Refusal]int64 // guarded by mu
}

// NewRefusals returns Refusals that write to a store while Run runs.
func NewRefusals(store grid.Store, log *slog.Logger) *Refusals {
	return &Refusals{store: store, log: log, held: make(map[Refusal]int64)}
}

// Note counts one refusal.
func (r *Refusals) Note(what Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.held[what]; !known && len(r.held) >= mostRefusals {
		what.Object, what.From = "", ""
	}
	r.held[what]++
}

// Run writes rows every minute, and what is left when ctx ends.
func (r *Refusals) Run(ctx context.Context) error {
	tick := time.NewTicker(fold)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return r.Flush(last)
		case <-tick.C:
			if err := r.Flush(ctx); err != nil && ctx.Err() == nil {
				r.log.WarnContext(ctx, "refusals are kept until the audit takes them", "err", err)
			}
		}
	}
}

// Flush writes what was gathered. What cannot be written is kept.
func (r *Refusals) Flush(ctx context.Context) error {
	r.mu.Lock()
	held := r.held
	r.held = make(map[Refusal]int64)
	r.mu.Unlock()
	if len(held) == 0 {
		return nil
	}
	rows := make([]grid.AuditRow, 0, len(held))
	for what, n := range held {
		rows = append(rows, what.row(n))
	}
	err := r.store.Audit(ctx, rows)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		for what, n := range held {
			r.held[what] += n
		}
	}
	return err
}
