package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// ErrNarrow reports a token that gives less than its account has: whoever shows it does not say
// how the account signs in, for that would give all of it.
var ErrNarrow = errors.New("this token gives less than its account has: it does not change how the account signs in")

// A TokenOrder says how long a token is good, and how much of what its account may do it gives.
type TokenOrder struct {
	Span   time.Duration // zero for 30 days
	Rights []string      // by name; none for all
	Areas  []grid.Code   // of divisions, with all that they manage; none for wherever a post is
}

// newToken returns a token for an account that is to be stored, and its secret, as of
// newSignIn. What it is to give must be what the account has by posts of now or later: the error
// wraps grid.ErrInvalid.
func (d *Desk) newToken(ctx context.Context, a *staff.Account, from string, order TokenOrder) (string, *staff.SignIn, error) {
	purpose := signin.ForProgram
	if len(order.Rights)+len(order.Areas) > 0 {
		purpose = signin.ForNarrow
	}
	secret, s := newSignIn(a, purpose, from, d.Clock(), cmp.Or(order.Span, programSpan))
	s.Rights = slices.Clone(order.Rights)
	for _, area := range order.Areas {
		s.Areas = append(s.Areas, string(area))
	}
	if !s.IsNarrow() {
		return secret, s, nil
	}
	all := d.toCome(a.ID)
	for _, name := range order.Rights {
		if r, err := role.ParseRight(name); err != nil || !all.Rights().Has(r) {
			return "", nil, &grid.FieldError{Kind: staff.SignIns, Field: "rights", Why: fmt.Sprintf("%.40q is no right that a post of the account gives", name)}
		}
	}
	for _, area := range order.Areas {
		err := d.isThere(ctx, area)
		if failed := unlessInvalid(err); failed != nil {
			return "", nil, failed
		}
		if err != nil || !all.Reaches(area) {
			return "", nil, &grid.FieldError{Kind: staff.SignIns, Field: "areas", Why: fmt.Sprintf("%.20q is no division in which a post of the account gives anything", area)}
		}
	}
	return secret, s, nil
}

// unlessInvalid returns nil for what was asked for and may not be.
func unlessInvalid(err error) error {
	if errors.Is(err, grid.ErrInvalid) {
		return nil
	}
	return err
}

// toCome returns what an account may do by its posts of now or later, and those that it stands
// in for.
func (d *Desk) toCome(account int64) role.Grant {
	var posts []role.Post
	for _, p := range d.Directory.Duties(account, d.Clock()) {
		posts = append(posts, role.Post{Role: p.Role, Area: p.Area, Board: p.Board})
	}
	return role.NewGrant(posts, d.Directory.Table(), d.ScopeOf)
}

// grant returns what a sign-in lets its account do at a moment, and until when, as of
// Directory.Grant.
func (d *Desk) grant(s *staff.SignIn, at time.Time) (role.Grant, time.Time) {
	all, until := d.Directory.Grant(s.Account, at, d.ScopeOf)
	if !s.IsNarrow() {
		return all, until
	}
	return all.Within(d.limitOf(s)), until
}

// limitOf returns how much of what its account may do a sign-in gives, by the divisions of the
// moment. A right that there is not any more is none.
func (d *Desk) limitOf(s *staff.SignIn) role.Limit {
	l := role.Limit{Rights: role.AllRights, Scope: grid.Everywhere()}
	if len(s.Rights) > 0 {
		l.Rights = 0
	}
	for _, name := range s.Rights {
		if r, err := role.ParseRight(name); err == nil {
			l.Rights |= role.SetOf(r)
		}
	}
	if len(s.Areas) == 0 {
		return l
	}
	var ranges []grid.CodeRange
	for _, area := range s.Areas {
		scope := d.ScopeOf(grid.Code(area))
		ranges = append(ranges, scope.Ranges()...)
	}
	l.Scope = grid.NewScope(ranges...)
	return l
}

// narrowness says in the audit how much of what its account may do a sign-in gives; empty of
// one that gives all.
func narrowness(s *staff.SignIn) string {
	var says []string
	for what, list := range map[string][]string{"rights": s.Rights, "areas": s.Areas} {
		if len(list) > 0 {
			says = append(says, what+"="+strings.Join(list, ","))
		}
	}
	slices.Sort(says)
	return strings.Join(says, " ")
}

// overTokens returns the right by which the viewer sees and ends the tokens of an account; false
// if there is none.
func (o *Office) overTokens(a *staff.Account, posts []*staff.Post) (role.Right, bool) {
	if a.Sort == staff.Machine && o.over(role.RunSystem, posts) {
		return role.RunSystem, true
	}
	return role.ManageAccounts, o.over(role.ManageAccounts, posts)
}

// tokens returns the tokens of an account that last, the newest first, as far as they are the
// viewer's to see.
func (o *Office) tokens(a *staff.Account, posts []*staff.Post) []*staff.SignIn {
	if _, may := o.overTokens(a, posts); !may {
		return nil
	}
	return slices.DeleteFunc(o.desk.Directory.SignIns(a.ID, o.desk.Clock()), func(s *staff.SignIn) bool { return !s.Token })
}

// IssueToken makes a token for a machine. It is for the system administrator: tokens of devices
// and integrations are how the system runs. The error wraps grid.ErrNotFound, ErrForbidden for
// an account of somebody, or grid.ErrInvalid.
func (o *Office) IssueToken(ctx context.Context, id int64, order TokenOrder) (SignedIn, error) {
	a, err := o.commands(role.RunSystem, id)
	if err != nil {
		return SignedIn{}, err
	}
	if a.Sort != staff.Machine || a.Locked {
		return SignedIn{}, ErrForbidden
	}
	secret, begun, err := o.desk.newToken(ctx, a, o.registry.From, order)
	if err != nil {
		return SignedIn{}, err
	}
	receipt, err := o.byOver(role.RunSystem, id).put(ctx, "tokens.issue", narrowness(begun), begun)
	return SignedIn{Secret: secret, Account: a, Until: begun.Ends, Receipt: receipt}, err
}

// WithdrawToken ends one token of an account, and what is open by it. The error wraps
// grid.ErrNotFound or ErrForbidden.
func (o *Office) WithdrawToken(ctx context.Context, account, token int64) (grid.Receipt, error) {
	gone := fmt.Errorf("token %d: %w", token, grid.ErrNotFound)
	a, posts, ok := o.desk.Directory.Person(account)
	if !ok {
		return grid.Receipt{}, gone
	}
	right, _ := o.overTokens(a, posts)
	if _, err := o.commands(right, account); err != nil {
		return grid.Receipt{}, err
	}
	s, ok := o.desk.Directory.SignIn(token)
	if !ok || s.Account != account || !s.Token {
		return grid.Receipt{}, gone
	}
	r := o.byOver(right, account)
	return o.desk.ending(ctx, s, grid.Write{Actor: r.Actor, Post: r.Post, From: r.From, Action: "tokens.withdraw", Object: accountObject(account), Detail: narrowness(s)})
}
