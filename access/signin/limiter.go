package signin

import (
	"sync"
	"time"
)

// A Rate allows Burst requests at once and one more in every span Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// A Limiter is a bucket of tokens for each key, kept as the one instant at which
// the bucket is full again. Memory is bounded: the key that was touched longest
// ago is forgotten, and has a full bucket. It is safe for concurrent use.
type Limiter[K comparable] struct {
	rate  Rate
	clock func() time.Time

	mu      sync.Mutex
	buckets *bounded[K, bucket] // guarded by mu
}

type bucket struct {
	fullAt time.Time
	heard  time.Time // the last token taken on another node
}

// NewLimiter returns a limiter that remembers at most keep keys.
func NewLimiter[K comparable](rate Rate, keep int, clock func() time.Time) *Limiter[K] {
	return &Limiter[K]{rate: rate, clock: clock, buckets: newBounded[K, bucket](keep)}
}

// Take takes a token and returns 0, or takes none and returns how long to wait for
// one.
func (l *Limiter[K]) Take(key K) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	b := l.buckets.add(key)
	fullAt := later(b.fullAt, now).Add(l.rate.Every)
	if wait := fullAt.Sub(now) - l.depth(); wait > 0 {
		return wait
	}
	b.fullAt = fullAt
	return 0
}

// Note takes a token that another node has given out at a time, at most one burst
// into debt. What is not later than the last one heard for the key is taken for a
// repetition: among many nodes some tokens may be missed, none counts twice.
func (l *Limiter[K]) Note(key K, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets.add(key)
	if !at.After(b.heard) {
		return
	}
	b.heard = at
	now := l.clock()
	if at.After(now) { // that node's clock is ahead
		at = now
	}
	fullAt := later(b.fullAt, at).Add(l.rate.Every)
	if debt := now.Add(2 * l.depth()); fullAt.After(debt) {
		fullAt = debt
	}
	b.fullAt = fullAt
}

// depth is how long an empty bucket takes to fill.
func (l *Limiter[K]) depth() time.Duration { return l.rate.Every * time.Duration(l.rate.Burst) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
