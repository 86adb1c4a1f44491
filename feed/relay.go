package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// errFrozen ends a term of the relay that stood still for so long that somebody
// else may have taken over.
var errFrozen = errors.New("stood still")

// RelayOptions tune a Relay; the zero value is right for production.
type RelayOptions struct {
	// Beat is how often the last position is repeated; 250 ms if zero.
	Beat time.Duration
	// Limit is the most changes in one batch; 500 if zero.
	Limit int
	// Stall is how long the process may stand still before the relay takes its
	// lock anew; 5 s if zero.
	Stall time.Duration
	// Outage is how long a relay whose store is away goes on repeating its last
	// position, so that nodes keep answering reads; 15 min if zero.
	Outage time.Duration
	Logger *slog.Logger // nil discards
}

func (o RelayOptions) withDefaults() RelayOptions {
	o.Beat = cmp.Or(o.Beat, 250*time.Millisecond)
	o.Limit = cmp.Or(o.Limit, 500)
	o.Stall = cmp.Or(o.Stall, 5*time.Second)
	o.Outage = cmp.Or(o.Outage, 15*time.Minute)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// A Relay publishes the log: it gives committed changes their positions and puts
// them on the transport. Every node runs one; the holder of the log's lock works
// and the others wait.
//
// A relay that was frozen, or lost its lock without knowing, does no harm: the
// log refuses a second position, and nodes drop what they have.
type Relay struct {
	log Log
	to  Transport
	RelayOptions

	mu      sync.Mutex
	status  RelayStatus
	endTerm context.CancelCauseFunc // nil between terms
	last    Batch                   // without changes; what a beat repeats
	left    Batch                   // last, as it was when the beating was left to another
	leftAt  time.Time               // when that was
	sent    time.Time               // when something was last put on the transport
	pulse   time.Time               // when this process was last seen running
	away    time.Time               // since when the store has been away; zero if it is not
}

// RelayStatus says what a relay is doing.
type RelayStatus struct {
	Holding   bool // the lock is ours
	Pos       int64
	Published int64 // changes since the start
	Terms     int64 // times the lock was taken
}

// NewRelay returns a relay from log to the transport. Call Run.
func NewRelay(log Log, to Transport, options RelayOptions) *Relay {
	return &Relay{log: log, to: to, RelayOptions: options.withDefaults()}
}

// Status returns the present state. It is safe for concurrent use.
func (r *Relay) Status() RelayStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Run relays until ctx ends. It outlives any failure of the store or the
// transport, and returns after everything it started has ended.
func (r *Relay) Run(ctx context.Context) {
	var beating sync.WaitGroup
	beating.Go(func() { r.beatUntilDone(ctx) })
	defer beating.Wait()
	retry := backoff{from: 50 * time.Millisecond, to: 2 * time.Second}
	for ctx.Err() == nil {
		began := time.Now()
		err := r.term(ctx)
		if ctx.Err() != nil {
			return
		}
		r.Logger.WarnContext(ctx, "relay lost its term", "err", err)
		if time.Since(began) > retry.to {
			retry.reset()
		}
		r.probe(ctx)
		wait(ctx, retry.next())
	}
}

// probe decides after a term whether this relay goes on beating. If the store is
// away nobody can commit, so the last position is still the last. A relay whose
// store answers has lost its lock to another, and leaves the beating to that one. A
// server that is going may close the lock's session first and answer on another one:
// then that was its last word, and what it said is the last position.
func (r *Relay) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	at, err := r.log.Position(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		if r.last.Epoch == at.Epoch && r.last.Pos == at.Pos {
			r.left, r.leftAt = r.last, time.Now()
		}
		r.away, r.last = time.Time{}, Batch{}
	case r.away.IsZero():
		r.away = time.Now()
		if r.last.Epoch == "" && time.Since(r.leftAt) < lastWord {
			r.last = r.left
		}
	}
}

// lastWord is how long after an answer a store that is away is taken to have been going
// already when it gave it: a few tries.
const lastWord = 3 * time.Second

// term takes the lock and relays until something fails.
func (r *Relay) term(ctx context.Context) error {
	locked, release, err := r.log.LockRelay(ctx)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer release()
	held, end := context.WithCancelCause(locked)
	defer end(nil)
	r.begin(end)
	defer r.begin(nil)

	at, err := r.log.Position(held)
	if err != nil {
		return fmt.Errorf("position: %w", err)
	}
	// Positions that a predecessor assigned but never sent are not sent again: this
	// first beat shows the nodes their hole, and they read it from the log.
	r.send(held, Batch{Epoch: at.Epoch, After: at.Pos, Pos: at.Pos, Horizon: at.Horizon})
	for {
		if err := r.drain(held); err != nil {
			return err
		}
		if err := r.log.Await(held); err != nil {
			return fmt.Errorf("await: %w", errors.Join(err, context.Cause(held)))
		}
	}
}

// begin notes a term that end will end, or with nil that there is none.
func (r *Relay) begin(end context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endTerm = end
	r.status.Holding = end != nil
	if end != nil {
		r.pulse, r.away = time.Now(), time.Time{}
		r.status.Terms++
	}
}

// drain publishes until nothing is left.
func (r *Relay) drain(held context.Context) error {
	for {
		if r.stalled() {
			return errFrozen
		}
		if err := context.Cause(held); err != nil {
			return err
		}
		b, err := r.log.Publish(held, r.Limit)
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		if len(b.Changes) == 0 {
			r.note(b)
			return nil
		}
		r.send(held, b)
		// Looking again at once would only take the processor from the screens.
		if len(b.Changes) < r.Limit {
			return nil
		}
	}
}

// send puts b on the transport. Its failure is no failure of the term: the
// position moves on, and the next beat shows the nodes what they missed.
func (r *Relay) send(ctx context.Context, b Batch) {
	if err := r.to.Publish(ctx, b); err != nil {
		r.Logger.WarnContext(ctx, "relay could not send", "after", b.After, "changes", len(b.Changes), "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = time.Now()
	r.status.Published += int64(len(b.Changes))
	r.remember(b)
}

// note keeps what an empty publication says: the horizon may have moved.
func (r *Relay) note(b Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remember(b)
}

// remember makes b what beats repeat. The caller holds r.mu.
func (r *Relay) remember(b Batch) {
	if b.Epoch == "" {
		return
	}
	r.last = Batch{Epoch: b.Epoch, After: b.Pos, Pos: b.Pos, Horizon: b.Horizon}
	r.status.Pos = b.Pos
}
