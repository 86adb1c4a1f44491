package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// ErrNoPost reports somebody whom a sign-in server knows and who has no post here, or none
// that go together.
var ErrNoPost = errors.New("known to the sign-in server, but without a post here")

// A Vouched is somebody for whom a sign-in server vouches.
type Vouched struct {
	Issuer, Subject string // who it is
	Name            string
	Posts           []staff.Post // that its groups stand for: role, area and board
	Strong          bool         // more than a password was shown
	From            netip.Addr
	Device, Session string // as of Entry
}

// SignInVouched lets somebody in for whom a sign-in server vouches. The account is made the
// first time; its posts by groups are those of this time, and others are gone. It answers
// ErrSignIn for who is locked out, ErrNoPost, or what the store says. The first two leave a trace as of Traces.
func (d *Desk) SignInVouched(ctx context.Context, v Vouched) (SignedIn, error) {
	var in SignedIn
	var err error
	for range verifyTries {
		in, err = d.signInVouched(ctx, v)
		if !errors.Is(err, grid.ErrConflict) && !errors.Is(err, grid.ErrNotFound) && !errors.Is(err, grid.ErrInvalid) {
			return in, err
		}
		// The same person signed in on another node at this moment, or was changed there.
	}
	return SignedIn{}, err
}

func (d *Desk) signInVouched(ctx context.Context, v Vouched) (SignedIn, error) {
	account, held, err := d.vouchedFor(ctx, v)
	if err != nil {
		return SignedIn{}, err
	}
	missing, err := d.dropMissing(ctx, &v)
	if err != nil {
		return SignedIn{}, err
	}
	posts := postsBy(v, held)
	refused := d.whyNot(account, posts)
	if refused != nil {
		posts.stay, posts.put = nil, nil
		posts.remove = posts.given
	}
	if account.ID == 0 && refused == nil {
		if err := d.enrol(ctx, account, v); err != nil {
			return SignedIn{}, err
		}
	}
	if err := d.repost(ctx, account, posts, v); err != nil {
		return SignedIn{}, err
	}
	if refused != nil {
		return SignedIn{Missing: missing}, d.refuse(d.refusal(account, begins, v.From.String()), refused)
	}
	in, err := d.begin(ctx, account, Entry{From: v.From, Device: v.Device, Session: v.Session, strong: v.Strong})
	in.Missing = missing
	return in, err
}

// dropMissing drops the posts in areas that there are not, and returns those areas.
func (d *Desk) dropMissing(ctx context.Context, v *Vouched) (missing []grid.Code, err error) {
	var there []staff.Post
	for _, p := range v.Posts {
		var none *grid.FieldError
		switch err := d.isThere(ctx, p.Area); {
		case errors.As(err, &none):
			missing = append(missing, p.Area)
		case err != nil:
			return nil, err
		default:
			there = append(there, p)
		}
	}
	v.Posts = there
	return missing, nil
}

// vouchedFor returns the account of somebody and all its posts, as they are stored now; a
// new one, not stored yet, for who was never here.
func (d *Desk) vouchedFor(ctx context.Context, v Vouched) (*staff.Account, []*staff.Post, error) {
	login := staff.ElsewhereLogin(v.Issuer, v.Subject)
	account := &staff.Account{Login: login, Name: v.Name, Sort: staff.Person, Issuer: v.Issuer, Subject: v.Subject}
	account.External = staff.LoginID(login)
	for e, err := range d.Store.Entities(ctx, staff.Accounts, grid.Query{External: []string{account.External}}) {
		if err != nil {
			return nil, nil, err
		}
		account = e.(*staff.Account)
	}
	if account.ID == 0 {
		return account, nil, nil
	}
	var posts []*staff.Post
	for e, err := range d.Store.Entities(ctx, staff.Posts, grid.Query{Column: "account", Values: []string{accountName(account.ID)}}) {
		if err != nil {
			return nil, nil, err
		}
		posts = append(posts, e.(*staff.Post))
	}
	return account, posts, nil
}

// repostings are what becomes of somebody's posts at a sign-in.
type repostings struct {
	stay   []*staff.Post // by hand or by a group, as before
	put    []*staff.Post // by groups, new
	given  []*staff.Post // by groups, so far
	remove []*staff.Post // of those, what no group stands for any more
}

// postsBy compares what the groups stand for with what is held.
func postsBy(v Vouched, held []*staff.Post) repostings {
	wanted := make(map[staff.Post]bool)
	for _, p := range v.Posts {
		wanted[staff.Post{Role: p.Role, Area: p.Area, Board: p.Board}] = true
	}
	var r repostings
	for _, p := range held {
		what := staff.Post{Role: p.Role, Area: p.Area, Board: p.Board}
		byGroup := p.Issuer == v.Issuer
		if byGroup {
			r.given = append(r.given, p)
		}
		switch {
		case byGroup && !wanted[what]:
			r.remove = append(r.remove, p)
			continue
		case byGroup:
			delete(wanted, what)
		}
		r.stay = append(r.stay, p)
	}
	for what := range wanted {
		p := what
		p.Issuer = v.Issuer
		r.put = append(r.put, &p)
	}
	return r
}

// whyNot returns why somebody is not let in, if so.
func (d *Desk) whyNot(a *staff.Account, posts repostings) error {
	all := append(rolesOf(posts.stay), rolesOf(posts.put)...)
	beside := rolesOf(d.Directory.StoodIn(a.ID, d.Clock()))
	switch err := role.CheckTogether(append(beside, all...), d.Directory.Table()); {
	case a.Locked:
		return ErrSignIn
	case len(all) == 0:
		return ErrNoPost
	case err != nil:
		return fmt.Errorf("%w: %w", ErrNoPost, err)
	}
	return nil
}

// enrol stores a new account.
func (d *Desk) enrol(ctx context.Context, a *staff.Account, v Vouched) error {
	if err := a.Validate(); err != nil {
		return err
	}
	_, err := d.Store.Write(ctx, grid.Write{Action: "accounts.enrol", From: v.From.String(), Put: []grid.Entity{a}})
	return err
}

// repost stores what becomes of somebody's posts; nothing if nothing does.
func (d *Desk) repost(ctx context.Context, a *staff.Account, posts repostings, v Vouched) error {
	w := grid.Write{Actor: accountName(a.ID), Action: "posts.by-group", From: v.From.String(), Object: accountObject(a.ID)}
	for _, p := range posts.remove {
		w.Remove = append(w.Remove, grid.Ref{Kind: staff.Posts, ID: p.ID, Revision: p.Revision})
	}
	for _, p := range posts.put {
		p.Account, p.External = a.ID, groupPostID(a.ID, p)
		if err := p.Validate(); err != nil {
			return err
		}
		w.Put = append(w.Put, p)
	}
	if len(w.Put)+len(w.Remove) == 0 {
		return nil
	}
	_, err := d.Store.Write(ctx, w)
	return err
}

// groupPostID is the external id of a post by a group, of which the store takes each once:
// two nodes do not both give it.
func groupPostID(account int64, p *staff.Post) string {
	digest := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %q %q", account, p.Issuer, p.Role, p.Area, p.Board))
	return "group:" + hex.EncodeToString(digest[:16])
}
