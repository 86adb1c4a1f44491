package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// A Registry keeps who may sign in and as what. It asks nobody's leave: whoever holds
// one is at the machine, or was allowed by a View. It is safe for concurrent use.
type Registry struct{ RegistrySources }

// RegistrySources are what a Registry works with.
type RegistrySources struct {
	Store  grid.Store
	Hasher *signin.Hasher
	Sealer *signin.Sealer
	Vault  *Vault           // makes the digests of the audit rows
	Actor  string           // of the audit rows
	From   string           // network address, of the audit rows; empty at the machine itself
	Why    string           // what the audit rows of posts say of them; empty for nothing
	Post   string           // by which it is done, of the audit rows; empty for the actor's highest
	Clock  func() time.Time // nil for that of the machine
}

// NewRegistry returns a Registry.
func NewRegistry(s RegistrySources) *Registry {
	s.Store = witnessed(s.Store, s.Vault, nil)
	if s.Clock == nil {
		s.Clock = time.Now
	}
	return &Registry{s}
}

// by returns the Registry of what is done by a post.
func (r *Registry) by(post string) *Registry {
	same := *r
	same.Post = post
	return &same
}

// because returns the Registry that says of posts why they are given.
func (r *Registry) because(why string) *Registry {
	same := *r
	same.Why = why
	return &same
}

// Add stores a new account with its posts. Without a password it cannot sign in yet, and a
// program never has one.
// The error wraps grid.ErrInvalid, also where the login is taken, role.ErrOffices, ErrProgram or
// signin.ErrUnfit. If the posts cannot be stored, the account is there without any.
func (r *Registry) Add(ctx context.Context, a *staff.Account, password string, posts ...*staff.Post) error {
	if password != "" {
		if err := signin.CheckPassword(password, a.Login, a.Name); err != nil {
			return err
		}
	}
	return r.AddUnchecked(ctx, a, password, posts...)
}

// AddUnchecked is Add with any password: for the invented city, whose passwords are
// shown to everybody.
func (r *Registry) AddUnchecked(ctx context.Context, a *staff.Account, password string, posts ...*staff.Post) error {
	_, err := r.add(ctx, a, password, posts...)
	return err
}

// add is AddUnchecked, with the receipt of the posts.
func (r *Registry) add(ctx context.Context, a *staff.Account, password string, posts ...*staff.Post) (grid.Receipt, error) {
	if password != "" {
		if err := mayHavePassword(a); err != nil {
			return grid.Receipt{}, err
		}
	}
	for _, p := range posts {
		if err := r.checkPost(ctx, p); err != nil {
			return grid.Receipt{}, err
		}
	}
	if err := r.checkTogether(ctx, 0, posts...); err != nil {
		return grid.Receipt{}, err
	}
	a.External = staff.LoginID(a.Login)
	if _, err := r.write(ctx, "accounts.create", a); err != nil {
		return grid.Receipt{}, ofLogin(err)
	}
	all := make([]grid.Entity, 0, len(posts)+1)
	if password != "" {
		if err := r.credit(ctx, a, password, keepSecond); err != nil {
			return grid.Receipt{}, err
		}
		all = append(all, a)
	}
	for _, p := range posts {
		p.Account, p.GivenBy, p.GivenAt = a.ID, accountID(r.Actor), r.Clock()
		all = append(all, p)
	}
	return r.put(ctx, "accounts.equip", r.Why, all...)
}

// ofLogin says of what is unique about an account what people call it.
func ofLogin(err error) error {
	var field *grid.FieldError
	if errors.As(err, &field) && field.Field == "external" {
		return &grid.FieldError{Kind: field.Kind, Field: "login", Why: field.Why}
	}
	return err
}

// mayHavePassword returns nil, or an error that wraps ErrElsewhere or ErrProgram, of who signs in
// by something else.
func mayHavePassword(a *staff.Account) error {
	switch {
	case a.SignsInElsewhere():
		return fmt.Errorf("account %s: %w", a.Login, ErrElsewhere)
	case a.Sort == staff.Machine:
		return fmt.Errorf("account %s: %w", a.Login, ErrProgram)
	}
	return nil
}

// SetPassword gives an account another password and ends its sign-ins; its second factor
// stays. The error is as of Add, or wraps ErrElsewhere, or grid.ErrConflict if it was changed
// meanwhile.
func (r *Registry) SetPassword(ctx context.Context, a *staff.Account, password string) error {
	return r.setPassword(ctx, a, password, "accounts.password", keepSecond)
}

