package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// ErrSelf reports what nobody may do for himself (RULES B3).
var ErrSelf = errors.New("nobody does this for himself")

// An Office is what one viewer may do with accounts, posts and roles. What the viewer
// has no say in is not there. It is safe for concurrent use and costs nothing to make.
type Office struct {
	desk     *Desk
	registry *Registry // writes in the viewer's name
	viewer   *Viewer
}

// Office returns the Office of a viewer who asks from a network address.
func (d *Desk) Office(v *Viewer, from string) *Office {
	return &Office{d, NewRegistry(RegistrySources{Store: d.Store, Hasher: d.Hasher, Sealer: d.Sealer, Vault: d.Vault, Actor: v.account, From: from, Clock: d.Clock}), v}
}

// by returns the Registry of what the viewer does by a right in an area.
func (o *Office) by(right role.Right, area grid.Code) *Registry {
	return o.registry.by(o.viewer.post(right, area))
}

// byOver returns the Registry of what the viewer does by a right over an account, which may
// have no post yet.
func (o *Office) byOver(right role.Right, account int64) *Registry {
	for _, p := range o.desk.Directory.Duties(account, o.desk.Clock()) {
		if o.viewer.hasIn(right, p.Area) {
			return o.by(right, p.Area)
		}
	}
	return o.registry.by(o.viewer.postOf(right))
}

// A Member is an account as whoever manages it sees it. What it holds is shared and must
// not be written to.
type Member struct {
	Account  *staff.Account
	Posts    []Held
	Sessions int
	// Tokens are those that last, the newest first, and Rights what they may give at most; none
	// for who has no say in them.
	Tokens []*staff.SignIn
	Rights role.Set
	// Administers is of an administrator's account: it is kept at the machine.
	Administers bool
}

// A Held is a post and who stands in for it.
type Held struct {
	Post     *staff.Post
	StandIns []*staff.StandIn
	// Missing is of a post in a division that there is not any more: it gives nothing.
	Missing bool
	// Awaits is of a post that a second person has to confirm, who may be the viewer.
	Awaits, Confirms bool
	Administers      bool // as of Directory.IsAdministrators
}

// over reports whether the viewer has a right over some post of an account, or over accounts
// without any: enough to see it, not to act on it.
func (o *Office) over(right role.Right, posts []*staff.Post) bool {
	if len(posts) == 0 {
		return o.viewer.has(right)
	}
	return slices.ContainsFunc(posts, func(p *staff.Post) bool { return o.viewer.hasIn(right, p.Area) })
}

// knows reports whether the viewer has to do with an account at all: manages it, or says
// who stands in where it has a post.
func (o *Office) knows(posts []*staff.Post) bool {
	inPosts := func(takes func(*staff.Post) bool) bool { return slices.ContainsFunc(posts, takes) }
	return o.over(role.ManageAccounts, posts) ||
		inPosts(func(p *staff.Post) bool { return o.viewer.hasIn(role.AppointStandIn, p.Area) }) ||
		inPosts(func(p *staff.Post) bool { return isMachine(p.Role) && o.viewer.hasIn(role.RunSystem, p.Area) })
}

// isMachine reports whether a role is for programs.
func isMachine(code string) bool { return code == "device" || code == "integration" }

// Members returns a page of the accounts that the viewer has to do with, whose login or
// name holds a text, in the order of ids; the error is grid.ErrNotFound for whoever has to
// do with none.
func (o *Office) Members(text string, after int64, limit int) ([]Member, error) {
	if !o.viewer.has(role.ManageAccounts) && !o.viewer.has(role.AppointStandIn) && !o.viewer.has(role.RunSystem) {
		return nil, fmt.Errorf("accounts: %w", grid.ErrNotFound)
	}
	text = strings.ToLower(text)
	var members []Member
	for _, a := range o.desk.Directory.Accounts(after, limit, func(a *staff.Account, posts []*staff.Post) bool {
		return (strings.Contains(a.Login, text) || strings.Contains(strings.ToLower(a.Name), text)) && o.knows(posts)
	}) {
		m, err := o.Member(a.ID)
		if err == nil { // else it went meanwhile
			members = append(members, m)
		}
	}
	return members, nil
}

