package role_test

import (
	"errors"
	"strings"
	"testing"

	"quanxi/access/role"
	"quanxi/grid"
)

func TestShippedRolesMayBe(t *testing.T) {
	for code, r := range role.Shipped() {
		if err := r.Check(); err != nil || r.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestRights(t *testing.T) {
	for _, r := range role.Rights() {
		if back, err := role.ParseRight(r.String()); err != nil || back != r {
			t.Errorf("%s is read as %s, %v", r, back, err)
		}
	}
	if _, err := role.ParseRight("see-everything"); err == nil {
		t.Error("a right that there is not was read")
	}
}

func TestRolesThatMayNotBe(t *testing.T) {
	for name, tt := range map[string]struct {
		role role.Role
		want string
	}{
		"one without a name":                          {role.Role{}, "code"},
		"one whose name would break a table":          {role.Role{Code: "a|b"}, "code"},
		"an administrator who reads names":            {role.Role{Code: "root", Rights: role.SetOf(role.RunSystem, role.SeePeople), Personal: grid.TownLevel}, "no other rights, but this one see-people"},
		"an administrator who handles events":         {role.Role{Code: "root", Rights: role.SetOf(role.ReadAudit, role.HandleEvents)}, "handle-events"},
		"one who runs the system and grants accounts": {role.Role{Code: "root", Rights: role.SetOf(role.RunSystem, role.ManageAccounts)}, "two administrators"},
		"one who grants and audits his own grants":    {role.Role{Code: "root", Rights: role.SetOf(role.ReadAudit, role.ManageRoles)}, "two administrators"},
		"one that shows people at no level":           {role.Role{Code: "x-ray", Rights: role.SetOf(role.SeePeople)}, "level"},
		"rights from another version":                 {role.Role{Code: "later", Rights: 1 << 31}, "there are not"},
	} {
		if err := tt.role.Check(); !errors.Is(err, role.ErrRole) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want one that says %q", name, err, tt.want)
		}
	}
}

// What each shipped role may do in its own area, row by row as somebody on duty
// would ask.
func TestWhatShippedRolesMay(t *testing.T) {
	const grid1, community, town, county grid.Code = "500106001001001", "500106001001", "500106001", "500106"
	for _, tt := range []struct {
		role string
		area grid.Code // of the post
		may  []role.Right
		not  []role.Right
	}{
		{"grid-worker", grid1, []role.Right{role.SeePeople, role.SeeCare, role.Unmask, role.KeepPeople, role.HandleEvents}, []role.Right{role.Export, role.DrawDivisions, role.ManageAccounts}},
		{"grid-worker", community, []role.Right{role.SeeEvents, role.SeeNumbers}, []role.Right{role.SeePeople, role.Unmask}},
		{"grid-mentor", grid1, []role.Right{role.SeeHomes, role.ReportEvents}, []role.Right{role.SeePeople, role.SeeCare, role.HandleEvents}},
		{"steward", grid1, []role.Right{role.SeePeople}, []role.Right{role.SeeCare, role.Unmask, role.KeepPeople}},
		{"secretary", community, []role.Right{role.SeePeople, role.AppointStandIn, role.Export}, []role.Right{role.ManageAccounts}},
		{"operator", town, []role.Right{role.SeePeople, role.SeeCare, role.Unmask, role.HandleEvents}, []role.Right{role.KeepPeople}},
		{"operator", county, []role.Right{role.SeeNumbers, role.SeeEvents, role.HandleEvents}, []role.Right{role.SeeHomes, role.SeePeople, role.SeeCare, role.Unmask}},
		{"leader", "5000", []role.Right{role.SeeNumbers, role.SeeEvents}, []role.Right{role.SeeHomes, role.SeePeople}},
		{"department", county, []role.Right{role.HandleEvents, role.SeeNumbers}, []role.Right{role.SeeHomes, role.SeePeople, role.SeeDevices}},
		{"doctor", community, []role.Right{role.SeeEvents, role.HandleEvents, role.SeeCare}, []role.Right{role.SeeHomes, role.SeePeople, role.SeeNumbers, role.ReportEvents}},
		{"doctor", county, []role.Right{role.SeeEvents}, []role.Right{role.SeeCare, role.SeePeople}},
		{"provider", town, []role.Right{role.SeeEvents, role.HandleEvents}, []role.Right{role.SeeCare, role.SeeHomes}},
		{"planner", town, []role.Right{role.DrawDivisions, role.SeeNumbers}, []role.Right{role.SeeHomes, role.SeeEvents}},
		{"system-admin", "5000", []role.Right{role.RunSystem}, []role.Right{role.SeeNumbers, role.SeePeople, role.ManageAccounts, role.ReadAudit}},
		{"security-admin", "5000", []role.Right{role.ManageAccounts, role.ManageRoles}, []role.Right{role.SeePeople, role.RunSystem, role.ReadAudit}},
		{"audit-admin", "5000", []role.Right{role.ReadAudit}, []role.Right{role.SeePeople, role.ManageAccounts}},
		{"resident", grid1, nil, role.Rights()},
		{"no-such-role", grid1, nil, role.Rights()},
	} {
		g := role.NewGrant([]role.Post{{Role: tt.role, Area: tt.area}}, role.Shipped(), under)
		for _, r := range tt.may {
			if !g.May(r, tt.area) {
				t.Errorf("%s at %s may not %s", tt.role, tt.area, r)
			}
		}
		for _, r := range tt.not {
			if g.May(r, tt.area) {
				t.Errorf("%s at %s may %s", tt.role, tt.area, r)
			}
		}
	}
}

func TestWhoNeedsASecondFactor(t *testing.T) {
	for code, want := range map[string]bool{
		"system-admin": true, "security-admin": true, "audit-admin": true, "grid-worker": true, "operator": true,
		"grid-mentor": false, "steward": false, "department": false, "resident": false,
	} {
		if got := role.Shipped()[code].Rights.NeedsSecondFactor(); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
}

// under is the scope of a city whose codes say who manages.
func under(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) }
