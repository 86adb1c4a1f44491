package access

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"quanxi/grid"
)

// A Trace is something that somebody asked for: what he did not get, or who was shown to him.
type Trace struct {
	Actor  string // account id
	Post   string // the highest that the actor has, as role@area; empty for none
	From   string // network address, without the port
	Action string // such as "people.read"
	Object string // such as "people/17"
	Result grid.AuditResult
}

// isRefusal reports whether it is of what somebody did not get.
func (r Trace) isRefusal() bool { return r.Result != grid.ResultOK }

// row returns the row of so many equal ones.
func (r Trace) row(count int64) grid.AuditRow {
	return grid.AuditRow{Actor: r.Actor, Post: r.Post, From: r.From, Action: r.Action, Object: r.Object, Result: r.Result, Count: count}
}

const (
	// fold is how long equal traces are gathered into one row.
	fold = time.Minute
	// mostTraces bounds how many kinds of refusals are gathered within a fold; of more the
	// objects and addresses are left out, of which anybody has as many as he likes.
	mostTraces = 10_000
	// Of refusals that are new that many are written at once within a fold: of one account, or
	// of one address where nobody has signed in, and of all. Others wait for the fold.
	hurryOfOne, hurryOfAll = 20, 1000
)

// Traces leave rows of the audit of what wrote nothing. The first of a kind is written at once,
// so that whoever then stops the server hides nothing; equal ones that follow are one row a
// minute that counts them, as long as they go on. Whoever tries a million ids writes no million
// rows, and learns nothing from how long an answer takes: nobody waits for a row. It is safe
// for concurrent use.
//
// Of who was shown whom nothing is left out and no first one waits, whatever is refused
// meanwhile. Each stands for one record or more, of which listRate gives an account 5,000 at once:
// so many kinds it has at most, some 2 MB of them while they are of this fold and the one
// before. Refusals take some 5 MB, of all accounts together.
type Traces struct {
	store grid.Store
	log   *slog.Logger
	wake  chan struct{} // holds one if there are firsts

	mu      sync.Mutex
	held    map[Trace]int64 // of this fold, how many are yet to be written; guarded by mu
	refused int             // how many kinds of refusals are held; guarded by mu
	earlier map[Trace]int64 // those of the fold before, which are known; guarded by mu
	firsts  []first         // to be written at once; guarded by mu
	hurried map[string]int  // refusals among the firsts of this fold by whose they are; guarded by mu
	hurry   int             // and of all; guarded by mu
}

// A first is the first trace of a kind within a fold.
type first struct {
	Trace
	count int64
}

// NewTraces returns Traces that write to a store while Run runs.
func NewTraces(store grid.Store, log *slog.Logger) *Traces {
	return &Traces{
		store: store, log: log, wake: make(chan struct{}, 1), held: make(map[Trace]int64), hurried: make(map[string]int),
	}
}

// Note counts one trace.
func (r *Traces) Note(what Trace) { r.NoteMany(what, 1) }

// NoteMany counts equal traces.
func (r *Traces) NoteMany(what Trace, count int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.held[what]; !known && what.isRefusal() && r.refused >= mostTraces {
		what.Object, what.From = "", ""
	}
	if !r.hurries(what) {
		r.hold(what, count)
		return
	}
	r.hold(what, 0) // known from now on
	r.firsts = append(r.firsts, first{what, count})
	select {
	case r.wake <- struct{}{}:
	default: // it is awake
	}
}

// hurries reports whether a trace is the first of its kind and may be written at once. The
// caller holds mu.
func (r *Traces) hurries(what Trace) bool {
	_, now := r.held[what]
	_, before := r.earlier[what]
	if now || before || !what.isRefusal() {
		return !now && !before
	}
	whose := cmp.Or(what.Actor, what.From)
	if r.hurried[whose] >= hurryOfOne || r.hurry >= hurryOfAll {
		return false
	}
	r.hurried[whose]++
	r.hurry++
	return true
}

// hold gathers so many equal traces; none makes them known. The caller holds mu.
func (r *Traces) hold(what Trace, count int64) {
	if _, known := r.held[what]; !known && what.isRefusal() {
		r.refused++
	}
	r.held[what] += count
}

// Run writes first ones at once, the others every minute, and what is left when ctx ends.
func (r *Traces) Run(ctx context.Context) error {
	tick := time.NewTicker(fold)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return r.Flush(last)
		case <-r.wake:
			err = r.writeFirsts(ctx)
		case <-tick.C:
			err = r.Flush(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "traces are kept until the audit takes them", "err", err)
		}
	}
}

// writeFirsts writes the first ones. What cannot be written waits for the fold.
func (r *Traces) writeFirsts(ctx context.Context) error {
	r.mu.Lock()
	counts := make(map[Trace]int64, len(r.firsts))
	for _, f := range r.firsts {
		counts[f.Trace] += f.count
	}
	r.firsts = nil
	r.mu.Unlock()
	return r.write(ctx, counts)
}

// Flush writes what was gathered. What cannot be written is kept.
func (r *Traces) Flush(ctx context.Context) error {
	r.mu.Lock()
	counts := r.held
	for _, f := range r.firsts {
		counts[f.Trace] += f.count
	}
	r.earlier, r.held, r.firsts = maps.Clone(counts), make(map[Trace]int64), nil
	r.hurried, r.hurry = make(map[string]int), 0
	r.mu.Unlock()
	err := r.write(ctx, counts)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = 0 // not before: what cannot be written is held again, beside what came meanwhile
	for what := range r.held {
		if what.isRefusal() {
			r.refused++
		}
	}
	return err
}

// write writes a row for each kind, with how many there were, or keeps them.
func (r *Traces) write(ctx context.Context, counts map[Trace]int64) error {
	var rows []grid.AuditRow
	for what, n := range counts {
		if n > 0 {
			rows = append(rows, what.row(n))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	err := r.store.Audit(ctx, rows)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		for what, n := range counts {
			r.hold(what, n)
		}
	}
	return err
}
