package access_test

import (
	"errors"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

func (l *lobby) vouch(t *testing.T, posts ...staff.Post) (access.SignedIn, error) {
	t.Helper()
	return l.SignInVouched(t.Context(), access.Vouched{Issuer: "https://id.example", Subject: "7", Name: "张伟", Posts: posts, From: home})
}

// Posts by groups come and go; what somebody gave by hand is no group's to take.
func TestPostsByGroups(t *testing.T) {
	l := newLobby(t)
	for _, code := range []grid.Code{"500106003", ourGrid} {
		l.write(t, &grid.Division{Code: code, Name: "某处", Level: code.Level()})
	}
	planner, mentor := staff.Post{Role: "planner", Area: "500106003"}, staff.Post{Role: "grid-mentor", Area: ourGrid}
	in, err := l.vouch(t, planner, mentor, planner)
	if err != nil {
		t.Fatal(err)
	}
	l.write(t, &staff.Post{Account: in.Account.ID, Role: "operator", Area: "500106003"})
	held := func() map[string]int {
		codes := map[string]int{}
		_, posts, _ := l.Directory.Person(in.Account.ID)
		for _, p := range posts {
			codes[p.Role]++
		}
		return codes
	}
	for _, tt := range []struct {
		name  string
		posts []staff.Post
		want  map[string]int
		err   error
	}{
		{"the same groups", []staff.Post{mentor, planner}, map[string]int{"planner": 1, "grid-mentor": 1, "operator": 1}, nil},
		{"one group less", []staff.Post{planner}, map[string]int{"planner": 1, "operator": 1}, nil},
		{"the group again", []staff.Post{planner, mentor}, map[string]int{"planner": 1, "grid-mentor": 1, "operator": 1}, nil},
		{"a group that names an area that there is not", []staff.Post{mentor, {Role: "leader", Area: "500199001"}}, map[string]int{"grid-mentor": 1, "operator": 1}, nil},
		{"no group, but a post by hand", nil, map[string]int{"operator": 1}, nil},
		{"a group of an administrator beside it", []staff.Post{{Role: "audit-admin", Area: "5000"}}, map[string]int{"operator": 1}, access.ErrNoPost},
	} {
		again, err := l.vouch(t, tt.posts...)
		if !errors.Is(err, tt.err) || err == nil && again.Account.ID != in.Account.ID {
			t.Errorf("%s: %v", tt.name, err)
		}
		got := held()
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		for code, n := range tt.want {
			if got[code] != n {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}
	}
}

// Of whom no account is made: the store is not filled by everybody whom a server knows.
func TestWhoHasNoPostGetsNoAccount(t *testing.T) {
	l := newLobby(t)
	two := []staff.Post{{Role: "system-admin", Area: "5000"}, {Role: "audit-admin", Area: "5000"}}
	for _, posts := range [][]staff.Post{nil, two} {
		if _, err := l.vouch(t, posts...); !errors.Is(err, access.ErrNoPost) {
			t.Errorf("%v", err)
		}
	}
	if _, known := l.Directory.Account(staff.ElsewhereLogin("https://id.example", "7")); known {
		t.Error("there is an account")
	}
}

// Nobody gets the rights of two administrators, by hand or by standing in (RULES B3).
func TestNobodyIsTwoAdministrators(t *testing.T) {
	l := newLobby(t)
	office := l.cityOffice()
	a := &staff.Account{Login: "root", Name: "管理员", Sort: staff.Person}
	l.write(t, a)
	l.write(t, &staff.Post{Account: a.ID, Role: "system-admin", Area: "5000"})
	audit := &staff.Post{Account: l.worker.ID, Role: "audit-admin", Area: "5000"}
	for name, p := range map[string]*staff.Post{
		"an audit administrator too": {Account: a.ID, Role: "audit-admin", Area: "5000"},
		"a grid worker too":          {Account: a.ID, Role: "grid-worker", Area: ourGrid},
		"a worker who audits":        audit,
	} {
		if _, err := office.Appoint(t.Context(), p); !errors.Is(err, access.ErrForbidden) || !errors.Is(err, role.ErrOffices) {
			t.Errorf("%s: %v", name, err)
		}
	}
	auditor := &staff.Account{Login: "auditor", Name: "审计员", Sort: staff.Person}
	l.write(t, auditor)
	post := &staff.Post{Account: auditor.ID, Role: "operator", Area: ourGrid[:9]}
	l.write(t, post)
	in := &staff.StandIn{Post: post.ID, Deputy: a.ID, Begins: l.now, Ends: l.now.Add(1e12)}
	if _, err := office.Deputize(t.Context(), in); !errors.Is(err, role.ErrOffices) {
		t.Errorf("standing in: %v", err)
	}
}

// Nobody is two administrators by way of standing in, however that comes about (RULES B3).
func TestStandingInMakesNobodyTwoAdministrators(t *testing.T) {
	l := newLobby(t)
	office := l.cityOffice()
	hold := func(login, code string) (*staff.Account, *staff.Post) {
		a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
		l.write(t, a)
		p := &staff.Post{Account: a.ID, Role: code, Area: "5000"}
		l.write(t, p)
		return a, p
	}
	_, system := hold("system", "system-admin")
	_, audit := hold("audit", "audit-admin")
	idle := &staff.Account{Login: "idle", Name: "待岗", Sort: staff.Person}
	l.write(t, idle)
	l.write(t, &staff.StandIn{Post: system.ID, Deputy: idle.ID, Begins: l.now.Add(time.Hour), Ends: l.now.Add(2 * time.Hour)})
	if _, err := office.Appoint(t.Context(), &staff.Post{Account: idle.ID, Role: "audit-admin", Area: "5000"}); !errors.Is(err, role.ErrOffices) {
		t.Errorf("a post beside standing in later: %v", err)
	}
	l.write(t, &staff.Post{Account: idle.ID, Role: "system-admin", Area: "500106"}) // whom the office sees
	_, clerk := hold("clerk", "operator")
	if _, err := office.Deputize(t.Context(), &staff.StandIn{Post: clerk.ID, Deputy: idle.ID, Begins: l.now, Ends: l.now.Add(time.Hour)}); !errors.Is(err, role.ErrOffices) {
		t.Errorf("standing in for who sees people: %v", err)
	}
	in, err := l.vouch(t, staff.Post{Role: "system-admin", Area: "5000"})
	if err != nil {
		t.Fatal(err)
	}
	l.write(t, &staff.StandIn{Post: audit.ID, Deputy: in.Account.ID, Begins: l.now, Ends: l.now.Add(time.Hour)})
	if _, err := l.vouch(t, staff.Post{Role: "system-admin", Area: "5000"}); !errors.Is(err, role.ErrOffices) {
		t.Errorf("a group beside standing in: %v", err)
	}
}

// A role does not become an administrator's while somebody has it beside another's.
func TestAChangedRoleMakesNobodyTwoAdministrators(t *testing.T) {
	l := newLobby(t)
	a := &staff.Account{Login: "audit", Name: "审计员", Sort: staff.Person}
	l.write(t, a)
	for _, code := range []string{"audit-admin", "resident"} {
		l.write(t, &staff.Post{Account: a.ID, Role: code, Area: "5000"})
	}
	p := &staff.Proposal{Code: "resident", Rights: []string{"run-system"}, By: 998, At: l.now}
	l.write(t, p)
	office := l.cityOffice()
	if _, err := office.Accept(t.Context(), p.ID); !errors.Is(err, access.ErrForbidden) || !errors.Is(err, role.ErrOffices) {
		t.Errorf("%v", err)
	}
}

// cityOffice is the office of a security administrator of the whole city.
func (l *lobby) cityOffice() *access.Office {
	everywhere := func(grid.Code) grid.Scope { return grid.Everywhere() }
	return l.Office(access.NewViewer("999", role.NewGrant([]role.Post{{Role: "security-admin", Area: "5000"}}, role.Shipped(), everywhere)), "")
}
