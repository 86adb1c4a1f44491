package access

import (
	"fmt"
	"sync"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// A Directory knows all accounts and what they may do, as the log has told it: it
// is kept level with the log as the World is, so that a right that is withdrawn is
// gone on every node. It is safe for concurrent use.
type Directory struct {
	mu     sync.RWMutex
	held   *book // guarded by mu
	change uint64
}

// A book is what a Directory holds. Rows are never changed, only replaced.
type book struct {
	revisions map[grid.Ref]int64 // also of what was removed, by kind and id
	accounts  map[int64]*staff.Account
	logins    map[string]int64
	roles     map[int64]*staff.Role
	posts     map[int64]*staff.Post
	standIns  map[int64]*staff.StandIn
	signIns   map[int64]*staff.SignIn
	secrets   map[string]int64 // sign-ins by the digest of their secret
}

// NewDirectory returns an empty Directory.
func NewDirectory() *Directory { return &Directory{held: newBook()} }

func newBook() *book {
	return &book{
		revisions: map[grid.Ref]int64{}, accounts: map[int64]*staff.Account{}, logins: map[string]int64{},
		roles: map[int64]*staff.Role{}, posts: map[int64]*staff.Post{}, standIns: map[int64]*staff.StandIn{},
		signIns: map[int64]*staff.SignIn{}, secrets: map[string]int64{},
	}
}

// Put takes a new state of an entity of staff, which is the Directory's to keep. One
// that is not newer than what was taken before does nothing.
func (d *Directory) Put(e grid.Entity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held.put(e)
	d.change++
}

// Remove takes the removal of an entity at a revision.
func (d *Directory) Remove(ref grid.Ref) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held.remove(ref)
	d.change++
}

// Changes counts what the Directory has taken: what was worked out before is right as
// long as it stays the same, up to the moment that came with it.
func (d *Directory) Changes() uint64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.change
}

// A DirectoryLoad takes a whole state aside. It is dropped by not publishing it.
type DirectoryLoad struct {
	of   *Directory
	held *book
}

// Begin starts a new state from nothing; the old one counts until Publish.
func (d *Directory) Begin() *DirectoryLoad { return &DirectoryLoad{d, newBook()} }

// Add takes an entity of staff; a negative revision is a removal's.
func (l *DirectoryLoad) Add(e grid.Entity) {
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
	l.of.held = l.held
	l.of.change++
}

func (b *book) put(e grid.Entity) {
	head := *e.Entity()
	if !b.newer(grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: head.Revision}) {
		return
	}
	b.drop(e.Kind(), head.ID)
	switch e := e.(type) {
	case *staff.Account:
		b.accounts[head.ID], b.logins[e.Login] = e, head.ID
	case *staff.Role:
		b.roles[head.ID] = e
	case *staff.Post:
		b.posts[head.ID] = e
	case *staff.StandIn:
		b.standIns[head.ID] = e
	case *staff.SignIn:
		b.signIns[head.ID], b.secrets[string(e.Digest)] = e, head.ID
	}
}

func (b *book) remove(ref grid.Ref) {
	if b.newer(ref) {
		b.drop(ref.Kind, ref.ID)
	}
}

// newer reports whether a state is later than what was taken of its entity, and notes it.
func (b *book) newer(ref grid.Ref) bool {
	key := grid.Ref{Kind: ref.Kind, ID: ref.ID}
	if ref.Revision <= b.revisions[key] {
		return false
	}
	b.revisions[key] = ref.Revision
	return true
}

func (b *book) drop(kind grid.Kind, id int64) {
	switch kind {
	case staff.Accounts:
		if old := b.accounts[id]; old != nil && b.logins[old.Login] == id {
			delete(b.logins, old.Login)
		}
		delete(b.accounts, id)
	case staff.Roles:
		delete(b.roles, id)
	case staff.Posts:
		delete(b.posts, id)
	case staff.StandIns:
		delete(b.standIns, id)
	case staff.SignIns:
		if old := b.signIns[id]; old != nil && b.secrets[string(old.Digest)] == id {
			delete(b.secrets, string(old.Digest))
		}
		delete(b.signIns, id)
	}
}

// Account returns the account of a login. It is shared and must not be written to.
func (d *Directory) Account(login string) (*staff.Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.held.accounts[d.held.logins[login]]
	return a, ok
}

// SignedIn returns the account that signed in with the secret of a digest, and the
// sign-in itself, if it holds at a moment. Both are shared and must not be written to.
func (d *Directory) SignedIn(digest []byte, at time.Time) (*staff.Account, *staff.SignIn, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s, ok := d.held.signIns[d.held.secrets[string(digest)]]
	if !ok || !at.Before(s.Until) || at.Before(s.Began) {
		return nil, nil, false
	}
	a, ok := d.held.accounts[s.Account]
	return a, s, ok && !a.Locked
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
	posts, until := role.Held(accountName(account), d.held.allPosts(), d.held.allStandIns(), at)
	return role.NewGrant(posts, d.held.table(), scopeOf), until
}

// accountName is how access/role knows an account.
func accountName(id int64) string { return fmt.Sprint(id) }

func (b *book) allPosts() []role.Post {
	all := make([]role.Post, 0, len(b.posts))
	for id, p := range b.posts {
		all = append(all, role.Post{ID: id, Account: accountName(p.Account), Role: p.Role, Area: p.Area, Board: p.Board,
			Term: role.Term{From: p.From, Until: p.Until}})
	}
	return all
}

func (b *book) allStandIns() []role.StandIn {
	all := make([]role.StandIn, 0, len(b.standIns))
	for _, s := range b.standIns {
		all = append(all, role.StandIn{Post: s.Post, By: accountName(s.By), Term: role.Term{From: s.From, Until: s.Until}})
	}
	return all
}

// table returns the shipped roles with those of the store in their place. A right that
// this version does not know is none.
func (b *book) table() map[string]role.Role {
	table := role.Shipped()
	for _, r := range b.roles {
		known := role.Role{Code: r.Code, Personal: r.Personal}
		for _, name := range r.Rights {
			if right, err := role.ParseRight(name); err == nil {
				known.Rights |= role.SetOf(right)
			}
		}
		table[r.Code] = known
	}
	return table
}
