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

// Whoever is at the machine asks nobody's leave, and yet makes nobody what nobody may be
// (RULES B3).
func TestAtTheMachineNobodyIsTwoAdministrators(t *testing.T) {
	l := newLobby(t)
	registry := access.NewRegistry(access.RegistrySources{Store: l.store, Hasher: l.Hasher, Sealer: l.sealer, Vault: l.Vault, Actor: "tester", Clock: l.Clock})
	l.write(t, &staff.Role{Code: "reader", Rights: []string{"read-audit"}})
	ended := l.root(t, "ended", "grid-worker")
	l.write(t, &staff.Post{Account: ended, Role: "audit-admin", Area: "5000", Ends: l.now})
	audra, idle := l.root(t, "audra", "audit-admin"), l.root(t, "idle", "resident")
	system := &staff.Post{Account: l.root(t, "system", "resident"), Role: "system-admin", Area: "5000"}
	l.write(t, system)
	deputy := &staff.Account{Login: "deputy", Name: "某人", Sort: staff.Person}
	l.write(t, deputy)
	l.write(t, &staff.StandIn{Post: system.ID, Deputy: deputy.ID, Begins: l.now.Add(time.Hour), Ends: l.now.Add(2 * time.Hour)})
	for _, tt := range []struct {
		name    string
		account int64
		role    string
		refused bool
	}{
		{"an operator's post for an audit administrator", audra, "operator", true},
		{"another administrator's for one", audra, "system-admin", true},
		{"the same administrator's once more", audra, "audit-admin", false},
		{"an administrator's for a resident, whose post gives no rights", idle, "security-admin", false},
		{"an administrator's for who will stand in for another", deputy.ID, "audit-admin", true},
		{"a role of the city's own that audits, for a worker", l.worker.ID, "reader", true},
		{"one more for a worker", l.worker.ID, "operator", false},
		{"one beside an administrator's that has ended", ended, "operator", false},
	} {
		err := registry.Appoint(t.Context(), &staff.Post{Account: tt.account, Role: tt.role, Area: "500106"})
		if errors.Is(err, role.ErrOffices) != tt.refused || !tt.refused && err != nil {
			t.Errorf("%s: %v, want refused %t", tt.name, err, tt.refused)
		}
	}
	both := []*staff.Post{{Role: "audit-admin", Area: "5000"}, {Role: "operator", Area: "500106"}}
	if err := registry.Add(t.Context(), &staff.Account{Login: "new", Name: "新人", Sort: staff.Person}, "", both...); !errors.Is(err, role.ErrOffices) {
		t.Errorf("both in one new account: %v", err)
	}
	if _, err := registry.Find(t.Context(), "new"); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("the account that was refused: %v", err)
	}
}
