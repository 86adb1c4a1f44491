package access_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// officeOf is the office of an account as it stands in the Directory.
func (l *lobby) officeOf(account int64) *access.Office {
	grant, _ := l.Directory.Grant(account, l.now, func(grid.Code) grid.Scope { return grid.Everywhere() })
	return l.Office(access.NewViewer(strconv.FormatInt(account, 10), grant), "")
}

// admit makes an account with a post by the link of another one, and opens the link.
func (l *lobby) admit(t *testing.T, by int64, login, code string) (int64, error) {
	t.Helper()
	a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
	link, _, err := l.officeOf(by).AddMember(t.Context(), a, &staff.Post{Role: code, Area: "5000"}, "/")
	if err != nil {
		return 0, err
	}
	_, secret, _ := strings.Cut(link, "#setup=")
	if _, err := l.SetUp(t.Context(), secret, "a long enough passphrase 7", access.Entry{From: home}); err != nil {
		t.Fatal(err)
	}
	return a.ID, nil
}

func (l *lobby) root(t *testing.T, login, code string) int64 {
	t.Helper()
	a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
	l.write(t, a)
	l.write(t, &staff.Post{Account: a.ID, Role: code, Area: "5000"})
	return a.ID
}

// An account that one made oneself, or that has the same maker, is no second person; one that
// was set up at the machine is.
func TestTheSecondPersonIsNotInvented(t *testing.T) {
	l := newLobby(t)
	first := l.root(t, "first", "security-admin")
	second, err := l.admit(t, first, "second", "security-admin")
	if err != nil {
		t.Fatalf("the only one of the city gives his role: %v", err)
	}
	if _, err := l.admit(t, first, "third", "security-admin"); !errors.Is(err, access.ErrSelf) {
		t.Errorf("one of two gives his role: %v", err)
	}
	if a, _, _ := l.Directory.Person(second); a.SetUpBy != first {
		t.Errorf("set up by %d", a.SetUpBy)
	} else if !a.SetUpAt.Equal(l.now) {
		t.Errorf("set up at %v", a.SetUpAt)
	}
	sibling := l.root(t, "sibling", "security-admin")
	a, _, _ := l.Directory.Person(sibling)
	made := *a
	made.SetUpBy = first
	l.write(t, &made)
	machine := l.root(t, "machine", "security-admin")
	if _, err := l.officeOf(second).Propose(t.Context(), &staff.Proposal{Code: "resident", Rights: []string{"see-numbers"}}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("who awaits a second person proposes: %v", err)
	}
	_, posts, _ := l.Directory.Person(second)
	confirmed := *posts[0]
	confirmed.ConfirmedBy, confirmed.ConfirmedAt = machine, l.now
	l.write(t, &confirmed)
	for _, tt := range []struct {
		name     string
		by, says int64
		err      error
	}{
		{"whom he made", first, second, access.ErrSecondPerson},
		{"who made him", second, first, access.ErrSecondPerson},
		{"who has the same maker", second, sibling, access.ErrSecondPerson},
		{"who was set up at the machine", second, machine, nil},
	} {
		p := &staff.Proposal{Code: "resident", Rights: []string{"see-numbers"}}
		if _, err := l.officeOf(tt.by).Propose(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if _, err := l.officeOf(tt.says).Accept(t.Context(), p.ID); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if got := l.exceptions(t); !slices.Equal(got, []string{"accounts.equip"}) {
		t.Errorf("rows of the exception: %v", got)
	}
}

// exceptions returns the actions whose rows say that somebody gave the own role.
func (l *lobby) exceptions(t *testing.T) (actions []string) {
	t.Helper()
	for _, row := range l.rows(t, "") {
		if strings.Contains(row.Detail, "own role") {
			actions = append(actions, row.Action)
		}
	}
	return actions
}

// The audit says that somebody gave the own role if that was done, and in the row of what was
// done.
func TestWhatIsRefusedIsNoException(t *testing.T) {
	l := newLobby(t)
	first := l.root(t, "first", "security-admin")
	idle := &staff.Account{Login: "idle", Name: "待岗", Sort: staff.Person}
	l.write(t, idle)
	for _, tt := range []struct {
		name    string
		account int64
		area    grid.Code
		err     error
		rows    []string
	}{
		{"to whom it does not go with the posts that he has", l.worker.ID, "5000", access.ErrForbidden, nil},
		{"where there is no division", idle.ID, "500106003999", grid.ErrInvalid, nil},
		{"to somebody who has no post", idle.ID, "5000", nil, []string{"posts.create"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := l.officeOf(first).Appoint(t.Context(), &staff.Post{Account: tt.account, Role: "security-admin", Area: tt.area})
			if got := l.exceptions(t); !errors.Is(err, tt.err) || !slices.Equal(got, tt.rows) {
				t.Errorf("%v, rows of %v; want %v, %v", err, got, tt.err, tt.rows)
			}
		})
	}
}

// Who stands in for somebody has the post for that time, so an administrator's is handed over
// by the rule by which it is given, and by nobody else (RULES B3).
func TestWhoMayHaveSomebodyStandIn(t *testing.T) {
	l := newLobby(t)
	lead, security := l.root(t, "lead", "shift-lead"), l.root(t, "security", "security-admin")
	l.root(t, "another", "security-admin")
	clerk := l.root(t, "clerk", "operator")
	puppet := &staff.Account{Login: "puppet", Name: "某人", Sort: staff.Resident}
	l.write(t, puppet)
	l.write(t, &staff.Post{Account: puppet.ID, Role: "resident", Area: "5000"})
	idle := &staff.Account{Login: "idle", Name: "待岗", Sort: staff.Person}
	l.write(t, idle)
	l.write(t, &staff.Post{Account: idle.ID, Role: "security-admin", Area: "5000", Ends: l.now.Add(-time.Hour), Begins: l.now.Add(-2 * time.Hour)})
	postOf := func(account int64) int64 {
		_, posts, _ := l.Directory.Person(account)
		return posts[0].ID
	}
	for _, tt := range []struct {
		name       string
		by         int64
		whose, who int64
		err        error
	}{
		{"a shift lead has a colleague stand in for an operator", lead, clerk, lead, access.ErrSelf},
		{"a shift lead has a resident stand in", lead, clerk, puppet.ID, grid.ErrInvalid},
		{"a shift lead hands over the administration of accounts", lead, security, clerk, access.ErrForbidden},
		{"an administrator hands his own over, and sees nothing meanwhile", security, security, idle.ID, access.ErrAdministrator},
		{"a shift lead has an operator stand in for himself", lead, lead, clerk, nil},
	} {
		_, err := l.officeOf(tt.by).Deputize(t.Context(), &staff.StandIn{Post: postOf(tt.whose), Deputy: tt.who, Begins: l.now, Ends: l.now.Add(time.Hour)})
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
	}
}

// Nobody grants a right to himself, or has a say in a role that he holds (RULES B3). Each
// thing that is refused is done to somebody else as well: it is not refused for another reason.
func TestNobodyGrantsARightToHimself(t *testing.T) {
	l := newLobby(t)
	keeper, second := l.root(t, "keeper", "security-admin"), l.root(t, "second", "security-admin")
	holder, deputy := l.root(t, "holder", "security-admin"), l.root(t, "deputy", "security-admin")
	tenant := l.root(t, "tenant", "resident") // a role that goes with any other
	_, posts, _ := l.Directory.Person(tenant)
	l.write(t, &staff.Post{Account: holder, Role: "resident", Area: "5000"})
	l.write(t, &staff.StandIn{Post: posts[0].ID, Deputy: deputy, Begins: l.now, Ends: l.now.Add(time.Hour)})

	appoint := func(account int64) func(*access.Office) error {
		return func(o *access.Office) error {
			_, err := o.Appoint(t.Context(), &staff.Post{Account: account, Role: "resident", Area: "5000"})
			return err
		}
	}
	deputize := func(account int64) func(*access.Office) error {
		return func(o *access.Office) error {
			begins := l.now.Add(24 * time.Hour)
			_, err := o.Deputize(t.Context(), &staff.StandIn{Post: posts[0].ID, Deputy: account, Begins: begins, Ends: begins.Add(time.Hour)})
			return err
		}
	}
	propose := func(o *access.Office) error {
		_, err := o.Propose(t.Context(), &staff.Proposal{Code: "resident", Rights: []string{"see-numbers"}})
		return err
	}
	accept := func(o *access.Office) error {
		p := &staff.Proposal{Code: "resident", Rights: []string{"see-numbers"}}
		if _, err := l.officeOf(keeper).Propose(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		_, err := o.Accept(t.Context(), p.ID)
		return err
	}
	for _, tt := range []struct {
		name string
		who  int64
		does func(*access.Office) error
		err  error
	}{
		{"a post to himself, of a role that he does not hold", keeper, appoint(keeper), access.ErrSelf},
		{"such a post to somebody else", keeper, appoint(second), nil},
		{"himself to stand in for somebody", keeper, deputize(keeper), access.ErrSelf},
		{"somebody else to stand in for the same", keeper, deputize(second), nil},
		{"a change of a role that he holds", holder, propose, access.ErrSelf},
		{"a change of a role that he holds by standing in", deputy, propose, access.ErrSelf},
		{"a change of a role that he does not hold", keeper, propose, nil},
		{"his consent to a change of a role that he holds", holder, accept, access.ErrSelf},
		{"his consent to a change of a role that he holds by standing in", deputy, accept, access.ErrSelf},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.does(l.officeOf(tt.who)); !errors.Is(err, tt.err) {
				t.Errorf("%v, want %v", err, tt.err)
			}
		})
	}
}