// Member returns an account that the viewer has to do with, or grid.ErrNotFound.
func (o *Office) Member(id int64) (Member, error) {
	a, posts, ok := o.desk.Directory.Person(id)
	if !ok || !o.knows(posts) {
		return Member{}, fmt.Errorf("account %d: %w", id, grid.ErrNotFound)
	}
	now, to := o.desk.Clock(), o.desk.Directory
	m := Member{Account: a, Sessions: len(to.SignIns(id, now)), Administers: to.Administers(id, now)}
	if _, may := o.overTokens(a, posts); may {
		all := o.desk.toCome(id)
		m.Tokens, m.Rights = o.tokens(a, posts), all.Rights()
	}
	awaited := to.Awaited(id, now)
	for _, p := range posts {
		if _, in, ok := to.Post(p.ID); ok {
			awaits := slices.Contains(awaited, p.ID)
			m.Posts = append(m.Posts, Held{p, in, o.desk.isMissing(p.Area), awaits, awaits && o.confirms(p) == nil, to.IsAdministrators(p)})
		}
	}
	return m, nil
}

// managed returns a copy of an account that the viewer manages, or grid.ErrNotFound.
func (o *Office) managed(id int64) (*staff.Account, error) {
	a, posts, ok := o.desk.Directory.Person(id)
	if !ok || !o.over(role.ManageAccounts, posts) {
		return nil, fmt.Errorf("account %d: %w", id, grid.ErrNotFound)
	}
	copied := *a
	return &copied, nil
}

// commands returns a copy of an account that the viewer sees by a right and that may be acted
// on: whoever does can come in as it, so the right has to hold wherever it has or will have a
// post or stands in; without any, in the whole city. Nobody who keeps accounts acts on another
// administrator's. The error wraps ErrForbidden, with ErrAdministrator, or grid.ErrNotFound.
func (o *Office) commands(right role.Right, id int64) (*staff.Account, error) {
	a, posts, ok := o.desk.Directory.Person(id)
	if !ok || !o.over(right, posts) {
		return nil, fmt.Errorf("account %d: %w", id, grid.ErrNotFound)
	}
	duties := o.desk.Directory.Duties(id, o.desk.Clock())
	if len(duties) == 0 && !o.viewer.hasIn(right, "") {
		return nil, fmt.Errorf("%w: account %d has no post", ErrForbidden, id)
	}
	for _, p := range duties {
		if !o.viewer.hasIn(right, p.Area) {
			return nil, fmt.Errorf("%w: account %d has a post elsewhere too", ErrForbidden, id)
		}
	}
	if right == role.ManageAccounts && !o.isSelf(id) && o.desk.Directory.Administers(id, o.desk.Clock()) {
		return nil, fmt.Errorf("%w: %w", ErrForbidden, ErrAdministrator)
	}
	copied := *a
	return &copied, nil
}

// isSelf reports whether an account is the viewer's own.
func (o *Office) isSelf(account int64) bool { return accountName(account) == o.viewer.account }

// AddMember adds an account with one post, which chooses its password by the link on a page;
// a machine gets none, for it signs in by a token. The error wraps grid.ErrInvalid, ErrForbidden or grid.ErrNotFound.
func (o *Office) AddMember(ctx context.Context, a *staff.Account, p *staff.Post, page string) (link string, receipt grid.Receipt, err error) {
	if !o.viewer.has(role.ManageAccounts) {
		return "", receipt, fmt.Errorf("accounts: %w", grid.ErrNotFound)
	}
	why, err := o.mayGive(p)
	if err != nil {
		return "", receipt, err
	}
	if err := o.desk.isThere(ctx, p.Area); err != nil {
		return "", receipt, err
	}
	registry := o.by(role.ManageAccounts, p.Area).because(why)
	receipt, err = registry.add(ctx, a, "", p)
	if err != nil || a.Sort == staff.Machine {
		return "", receipt, err
	}
	return registry.Invite(ctx, a, page, o.desk.Clock())
}

