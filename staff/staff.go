// Package staff holds who may sign in and as what: accounts, their posts, who stands
// in for whom, the table of roles, and sign-ins. They are stored and logged like
// everything else, so that a right that is withdrawn reaches every node in the log's
// order (RULES A15); the World and the screens never see them.
//
// It knows nothing of SQL, HTTP, the World or passwords.
package staff

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"quanxi/geo"
	"quanxi/grid"
)

// The kinds of this package.
const (
	Accounts   grid.Kind = "accounts"
	Roles      grid.Kind = "roles"
	Posts      grid.Kind = "posts"
	StandIns   grid.Kind = "standins"
	SignIns    grid.Kind = "signins"
	Unmaskings grid.Kind = "unmaskings"
	Setups     grid.Kind = "setups"
	Proposals  grid.Kind = "proposals"
	Exports    grid.Kind = "exports"
	SettingsOf grid.Kind = "settings"
)

// Kinds lists the kinds, each after those that it refers to.
func Kinds() []grid.Kind {
	return []grid.Kind{Accounts, Roles, Posts, StandIns, SignIns, Unmaskings, Setups, Proposals, Exports, SettingsOf}
}

// New returns an empty entity of a kind of this package, nil of any other.
func New(kind grid.Kind) grid.Entity {
	switch kind {
	case Accounts:
		return new(Account)
	case Roles:
		return new(Role)
	case Posts:
		return new(Post)
	case StandIns:
		return new(StandIn)
	case SignIns:
		return new(SignIn)
	case Unmaskings:
		return new(Unmasking)
	case Setups:
		return new(Setup)
	case Proposals:
		return new(Proposal)
	case Exports:
		return new(Export)
	case SettingsOf:
		return new(Settings)
	}
	return nil
}

// Is reports whether a kind is one of this package.
func Is(kind grid.Kind) bool { return New(kind) != nil }

// placeless is embedded by what lies nowhere.
type placeless struct{}

// Geometry returns nil.
func (placeless) Geometry() geo.Geometry { return nil }

// SetGeometry refuses anything but nil.
func (placeless) SetGeometry(g geo.Geometry) error {
	if g != nil {
		return fmt.Errorf("staff lie nowhere: %w", grid.ErrInvalid)
	}
	return nil
}

// An Account is somebody, or some program, that may sign in.
type Account struct {
	grid.Head
	placeless
	Login string
	Name  string // how others see it, such as 值班员
	Sort  Sort
	// Credential is what it signs in by, sealed under the master key and bound to the
	// account; nil if it cannot sign in by itself yet.
	Credential grid.Sealed
	// PasswordNo grows with each password that is chosen, and with each second factor that is
	// put beside it: a sign-in by what was before holds no more, whenever it began.
	PasswordNo int64
	HasSecond  bool // the credential has a second factor
	Locked     bool // signs in no more
	// Issuer and Subject name who it is at the sign-in server that lets it in; empty for
	// who signs in here.
	Issuer, Subject string
	// SetUpBy is the account that made the link by which the password was chosen, and may have
	// opened it itself: the two are no two persons. Zero of whoever is at the machine.
	SetUpBy int64
	// SetUpAt is when that was, or when it was left alone: whoever holds the account holds it
	// since. A password that is chosen beside a second factor that stays hands it to nobody, and
	// is noted in neither.
	SetUpAt time.Time
}

// LoginID is the external id of an account, of which a store takes each once.
func LoginID(login string) string { return "login:" + login }

// ElsewhereLogin is what an account is called that signs in elsewhere: the same for a
// subject whatever it writes of itself, and never what somebody here is called.
func ElsewhereLogin(issuer, subject string) string {
	digest := sha256.Sum256([]byte(issuer + "\x00" + subject))
	return "openid:" + hex.EncodeToString(digest[:16])
}

// SignsInElsewhere reports whether a sign-in server lets the account in, and no password.
func (a *Account) SignsInElsewhere() bool { return a.Issuer != "" }

// SignsIn reports whether somebody can sign in to the account, here or elsewhere: a machine is
// nobody, and one that was not set up yet is nobody's.
func (a *Account) SignsIn() bool { return !a.Locked && a.Sort != Machine && a.IsSetUp() }

// IsSetUp reports whether somebody has chosen a password, or signs in elsewhere.
func (a *Account) IsSetUp() bool { return len(a.Credential) > 0 || a.SignsInElsewhere() }

