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

// Why nobody confirms a post, or acts on who holds one.
var (
	// ErrNotAwaited reports a post that awaits nobody.
	ErrNotAwaited = errors.New("the post awaits no second person: it needs none, is confirmed, or its account is not set up yet")
	// ErrNotSetUp reports an account into which whoever made its link still comes alone.
	ErrNotSetUp = errors.New("the account is not set up yet, or has no second factor: whoever made its link could still set it up himself")
	// ErrAdministrator reports an account of an administrator: one of them alone could remove
	// whoever watches him.
	ErrAdministrator = errors.New("administrators are locked, let in anew and dismissed at the machine: quanxi user")
)

// A post awaits a second person unless another gave it than who made the link by which its
// account was set up, and knew by then who is in that: whoever made the link may have opened it
// himself, and would read, or remove who watches him, by one word of his own (三员分立). So does
// one of an administrator, or of a machine, that somebody here gave. Until another person confirms the post it gives no
// right of role.OfConfirmed.

// awaits reports whether a post awaits a second person, whatever it allows.
func (b *book) awaits(p *staff.Post) bool {
	a := b.accounts[p.Account]
	switch {
	case a == nil:
		return false
	case a.Sort == staff.Machine:
		return p.GivenBy != 0 && p.ConfirmedBy == 0
	case p.ConfirmedBy != 0 && !p.ConfirmedAt.Before(a.SetUpAt):
		return false
	case p.GivenBy != 0 && b.rightsOf(p).Administers(): // whoever made a link since may have been deceived
		return true
	case a.SetUpBy == 0:
		return false
	}
	// Who is in it since a later set-up nobody has confirmed, whoever gave the post before.
	return p.GivenAt.Before(a.SetUpAt) || p.GivenBy != 0 && b.mayBeOne(p.GivenBy, a.SetUpBy)
}

// isSomebody reports whether another than who made its link says that an account is somebody's:
// it was set up at the machine or signs in elsewhere, or has a post that awaits nobody.
func (b *book) isSomebody(account int64) bool {
	a := b.accounts[account]
	return a != nil && (a.SetUpBy == 0 || slices.ContainsFunc(b.postsOf[account], func(id int64) bool { return !b.awaits(b.posts[id]) }))
}

// rightsOf returns what a post allows, once it awaits nobody.
func (b *book) rightsOf(p *staff.Post) role.Set { return b.table[p.Role].At(p.Area.Level()) }

// needsConfirmed reports whether a post allows what it gives only once it awaits nobody.
func (b *book) needsConfirmed(p *staff.Post) bool { return b.rightsOf(p)&role.OfConfirmed != 0 }

// Administers reports whether an account holds, now or later, an administrator's post that
// awaits nobody.
func (d *Directory) Administers(account int64, at time.Time) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.ContainsFunc(unended(d.held.postsHeld(account), at), d.held.administers)
}

// IsAdministrators reports whether a post makes an administrator of who holds it: it awaits
// nobody, and the account is set up.
func (d *Directory) IsAdministrators(p *staff.Post) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.held.administers(p)
}

// administers is as of IsAdministrators.
func (b *book) administers(p *staff.Post) bool {
	a := b.accounts[p.Account]
	return a != nil && a.IsSetUp() && b.rightsOf(p).Administers() && !b.awaits(p)
}

// withholds reports whether a post does not give all that it allows yet in the hands of an
// account, which holds it or stands in for it: whoever keeps accounts says who stands in too.
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

// Confirm says of a post that its account is held by whom it is meant for, or that a machine
// shall have it, so that it gives all that it allows. The error wraps grid.ErrNotFound where the
// viewer has no say, ErrForbidden of who is no second person for it, ErrNotAwaited, ErrNotSetUp,
// or grid.ErrConflict if the post was changed meanwhile.
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
	now := o.desk.Clock()
	a, _, ok := o.desk.Directory.Person(p.Account)
	if !ok || !slices.Contains(o.desk.Directory.Awaited(p.Account, now), p.ID) {
		return fmt.Errorf("post %d: %w", p.ID, ErrNotAwaited)
	}
	grant, _ := o.desk.Directory.Grant(a.ID, now, o.desk.ScopeOf)
	needsSecond := grant.NeedsSecondFactor() && !o.desk.PasswordAlone
	if a.Sort != staff.Machine && !a.SignsInElsewhere() && (!a.IsSetUp() || needsSecond && !a.HasSecond) {
		return fmt.Errorf("account %d: %w", a.ID, ErrNotSetUp)
	}
	return nil
}

// mayConfirm returns nil if the viewer is a second person for a post: another than who gave it
// and who made the link, who keeps accounts where it is, or who stands above it: says there who stands in, and sees there by
// the same post all that it shows, for nobody gives beyond his own ceiling, nor a role that he
// holds (RULES B3).
func (o *Office) mayConfirm(p *staff.Post) error {
	own, ok := o.account()
	switch {
	case !ok:
		return ErrForbidden
	case o.isSelf(p.Account):
		return fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	case o.viewer.hasIn(role.ManageAccounts, p.Area):
		if to := o.desk.Directory; to.MayBeOne(own, p.Account) || p.GivenBy != 0 && to.MayBeOne(own, p.GivenBy) {
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

// isAbove reports whether the viewer stands above a post: of those who say who stands in, one
// is above another by a wider area alone.
func (o *Office) isAbove(p *staff.Post) bool {
	says, r := role.SetOf(role.AppointStandIn), o.desk.Directory.Table()[p.Role]
	if !o.viewer.grant.MayAll(says|r.At(p.Area.Level())&role.OfVouchers, p.Area) {
		return false
	}
	_, over, _ := o.viewer.grant.Highest(role.AppointStandIn, p.Area)
	return over.Level() < p.Area.Level() || r.Rights&says == 0
}