// ResetPassword is SetPassword for who has lost the second factor and its recovery codes: it drops
// them. It is for whoever is at the machine alone, who has the store and the key anyway: a
// security administrator by himself would come into any account by it (RULES B3). The password
// changes in the same write: the old one may be of a link that somebody else made.
func (r *Registry) ResetPassword(ctx context.Context, a *staff.Account, password string) error {
	return r.setPassword(ctx, a, password, "accounts.drop-second", (*signin.Credential).Drop)
}

// keepSecond leaves the second factor of a credential as it is.
func keepSecond(*signin.Credential) {}

func (r *Registry) setPassword(ctx context.Context, a *staff.Account, password, action string, second func(*signin.Credential)) error {
	if err := mayHavePassword(a); err != nil {
		return err
	}
	if err := signin.CheckPassword(password, a.Login, a.Name); err != nil {
		return err
	}
	if err := r.credit(ctx, a, password, second); err != nil {
		return err
	}
	_, err := r.Store.Write(ctx, grid.Write{Actor: r.Actor, Post: r.Post, From: r.From, Action: action, Object: accountObject(a.ID), Put: []grid.Entity{a}})
	return err
}

// credit puts a password into an account's credential, which ends its sign-ins, and does
// something to the second factor.
func (r *Registry) credit(ctx context.Context, a *staff.Account, password string, second func(*signin.Credential)) error {
	credential, err := r.Sealer.OpenAny(a.ID, a.Credential)
	if err != nil {
		return err
	}
	if credential.PasswordHash, err = r.Hasher.Hash(ctx, password); err != nil {
		return err
	}
	second(&credential)
	a.HasSecond = credential.HasSecond()
	noteSetUp(a, accountID(r.Actor), r.Clock())
	a.Credential, err = r.Sealer.Seal(a.ID, credential)
	return err
}

// ShareCredential gives accounts one password, without asking whether it is a good one:
// for the invented city. It does nothing where they have it already.
func (r *Registry) ShareCredential(ctx context.Context, password string, logins ...string) error {
	var hash string
	var changed []grid.Entity
	for _, login := range logins {
		a, err := r.Find(ctx, login)
		if err != nil {
			return err
		}
		credential, err := r.Sealer.OpenAny(a.ID, a.Credential)
		if err != nil {
			return err
		}
		if hash == "" { // that which the first has, if it is of this password
			if hash, err = r.sharedHash(ctx, password, credential.PasswordHash); err != nil {
				return err
			}
		}
		if credential.PasswordHash == hash {
			continue
		}
		credential.PasswordHash = hash
		if a.Credential, err = r.Sealer.Seal(a.ID, credential); err != nil {
			return err
		}
		changed = append(changed, a)
	}
	_, err := r.write(ctx, "accounts.password", changed...)
	return err
}

// sharedHash returns a hash of a password: the one that there is, if it is of it.
func (r *Registry) sharedHash(ctx context.Context, password, hash string) (string, error) {
	fresh, err := r.Hasher.Verify(ctx, password, hash)
	switch {
	case err == nil && fresh == "":
		return hash, nil
	case err != nil && !errors.Is(err, signin.ErrPassword):
		return "", err
	}
	return r.Hasher.Hash(ctx, password)
}

// Token makes a token for the account of a login, good for a span, in the place of its
// sign-ins so far. It is shown this once.
func (r *Registry) Token(ctx context.Context, login string, now time.Time, span time.Duration) (string, error) {
	a, err := r.Find(ctx, login)
	if err != nil {
		return "", err
	}
	ended, err := r.signIns(ctx, a.ID)
	if err != nil {
		return "", err
	}
	secret, begun := newSignIn(a, signin.ForProgram, r.From, now, span)
	_, err = r.Store.Write(ctx, grid.Write{
		Actor: r.Actor, Post: r.Post, From: r.From, Action: "tokens.issue", Object: accountObject(a.ID), Remove: ended, Put: []grid.Entity{begun},
	})
	return secret, err
}

// signIns returns the sign-ins of an account, to be removed.
func (r *Registry) signIns(ctx context.Context, account int64) (refs []grid.Ref, err error) {
	for e, err := range r.Store.Entities(ctx, staff.SignIns, grid.Query{}) {
		if err != nil {
			return nil, err
		}
		if s := e.(*staff.SignIn); s.Account == account {
			refs = append(refs, grid.Ref{Kind: staff.SignIns, ID: s.ID, Revision: s.Revision})
		}
	}
	return refs, nil
}