// A Sort says what kind of somebody an account is.
type Sort string

// The sorts of accounts.
const (
	Person   Sort = "staff"
	Partner  Sort = "partner" // a department, a provider's team, a family doctor
	Resident Sort = "resident"
	Machine  Sort = "machine"
)

// Sorts lists the sorts of accounts.
func Sorts() []Sort { return []Sort{Person, Partner, Resident, Machine} }

// Kind returns Accounts.
func (*Account) Kind() grid.Kind { return Accounts }

// Columns implements grid.Entity.
func (a *Account) Columns() []grid.Column {
	return []grid.Column{
		{Name: "login", Value: &a.Login}, {Name: "name", Value: &a.Name}, {Name: "sort", Value: (*string)(&a.Sort)},
		{Name: "credential", Value: (*[]byte)(&a.Credential)}, {Name: "password_no", Value: &a.PasswordNo}, {Name: "has_second", Value: &a.HasSecond}, {Name: "locked", Value: &a.Locked},
		{Name: "issuer", Value: &a.Issuer}, {Name: "subject", Value: &a.Subject},
		{Name: "set_up_by", Value: &a.SetUpBy}, {Name: "set_up_at", Value: &a.SetUpAt},
	}
}

var loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// Validate implements grid.Entity.
func (a *Account) Validate() error {
	if a.SignsInElsewhere() && a.Login != ElsewhereLogin(a.Issuer, a.Subject) {
		return refuse(Accounts, "login", "must be that of the subject at the sign-in server")
	}
	if !a.SignsInElsewhere() && !loginPattern.MatchString(a.Login) {
		return refuse(Accounts, "login", "must be 1 to 64 of a-z, 0-9 and . _ @ -, and begin with a letter or digit")
	}
	if a.Name == "" {
		return refuse(Accounts, "name", "must not be empty")
	}
	if strings.ContainsFunc(a.Name, func(r rune) bool { return unicode.Is(unicode.Cf, r) }) { // two that look alike
		return refuse(Accounts, "name", "must not hold characters that nobody sees")
	}
	if !slices.Contains(Sorts(), a.Sort) {
		return refuse(Accounts, "sort", fmt.Sprintf("must be one of %v", Sorts()))
	}
	return grid.CheckText(Accounts, "name", a.Name)
}

// A Role is a row of the table of roles (access/role), which a security administrator
// may change.
type Role struct {
	grid.Head
	placeless
	Code     string
	Rights   []string   // names of rights
	Personal grid.Level // as of access/role.Role
}

// Kind returns Roles.
func (*Role) Kind() grid.Kind { return Roles }

// Columns implements grid.Entity.
func (r *Role) Columns() []grid.Column {
	return []grid.Column{
		{Name: "code", Value: &r.Code}, {Name: "rights", Value: &r.Rights}, {Name: "personal", Value: (*int32)(&r.Personal)},
	}
}

// Validate implements grid.Entity. Whether the rights go together is for access/role.
func (r *Role) Validate() error {
	if r.Code == "" {
		return refuse(Roles, "code", "must not be empty")
	}
	return nil
}

// A Post gives an account a role in an area, for all boards or one, from some moment
// until another; zero moments are no bounds.
type Post struct {
	grid.Head
	placeless
	Account int64
	Role    string // code
	Area    grid.Code
	Board   string
	Begins  time.Time
	Ends    time.Time
	// Issuer is the sign-in server whose groups give the post, and take it away; empty for
	// one that somebody gave.
	Issuer string
	// GivenBy is the account that gave the post; zero of whoever is at the machine, of a sign-in
	// server, and of one given before this was kept.
	GivenBy int64
	// GivenAt is when it was given by that account.
	GivenAt time.Time
	// ConfirmedBy is the account of another person who said that it is held by whom it is meant
	// for, and ConfirmedAt when; zero of one that nobody confirmed.
	ConfirmedBy int64
	ConfirmedAt time.Time
}

// Kind returns Posts.
func (*Post) Kind() grid.Kind { return Posts }

