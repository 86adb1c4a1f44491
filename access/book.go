package access

import (
	"maps"
	"slices"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

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

func newBook() *book {
	return &book{
		revisions: map[grid.Ref]int64{}, accounts: map[int64]*staff.Account{}, logins: map[string]int64{},
		roles: map[int64]*staff.Role{}, posts: map[int64]*staff.Post{}, standIns: map[int64]*staff.StandIn{},
		signIns: map[int64]*staff.SignIn{}, secrets: map[string]int64{}, unmasked: map[int64]*staff.Unmasking{}, setups: map[int64]*staff.Setup{},
		postsOf: index{}, standInsBy: index{}, standInsOf: index{}, unmaskedBy: index{}, signInsOf: index{}, table: role.Shipped(),
	}
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

// An index lists ids by another one.
type index map[int64][]int64

func (x index) add(key, id int64) { x[key] = append(x[key], id) }

func (x index) remove(key, id int64) {
	left := slices.DeleteFunc(x[key], func(other int64) bool { return other == id })
	if x[key] = left; len(left) == 0 {
		delete(x, key)
	}
}
