package feed

import "time"

// A lateness is since when a node has not shown all that was committed: it applies what it
// has heard of, or nobody can ask the store. The zero value is that of a node that is level.
type lateness struct {
	away   time.Time // since when the relay has not heard from the store
	goal   int64     // what is to be reached
	behind time.Time // since when it has not been; zero if the node is level
	heard  int64     // the newest position that the relay told
	beyond time.Time // since when that lies beyond the goal; zero if it does not
}

// hear notes what the relay says to a node that stands at a position.
func (l *lateness) hear(b Batch, at int64, now time.Time) {
	l.away, l.heard = b.Away, b.Pos
	switch {
	case b.Pos <= at:
	case l.behind.IsZero():
		l.goal, l.behind = b.Pos, now
	case b.Pos > l.goal && l.beyond.IsZero():
		l.beyond = now
	}
}

// reach notes that the node stands at a position. What it heard of in the meantime is the
// next goal, since the moment when the first of that was heard.
func (l *lateness) reach(at int64) {
	switch {
	case l.behind.IsZero() || at < l.goal:
	case at >= l.heard:
		l.behind, l.beyond = time.Time{}, time.Time{}
	default:
		l.goal, l.behind, l.beyond = l.heard, l.beyond, time.Time{}
	}
}

// since returns the earlier of both, zero if there is none.
func (l *lateness) since() time.Time {
	if l.away.IsZero() || !l.behind.IsZero() && l.behind.Before(l.away) {
		return l.behind
	}
	return l.away
}
