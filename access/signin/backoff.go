package signin

import (
	"math"
	"slices"
	"time"
)

// A Backoff says how failures add up to waiting: Free of them cost nothing, the
// next waits First, each further one twice as long, up to Most. One failure is
// forgiven in every span Forgive.
type Backoff struct {
	Free        int
	First, Most time.Duration
	Forgive     time.Duration
}

// A counter counts failures, less those forgiven.
type counter struct {
	level float64
	at    time.Time // of the last failure
}

// hit counts a failure. Those that are heard late count without forgiving twice.
func (c *counter) hit(at time.Time, b Backoff) {
	if at.After(c.at) {
		if !c.at.IsZero() {
			c.level = max(0, c.level-float64(at.Sub(c.at))/float64(b.Forgive))
		}
		c.at = at
	}
	c.level++
}

// undo takes back a failure that was none.
func (c *counter) undo() { c.level = max(0, c.level-1) }

// delay returns how long to wait after the last failure.
func (b Backoff) delay(c *counter) time.Duration {
	if c == nil {
		return 0
	}
	over := int(math.Round(c.level)) - b.Free
	if over < 0 {
		return 0
	}
	if over > 30 { // 2^30 seconds are longer than any Most
		return b.Most
	}
	return min(b.First<<over, b.Most)
}

// wait returns how long to wait from now on.
func (b Backoff) wait(c *counter, now time.Time) time.Duration {
	if c == nil {
		return 0
	}
	return max(0, c.at.Add(b.delay(c)).Sub(now))
}

// A pair is what is known of one account from one place.
type pair struct {
	counter
	asked time.Time // first refused because of others' failures; zero for none
	heard [8]int64  // instants of the last failures counted, to know them again
	next  int       // where in heard the next one goes
}

// counts notes a failure and reports whether it is a new one.
func (p *pair) counts(at time.Time) bool {
	if slices.Contains(p.heard[:], at.UnixNano()) {
		return false
	}
	p.heard[p.next] = at.UnixNano()
	p.next = (p.next + 1) % len(p.heard)
	return true
}
