package access

import (
	"maps"
	"slices"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// Posts returns the posts that an account has at a moment, its own and those that it
// stands in for.
func (d *Directory) Posts(account int64, at time.Time) []role.Post {
	d.mu.RLock()
	defer d.mu.RUnlock()
	posts, standIns := d.held.around(account)
	held, _ := role.Held(accountName(account), posts, standIns, at)
	return held
}

// Post returns a post by its id, and who stands in for it, in the order of ids. They are
// shared and must not be written to.
func (d *Directory) Post(id int64) (*staff.Post, []*staff.StandIn, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	p, ok := d.held.posts[id]
	var in []*staff.StandIn
	for _, of := range slices.Sorted(slices.Values(d.held.standInsOf[id])) {
		in = append(in, d.held.standIns[of])
	}
	return p, in, ok
}

// Table returns the table of roles in force, by code. The caller owns it.
func (d *Directory) Table() map[string]role.Role {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return maps.Clone(d.held.table)
}

// Grant returns what an account may do at a moment by its posts and those that it
// stands in for. It stays so until the Directory changes or until comes, which is zero
// if time alone changes nothing. scopeOf is as of role.NewGrant.
func (d *Directory) Grant(account int64, at time.Time, scopeOf func(grid.Code) grid.Scope) (g role.Grant, until time.Time) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if a, ok := d.held.accounts[account]; !ok || a.Locked {
		return role.Grant{}, time.Time{}
	}
	posts, standIns := d.held.around(account)
	held, until := role.Held(accountName(account), posts, standIns, at)
	g = role.NewGrant(held, d.held.table, scopeOf)
	if d.held.accounts[account].Sort == staff.Machine {
		g = g.Within(role.Limit{Rights: role.OfMachines, Scope: grid.Everywhere()})
	}
	if d.GapsOf != nil {
		g = g.WithGaps(d.GapsOf)
	}
	return g, until
}

// Duties returns the posts that an account has or will have at a moment or later, its own and
// those that it stands in for. They are shared and must not be written to.
func (d *Directory) Duties(account int64, at time.Time) []*staff.Post {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.duties(account, at)
}

// StoodIn returns those of the Duties of an account that are not its own posts.
func (d *Directory) StoodIn(account int64, at time.Time) []*staff.Post {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.stoodIn(account, at)
}

// Holders returns the accounts that have a role among their Duties, in the order of ids.
func (d *Directory) Holders(code string, at time.Time) []int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var ids []int64
	for id, p := range d.held.posts {
		if p.Role == code && (p.Ends.IsZero() || at.Before(p.Ends)) {
			ids = append(ids, d.held.holders(id)...)
		}
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool {
		return !slices.ContainsFunc(d.held.duties(id, at), func(p *staff.Post) bool { return p.Role == code })
	})
	slices.Sort(ids)
	return slices.Compact(ids)
}

// around returns the posts of an account and those that it ever stands in for, with
// all their stand-ins.
func (b *book) around(account int64) (posts []role.Post, standIns []role.StandIn) {
	ids := slices.Clone(b.postsOf[account])
	for _, id := range b.standInsBy[account] {
		ids = append(ids, b.standIns[id].Post)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		p := b.posts[id]
		if p == nil {
			continue
		}
		posts = append(posts, role.Post{ID: id, Account: accountName(p.Account), Role: p.Role, Area: p.Area, Board: p.Board,
			Awaits: b.withholds(p, account), Term: role.Term{Begins: p.Begins, Ends: p.Ends}})
		for _, of := range slices.Sorted(slices.Values(b.standInsOf[id])) { // of those that begin together the last counts, on every node the same
			s := b.standIns[of]
			standIns = append(standIns, role.StandIn{Post: id, Deputy: accountName(s.Deputy), Term: role.Term{Begins: s.Begins, Ends: s.Ends}})
		}
	}
	return posts, standIns
}

// postsHeld returns the posts of an account, its own, in the order of ids.
func (b *book) postsHeld(account int64) []*staff.Post {
	var posts []*staff.Post
	for _, id := range slices.Sorted(slices.Values(b.postsOf[account])) {
		posts = append(posts, b.posts[id])
	}
	return posts
}

// duties is as of Directory.Duties.
func (b *book) duties(account int64, at time.Time) []*staff.Post {
	return unended(append(b.postsHeld(account), b.stoodIn(account, at)...), at)
}

// stoodIn returns the posts that an account stands in for at a moment or later.
func (b *book) stoodIn(account int64, at time.Time) []*staff.Post {
	var posts []*staff.Post
	for _, id := range slices.Sorted(slices.Values(b.standInsBy[account])) {
		in := b.standIns[id]
		if p := b.posts[in.Post]; p != nil && at.Before(in.Ends) {
			posts = append(posts, p)
		}
	}
	return unended(posts, at)
}

// unended returns the posts of a list that count at a moment or later. It owns the list.
func unended(posts []*staff.Post, at time.Time) []*staff.Post {
	return slices.DeleteFunc(posts, func(p *staff.Post) bool { return !p.Ends.IsZero() && !at.Before(p.Ends) })
}
