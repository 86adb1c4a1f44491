package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// ErrNeedsSecond reports that a second factor is asked for by a post and stays.
var ErrNeedsSecond = errors.New("your posts ask for a second factor")

// throttled tries something that whoever found an open screen might guess at. A wrong guess,
// and one too many, leave a trace of the action.
func (d *Desk) throttled(a *staff.Account, s *staff.SignIn, action string, try func() error) error {
	from, _ := netip.ParseAddr(s.From) // one that is none counts as one
	attempt, wait := d.Throttle.Begin(signin.Attempt{Account: a.Login, Address: from})
	if wait > 0 {
		return d.refuse(d.refusal(a, action, s.From), &WaitError{wait})
	}
	err := try()
	if errors.Is(err, signin.ErrCode) || errors.Is(err, ErrSignIn) {
		d.tell(attempt.Failed())
		return d.refuse(d.refusal(a, action, s.From), err)
	}
	attempt.Withdraw()
	return err
}

// issuer is how an authenticator names what its codes are for.
const issuer = "Quanxi"

// An Offer is a second factor to put into an authenticator.
type Offer struct {
	Secret string // as it is typed
	URI    string // as a QR code shows it
}

// ErrHasSecond reports that a second factor is in force: whoever finds an open screen must
// not put another in its place. A code of it, or a recovery code, allows that; no set-up link
// does. For who has neither any more it is dropped at the machine (Registry.ResetPassword).
var ErrHasSecond = errors.New("a second factor is in force: a code of it is needed")

// OfferSecond makes a second factor for whoever shows a secret, and a code of the one in
// force if there is one, which stays so until ConfirmSecond. The error wraps ErrHasSecond,
// signin.ErrCode, or is ErrSignIn if the secret holds no more.
func (d *Desk) OfferSecond(ctx context.Context, secret, code string) (Offer, error) {
	var offer Offer
	_, err := d.change(ctx, secret, "accounts.offer-second", func(a *staff.Account, c *signin.Credential) (err error) {
		switch {
		case c.HasSecond() && code == "":
			return ErrHasSecond
		case c.HasSecond():
			if err := c.Second(code, d.Clock()); err != nil {
				return err
			}
		}
		raw := c.Offer()
		offer.Secret = signin.TOTPText(raw)
		offer.URI, err = signin.TOTPURI(issuer, a.Login, raw)
		return err
	})
	return offer, err
}

// ConfirmSecond puts the offered second factor in force once a code shows that it has
// arrived, and returns recovery codes, to be shown this once. Nobody but who proved to have
// the one in force has seen what was offered in its place. The other sign-ins end: they never
// showed this one. The error wraps signin.ErrCode, signin.ErrNothingOffered or ErrSignIn.
func (d *Desk) ConfirmSecond(ctx context.Context, secret, code string) (recovery []string, receipt grid.Receipt, err error) {
	receipt, err = d.changeWith(ctx, secret, "accounts.confirm-second", func(a *staff.Account, c *signin.Credential) (err error) {
		recovery, err = c.Confirm(code, d.Clock())
		a.HasSecond = true
		a.PasswordNo++ // somebody else may have shown the password alone
		return err
	}, func(a *staff.Account, s *staff.SignIn) { s.Strong, s.PasswordNo = true, a.PasswordNo })
	return recovery, receipt, err
}

// ProveSecond takes a code for whoever shows the secret of a sign-in that began elsewhere,
// where nobody asked for more than a password. The error wraps signin.ErrCode or ErrSignIn.
func (d *Desk) ProveSecond(ctx context.Context, secret, code string) (grid.Receipt, error) {
	return d.changeWith(ctx, secret, "session.prove", func(_ *staff.Account, c *signin.Credential) error {
		return c.Second(code, d.Clock())
	}, prove)
}

// DropSecond takes the second factor away from whoever shows a secret and a code of it.
// The error wraps ErrNeedsSecond, signin.ErrCode or ErrSignIn.
func (d *Desk) DropSecond(ctx context.Context, secret, code string) error {
	_, err := d.change(ctx, secret, "accounts.drop-second", func(a *staff.Account, c *signin.Credential) error {
		if grant, _ := d.Directory.Grant(a.ID, d.Clock(), d.ScopeOf); grant.NeedsSecondFactor() && !d.PasswordAlone {
			return ErrNeedsSecond
		}
		if err := c.Second(code, d.Clock()); err != nil {
			return err
		}
		c.Drop()
		a.HasSecond, a.SetUpAt = false, d.Clock() // from now on the password alone says whose it is
		return nil
	})
	return err
}

// ChangePassword gives whoever shows a secret another password, if they know the old
// one, and ends the sign-ins by it but for this one. The error wraps ErrSignIn, signin.ErrUnfit or
// signin.ErrBusy.
func (d *Desk) ChangePassword(ctx context.Context, secret, old, fresh string) (grid.Receipt, error) {
	return d.changeWith(ctx, secret, "accounts.change-password", func(a *staff.Account, c *signin.Credential) error {
		if _, err := d.Hasher.Verify(ctx, old, c.PasswordHash); err != nil {
			if errors.Is(err, signin.ErrPassword) {
				return ErrSignIn
			}
			return err
		}
		if err := signin.CheckPassword(fresh, a.Login, a.Name); err != nil {
			return err
		}
		var err error
		c.PasswordHash, err = d.Hasher.Hash(ctx, fresh)
		c.PasswordAt = d.Clock()
		a.PasswordNo++ // somebody else may have known the old one
		return err
	}, func(a *staff.Account, s *staff.SignIn) { s.PasswordNo = a.PasswordNo })
}

// A how changes how somebody signs in.
type how func(*staff.Account, *signin.Credential) error

// change has whoever shows a secret change how they sign in, as it is stored now.
func (d *Desk) change(ctx context.Context, secret, action string, how how) (grid.Receipt, error) {
	return d.changeWith(ctx, secret, action, how, nil)
}

// prove has a sign-in count as by more than a password.
func prove(_ *staff.Account, s *staff.SignIn) { s.Strong = true }

// changeWith is change, in one write with what follows for the sign-in; nil if nothing does.
func (d *Desk) changeWith(ctx context.Context, secret, action string, how how, follows func(*staff.Account, *staff.SignIn)) (grid.Receipt, error) {
	known, s, ok := d.find(secret)
	switch {
	case !ok:
		return grid.Receipt{}, ErrSignIn
	case s.IsNarrow():
		return grid.Receipt{}, ErrNarrow
	}
	stored, err := d.Store.Entity(ctx, staff.Accounts, known.ID) // not as heard: a code works once
	if err != nil {
		return grid.Receipt{}, err
	}
	account := *stored.(*staff.Account)
	if len(account.Credential) == 0 && !account.SignsInElsewhere() {
		return grid.Receipt{}, fmt.Errorf("%s: %w", action, ErrSignIn)
	}
	credential, err := d.Sealer.OpenAny(account.ID, account.Credential)
	if err != nil {
		return grid.Receipt{}, err
	}
	if err := d.throttled(known, s, action, func() error { return how(&account, &credential) }); err != nil {
		return grid.Receipt{}, err
	}
	if account.Credential, err = d.Sealer.Seal(account.ID, credential); err != nil {
		return grid.Receipt{}, err
	}
	w := grid.Write{Actor: accountName(account.ID), Action: action, From: s.From, Put: []grid.Entity{&account}}
	if follows != nil {
		changed := *s
		follows(&account, &changed)
		w.Put = append(w.Put, &changed)
	}
	return d.Store.Write(ctx, w)
}
