package access

import (
	"slices"
	"strconv"
	"time"

	"quanxi/access/signin"
	"quanxi/staff"
)

// Account returns the account of a login. It is shared and must not be written to.
func (d *Directory) Account(login string) (*staff.Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.held.accounts[d.held.logins[login]]
	return a, ok
}

// Accounts returns the accounts with ids above after that a test takes, at most n, in the
// order of ids. They are shared and must not be written to.
func (d *Directory) Accounts(after int64, n int, takes func(*staff.Account, []*staff.Post) bool) []*staff.Account {
	var found []*staff.Account
	for _, id := range d.accountIDs(after) {
		if len(found) >= n {
			break
		}
		if a, posts, ok := d.Person(id); ok && takes(a, posts) {
			found = append(found, a)
		}
	}
	return found
}

// accountIDs returns the ids of accounts above after, in order. Sorting tens of thousands
// takes milliseconds, in which nobody must wait for the lock.
func (d *Directory) accountIDs(after int64) []int64 {
	d.mu.RLock()
	var ids []int64
	for id := range d.held.accounts {
		if id > after {
			ids = append(ids, id)
		}
	}
	d.mu.RUnlock()
	slices.Sort(ids)
	return ids
}

// Person returns an account by its id, with all its posts. They are shared and must not
// be written to.
func (d *Directory) Person(id int64) (*staff.Account, []*staff.Post, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.held.accounts[id]
	return a, d.held.postsHeld(id), ok
}

// Makers returns an account, who made the link by which it was set up, who made the link of
// that one, and so on.
func (d *Directory) Makers(account int64) []int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.makers(account)
}

// makers is as of Directory.Makers.
func (b *book) makers(account int64) []int64 {
	var chain []int64
	for account != 0 && !slices.Contains(chain, account) { // two may have set up each other
		chain = append(chain, account)
		a, ok := b.accounts[account]
		if !ok {
			break
		}
		account = a.SetUpBy
	}
	return chain
}

// MayBeOne reports whether two accounts could be one person's: one of them, or a third account,
// made the links of both.
func (d *Directory) MayBeOne(one, other int64) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.mayBeOne(one, other)
}

// mayBeOne is as of Directory.MayBeOne.
func (b *book) mayBeOne(one, other int64) bool {
	makers := b.makers(one)
	return slices.ContainsFunc(b.makers(other), func(id int64) bool { return slices.Contains(makers, id) })
}

// Setup returns the set-up that the secret of a digest opens at a moment, and its
// account. Both are shared and must not be written to.
func (d *Directory) Setup(digest []byte, at time.Time) (*staff.Setup, *staff.Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, s := range d.held.setups {
		if a, ok := d.held.accounts[s.Account]; ok && signin.Same(s.Digest, digest) && at.Before(s.Ends) && !a.Locked {
			return s, a, true
		}
	}
	return nil, nil, false
}

// accountName is how access/role knows an account.
func accountName(id int64) string { return strconv.FormatInt(id, 10) }
