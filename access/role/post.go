package role

import (
	"cmp"
	"slices"
	"time"

	"quanxi/grid"
)

// A Post gives an account a role in an area for some time. One account may hold
// several at once.
type Post struct {
	ID      int64
	Account string
	Role    string // code of the role
	Area    grid.Code
	Board   string // of the events that it is about; empty for all
	// Awaits is of a post that a second person has yet to confirm: until then it gives nothing OfConfirmed.
	Awaits bool
	Term
}

// A Term is the time Begins ≤ t < Ends. A zero Begins has always begun, a zero Ends
// never comes.
type Term struct{ Begins, Ends time.Time }

// Holds reports whether t is in the term.
func (t Term) Holds(at time.Time) bool {
	return !at.Before(t.Begins) && (t.Ends.IsZero() || at.Before(t.Ends))
}

// next returns the first moment after at when the term begins or ends, and the
// zero time if it does neither any more.
func (t Term) next(at time.Time) time.Time {
	switch {
	case at.Before(t.Begins):
		return t.Begins
	case at.Before(t.Ends):
		return t.Ends
	}
	return time.Time{}
}

// A StandIn hands a post to another account for a term (A/B 岗): for that time its
// holder does not have it. Of several at once the one that began last counts, of equals the last in the list.
type StandIn struct {
	Post   int64
	Deputy string
	Term
}

// Held returns the posts that an account has at a moment, its own and those that it
// stands in for, in order of their ids. Nothing of it changes by time alone before
// until, which is zero if nothing ever will.
func Held(account string, posts []Post, standIns []StandIn, at time.Time) (held []Post, until time.Time) {
	for _, p := range posts {
		holder, began := p.Account, time.Time{}
		concerned, changes := p.Account == account, []time.Time{p.next(at)}
		for _, s := range standIns {
			if s.Post != p.ID {
				continue
			}
			concerned, changes = concerned || s.Deputy == account, append(changes, s.next(at))
			if s.Holds(at) && !s.Begins.Before(began) {
				holder, began = s.Deputy, s.Begins
			}
		}
		if holder == account && p.Holds(at) {
			held = append(held, p)
		}
		for _, t := range changes {
			if concerned && !t.IsZero() && (until.IsZero() || t.Before(until)) {
				until = t
			}
		}
	}
	slices.SortFunc(held, func(a, b Post) int { return cmp.Compare(a.ID, b.ID) })
	return held, until
}
