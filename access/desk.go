package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// Errors of signing in. None says which part was wrong, or whether there is such an
// account.
var (
	ErrSignIn = errors.New("name, password or code is wrong")
	// ErrSecond reports a right password to which the code of the second factor is yet
	// to come.
	ErrSecond = errors.New("the code of the second factor is needed")
)

// A WaitError asks who signs in to come back later.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string { return fmt.Sprintf("try again in %s", e.For.Round(time.Second)) }

// How long a sign-in lasts, whatever is done with it.
const (
	browserSpan = 12 * time.Hour // a shift, and its handing over
	programSpan = 30 * 24 * time.Hour
)

// A Desk signs people and programs in and out. It is safe for concurrent use.
type Desk struct{ DeskSources }

// DeskSources are what a Desk works with.
type DeskSources struct {
	Store     grid.Store
	Directory *Directory
	Hasher    *signin.Hasher
	Throttle  *signin.Throttle
	Sealer    *signin.Sealer
	Clock     func() time.Time
	// ScopeOf returns what whoever answers for a division answers for, at the moment.
	ScopeOf func(grid.Code) grid.Scope
}

// NewDesk returns a Desk.
func NewDesk(s DeskSources) *Desk { return &Desk{s} }

// An Entry is what somebody shows to sign in.
type Entry struct {
	Login    string
	Password string
	Code     string // of the second factor; empty if it was not asked for yet
	From     netip.Addr
	Device   string // as of signin.Attempt
	Program  bool   // wants a token, not a session of a browser
}

// A SignedIn is what a sign-in gives.
type SignedIn struct {
	Secret  string // shown this once
	Account *staff.Account
	Until   time.Time
	Receipt grid.Receipt // who asks with the secret at once waits for it
}

// SignIn lets somebody in, or answers ErrSignIn, ErrSecond, a WaitError,
// signin.ErrBusy or what the store says. An unknown account costs as much as a wrong
// password. Whoever shows a wrong password or code, or a right password without its
// code, leaves an audit row, also who does not wait for the answer.
func (d *Desk) SignIn(ctx context.Context, e Entry) (SignedIn, error) {
	e.Login = strings.ToLower(e.Login) // as accounts are; a phone begins with a capital
	try, wait := d.Throttle.Begin(signin.Attempt{Account: e.Login, Address: e.From, Device: e.Device})
	if wait > 0 {
		return SignedIn{}, &WaitError{wait}
	}
	account, err := d.verify(ctx, e)
	switch {
	case errors.Is(err, ErrSignIn):
		try.Failed()
		return SignedIn{}, errors.Join(err, d.refused(ctx, e))
	case errors.Is(err, ErrSecond):
		try.Withdraw()
		return SignedIn{}, errors.Join(err, d.refused(ctx, e))
	case err != nil:
		try.Withdraw()
		return SignedIn{}, err
	}
	try.Succeeded()
	return d.begin(ctx, account, e)
}

// verifyTries is how often a credential is looked at that others change meanwhile.
const verifyTries = 4

// verify returns the account whose password and second factor an entry shows.
func (d *Desk) verify(ctx context.Context, e Entry) (*staff.Account, error) {
	account, known := d.Directory.Account(e.Login)
	if !known {
		account = new(staff.Account)
	}
	for range verifyTries {
		kept, err := d.verifyAs(ctx, account, e)
		if !errors.Is(err, grid.ErrConflict) {
			return kept, err
		}
		// Somebody signed in on another node, of which this one has not heard.
		stored, err := d.Store.Entity(ctx, staff.Accounts, account.ID)
		if err != nil {
			return nil, err
		}
		account = stored.(*staff.Account)
	}
	return nil, fmt.Errorf("sign in: %w", grid.ErrConflict)
}

// verifyAs is verify for one state of the account. The error is grid.ErrConflict if
// there is a newer one.
func (d *Desk) verifyAs(ctx context.Context, account *staff.Account, e Entry) (*staff.Account, error) {
	var credential signin.Credential
	if !account.Locked && len(account.Credential) > 0 {
		var err error
		if credential, err = d.Sealer.Open(account.ID, account.Credential); err != nil {
			return nil, err
		}
	}
	fresh, err := d.Hasher.Verify(ctx, e.Password, credential.PasswordHash)
	switch {
	case errors.Is(err, signin.ErrPassword):
		return nil, ErrSignIn
	case err != nil:
		return nil, err
	}
	if fresh != "" {
		credential.PasswordHash = fresh
	}
	switch {
	case !credential.HasSecond() && fresh == "":
		return account, nil
	case !credential.HasSecond():
		kept, err := d.keep(ctx, account, credential, e.From)
		if errors.Is(err, grid.ErrConflict) {
			return account, nil // the stronger hash can wait
		}
		return kept, err
	case e.Code == "":
		return nil, ErrSecond
	case credential.Second(e.Code, d.Clock()) != nil:
		return nil, ErrSignIn
	}
	return d.keep(ctx, account, credential, e.From)
}

