package main

import (
	"fmt"
	"io"
	"os"
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

	before float64 // share that was there before this began

	began, drawn time.Time
	every        time.Duration // between two drawings
	count        int64
	share        float64
}

func newProgress(to io.Writer, clock func() time.Time, what string, total float64) *progress {
	now := clock()
	return &progress{to: to, clock: clock, what: what, total: total, began: now, drawn: now, every: paceOf(to)}
}

// paceOf is how often to draw: a terminal shows one line that moves, a log file
// gets a line every ten seconds.
func paceOf(to io.Writer) time.Duration {
	if file, ok := to.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice == 0 {
			return 10 * time.Second
		}
	}
	return 200 * time.Millisecond
}

// add counts n more things, which make up share of the total, and draws if the
// line is old enough.
func (p *progress) add(n int, share float64) {
	p.count += int64(n)
	p.share += share
	if now := p.clock(); now.Sub(p.drawn) >= p.every {
		p.drawn = now
		p.draw(now)
	}
}

// end draws the line for the last time.
func (p *progress) end() {
	p.draw(p.clock())
	if p.every < time.Second {
		fmt.Fprintln(p.to)
	}
}

// draw writes the line over the old one on a terminal, below it elsewhere.
func (p *progress) draw(now time.Time) {
	if p.every < time.Second {
		fmt.Fprintf(p.to, "\r%s", p.line(now))
		return
	}
	fmt.Fprintln(p.to, strings.TrimSpace(p.line(now)))
}

func (p *progress) line(now time.Time) string {
	const width = 30
	done := min((p.before+p.share)/p.total, 1)
	filled := int(done * width)
	took := now.Sub(p.began)
	rate := float64(p.count) / max(took.Seconds(), 0.001)
	left := "–"
	if p.share > 0 {
		left = time.Duration(float64(took) * max(p.total-p.before-p.share, 0) / p.share).Round(time.Second).String()
	}
	return fmt.Sprintf("[%s%s] %3.0f %%  %d %s  %.0f/s  %s left   ",
		strings.Repeat("█", filled), strings.Repeat("·", width-filled), 100*done, p.count, p.what, rate, left)
}
