package access

import (
	"sync"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// A Directory knows all accounts and what they may do, as the log has told it: it
// is kept level with the log as the World is, so that a right that is withdrawn is
// gone on every node. It is safe for concurrent use.
//
// How it takes what the log tells is here and in book.go; what it is asked is in accounts.go,
// duties.go, signins.go and unmasked.go, and who is told of changes in watch.go.
type Directory struct {
	// GapsOf is as of role.Grant.WithGaps; nil for no gaps. It is set before anything is asked.
	GapsOf func(grid.Code) grid.Scope

	mu sync.RWMutex
	// The rest is guarded by mu.
	held    *book
	loaded  bool // the whole state is known
	watches map[*Watch]bool
}

// NewDirectory returns an empty Directory.
func NewDirectory() *Directory {
	return &Directory{held: newBook(), watches: make(map[*Watch]bool)}
}

// A Step is a new state of an entity of staff, which is the Directory's to keep, or,
// without one, a removal at a revision.
type Step struct {
	Entity grid.Entity
	Remove grid.Ref
}

// Apply takes steps at once: nobody sees half of them. A state that is not newer than
// what was taken before does nothing.
func (d *Directory) Apply(steps []Step) {
	if len(steps) == 0 {
		return // as nearly always: nobody who asks what somebody may do waits for it
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range steps {
		if s.Entity != nil {
			d.notify(d.held.put(s.Entity))
		} else {
			d.notify(d.held.remove(s.Remove))
		}
	}
}

// Unclaimed reports whether the whole state is known and there is no account in it.
func (d *Directory) Unclaimed() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.loaded && len(d.held.accounts) == 0
}

// A DirectoryLoad takes a whole state aside. It is dropped by not publishing it.
type DirectoryLoad struct {
	of   *Directory
	held *book
	at   time.Time
}

// Begin starts a new state from nothing, at a moment; the old one counts until Publish.
func (d *Directory) Begin(at time.Time) *DirectoryLoad { return &DirectoryLoad{d, newBook(), at} }

// Add takes an entity of staff; a negative revision is a removal's. Of unmaskings, of which
// there are ever more, it takes those that are not over.
func (l *DirectoryLoad) Add(e grid.Entity) {
	if u, ok := e.(*staff.Unmasking); ok && !l.at.Before(u.Ends) {
		return
	}
	if head := e.Entity(); head.Revision < 0 {
		l.held.remove(grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: -head.Revision})
		return
	}
	l.held.put(e)
}

// Publish puts the loaded state in force.
func (l *DirectoryLoad) Publish() {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	l.of.held, l.of.loaded = l.held, true
	l.of.notify(concerned{everybody: true})
}
