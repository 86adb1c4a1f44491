package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
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
	now := d.Clock()
	s, a, ok := d.Directory.Setup(digest, now)
	if !ok || s.By != 0 && d.Directory.Administers(a.ID, now) { // he became one since: see ErrAdministrator
		return nil, nil, ErrSetup
	}
	return s, a, nil
}

// SetUp has whoever shows the secret of a set-up link choose a password, once, and signs
// them in from where an entry says. The sign-ins by the older password end. A second factor that
// is in force stays, with its recovery codes, and is asked for before anything else: whoever made
// the link can open it too, and must not come in by it. One that was only offered is gone. The
// error wraps ErrSetup, signin.ErrUnfit, signin.ErrBusy, or grid.ErrConflict if the account
// changed all the while.
func (d *Desk) SetUp(ctx context.Context, secret, password string, e Entry) (SignedIn, error) {
	s, known, err := d.setup(secret)
	if err != nil {
		return SignedIn{}, err
	}
	if err := signin.CheckPassword(password, known.Login, known.Name); err != nil {
		return SignedIn{}, err
	}
	hash, err := d.Hasher.Hash(ctx, password)
	if err != nil {
		return SignedIn{}, err
	}
	for range verifyTries {
		account, err := d.setUpAs(ctx, s, hash, e.From)
		switch {
		case errors.Is(err, grid.ErrConflict): // a code was used, or the account locked, on another node meanwhile
			continue
		case errors.Is(err, grid.ErrNotFound): // used a moment ago, here or on another node
			return SignedIn{}, ErrSetup
		case err != nil:
			return SignedIn{}, err
		}
		return d.begin(ctx, account, Entry{From: e.From, Device: e.Device, Session: e.Session})
	}
	return SignedIn{}, fmt.Errorf("set up: %w", grid.ErrConflict)
}

// setUpAs stores a password for the account of a set-up as it is stored now, and returns that.
// The error is grid.ErrConflict if there is a newer state, grid.ErrNotFound if the set-up was
// used or the account may not sign in.
func (d *Desk) setUpAs(ctx context.Context, s *staff.Setup, hash string, from netip.Addr) (*staff.Account, error) {
	stored, err := d.Store.Entity(ctx, staff.Accounts, s.Account) // not as heard: of codes those used must stay so
	if err != nil {
		return nil, err
	}
	account := *stored.(*staff.Account)
	if account.Locked {
		return nil, fmt.Errorf("account %d is locked: %w", account.ID, grid.ErrNotFound)
	}
	credential, err := d.Sealer.OpenAny(account.ID, account.Credential)
	if err != nil {
		return nil, err
	}
	credential.PasswordHash, credential.PasswordAt, credential.TOTPOffered = hash, d.Clock(), nil
	account.HasSecond = credential.HasSecond()
	noteSetUp(&account, s.By, d.Clock())
	if account.Credential, err = d.Sealer.Seal(account.ID, credential); err != nil {
		return nil, err
	}
	_, err = d.Store.Write(ctx, grid.Write{
		Actor: accountName(account.ID), Action: "accounts.set-up", From: from.String(), Put: []grid.Entity{&account},
		Remove: []grid.Ref{{Kind: staff.Setups, ID: s.ID, Revision: s.Revision}},
	})
	return &account, err
}

// noteSetUp notes by whom, zero for the machine, an account gets another password at a moment. With
// a second factor beside it that stays, the account stays in the hands that it is in.
func noteSetUp(a *staff.Account, by int64, at time.Time) {
	a.PasswordNo++
	if !a.HasSecond {
		a.SetUpBy, a.SetUpAt = by, at
	}
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
