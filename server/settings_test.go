package server_test

import (
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// runner is the system administrator of the whole city.
func runner() *access.Viewer {
	return access.NewViewer("9", role.NewGrant([]role.Post{{Role: "system-admin", Area: "5000"}}, role.Shipped(),
		func(grid.Code) grid.Scope { return grid.Everywhere() }))
}

func TestSettings(t *testing.T) {
	r := newRig(t)
	r.viewer = runner()
	for _, tt := range []struct {
		name, line, body, match string
		status                  int
		holds                   []string
	}{
		{"as shipped", "/api/settings", "", "", 200, []string{`"revision":0,"audit_months":36,"export_rows":100`, `{"what":"unmasking","seconds":900}`, `{"what":"change-log","seconds":null}`}},
		{"without the revision that is meant", "PATCH /api/settings", `{"audit_months":12}`, "", 428, nil},
		{"with a revision that is none", "PATCH /api/settings", `{"audit_months":12}`, "x", 400, nil},
		{"an audit shorter than the law says", "PATCH /api/settings", `{"audit_months":5}`, "0", 422, []string{`"location":"body.audit_months"`}},
		{"less than no rows", "PATCH /api/settings", `{"export_rows":-1}`, "0", 422, []string{`"location":"body.export_rows"`}},
		{"a setting that there is not", "PATCH /api/settings", `{"audit_days":5}`, "0", 422, nil},
		{"for the first time", "PATCH /api/settings", `{"audit_months":12}`, "0", 200, []string{`"audit_months":12,"export_rows":100,"by":9`}},
		{"by somebody who saw none yet", "PATCH /api/settings", `{"export_rows":5}`, "0", 409, nil},
		{"one of them, and the other stays", "PATCH /api/settings", `{"export_rows":0}`, `"1"`, 200, []string{`"revision":2,"audit_months":12,"export_rows":0`}},
		{"as they are then", "/api/settings", "", "", 200, []string{`"revision":2,"audit_months":12,"export_rows":0`}},
	} {
		asked := call{line: tt.line, body: tt.body}
		if tt.match != "" {
			asked.header = map[string]string{"If-Match": tt.match}
		}
		reply := r.do(t, asked)
		if reply.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, reply.Code, reply.Body, tt.status)
		}
		mustHold(t, reply.Body.String(), tt.holds, nil)
	}
	var said []string
	for row, err := range r.store.AuditRows(t.Context(), grid.AuditQuery{Action: "settings.change", Oldest: true}) {
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, row.Actor+" "+row.Detail)
	}
	if got := strings.Join(said, "; "); got != "9 audit_months=12 (36) export_rows=100 (100); 9 audit_months=12 (12) export_rows=0 (100)" {
		t.Errorf("traces %s", got)
	}
}

// Two who change them for the first time at the same moment do not both do so.
func TestThereIsOneSetOfSettings(t *testing.T) {
	r := newRig(t)
	r.write(t, staff.DefaultSettings())
	_, err := r.store.Write(t.Context(), grid.Write{Actor: "t", Action: "t", Put: []grid.Entity{staff.DefaultSettings()}})
	if err == nil {
		t.Error("a second set was stored")
	}
}

func TestSettingsAreOfWhoRunsTheWholeSystem(t *testing.T) {
	for code := range role.Shipped() {
		r := newRig(t)
		whole := access.NewViewer("9", role.NewGrant([]role.Post{{Role: code, Area: "5000"}}, role.Shipped(), func(grid.Code) grid.Scope { return grid.Everywhere() }))
		want := map[bool]int{true: 200, false: 404}[code == "system-admin"]
		for _, asked := range []call{{line: "/api/settings"}, {line: "PATCH /api/settings", body: `{"export_rows":1}`, header: map[string]string{"If-Match": "0"}}} {
			r.viewer = whole
			if reply := r.do(t, asked); reply.Code != want {
				t.Errorf("%s: %s: %d, want %d", code, asked.line, reply.Code, want)
			}
		}
	}
}