// mayGive returns nil if the viewer may give a post: in the own scope, not to himself, and of
// no role that he holds himself (RULES B3), unless nobody else does: a city begins with one
// administrator. Of that the audit row of the post says why.
func (o *Office) mayGive(p *staff.Post) (why string, err error) {
	switch {
	case o.isSelf(p.Account):
		return "", fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	case !o.viewer.hasIn(role.ManageAccounts, p.Area):
		return "", ErrForbidden
	}
	self, _ := o.account()
	holders := o.desk.Directory.Holders(p.Role, o.desk.Clock())
	switch {
	case !slices.Contains(holders, self):
		return "", nil
	case len(holders) > 1:
		return "", fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	}
	return fmt.Sprintf("gives the own role %s in %s: nobody else has it", p.Role, p.Area), nil
}

// isThere refuses a post in an area that there is not: whoever mistypes one would not hear of
// it before that code comes to be. A city may be stored without itself.
func (d *Desk) isThere(ctx context.Context, area grid.Code) error {
	if area.Level() == grid.CityLevel {
		return nil
	}
	for _, err := range d.Store.Entities(ctx, grid.Divisions, grid.Query{Column: "code", Values: []string{string(area)}}) {
		return err
	}
	return &grid.FieldError{Kind: staff.Posts, Field: "area", Why: "is no division that is stored"}
}

// isMissing reports whether there is no division under a code at the moment. The node of
// one area knows of none beyond it, and so calls none missing.
func (d *Desk) isMissing(area grid.Code) bool {
	scope := d.ScopeOf(area)
	return d.Holds == nil && len(scope.Ranges()) == 0
}

// Invite makes a set-up link on a page for an account that the viewer manages.
func (o *Office) Invite(ctx context.Context, id int64, page string) (link string, receipt grid.Receipt, err error) {
	a, err := o.commands(role.ManageAccounts, id)
	if err != nil {
		return "", receipt, err
	}
	if o.isSelf(id) {
		return "", receipt, fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	}
	return o.byOver(role.ManageAccounts, id).Invite(ctx, a, page, o.desk.Clock())
}

// Lock has an account sign in no more, or again. The error wraps grid.ErrConflict if it
// is not at that revision any more.
func (o *Office) Lock(ctx context.Context, id, revision int64, locked bool) (grid.Receipt, error) {
	a, err := o.commands(role.ManageAccounts, id)
	switch {
	case err != nil:
		return grid.Receipt{}, err
	case o.isSelf(id):
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	case a.Revision != revision:
		return grid.Receipt{}, fmt.Errorf("account %d: %w", id, grid.ErrConflict)
	}
	return o.byOver(role.ManageAccounts, id).lock(ctx, a, locked)
}

// EndSessions ends all sign-ins of an account that the viewer manages.
func (o *Office) EndSessions(ctx context.Context, id int64) (grid.Receipt, error) {
	if _, err := o.commands(role.ManageAccounts, id); err != nil {
		return grid.Receipt{}, err
	}
	var refs []grid.Ref
	for _, s := range o.desk.Directory.SignIns(id, o.desk.Clock()) {
		refs = append(refs, grid.Ref{Kind: staff.SignIns, ID: s.ID, Revision: s.Revision})
	}
	if len(refs) == 0 {
		return grid.Receipt{}, nil
	}
	return o.byOver(role.ManageAccounts, id).remove(ctx, refs...)
}

// Appoint gives an account a post. The error wraps grid.ErrInvalid, ErrForbidden or
// grid.ErrNotFound.
func (o *Office) Appoint(ctx context.Context, p *staff.Post) (grid.Receipt, error) {
	if _, err := o.managed(p.Account); err != nil {
		return grid.Receipt{}, err
	}
	why, err := o.mayGive(p)
	if err != nil {
		return grid.Receipt{}, err
	}
	if err := o.goesWith(p.Account, p.Role); err != nil {
		return grid.Receipt{}, err
	}
	if err := o.desk.isThere(ctx, p.Area); err != nil {
		return grid.Receipt{}, err
	}
	return o.by(role.ManageAccounts, p.Area).because(why).appoint(ctx, p)
}

