package access

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/netip"
	"slices"
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

func (e *WaitError) Error() string { return fmt.Sprintf("try again in %d s", e.Seconds()) }

// Seconds is how long to wait in whole seconds, never too short.
func (e *WaitError) Seconds() int { return int(math.Ceil(e.For.Seconds())) }

// A Desk signs people and programs in and out. It is safe for concurrent use.
type Desk struct {
	DeskSources
	uses uses
}

// DeskSources are what a Desk works with.
type DeskSources struct {
	Store     grid.Store
	Directory *Directory
	Hasher    *signin.Hasher
	Throttle  *signin.Throttle
	Sealer    *signin.Sealer
	// Vault makes the digests by which the audit says what a write changed.
	Vault *Vault
	// Devices seals what browsers keep to be known again.
	Devices *signin.Box
	// Failed tells other nodes of a failed attempt; nil if there are none.
	Failed func(signin.Failure)
	// Refused leaves a trace of what was refused here; nil for none.
	Refused func(Trace)
	Clock   func() time.Time
	// PasswordAlone lets everybody in without a second factor: in an invented city, whose
	// passwords are shown to everybody.
	PasswordAlone bool
	// Chain and Seals are by what the audit is verified.
	Chain Chain
	Seals func() iter.Seq2[Seal, error]
	// Open lets in whoever asks as the local viewer, as long as there is no account.
	Open bool
	// Holds reports whether this node holds all that a post in a division is about; nil if
	// it holds everything.
	Holds func(grid.Code) bool
	// ScopeOf returns what whoever answers for a division answers for, at the moment.
	ScopeOf func(grid.Code) grid.Scope
}

// NewDesk returns a Desk.
func NewDesk(s DeskSources) *Desk {
	d := &Desk{DeskSources: s}
	d.Store = witnessed(s.Store, s.Vault, d.postOf)
	return d
}

// postOf returns the highest post that an account has at the moment, of those of one level
// the first: that of what somebody does for himself. It is empty for who has none, and for
// an actor that is no account.
func (d *Desk) postOf(actor string) string {
	var highest role.Post
	for _, p := range d.Directory.Posts(accountID(actor), d.Clock()) {
		if highest.Role == "" || p.Area.Level() < highest.Area.Level() {
			highest = p
		}
	}
	return postName(highest.Role, highest.Area, true)
}

// An Entry is what somebody shows to sign in.
type Entry struct {
	Login    string
	Password string
	Code     string // of the second factor; empty if it was not asked for yet
	From     netip.Addr
	Device   string     // what the browser keeps of an earlier sign-in; empty for nothing
	Session  string     // secret of the session that the browser is in, which ends with this one's beginning; empty for none
	Program  bool       // wants a token, not a session of a browser
	Token    TokenOrder // of what kind
	strong   bool       // more than a password was shown
}

// A SignedIn is what a sign-in gives.
type SignedIn struct {
	Secret  string // shown this once
	Account *staff.Account
	Until   time.Time
	Device  string       // for the browser to keep and to show at the next sign-in
	Receipt grid.Receipt // who asks with the secret at once waits for it
	Missing []grid.Code  // areas of posts by groups that were not given: no such division is stored
}

// SignIn lets somebody in, or answers ErrSignIn, ErrSecond, a WaitError,
// signin.ErrBusy or what the store says. An unknown account costs as much as a wrong
// password. Whoever shows a wrong password or code, or a right password without its
// code, or comes too often, leaves a trace as of Traces, also who does not wait for the answer.
func (d *Desk) SignIn(ctx context.Context, e Entry) (SignedIn, error) {
	e.Login = strings.ToLower(e.Login) // as accounts are; a phone begins with a capital
	try, wait := d.Throttle.Begin(d.attempt(e))
	if wait > 0 {
		return SignedIn{}, d.refuse(d.refusalOf(e), &WaitError{wait})
	}
	account, err := d.verify(ctx, e)
	switch {
	case errors.Is(err, ErrSignIn):
		d.tell(try.Failed())
		return SignedIn{}, d.refuse(d.refusal(account, begins, e.From.String()), err)
	case errors.Is(err, ErrSecond):
		try.Withdraw()
		return SignedIn{}, d.refuse(d.refusal(account, begins, e.From.String()), err)
	case err != nil:
		try.Withdraw()
		return SignedIn{}, err
	}
	try.Succeeded()
	e.strong = account.HasSecond // whose code verify asked for
	return d.begin(ctx, account, e)
}

