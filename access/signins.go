package access

import (
	"slices"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// SignedIn returns the account that signed in with the secret of a digest, and the
// sign-in itself, if it holds at a moment. Both are shared and must not be written to.
func (d *Directory) SignedIn(digest []byte, at time.Time) (*staff.Account, *staff.SignIn, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s, ok := d.held.signIns[d.held.secrets[string(digest)]]
	if !ok || !at.Before(s.Ends) { // it may have begun by the clock of a node that is a little ahead
		return nil, nil, false
	}
	a, ok := d.held.accounts[s.Account]
	return a, s, ok && !a.Locked && d.held.isCurrent(s)
}

// SignIn returns a sign-in by its id. It is shared and must not be written to.
func (d *Directory) SignIn(id int64) (*staff.SignIn, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s, ok := d.held.signIns[id]
	return s, ok
}

// SignIns returns the sign-ins of an account that have not ended, the newest first. They
// are shared and must not be written to.
func (d *Directory) SignIns(account int64, at time.Time) []*staff.SignIn {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []*staff.SignIn
	for _, id := range d.held.signInsOf[account] {
		if s := d.held.signIns[id]; !d.held.hasEnded(s, at) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *staff.SignIn) int { return b.Began.Compare(a.Began) })
	return all
}

// IsCurrent reports whether a sign-in is by the password that its account has now.
func (d *Directory) IsCurrent(s *staff.SignIn) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.isCurrent(s)
}

// Ended returns up to n sign-ins that have ended by themselves, or with their password.
func (d *Directory) Ended(at time.Time, n int) []grid.Ref {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var refs []grid.Ref
	for id, s := range d.held.signIns {
		if len(refs) == n {
			break
		}
		if d.held.hasEnded(s, at) {
			refs = append(refs, grid.Ref{Kind: staff.SignIns, ID: id, Revision: s.Revision})
		}
	}
	return refs
}

// hasEnded reports whether a sign-in is over, by its time, for want of use as far as that is
// stored, or with its password.
func (b *book) hasEnded(s *staff.SignIn, at time.Time) bool {
	return !at.Before(s.Ends) || !s.Token && at.Sub(s.Used) >= idleSpan+2*useKept || !b.isCurrent(s)
}

// isCurrent is as of Directory.IsCurrent. Of an account that is not known nothing else is
// known of its password either.
func (b *book) isCurrent(s *staff.SignIn) bool {
	a, known := b.accounts[s.Account]
	return !known || a.PasswordNo == s.PasswordNo
}
