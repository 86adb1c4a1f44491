package socket

import (
	"net"
	"sync"
	"time"
)

// patience is how long a write may take before it is looked whether it still may go on, and as
// long again until the next look: a right that is withdrawn is gone from live connections within
// a second, also where a client does not read.
const patience = 250 * time.Millisecond

// A lookout closes a connection when what is being written to it is no longer for the client. It
// looks only while a write lasts, and nobody else looks then.
type lookout struct {
	conn    net.Conn
	mayGoOn func() error // nil if what is being written still is for the client, else why not

	mu    sync.Mutex  // held while it looks; guards the rest
	timer *time.Timer // of the next look; nil before the first write
	on    bool        // a write lasts
	why   error       // it was ended
}

// begin looks on until end.
func (l *lookout) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = true
	if l.timer == nil {
		l.timer = time.AfterFunc(patience, l.look)
	} else {
		l.timer.Reset(patience)
	}
}

// end looks no more, and says why the write was ended; nil if it was not.
func (l *lookout) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer.Stop()
	l.on = false
	return l.why
}

// look is called by the timer, perhaps for a write that has ended meanwhile.
func (l *lookout) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.on {
		return
	}
	if l.why = l.mayGoOn(); l.why == nil {
		l.timer.Reset(patience)
		return
	}
	// Of TLS a write that was given up by its deadline would have Close wait for the reader once
	// more. What the close says is said to nobody.
	_ = l.conn.Close()
}
