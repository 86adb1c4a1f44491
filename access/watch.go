package access

import (
	"slices"
	"sync/atomic"
	"time"
)

// nobody is the account of who has not signed in.
const nobody int64 = 0

// concerned says whose rights a change may have changed.
type concerned struct {
	accounts  []int64
	everybody bool
}

func (c concerned) and(accounts ...int64) concerned {
	c.accounts = append(c.accounts, accounts...)
	return c
}

func (c concerned) concerns(account int64) bool {
	return c.everybody || slices.Contains(c.accounts, account)
}

// A Watch tells a live connection when what its account may do may have changed, so
// that a right that is withdrawn is gone from open screens too. The caller closes it.
type Watch struct {
	directory *Directory
	account   int64
	signals   atomic.Uint64
	changed   chan struct{}
	moment    *time.Timer // when time alone changes it; nil before the first
}

// Watch begins to watch an account; nobody's is that of who has not signed in.
func (d *Directory) Watch(account int64) *Watch {
	w := &Watch{directory: d, account: account, changed: make(chan struct{}, 1)}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watches[w] = true
	return w
}

// Changed is signalled once for all that changed since it was last received from.
func (w *Watch) Changed() <-chan struct{} { return w.changed }

// At signals Changed after a span as well, in place of what was said before.
func (w *Watch) At(span time.Duration) {
	if w.moment != nil {
		w.moment.Stop()
	}
	w.moment = time.AfterFunc(span, w.signal)
}

// Close ends the watch.
func (w *Watch) Close() {
	if w.moment != nil {
		w.moment.Stop()
	}
	w.directory.mu.Lock()
	defer w.directory.mu.Unlock()
	delete(w.directory.watches, w)
}

// Signals counts what Changed is signalled of, before it is.
func (w *Watch) Signals() uint64 { return w.signals.Load() }

func (w *Watch) signal() {
	w.signals.Add(1)
	select {
	case w.changed <- struct{}{}:
	default: // it is signalled already
	}
}

// Recheck has everybody look anew at what they may do: who manages what has changed.
func (d *Directory) Recheck() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notify(concerned{everybody: true})
}

// notify signals the watches of those concerned. The caller holds d.mu.
func (d *Directory) notify(who concerned) {
	if len(who.accounts) == 0 && !who.everybody {
		return
	}
	for w := range d.watches {
		if who.concerns(w.account) {
			w.signal()
		}
	}
}