// Columns implements grid.Entity.
func (p *Post) Columns() []grid.Column {
	return []grid.Column{
		{Name: "account", Value: &p.Account}, {Name: "role", Value: &p.Role}, {Name: "area", Value: (*string)(&p.Area)},
		{Name: "board", Value: &p.Board}, {Name: "begins", Value: &p.Begins}, {Name: "ends", Value: &p.Ends},
		{Name: "issuer", Value: &p.Issuer}, {Name: "given_by", Value: &p.GivenBy}, {Name: "given_at", Value: &p.GivenAt},
		{Name: "confirmed_by", Value: &p.ConfirmedBy}, {Name: "confirmed_at", Value: &p.ConfirmedAt},
	}
}

// Validate implements grid.Entity.
func (p *Post) Validate() error {
	switch {
	case p.Account == 0:
		return refuse(Posts, "account", "must name an account")
	case p.Role == "":
		return refuse(Posts, "role", "must not be empty")
	case !p.Area.Valid():
		return refuse(Posts, "area", "must be the code of a division")
	}
	return term(Posts, p.Begins, p.Ends)
}

// A StandIn hands a post to another account for a time (A/B 岗).
type StandIn struct {
	grid.Head
	placeless
	Post   int64
	Deputy int64 // account
	Begins time.Time
	Ends   time.Time
}

// Kind returns StandIns.
func (*StandIn) Kind() grid.Kind { return StandIns }

// Columns implements grid.Entity.
func (s *StandIn) Columns() []grid.Column {
	return []grid.Column{
		{Name: "post", Value: &s.Post}, {Name: "deputy", Value: &s.Deputy}, {Name: "begins", Value: &s.Begins}, {Name: "ends", Value: &s.Ends},
	}
}

// Validate implements grid.Entity.
func (s *StandIn) Validate() error {
	switch {
	case s.Post == 0:
		return refuse(StandIns, "post", "must name a post")
	case s.Deputy == 0:
		return refuse(StandIns, "deputy", "must name an account")
	case s.Ends.IsZero():
		return refuse(StandIns, "ends", "must be set")
	}
	return term(StandIns, s.Begins, s.Ends)
}

// A SignIn is one session of a browser, or one token of a program.
type SignIn struct {
	grid.Head
	placeless
	Account int64
	Digest  []byte // of its secret
	// PasswordNo is that of the account as it was when the password was looked at.
	PasswordNo int64
	Token      bool   // for a program
	From       string // network address
	Began      time.Time
	Used       time.Time // last, to some minutes
	Ends       time.Time // at the latest
	Strong     bool      // more than a password was shown for it
	// Rights, by name, and Areas are how much of what its account may do a token gives; none
	// for all of it.
	Rights []string
	Areas  []string // codes of divisions
}

// IsNarrow reports whether a sign-in gives less than its account has.
func (s *SignIn) IsNarrow() bool { return len(s.Rights)+len(s.Areas) > 0 }

// Kind returns SignIns.
func (*SignIn) Kind() grid.Kind { return SignIns }

// Columns implements grid.Entity.
func (s *SignIn) Columns() []grid.Column {
	return []grid.Column{
		{Name: "account", Value: &s.Account}, {Name: "digest", Value: &s.Digest}, {Name: "password_no", Value: &s.PasswordNo}, {Name: "token", Value: &s.Token},
		{Name: "came_from", Value: &s.From}, {Name: "began", Value: &s.Began}, {Name: "used", Value: &s.Used}, {Name: "ends", Value: &s.Ends},
		{Name: "strong", Value: &s.Strong}, {Name: "rights", Value: &s.Rights}, {Name: "areas", Value: &s.Areas},
	}
}

// Validate implements grid.Entity.
func (s *SignIn) Validate() error {
	switch {
	case s.Account == 0:
		return refuse(SignIns, "account", "must name an account")
	case len(s.Digest) == 0:
		return refuse(SignIns, "digest", "must be set")
	case s.Ends.IsZero():
		return refuse(SignIns, "ends", "must be set")
	case s.IsNarrow() && !s.Token:
		return refuse(SignIns, "rights", "are of a token: a browser's session has all that its account may do")
	}
	return term(SignIns, s.Began, s.Ends)
}

func refuse(kind grid.Kind, field, why string) error {
	return &grid.FieldError{Kind: kind, Field: field, Why: why}
}

// term refuses an end that is not after its beginning.
func term(kind grid.Kind, from, until time.Time) error {
	if !until.IsZero() && !from.Before(until) {
		return refuse(kind, "ends", "must be after the beginning")
	}
	return nil
}