// goesWith refuses one more role for an account beside its posts and those that it stands in
// for, also those to come: nobody has the rights of two administrators (RULES B3).
func (o *Office) goesWith(account int64, code string) error {
	duties := o.desk.Directory.Duties(account, o.desk.Clock())
	if err := role.CheckTogether(append(rolesOf(duties), code), o.desk.Directory.Table()); err != nil {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	return nil
}

func rolesOf(posts []*staff.Post) []string {
	codes := make([]string, 0, len(posts)+1)
	for _, p := range posts {
		codes = append(codes, p.Role)
	}
	return codes
}

// Dismiss takes a post away. The error wraps grid.ErrNotFound, ErrAdministrator of an
// administrator's, one's own too: the last one would leave nobody; or grid.ErrConflict.
func (o *Office) Dismiss(ctx context.Context, id, revision int64) (grid.Receipt, error) {
	p, _, ok := o.desk.Directory.Post(id)
	if !ok || !o.viewer.hasIn(role.ManageAccounts, p.Area) {
		return grid.Receipt{}, fmt.Errorf("post %d: %w", id, grid.ErrNotFound)
	}
	if o.desk.Directory.IsAdministrators(p) {
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrAdministrator)
	}
	return o.by(role.ManageAccounts, p.Area).remove(ctx, grid.Ref{Kind: staff.Posts, ID: id, Revision: revision})
}

// Deputize has another account stand in for a post, from when to when, while nobody else does.
// Nobody stands in for an administrator: who stands aside sees nothing. The error wraps
// grid.ErrInvalid, ErrForbidden, with ErrAdministrator, grid.ErrNotFound, or grid.ErrConflict if the
// post is changed again and again meanwhile.
func (o *Office) Deputize(ctx context.Context, s *staff.StandIn) (grid.Receipt, error) {
	p, _, ok := o.desk.Directory.Post(s.Post)
	if !ok || !o.mayDeputize(p) {
		return grid.Receipt{}, fmt.Errorf("post %d: %w", s.Post, grid.ErrNotFound)
	}
	if o.isSelf(s.Deputy) {
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrSelf)
	}
	if why := o.notFit(s.Deputy, p); why != "" {
		return grid.Receipt{}, &grid.FieldError{Kind: staff.StandIns, Field: "deputy", Why: why}
	}
	if err := fitsIn(s, o.desk.Clock()); err != nil {
		return grid.Receipt{}, err
	}
	if o.desk.Directory.Table()[p.Role].Rights.Administers() {
		return grid.Receipt{}, fmt.Errorf("%w: %w", ErrForbidden, ErrAdministrator)
	}
	if err := o.goesWith(s.Deputy, p.Role); err != nil {
		return grid.Receipt{}, err
	}
	return o.byDeputizing(p).deputize(ctx, s)
}

// byDeputizing returns the Registry of who says who stands in for a post.
func (o *Office) byDeputizing(p *staff.Post) *Registry {
	if o.viewer.hasIn(role.AppointStandIn, p.Area) {
		return o.by(role.AppointStandIn, p.Area)
	}
	return o.by(role.ManageAccounts, p.Area)
}

// notFit says why an account cannot stand in for a post, if so.
func (o *Office) notFit(account int64, p *staff.Post) string {
	a, posts, ok := o.desk.Directory.Person(account)
	switch {
	case !ok || !o.knows(posts):
		return "names nobody here"
	case a.Sort != staff.Person && a.Sort != staff.Partner:
		return "is nobody of staff, and no partner"
	case account == p.Account:
		return "holds the post already"
	}
	return ""
}

func (o *Office) mayDeputize(p *staff.Post) bool {
	return o.viewer.hasIn(role.AppointStandIn, p.Area) || o.viewer.hasIn(role.ManageAccounts, p.Area)
}

// EndStandIn takes a stand-in back. The error wraps grid.ErrNotFound or grid.ErrConflict.
func (o *Office) EndStandIn(ctx context.Context, id, revision int64) (grid.Receipt, error) {
	e, err := o.desk.Store.Entity(ctx, staff.StandIns, id)
	if err != nil {
		return grid.Receipt{}, err
	}
	p, _, ok := o.desk.Directory.Post(e.(*staff.StandIn).Post)
	if !ok || !o.mayDeputize(p) {
		return grid.Receipt{}, fmt.Errorf("stand-in %d: %w", id, grid.ErrNotFound)
	}
	return o.byDeputizing(p).remove(ctx, grid.Ref{Kind: staff.StandIns, ID: id, Revision: revision})
}

// account returns the id of the viewer's own account; false of the local viewer.
func (o *Office) account() (int64, bool) {
	id, err := strconv.ParseInt(o.viewer.account, 10, 64)
	return id, err == nil
}