// keep stores a credential whose code was used up, or whose hash is made anew, on
// condition that nobody did the same meanwhile, else grid.ErrConflict: a code works
// once, on all nodes.
func (d *Desk) keep(ctx context.Context, account *staff.Account, credential signin.Credential, from netip.Addr) (*staff.Account, error) {
	sealed, err := d.Sealer.Seal(account.ID, credential)
	if err != nil {
		return nil, err
	}
	changed := *account
	changed.Credential = sealed
	_, err = d.Store.Write(ctx, grid.Write{Actor: accountName(account.ID), Action: "accounts.use", From: from.String(), Put: []grid.Entity{&changed}})
	return &changed, err
}

// begin stores the sign-in.
func (d *Desk) begin(ctx context.Context, account *staff.Account, e Entry) (SignedIn, error) {
	purpose, span := signin.ForBrowser, browserSpan
	if e.Program {
		purpose, span = signin.ForProgram, programSpan
	}
	secret, digest := signin.NewSecret(purpose)
	now := d.Clock()
	begun := &staff.SignIn{Account: account.ID, Digest: digest, Token: e.Program, From: e.From.String(), Began: now, Ends: now.Add(span)}
	receipt, err := d.Store.Write(ctx, grid.Write{Actor: accountName(account.ID), Action: "session.begin", From: e.From.String(), Put: []grid.Entity{begun}})
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Secret: secret, Account: account, Until: begun.Ends, Receipt: receipt}, nil
}

// refused leaves the row of a refusal. It does not say which login was typed: now and
// then that is a password.
func (d *Desk) refused(ctx context.Context, e Entry) error {
	row := grid.AuditRow{Action: "session.begin", From: e.From.String(), Result: grid.ResultRefused}
	if account, known := d.Directory.Account(e.Login); known {
		row.Actor = accountName(account.ID)
	}
	return d.Store.Audit(context.WithoutCancel(ctx), []grid.AuditRow{row})
}

// SignOut ends the sign-in of a secret. One that has ended already is no error.
func (d *Desk) SignOut(ctx context.Context, secret string) (grid.Receipt, error) {
	account, s, ok := d.find(secret)
	if !ok {
		return grid.Receipt{}, nil
	}
	return d.Store.Write(ctx, grid.Write{
		Actor: accountName(account.ID), Action: "session.end",
		Remove: []grid.Ref{{Kind: staff.SignIns, ID: s.ID, Revision: s.Revision}},
	})
}

// swept is how many sign-ins one Sweep removes at most.
const swept = 500

// Sweep removes sign-ins that have ended by themselves, so that they are not kept for
// ever. Other nodes may do the same.
func (d *Desk) Sweep(ctx context.Context) error {
	ended := d.Directory.Ended(d.Clock(), swept)
	if len(ended) == 0 {
		return nil
	}
	_, err := d.Store.Write(ctx, grid.Write{Action: "session.sweep", Remove: ended})
	if errors.Is(err, grid.ErrConflict) || errors.Is(err, grid.ErrNotFound) {
		return nil // another node was faster, and this one hears of it
	}
	return err
}

// Viewer returns the viewer whom a secret stands for at this moment, and until when
// what it may do stays so if the Directory does not change; zero for ever. While there
// is no account yet, whoever shows no secret is the local viewer.
func (d *Desk) Viewer(secret string) (v *Viewer, until time.Time, ok bool) {
	if secret == "" && d.Directory.Unclaimed() {
		return Local(), time.Time{}, true
	}
	account, s, ok := d.find(secret)
	if !ok {
		return nil, time.Time{}, false
	}
	now := d.Clock()
	grant, until := d.Directory.Grant(account.ID, now, d.ScopeOf)
	unmaskings, again := d.Directory.Unmaskings(account.ID, now)
	return NewViewer(accountName(account.ID), grant, unmaskings...), earlier(earlier(until, again), s.Ends), true
}

// find returns the account and the sign-in of a secret that holds now.
func (d *Desk) find(secret string) (*staff.Account, *staff.SignIn, bool) {
	for _, purpose := range []signin.Purpose{signin.ForBrowser, signin.ForProgram} {
		if digest, err := purpose.Digest(secret); err == nil {
			return d.Directory.SignedIn(digest, d.Clock())
		}
	}
	return nil, nil, false
}

// An Identity is who somebody is who has signed in.
type Identity struct {
	Account *staff.Account // shared: not to be written to
	Posts   []role.Post    // held at the moment, also by standing in
	Until   time.Time      // when the sign-in ends
}

// Identity returns whose secret it is; false if it holds no more.
func (d *Desk) Identity(secret string) (Identity, bool) {
	account, s, ok := d.find(secret)
	if !ok {
		return Identity{}, false
	}
	return Identity{account, d.Directory.Posts(account.ID, d.Clock()), s.Ends}, true
}

// NeedsSecond reports whether an account holds a post of a role that asks for a second
// factor, now or by standing in.
func (d *Desk) NeedsSecond(account int64) bool {
	grant, _ := d.Directory.Grant(account, d.Clock(), d.ScopeOf)
	for _, right := range []role.Right{role.RunSystem, role.ManageAccounts, role.ManageRoles, role.ReadAudit, role.Unmask} {
		if len(grant.Scope(right).Ranges()) > 0 {
			return true
		}
	}
	return false
}
