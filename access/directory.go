package access

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// A Directory knows all accounts and what they may do, as the log has told it: it
// is kept level with the log as the World is, so that a right that is withdrawn is
// gone on every node. It is safe for concurrent use.
type Directory struct {
	mu sync.RWMutex
	// The rest is guarded by mu.
	held    *book
	loaded  bool // the whole state is known
	watches map[*Watch]bool
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
	unmasked  map[int64]*staff.Unmasking
	setups    map[int64]*staff.Setup

	// What an account may do is asked with every request, of tens of thousands.
	postsOf    index // posts by account
	standInsBy index // stand-ins by account
	standInsOf index // stand-ins by post
	unmaskedBy index // unmaskings by account
	signInsOf  index // sign-ins by account
	table      map[string]role.Role
}

// An index lists ids by another one.
type index map[int64][]int64

func (x index) add(key, id int64) { x[key] = append(x[key], id) }

func (x index) remove(key, id int64) {
	left := slices.DeleteFunc(x[key], func(other int64) bool { return other == id })
	if x[key] = left; len(left) == 0 {
		delete(x, key)
	}
}

// NewDirectory returns an empty Directory.
func NewDirectory() *Directory {
	return &Directory{held: newBook(), watches: make(map[*Watch]bool)}
}

func newBook() *book {
	return &book{
		revisions: map[grid.Ref]int64{}, accounts: map[int64]*staff.Account{}, logins: map[string]int64{},
		roles: map[int64]*staff.Role{}, posts: map[int64]*staff.Post{}, standIns: map[int64]*staff.StandIn{},
		signIns: map[int64]*staff.SignIn{}, secrets: map[string]int64{}, unmasked: map[int64]*staff.Unmasking{}, setups: map[int64]*staff.Setup{},
		postsOf: index{}, standInsBy: index{}, standInsOf: index{}, unmaskedBy: index{}, signInsOf: index{}, table: role.Shipped(),
	}
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

// put takes a state and says whom it concerns.
func (b *book) put(e grid.Entity) concerned {
	head := *e.Entity()
	if !b.newer(grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: head.Revision}) {
		return concerned{}
	}
	who := b.drop(e.Kind(), head.ID)
	switch e := e.(type) {
	case *staff.Account:
		b.accounts[head.ID], b.logins[e.Login] = e, head.ID
		return who.and(head.ID, nobody)
	case *staff.Role:
		b.roles[head.ID] = e
		b.tabulate()
		return concerned{everybody: true}
	case *staff.Post:
		b.posts[head.ID] = e
		b.postsOf.add(e.Account, head.ID)
		return who.and(b.holders(head.ID)...)
	case *staff.StandIn:
		b.standIns[head.ID] = e
		b.standInsBy.add(e.Deputy, head.ID)
		b.standInsOf.add(e.Post, head.ID)
		return who.and(b.holders(e.Post)...)
	case *staff.SignIn:
		b.signIns[head.ID], b.secrets[string(e.Digest)] = e, head.ID
		b.signInsOf.add(e.Account, head.ID)
	case *staff.Setup:
		b.setups[head.ID] = e
	case *staff.Unmasking:
		b.unmasked[head.ID] = e
		b.unmaskedBy.add(e.Account, head.ID)
		return who.and(e.Account)
	}
	return who
}