// Known reports whether there is an account of a login.
func (r *Registry) Known(ctx context.Context, login string) (bool, error) {
	_, err := r.Find(ctx, login)
	if errors.Is(err, grid.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Lock has an account sign in no more, or again. Its open screens end.
func (r *Registry) Lock(ctx context.Context, a *staff.Account, locked bool) error {
	_, err := r.lock(ctx, a, locked)
	return err
}

func (r *Registry) lock(ctx context.Context, a *staff.Account, locked bool) (grid.Receipt, error) {
	a.Locked = locked
	verb := map[bool]string{true: "accounts.lock", false: "accounts.unlock"}[locked]
	return r.write(ctx, verb, a)
}

// Appoint gives an account a post. The error wraps grid.ErrInvalid, or role.ErrOffices for one
// that does not go with what the account has.
func (r *Registry) Appoint(ctx context.Context, p *staff.Post) error {
	_, err := r.appoint(ctx, p)
	return err
}

func (r *Registry) appoint(ctx context.Context, p *staff.Post) (grid.Receipt, error) {
	if err := r.checkPost(ctx, p); err != nil {
		return grid.Receipt{}, err
	}
	if err := r.checkTogether(ctx, p.Account, p); err != nil {
		return grid.Receipt{}, err
	}
	p.GivenBy, p.GivenAt = accountID(r.Actor), r.Clock()
	return r.put(ctx, "posts.create", r.Why, p)
}

// Dismiss takes a post away.
func (r *Registry) Dismiss(ctx context.Context, p *staff.Post) error {
	_, err := r.remove(ctx, grid.Ref{Kind: staff.Posts, ID: p.ID, Revision: p.Revision})
	return err
}

func (r *Registry) remove(ctx context.Context, refs ...grid.Ref) (grid.Receipt, error) {
	return r.Store.Write(ctx, grid.Write{
		Actor: r.Actor, Post: r.Post, From: r.From, Action: action(refs[0].Kind, "remove"), Object: objectOfOne(refs), Remove: refs,
	})
}

// Find returns the account of a login, or grid.ErrNotFound.
func (r *Registry) Find(ctx context.Context, login string) (*staff.Account, error) {
	return findAccount(ctx, r.Store, login)
}

// findAccount is as Registry.Find.
func findAccount(ctx context.Context, store grid.Store, login string) (*staff.Account, error) {
	for e, err := range store.Entities(ctx, staff.Accounts, grid.Query{External: []string{staff.LoginID(login)}}) {
		if err != nil {
			return nil, err
		}
		return e.(*staff.Account), nil
	}
	return nil, fmt.Errorf("account %.64q: %w", login, grid.ErrNotFound)
}

func (r *Registry) write(ctx context.Context, action string, entities ...grid.Entity) (grid.Receipt, error) {
	return r.put(ctx, action, "", entities...)
}

func (r *Registry) put(ctx context.Context, action, detail string, entities ...grid.Entity) (grid.Receipt, error) {
	if len(entities) == 0 {
		return grid.Receipt{}, nil
	}
	var refs []grid.Ref
	for _, e := range entities {
		if err := e.Validate(); err != nil {
			return grid.Receipt{}, err
		}
		refs = append(refs, refOf(e))
	}
	return r.Store.Write(ctx, grid.Write{
		Actor: r.Actor, Post: r.Post, From: r.From, Action: action, Object: objectOfOne(refs), Detail: detail, Put: entities,
	})
}

// objectOfOne is how the audit names the one thing that is written; empty of several, and of
// one that is new. All that a write touched is in its row besides.
func objectOfOne(refs []grid.Ref) string {
	if len(refs) != 1 || refs[0].ID == 0 {
		return ""
	}
	return objectOf(refs[0])
}

// checkPost refuses a post of a role that there is not: it would allow nothing, and
// nobody would know why. Whose it is may come later.
func (r *Registry) checkPost(ctx context.Context, p *staff.Post) error {
	known, err := r.isRole(ctx, p.Role)
	switch {
	case err != nil:
		return err
	case !known:
		return &grid.FieldError{Kind: staff.Posts, Field: "role", Why: "is not in the table of roles"}
	}
	somebodys := *p
	somebodys.Account = max(1, p.Account)
	return somebodys.Validate()
}

func (r *Registry) isRole(ctx context.Context, code string) (bool, error) {
	if _, shipped := role.Shipped()[code]; shipped {
		return true, nil
	}
	for _, err := range r.Store.Entities(ctx, staff.Roles, grid.Query{Column: "code", Values: []string{code}, Limit: 1}) {
		return err == nil, err
	}
	return false, nil
}
