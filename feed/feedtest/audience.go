package feedtest

import (
	"sync"

	"quanxi/feed"
)

// An Audience writes down what it is told. It is safe for concurrent use.
type Audience struct {
	mu      sync.Mutex
	updates []feed.Update
	resets  []feed.Position
}

// Publish implements feed.Audience.
func (a *Audience) Publish(u feed.Update) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.updates = append(a.updates, u)
}

// Touch implements feed.Audience. It is not written down.
func (a *Audience) Touch(feed.Effects) {}

// Reset implements feed.Audience.
func (a *Audience) Reset(at feed.Position) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.resets = append(a.resets, at)
}

// News returns all news so far, in order.
func (a *Audience) News() []feed.News {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []feed.News
	for _, u := range a.updates {
		out = append(out, u.News...)
	}
	return out
}

// Updates returns all applications so far, in order.
func (a *Audience) Updates() []feed.Update {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]feed.Update(nil), a.updates...)
}

// Resets returns the positions of all resets so far.
func (a *Audience) Resets() []feed.Position {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]feed.Position(nil), a.resets...)
}
