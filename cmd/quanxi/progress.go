package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// A progress draws one line about long work: how far, how fast, how long still.
// It is for one goroutine.
type progress struct {
	to    io.Writer
	clock func() time.Time
	what  string  // what is counted: "records"
	total float64 // of the share; the share is what the time left is worked out from

	began, drawn time.Time
	count        int64
	share        float64
}

func newProgress(to io.Writer, clock func() time.Time, what string, total float64) *progress {
	return &progress{to: to, clock: clock, what: what, total: total, began: clock()}
}

// add counts n more things, which make up share of the total, and draws if the
// line is older than a fifth of a second.
func (p *progress) add(n int, share float64) {
	p.count += int64(n)
	p.share += share
	if now := p.clock(); now.Sub(p.drawn) >= 200*time.Millisecond {
		p.drawn = now
		fmt.Fprintf(p.to, "\r%s", p.line(now))
	}
}

// end draws the line for the last time.
func (p *progress) end() { fmt.Fprintf(p.to, "\r%s\n", p.line(p.clock())) }

func (p *progress) line(now time.Time) string {
	const width = 30
	done := min(p.share/p.total, 1)
	filled := int(done * width)
	took := now.Sub(p.began)
	rate := float64(p.count) / max(took.Seconds(), 0.001)
	left := "–"
	if done > 0 {
		left = time.Duration(float64(took) * (1 - done) / done).Round(time.Second).String()
	}
	return fmt.Sprintf("[%s%s] %3.0f %%  %d %s  %.0f/s  %s left   ",
		strings.Repeat("█", filled), strings.Repeat("·", width-filled), 100*done, p.count, p.what, rate, left)
}
