package access_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

const ourCounty grid.Code = "500106"

// withBridge adds a machine that sees and reports events in the whole county, and returns the
// office of a system administrator and that machine.
func (l *lobby) withBridge(t *testing.T) (*access.Office, *staff.Account) {
	t.Helper()
	for _, code := range []grid.Code{ourCounty, ourGrid, theirGrid} {
		l.write(t, &grid.Division{Code: code, Name: "某处", Level: code.Level()})
	}
	admin, bridge := &staff.Account{Login: "admin", Name: "管理员", Sort: staff.Person}, &staff.Account{Login: "bridge", Name: "网桥", Sort: staff.Machine}
	l.write(t, admin)
	l.write(t, bridge)
	l.write(t, &staff.Post{Account: admin.ID, Role: "system-admin", Area: "5001"})
	l.write(t, &staff.Post{Account: bridge.ID, Role: "integration", Area: ourCounty})
	return l.officeIn(admin.ID), bridge
}

// officeIn is the office of an account in the areas of its posts.
func (l *lobby) officeIn(account int64) *access.Office {
	grant, _ := l.Directory.Grant(account, l.now, l.ScopeOf)
	return l.Office(access.NewViewer(fmt.Sprint(account), grant), home.String())
}

func TestWhatATokenGives(t *testing.T) {
	for _, tt := range []struct {
		name  string
		order access.TokenOrder
		// what it may do; it sees events where it may do anything
		reportsHere, reportsThere bool
		seesThere                 bool
	}{
		{"all that the account may do", access.TokenOrder{}, true, true, true},
		{"reading only", access.TokenOrder{Rights: []string{"see-events"}}, false, false, true},
		{"one grid of the county only", access.TokenOrder{Areas: []grid.Code{ourGrid}}, true, false, false},
		{"reading one grid only", access.TokenOrder{Rights: []string{"see-events"}, Areas: []grid.Code{ourGrid}}, false, false, false},
		{"both grids", access.TokenOrder{Areas: []grid.Code{ourGrid, theirGrid}}, true, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			office, bridge := l.withBridge(t)
			in, err := office.IssueToken(t.Context(), bridge.ID, tt.order)
			if err != nil {
				t.Fatal(err)
			}
			v, _, ok := l.Viewer(in.Secret)
			if !ok || !in.Until.Equal(l.now.Add(30*24*time.Hour)) {
				t.Fatalf("it lets nobody in, or until %v", in.Until)
			}
			if here, there := v.MayMake("events", ourGrid) == nil, v.MayMake("events", theirGrid) == nil; here != tt.reportsHere || there != tt.reportsThere {
				t.Errorf("it reports here %v, there %v", here, there)
			}
			if here, there := v.Sees("events", ourGrid), v.Sees("events", theirGrid); !here || there != tt.seesThere {
				t.Errorf("it sees here %v, there %v", here, there)
			}
			if !v.Sees(grid.Roads, "") {
				t.Error("it does not see what everybody sees")
			}
			if row := l.rows(t, "tokens.issue")[0]; strings.Contains(row.Detail, "rights=see-events") != (len(tt.order.Rights) > 0) || strings.Contains(row.Detail, "areas=") != (len(tt.order.Areas) > 0) {
				t.Errorf("the audit says %q", row.Detail)
			}
			m, err := office.Member(bridge.ID)
			if err != nil || len(m.Tokens) != 1 || !slices.Equal(m.Tokens[0].Rights, tt.order.Rights) || len(m.Tokens[0].Areas) != len(tt.order.Areas) || m.Rights != role.SetOf(role.SeeEvents, role.ReportEvents) {
				t.Errorf("the administrator is shown %+v, %v", m, err)
			}
			// The account loses its post: the token gives nothing that it has not.
			for _, p := range m.Posts {
				if err := access.NewRegistry(access.RegistrySources{Store: l.store, Vault: l.Vault, Actor: "tester"}).Dismiss(t.Context(), p.Post); err != nil {
					t.Fatal(err)
				}
			}
			if v, _, _ := l.Viewer(in.Secret); v.Sees("events", ourGrid) {
				t.Error("the token gives what the account has not any more")
			}
		})
	}
}

