package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// Why nobody confirms a post.
var (
	// ErrNotAwaited reports a post that awaits nobody.
	ErrNotAwaited = errors.New("the post awaits no second person: it needs none, is confirmed, or its account is not set up yet")
	// ErrNotSetUp reports an account into which whoever made its link still comes alone.
	ErrNotSetUp = errors.New("the account has no second factor yet: whoever made its link could still set one up himself")
)

// A post awaits a second person unless another gave it than who made the link by which its
// account was set up, and knew by then who is in that: whoever made the link may have opened it
// himself, and would read by one word of his own what no administrator reads (三员分立). Until
// another person confirms the post it gives no right of role.OfConfirmed.

// awaits reports whether a post awaits a second person, whatever it allows.
func (b *book) awaits(p *staff.Post) bool {
	a := b.accounts[p.Account]
	if a == nil || a.SetUpBy == 0 || p.GivenBy == 0 {
		return false
	}
	// Who is in it since a later set-up nobody has confirmed.
	isConfirmed := p.ConfirmedBy != 0 && !p.ConfirmedAt.Before(a.SetUpAt)
	return !isConfirmed && (p.GivenAt.Before(a.SetUpAt) || b.mayBeOne(p.GivenBy, a.SetUpBy))
}

// isSomebody reports whether another than who made its link says that an account is somebody's:
// it was set up at the machine or signs in elsewhere, or has a post that awaits nobody.
func (b *book) isSomebody(account int64) bool {
	a := b.accounts[account]
	return a != nil && (a.SetUpBy == 0 || slices.ContainsFunc(b.postsOf[account], func(id int64) bool { return !b.awaits(b.posts[id]) }))
}

// needsConfirmed reports whether a post allows what it gives only once it awaits nobody.
func (b *book) needsConfirmed(p *staff.Post) bool {
	return b.table[p.Role].At(p.Area.Level())&role.OfConfirmed != 0
}

// withholds reports whether a post does not give all that it allows yet in the hands of an account, which holds it
// or stands in for it: whoever keeps accounts says who stands in too.
func (b *book) withholds(p *staff.Post, account int64) bool {
	return b.needsConfirmed(p) && (b.awaits(p) || p.Account != account && !b.isSomebody(account))
}

// Awaited returns the own posts of an account, now or later, that a second person has to confirm
// before they give all that they allow, or, where it has no other, by standing in; by ids.
func (d *Directory) Awaited(account int64, at time.Time) []int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	b := d.held
	byStandingIn := !b.isSomebody(account) && slices.ContainsFunc(b.stoodIn(account, at), b.needsConfirmed)
	var ids []int64
	for _, p := range unended(b.postsHeld(account), at) {
		if b.awaits(p) && (byStandingIn || b.needsConfirmed(p)) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Confirm says of a post that its account is held by whom it is meant for, so that it gives
// all that it allows. The error wraps grid.ErrNotFound where the viewer has no say, ErrForbidden of who is no
// second person for it, ErrNotAwaited, ErrNotSetUp, or grid.ErrConflict if the post was changed
// meanwhile.
func (o *Office) Confirm(ctx context.Context, id int64) (grid.Receipt, error) {
	p, _, ok := o.desk.Directory.Post(id)
	if !ok || !o.mayDeputize(p) {
		return grid.Receipt{}, fmt.Errorf("post %d: %w", id, grid.ErrNotFound)
	}
	if err := o.confirms(p); err != nil {
		return grid.Receipt{}, err
	}
	confirmed := *p
	confirmed.ConfirmedBy, _ = o.account()
	confirmed.ConfirmedAt = o.desk.Clock()
	if a, _, ok := o.desk.Directory.Person(p.Account); ok {
		confirmed.ConfirmedAt = later(confirmed.ConfirmedAt, a.SetUpAt) // which the clock of another node may have told
	}
	return o.byDeputizing(p).put(ctx, "posts.confirm", fmt.Sprintf("of account %d, given by account %d", p.Account, p.GivenBy), &confirmed)
}

// confirms returns nil if the viewer may confirm a post, and it awaits that of an account of which
// can be said whose it is: the wrong one may come into an account as long as it has no second factor.
func (o *Office) confirms(p *staff.Post) error {
	if err := o.mayConfirm(p); err != nil {
		return err
	}
	a, _, ok := o.desk.Directory.Person(p.Account)
	switch {
	case !ok, !slices.Contains(o.desk.Directory.Awaited(p.Account, o.desk.Clock()), p.ID):
		return fmt.Errorf("post %d: %w", p.ID, ErrNotAwaited)
	case !a.HasSecond && !o.desk.PasswordAlone:
		return fmt.Errorf("account %d: %w", a.ID, ErrNotSetUp)
	}
	return nil
}

// mayConfirm returns nil if the viewer is a second person for a post: another who keeps
// accounts where it is, or who stands above it: says there who stands in, and unmasks there by
// the same post, for nobody gives beyond his own ceiling, nor a role that he holds (RULES B3).
func (o *Office) mayConfirm(p *staff.Post) error {
	own, ok := o.account()
	switch {
	case !ok:
		return ErrForbidden
	case o.isSelf(p.Account):
		return fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	case o.viewer.hasIn(role.ManageAccounts, p.Area):
		to := o.desk.Directory
		if to.MayBeOne(own, p.Account) || to.MayBeOne(own, o.madeLinkOf(p.Account)) {
			return fmt.Errorf("%w: %w", ErrForbidden, ErrSecondPerson)
		}
		return nil
	case !o.isAbove(p):
		return fmt.Errorf("%w: post %d", ErrForbidden, p.ID)
	case o.holds(own, p.Role):
		return fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	}
	return nil
}

// madeLinkOf returns who made the link by which an account was set up; zero of whoever is at the
// machine.
func (o *Office) madeLinkOf(account int64) int64 {
	a, _, _ := o.desk.Directory.Person(account)
	if a == nil {
		return 0
	}
	return a.SetUpBy
}

// isAbove reports whether the viewer stands above a post: of those who say who stands in, one
// is above another by a wider area alone.
func (o *Office) isAbove(p *staff.Post) bool {
	says := role.SetOf(role.AppointStandIn)
	if !o.viewer.grant.MayAll(says|role.SetOf(role.Unmask), p.Area) {
		return false
	}
	_, over, _ := o.viewer.grant.Highest(role.AppointStandIn, p.Area)
	return over.Level() < p.Area.Level() || o.desk.Directory.Table()[p.Role].Rights&says == 0
}
