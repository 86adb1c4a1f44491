package access

import (
	"context"
	"errors"
	"strconv"
	"time"

	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// ErrSetup reports a set-up link that was used, is too old or never was.
var ErrSetup = errors.New("the link was used already or is too old: ask for another one")

// ErrElsewhere reports an account that a sign-in server lets in: it has no password here.
var ErrElsewhere = errors.New("this account signs in elsewhere: it has no password here")

// ErrProgram reports an account of a program, which signs in by a token.
var ErrProgram = errors.New("a program signs in by a token: it has no password")

// setupSpan is how long a set-up link opens.
const setupSpan = 24 * time.Hour

// Invite makes a set-up link for an account, on a page, in the place of those before.
// The link is shown this once, and opens on a node that has applied the receipt. The error wraps
// ErrElsewhere or ErrProgram, for who has no password here.
func (r *Registry) Invite(ctx context.Context, a *staff.Account, page string, now time.Time) (link string, receipt grid.Receipt, err error) {
	if err := mayHavePassword(a); err != nil {
		return "", receipt, err
	}
	w := grid.Write{Actor: r.Actor, Post: r.Post, From: r.From, Action: "setups.create", Object: accountObject(a.ID)}
	for e, err := range r.Store.Entities(ctx, staff.Setups, grid.Query{}) {
		if err != nil {
			return "", receipt, err
		}
		if s := e.(*staff.Setup); s.Account == a.ID || !now.Before(s.Ends) {
			w.Remove = append(w.Remove, grid.Ref{Kind: staff.Setups, ID: s.ID, Revision: s.Revision})
		}
	}
	secret, digest := signin.NewSecret(signin.ForSetup)
	w.Put = []grid.Entity{&staff.Setup{Account: a.ID, Digest: digest, Ends: now.Add(setupSpan), By: accountID(r.Actor)}}
	if receipt, err = r.Store.Write(ctx, w); err != nil {
		return "", receipt, err
	}
	// Behind #, which browsers send to no server: it is in no log and no Referer.
	return page + "#setup=" + secret, receipt, nil
}

// Invited returns the login that a set-up link is for, or ErrSetup.
func (d *Desk) Invited(secret string) (login string, err error) {
	_, a, err := d.setup(secret)
	if err != nil {
		return "", err
	}
	return a.Login, nil
}

func (d *Desk) setup(secret string) (*staff.Setup, *staff.Account, error) {
	digest, err := signin.ForSetup.Digest(secret)
	if err != nil {
		return nil, nil, ErrSetup
	}
	s, a, ok := d.Directory.Setup(digest, d.Clock())
	if !ok {
		return nil, nil, ErrSetup
	}
	return s, a, nil
}

// SetUp has whoever shows the secret of a set-up link choose a password, once, and signs
// them in from where an entry says, which needs no more. An older second factor is gone with the
// older password, and so are the sign-ins by it. The error wraps ErrSetup, signin.ErrUnfit or
// signin.ErrBusy.
func (d *Desk) SetUp(ctx context.Context, secret, password string, e Entry) (SignedIn, error) {
	s, known, err := d.setup(secret)
	if err != nil {
		return SignedIn{}, err
	}
	if err := signin.CheckPassword(password, known.Login, known.Name); err != nil {
		return SignedIn{}, err
	}
	credential := signin.Credential{PasswordAt: d.Clock()}
	if credential.PasswordHash, err = d.Hasher.Hash(ctx, password); err != nil {
		return SignedIn{}, err
	}
	account := *known
	account.HasSecond, account.SetUpBy, account.SetUpAt = false, s.By, d.Clock()
	account.PasswordNo++
	if account.Credential, err = d.Sealer.Seal(account.ID, credential); err != nil {
		return SignedIn{}, err
	}
	w := grid.Write{
		Actor: accountName(account.ID), Action: "accounts.set-up", From: e.From.String(), Put: []grid.Entity{&account},
		Remove: []grid.Ref{{Kind: staff.Setups, ID: s.ID, Revision: s.Revision}},
	}
	_, err = d.Store.Write(ctx, w)
	switch {
	case errors.Is(err, grid.ErrNotFound), errors.Is(err, grid.ErrConflict): // used a moment ago, here or on another node
		return SignedIn{}, ErrSetup
	case err != nil:
		return SignedIn{}, err
	}
	return d.begin(ctx, &account, Entry{From: e.From, Device: e.Device, Session: e.Session})
}

func accountObject(id int64) string { return string(staff.Accounts) + "/" + accountName(id) }

// accountID reads what accountName writes; zero of an actor that is no account, such as
// whoever is at the machine.
func accountID(actor string) int64 {
	id, err := strconv.ParseInt(actor, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