// A token is never for more than the account may do, and says so where it is asked for.
func TestATokenThatWouldGiveMore(t *testing.T) {
	for _, tt := range []struct {
		name, field, says string
		order             access.TokenOrder
	}{
		{"a right that no post gives", "rights", `"see-people"`, access.TokenOrder{Rights: []string{"see-events", "see-people"}}},
		{"a right that there is not", "rights", `"see-everything"`, access.TokenOrder{Rights: []string{"see-everything"}}},
		{"an area beside the posts", "areas", `"500107"`, access.TokenOrder{Areas: []grid.Code{"500107"}}},
		{"an area above the posts", "areas", `"5001"`, access.TokenOrder{Areas: []grid.Code{"5001"}}},
		{"an area that is no division", "areas", `"500106003009"`, access.TokenOrder{Areas: []grid.Code{ourGrid, "500106003009"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			office, bridge := l.withBridge(t)
			l.write(t, &grid.Division{Code: "500107", Name: "某处", Level: grid.CountyLevel})
			_, err := office.IssueToken(t.Context(), bridge.ID, tt.order)
			var field *grid.FieldError
			if !errors.As(err, &field) || field.Field != tt.field || !strings.Contains(field.Why, tt.says) {
				t.Errorf("%v, want one of %s that says %s", err, tt.field, tt.says)
			}
			if rows := l.rows(t, "tokens.issue"); len(rows) > 0 {
				t.Errorf("audit: %+v", rows)
			}
		})
	}
}

// A token is a machine's and never of who is locked out. A machine gives itself none, which would
// never end: it administers nothing.
func TestWhoseTokenIsIssued(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account staff.Account
		role    string
		own     bool // it asks itself
		want    error
	}{
		{"somebody's", staff.Account{Sort: staff.Person}, "integration", false, access.ErrForbidden},
		{"a locked machine's", staff.Account{Sort: staff.Machine, Locked: true}, "integration", false, access.ErrForbidden},
		{"a machine's own", staff.Account{Sort: staff.Machine}, "system-admin", true, grid.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			office, _ := l.withBridge(t)
			tt.account.Login, tt.account.Name = "other", "某"
			l.write(t, &tt.account)
			l.write(t, &staff.Post{Account: tt.account.ID, Role: tt.role, Area: ourCounty})
			if tt.own {
				office = l.officeIn(tt.account.ID)
			}
			if in, err := office.IssueToken(t.Context(), tt.account.ID, access.TokenOrder{}); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v; a secret: %v", err, tt.want, in.Secret != "")
			}
			if rows := l.rows(t, "tokens.issue"); len(rows) > 0 {
				t.Errorf("audit: %+v", rows)
			}
		})
	}
}

// A speechless store answers nothing about divisions.
type speechless struct{ grid.Store }

func (speechless) Entities(context.Context, grid.Kind, grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) { yield(nil, grid.ErrUnavailable) }
}

// While the store does not answer, no area is called none.
func TestNoTokenIsRefusedForAStoreThatDoesNotAnswer(t *testing.T) {
	l := newLobby(t)
	_, bridge := l.withBridge(t)
	sources := l.DeskSources
	sources.Store = speechless{l.store}
	grant := role.NewGrant([]role.Post{{Role: "system-admin", Area: "5001"}}, role.Shipped(), l.ScopeOf)
	office := access.NewDesk(sources).Office(access.NewViewer("99", grant), home.String())
	_, err := office.IssueToken(t.Context(), bridge.ID, access.TokenOrder{Areas: []grid.Code{ourGrid}})
	if !errors.Is(err, grid.ErrUnavailable) || errors.Is(err, grid.ErrInvalid) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}

// A right that a later version has given up is none, not all.
func TestATokenOfRightsThatThereAreNotAnyMore(t *testing.T) {
	l := newLobby(t)
	office, bridge := l.withBridge(t)
	in, err := office.IssueToken(t.Context(), bridge.ID, access.TokenOrder{Rights: []string{"see-events"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := office.Member(bridge.ID)
	if err != nil {
		t.Fatal(err)
	}
	changed := *m.Tokens[0]
	changed.Rights = []string{"see-smoke"}
	l.write(t, &changed)
	if v, _, ok := l.Viewer(in.Secret); !ok || v.Sees("events", ourGrid) {
		t.Errorf("it gives all: %v", ok)
	}
}

// Whoever has a password may have a token for less too. By that nobody takes over the rest.
func TestANarrowTokenOfAPersonKeepsToItself(t *testing.T) {
	l := newLobby(t)
	l.write(t, &grid.Division{Code: ourGrid, Name: "某处", Level: ourGrid.Level()})
	browser := l.in(t)
	in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home, Program: true, Token: access.TokenOrder{Rights: []string{"see-people", "see-homes"}, Span: time.Hour}})
	if err != nil || !in.Until.Equal(l.now.Add(time.Hour)) {
		t.Fatal(in.Until, err)
	}
	v, _, _ := l.Viewer(in.Secret)
	if !v.Sees(grid.People, ourGrid) || v.Sees("events", ourGrid) || v.MayChange(grid.People, ourGrid) == nil {
		t.Error("it gives other than see-people and see-homes")
	}
	if who, _ := l.Identity(in.Secret); who.Rights != role.SetOf(role.SeeHomes, role.SeePeople) {
		t.Errorf("it says that it gives %s", who.Rights)
	}
	if _, err := l.OfferSecond(t.Context(), in.Secret, ""); !errors.Is(err, access.ErrNarrow) {
		t.Errorf("a second factor of its own: %v", err)
	}
	if _, err := l.ChangePassword(t.Context(), in.Secret, password, "another long passphrase 8"); !errors.Is(err, access.ErrNarrow) {
		t.Errorf("a password of its own: %v", err)
	}
	all := l.Sessions(browser)
	if own := l.Sessions(in.Secret); len(own) != 1 || !own[0].IsNarrow() || len(all) != 2 {
		t.Errorf("it lists %d of %d sign-ins", len(own), len(all))
	}
	for _, s := range all {
		if _, err := l.EndSession(t.Context(), in.Secret, s.ID, ""); !s.IsNarrow() && !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("it ended the session of the browser: %v", err)
		}
	}
	if _, _, ok := l.Viewer(browser); !ok {
		t.Error("the browser is out")
	}
}

