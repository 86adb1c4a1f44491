package feedtest

import (
	"context"
	"math/rand/v2"
	"sync"

	"quanxi/feed"
)

// A Wire is a feed.Transport in memory that can lose, repeat and reorder. It
// delivers on the publisher's goroutine. It is safe for concurrent use.
type Wire struct {
	mu      sync.Mutex
	faults  *rand.Rand // nil: perfect
	cut     bool
	late    []feed.Batch // held back, to be delivered out of order
	readers map[*reader]struct{}
	sent    int
}

type reader struct{ deliver func(feed.Batch) }

// NewWire returns a perfect wire, or one that loses, repeats and reorders by chance.
func NewWire(faults *rand.Rand) *Wire {
	return &Wire{faults: faults, readers: make(map[*reader]struct{})}
}

// Cut makes the wire lose everything; Mend ends that.
func (w *Wire) Cut() { w.set(true) }

// Mend makes the wire carry again.
func (w *Wire) Mend() { w.set(false) }

func (w *Wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
}

// Sent returns how many batches were handed to the wire.
func (w *Wire) Sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent
}

// Publish implements feed.Transport. Every batch goes through its wire form.
func (w *Wire) Publish(_ context.Context, b feed.Batch) error {
	data, err := b.Encode()
	if err != nil {
		return err
	}
	if b, err = feed.DecodeBatch(data); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent++
	if w.cut {
		return nil
	}
	for _, b := range w.fate(b) {
		for r := range w.readers {
			r.deliver(b)
		}
	}
	return nil
}

// fate says what arrives now that b was sent. The caller holds w.mu.
func (w *Wire) fate(b feed.Batch) []feed.Batch {
	if w.faults == nil {
		return []feed.Batch{b}
	}
	switch w.faults.IntN(5) {
	case 0:
		return nil
	case 1:
		return []feed.Batch{b, b}
	case 2:
		w.late = append(w.late, b)
		return nil
	}
	late := w.late
	w.late = nil
	return append([]feed.Batch{b}, late...)
}

// Subscribe implements feed.Transport.
func (w *Wire) Subscribe(deliver func(feed.Batch)) (stop func(), err error) {
	r := &reader{deliver}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readers[r] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.readers, r)
	}, nil
}