// attempt says who tries, and from where, which an account with open sign-ins from there
// did before, if on another node.
func (d *Desk) attempt(e Entry) signin.Attempt {
	account, known := d.Directory.Account(e.Login)
	if known && slices.ContainsFunc(d.Directory.SignIns(account.ID, d.Clock()), func(s *staff.SignIn) bool { return s.From == e.From.String() }) {
		d.Throttle.Remember(e.Login, e.From)
	}
	return signin.Attempt{Account: e.Login, Address: e.From, Device: d.device(e.Device).as(account)}
}

// tell tells other nodes of a failed attempt.
func (d *Desk) tell(f signin.Failure) {
	if d.Failed != nil {
		d.Failed(f)
	}
}

// begins is the action of a sign-in.
const begins = "session.begin"

// verifyTries is how often a credential is looked at that others change meanwhile.
const verifyTries = 4

// verify returns the account whose password and second factor an entry shows. It looks it up
// where it is stored: of one that was added, locked or changed a moment ago the Directory may not
// have heard. With ErrSignIn and ErrSecond it returns whose the login is, nobody without an id if
// nobody's.
func (d *Desk) verify(ctx context.Context, e Entry) (*staff.Account, error) {
	for range verifyTries {
		account, err := findAccount(ctx, d.Store, e.Login)
		if errors.Is(err, grid.ErrNotFound) {
			account, err = new(staff.Account), nil
		}
		if err != nil {
			return nil, err
		}
		kept, err := d.verifyAs(ctx, account, e)
		switch {
		case err == nil:
			return kept, nil
		case !errors.Is(err, grid.ErrConflict): // else somebody signed in on another node meanwhile
			return account, err
		}
	}
	return nil, fmt.Errorf("sign in: %w", grid.ErrConflict)
}

// verifyAs is verify for one state of the account. The error is grid.ErrConflict if
// there is a newer one.
func (d *Desk) verifyAs(ctx context.Context, account *staff.Account, e Entry) (*staff.Account, error) {
	var credential signin.Credential
	if !account.Locked && account.Sort != staff.Machine && len(account.Credential) > 0 {
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
		return d.keep(ctx, account, credential, e.From)
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

// begin stores the sign-in of an account in the state in which its password was looked at, and
// ends the session that it takes the place of in the browser, whose secret nobody has any more.
func (d *Desk) begin(ctx context.Context, account *staff.Account, e Entry) (SignedIn, error) {
	var secret string
	var begun *staff.SignIn
	if e.Program {
		var err error
		if secret, begun, err = d.newToken(ctx, account, e.From.String(), e.Token); err != nil {
			return SignedIn{}, err
		}
	} else {
		secret, begun = newSignIn(account, signin.ForBrowser, e.From.String(), d.Clock(), browserSpan)
	}
	begun.Strong = e.strong
	w := grid.Write{Actor: accountName(account.ID), Action: begins, From: e.From.String(), Detail: narrowness(begun), Put: []grid.Entity{begun}}
	receipt, err := d.inPlace(ctx, w, e)
	if err != nil {
		return SignedIn{}, err
	}
	device, err := d.remember(d.device(e.Device), account.ID)
	return SignedIn{Secret: secret, Account: account, Until: begun.Ends, Device: device, Receipt: receipt}, err
}

// refuse leaves a trace of what was refused, and returns why.
func (d *Desk) refuse(what Trace, why error) error {
	if d.Refused != nil {
		d.Refused(what)
	}
	return why
}

// refusalOf returns the refusal of a sign-in. It does not say which login was typed: now and
// then that is a password.
func (d *Desk) refusalOf(e Entry) Trace {
	account, known := d.Directory.Account(strings.ToLower(e.Login))
	if !known {
		account = new(staff.Account)
	}
	return d.refusal(account, begins, e.From.String())
}

// refusal returns what an account was refused, or nobody if it has no id.
func (d *Desk) refusal(a *staff.Account, action, from string) Trace {
	what := Trace{Action: action, From: from, Result: grid.ResultRefused}
	if a.ID != 0 {
		what.Actor = accountName(a.ID)
		what.Post = d.postOf(what.Actor)
	}
	return what
}
