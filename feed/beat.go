package feed

import (
	"context"
	"time"
)

// beatUntilDone repeats the last position every Beat, and ends the term if it
// finds that the process stood still.
func (r *Relay) beatUntilDone(ctx context.Context) {
	ticker := time.NewTicker(r.Beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if last, due := r.pulseNow(); due {
			// A beat that fails is not repeated: the next one is as good.
			if err := r.to.Publish(ctx, last); err != nil {
				r.Logger.DebugContext(ctx, "relay could not beat", "err", err)
			}
		}
	}
}

// pulseNow notes that the process runs, and returns what to repeat, if anything.
func (r *Relay) pulseNow() (last Batch, due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.endTerm != nil && now.Sub(r.pulse) > r.Stall {
		r.endTerm(errFrozen)
	}
	r.pulse = now
	switch {
	case r.last.Epoch == "", now.Sub(r.sent) < r.Beat/2:
		return Batch{}, false
	case !r.away.IsZero() && now.Sub(r.away) > r.Outage:
		return Batch{}, false
	}
	r.sent = now
	last = r.last
	last.Away = r.away
	return last, true
}

// stalled reports whether the process was not running for longer than Stall.
func (r *Relay) stalled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Since(r.pulse) > r.Stall
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// A backoff gives growing pauses.
type backoff struct {
	from, to time.Duration
	now      time.Duration
}

func (b *backoff) reset() { b.now = 0 }

func (b *backoff) next() time.Duration {
	b.now = min(max(b.from, 2*b.now), b.to)
	return b.now
}
