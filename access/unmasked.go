package access

import (
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// Unmaskings returns the records that an account sees in the open at a moment, and when
// the first of them is masked again; zero if there is none.
func (d *Directory) Unmaskings(account int64, at time.Time) (open []Unmasked, until time.Time) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, id := range d.held.unmaskedBy[account] {
		u := d.held.unmasked[id]
		if !at.Before(u.Ends) {
			continue
		}
		open = append(open, unmaskedBy(u))
		until = earlier(until, u.Ends)
	}
	return open, until
}

// ForgetUnmaskings forgets the unmaskings that are over at a moment. They stay in the store,
// for the file of whom they are about; nobody is shown anything by them any more.
func (d *Directory) ForgetUnmaskings(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, u := range d.held.unmasked {
		if !at.Before(u.Ends) {
			d.held.drop(staff.Unmaskings, id)
			delete(d.held.revisions, grid.Ref{Kind: staff.Unmaskings, ID: id})
		}
	}
}
