package feed

import (
	"runtime"
	"sync"
)

// senders hand what is due to subscribers who can take it without waiting: few
// goroutines for all of them, since waking one for each costs as much as the write that
// it is woken for. They use half of the processors at most; the other half answers
// requests and applies the log. They end when nobody is due, so nobody stops them. It is
// safe for concurrent use.
type senders struct {
	limit int // that run at once

	mu      sync.Mutex
	due     []*Subscription // each once, whoever waits longest first
	running int
}

func newSenders() *senders { return &senders{limit: max(1, runtime.GOMAXPROCS(0)/2)} }

// add has a subscriber's turn come.
func (s *senders) add(one *Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.due {
		return
	}
	one.due = true
	s.due = append(s.due, one)
	if s.running < s.limit {
		s.running++
		go s.run()
	}
}

// run gives turns until nobody waits for one.
func (s *senders) run() {
	for turn := s.next(nil); len(turn) > 0; turn = s.next(turn) {
		for _, one := range turn {
			if !one.direct() {
				one.queue.signal()
			}
		}
		clear(turn)
	}
}

// atOnce is how many subscribers a sender takes on, so that another can take the rest.
const atOnce = 32

// next returns those whose turn has come, in buf; none ends the sender. What is queued
// for them from here on is another turn.
func (s *senders) next(buf []*Subscription) []*Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.due), atOnce)
	buf = append(buf[:0], s.due[:n]...)
	for _, one := range buf {
		one.due = false
	}
	clear(s.due[:n])
	if s.due = s.due[n:]; len(s.due) == 0 {
		s.due = nil
	}
	if n == 0 {
		s.running--
	}
	return buf
}
