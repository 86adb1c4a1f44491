package socket

import (
	"context"
	"time"
)

// A pace is how fast a client's messages are read: a burst at once, then one in every
// span. One that sends faster is read later, and its own connection fills; nothing that it
// sent is lost. It is used by one goroutine.
type pace struct {
	every  time.Duration
	depth  time.Duration // from none to the full burst
	fullAt time.Time
}

// newPace returns a pace of n messages a second, of which ten seconds' worth at once.
func newPace(n int) *pace {
	every := time.Second / time.Duration(n)
	return &pace{every: every, depth: 10 * time.Second}
}

// next waits until another message may be read. The error is ctx's cause.
func (p *pace) next(ctx context.Context) error {
	now := time.Now()
	if p.fullAt.Before(now) {
		p.fullAt = now
	}
	p.fullAt = p.fullAt.Add(p.every)
	wait := p.fullAt.Sub(now) - p.depth
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