// What somebody opens with a reason is open for him, not for a program of his without the right.
func TestWhatIsUnmaskedIsMaskedForANarrowToken(t *testing.T) {
	l := newLobby(t)
	for _, tt := range []struct {
		rights []string
		open   bool
	}{{nil, true}, {[]string{"see-people", "unmask"}, true}, {[]string{"see-people"}, false}} {
		in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home, Program: true, Token: access.TokenOrder{Rights: tt.rights}})
		if err != nil {
			t.Fatal(err)
		}
		put(l.Directory, &staff.Unmasking{Head: grid.Head{ID: 900, Revision: 1}, Account: l.worker.ID, Of: grid.People, Subject: 77, Reason: staff.ForVisit, Began: l.now, Ends: l.now.Add(time.Minute)})
		v, _, _ := l.Viewer(in.Secret)
		if open := v.Identity(&access.Subject{Ref: grid.Ref{Kind: grid.People, ID: 77}, Area: ourGrid}) == access.Open; open != tt.open {
			t.Errorf("%v: open %v", tt.rights, open)
		}
	}
}

func TestWhoWithdrawsATokenOfAMachine(t *testing.T) {
	for _, tt := range []struct {
		name, role string
		area       grid.Code
		err        error
	}{
		{"the system administrator", "system-admin", "5001", nil},
		{"the security administrator", "security-admin", "5001", nil},
		{"the system administrator of another town", "system-admin", "500107", grid.ErrNotFound},
		{"the audit administrator", "audit-admin", "5001", grid.ErrNotFound},
		{"a secretary", "secretary", ourCounty, grid.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			issuer, bridge := l.withBridge(t)
			var secrets []string
			for _, order := range []access.TokenOrder{{}, {Areas: []grid.Code{ourGrid}}} {
				in, err := issuer.IssueToken(t.Context(), bridge.ID, order)
				if err != nil {
					t.Fatal(err)
				}
				secrets = append(secrets, in.Secret)
			}
			own, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
			if err != nil {
				t.Fatal(err)
			}
			who := &staff.Account{Login: "who", Name: "某", Sort: staff.Person}
			l.write(t, who)
			l.write(t, &staff.Post{Account: who.ID, Role: tt.role, Area: tt.area})
			office := l.officeIn(who.ID)
			narrow := l.Sessions(secrets[1])[0].ID
			if _, err := office.WithdrawToken(t.Context(), bridge.ID, narrow); !errors.Is(err, tt.err) {
				t.Fatalf("%v, want %v", err, tt.err)
			}
			if _, _, lasts := l.Viewer(secrets[1]); lasts != (tt.err != nil) {
				t.Errorf("the token lasts: %v", lasts)
			}
			if rows := l.rows(t, "tokens.withdraw"); (len(rows) == 1 && rows[0].Detail == "areas="+string(ourGrid) && rows[0].Object == "accounts/"+fmt.Sprint(bridge.ID)) != (tt.err == nil) {
				t.Errorf("audit: %+v", rows)
			}
			if _, _, lasts := l.Viewer(secrets[0]); !lasts {
				t.Error("another token is gone")
			}
			for name, ids := range map[string][2]int64{"one that is gone": {bridge.ID, 1}, "the session of somebody": {l.worker.ID, l.Sessions(own.Secret)[0].ID}} {
				if _, err := office.WithdrawToken(t.Context(), ids[0], ids[1]); !errors.Is(err, grid.ErrNotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}