// remove takes a removal and says whom it concerns.
func (b *book) remove(ref grid.Ref) concerned {
	if !b.newer(ref) {
		return concerned{}
	}
	if ref.Kind == staff.SignIns || ref.Kind == staff.Unmaskings { // there are ever more of them, and none comes back
		delete(b.revisions, grid.Ref{Kind: ref.Kind, ID: ref.ID})
	}
	return b.drop(ref.Kind, ref.ID)
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

// newer reports whether a state is later than what was taken of its entity, and notes it.
func (b *book) newer(ref grid.Ref) bool {
	key := grid.Ref{Kind: ref.Kind, ID: ref.ID}
	if ref.Revision <= b.revisions[key] {
		return false
	}
	b.revisions[key] = ref.Revision
	return true
}

// drop forgets an entity, if it is known, and says whom that concerns.
func (b *book) drop(kind grid.Kind, id int64) (who concerned) {
	switch kind {
	case staff.Accounts:
		if old := b.accounts[id]; old != nil && b.logins[old.Login] == id {
			delete(b.logins, old.Login)
		}
		delete(b.accounts, id)
		who = who.and(id, nobody)
	case staff.Roles:
		delete(b.roles, id)
		b.tabulate()
		who.everybody = true
	case staff.Posts:
		if old := b.posts[id]; old != nil {
			who = who.and(b.holders(id)...)
			b.postsOf.remove(old.Account, id)
		}
		delete(b.posts, id)
	case staff.StandIns:
		if old := b.standIns[id]; old != nil {
			who = who.and(b.holders(old.Post)...)
			b.standInsBy.remove(old.Deputy, id)
			b.standInsOf.remove(old.Post, id)
		}
		delete(b.standIns, id)
	case staff.SignIns:
		if old := b.signIns[id]; old != nil {
			who = who.and(old.Account)
			b.signInsOf.remove(old.Account, id)
			if b.secrets[string(old.Digest)] == id {
				delete(b.secrets, string(old.Digest))
			}
		}
		delete(b.signIns, id)
	case staff.Setups:
		delete(b.setups, id)
	case staff.Unmaskings:
		if old := b.unmasked[id]; old != nil {
			who = who.and(old.Account)
			b.unmaskedBy.remove(old.Account, id)
		}
		delete(b.unmasked, id)
	}
	return who
}

// holders returns the accounts that have a post, or stand in for who has.
func (b *book) holders(post int64) []int64 {
	var accounts []int64
	if p := b.posts[post]; p != nil {
		accounts = append(accounts, p.Account)
	}
	for _, id := range b.standInsOf[post] {
		accounts = append(accounts, b.standIns[id].Deputy)
	}
	return accounts
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
	if !ok || !at.Before(s.Ends) { // it may have begun by the clock of a node that is a little ahead
		return nil, nil, false
	}
	a, ok := d.held.accounts[s.Account]
	return a, s, ok && !a.Locked && d.held.isCurrent(s)
}

// IsCurrent reports whether a sign-in is by the password that its account has now.
func (d *Directory) IsCurrent(s *staff.SignIn) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.isCurrent(s)
}

// Accounts returns the accounts with ids above after that a test takes, at most n, in the
// order of ids. They are shared and must not be written to.
func (d *Directory) Accounts(after int64, n int, takes func(*staff.Account, []*staff.Post) bool) []*staff.Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	ids := slices.Sorted(maps.Keys(d.held.accounts))
	first, _ := slices.BinarySearch(ids, after+1)
	var found []*staff.Account
	for _, id := range ids[first:] {
		if a := d.held.accounts[id]; len(found) < n && takes(a, d.held.postsHeld(id)) {
			found = append(found, a)
		}
	}
	return found
}

// Person returns an account by its id, with all its posts. They are shared and must not
// be written to.
func (d *Directory) Person(id int64) (*staff.Account, []*staff.Post, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.held.accounts[id]
	return a, d.held.postsHeld(id), ok
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

// Makers returns an account, who made the link by which it was set up, who made the link of
// that one, and so on.
func (d *Directory) Makers(account int64) []int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var chain []int64
	for account != 0 && !slices.Contains(chain, account) { // two may have set up each other
		chain = append(chain, account)
		a, ok := d.held.accounts[account]
		if !ok {
			break
		}
		account = a.SetUpBy
	}
	return chain
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
	return role.NewGrant(held, d.held.table, scopeOf), until
}

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

// earlier returns the earlier of two moments, of which a zero one never comes.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Posts returns the posts that an account has at a moment, its own and those that it
// stands in for.
func (d *Directory) Posts(account int64, at time.Time) []role.Post {
	d.mu.RLock()
	defer d.mu.RUnlock()
	posts, standIns := d.held.around(account)
	held, _ := role.Held(accountName(account), posts, standIns, at)
	return held
}

// accountName is how access/role knows an account.
func accountName(id int64) string { return strconv.FormatInt(id, 10) }

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
			Term: role.Term{Begins: p.Begins, Ends: p.Ends}})
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

// tabulate makes the table of roles: those of the store in the place of the shipped
// ones. A right that this version does not know is none.
func (b *book) tabulate() {
	b.table = role.Shipped()
	for _, id := range slices.Sorted(maps.Keys(b.roles)) { // of two rows for one code the later counts
		r := b.roles[id]
		known := role.Role{Code: r.Code, Personal: r.Personal}
		for _, name := range r.Rights {
			if right, err := role.ParseRight(name); err == nil {
				known.Rights |= role.SetOf(right)
			}
		}
		b.table[r.Code] = known
	}
}
