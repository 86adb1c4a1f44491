package server_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// runner is a system administrator of the whole city.
func runner(account int64) *access.Viewer {
	return holding(itoa(account), "system-admin", "5000", everywhere)
}

func TestSettings(t *testing.T) {
	r := newRig(t)
	const one, other, twin, anyone = 9, 8, 7, 0 // the twin's link was made by the one
	for _, a := range []*staff.Account{{Head: grid.Head{ID: one}}, {Head: grid.Head{ID: other}}, {Head: grid.Head{ID: twin}, SetUpBy: one}} {
		a.Login, a.Name, a.Sort = "admin"+itoa(a.ID), "系统管理员", staff.Person
		r.write(t, a)
	}
	const (
		read, change     = "/api/settings", "PATCH /api/settings"
		accept, withdraw = "POST /api/settings/proposal/accept", "DELETE /api/settings/proposal"
	)
	for _, tt := range []struct {
		name, line, body, match string
		who                     int64 // zero for whoever is at an open server without accounts
		status                  int
		holds                   []string
	}{
		{"as shipped", read, "", "", one, 200, []string{`"revision":0,"audit_months":36,"export_rows":100,"by":0,"at":null,"proposed":null`, `{"what":"unmasking","seconds":900}`, `{"what":"change-log","seconds":null}`}},
		{"without the revision that is meant", change, `{"audit_months":48}`, "", one, 428, nil},
		{"with a revision that is none", change, `{"audit_months":48}`, "x", one, 400, nil},
		{"an audit shorter than the law says", change, `{"audit_months":5}`, "0", one, 422, []string{`"location":"body.audit_months"`}},
		{"less than no rows", change, `{"export_rows":-1}`, "0", one, 422, []string{`"location":"body.export_rows"`}},
		{"a setting that there is not", change, `{"audit_days":5}`, "0", one, 422, nil},
		{"what was not proposed is not accepted", accept, "", "0", other, 404, nil},
		{"nor withdrawn", withdraw, "", "0", one, 404, nil},
		{"nobody in particular is no first person", change, `{"export_rows":200}`, "0", anyone, 403, nil},
		{"what protects more needs nobody", change, `{"audit_months":48}`, "0", one, 200, []string{`"revision":1,"audit_months":48,"export_rows":100,"by":9`, `"proposed":null`}},
		{"by somebody who saw none yet", change, `{"export_rows":5}`, "0", one, 409, nil},
		{"one of them, and the other stays", change, `{"export_rows":0}`, `"1"`, one, 200, []string{`"revision":2,"audit_months":48,"export_rows":0`}},
		{"what protects less waits", change, `{"export_rows":500}`, "2", one, 200, []string{`"revision":3,"audit_months":48,"export_rows":0,"by":9`, `"proposed":{"audit_months":null,"export_rows":500,"by":9,"who":"admin9"`}},
		{"for a second person", accept, "", "3", one, 403, nil},
		{"who is not the first by another account", accept, "", "3", twin, 403, nil},
		{"and has seen what is proposed", accept, "", "2", other, 409, nil},
		{"and has an account", accept, "", "3", anyone, 403, nil},
		{"accepted", accept, "", "3", other, 200, []string{`"revision":4,"audit_months":48,"export_rows":500,"by":8`, `"proposed":null`}},
		{"accepted once", accept, "", "4", other, 404, nil},
		{"of two changes the one that protects more is in force", change, `{"audit_months":6,"export_rows":400}`, "4", other, 200, []string{`"audit_months":48,"export_rows":400,"by":8`, `"proposed":{"audit_months":6,"export_rows":null,"by":8`}},
		{"what protects more leaves the other to wait", change, `{"export_rows":300}`, "5", one, 200, []string{`"export_rows":300,"by":9`, `"proposed":{"audit_months":6,"export_rows":null,"by":8`}},
		{"nobody rides on what another proposed", change, `{"export_rows":600}`, "6", one, 200, []string{`"proposed":{"audit_months":null,"export_rows":600,"by":9`}},
		{"withdrawn", withdraw, "", "7", other, 200, []string{`"revision":8,"audit_months":48,"export_rows":300,"by":9`, `"proposed":null`}},
		{"as they are then", read, "", "", one, 200, []string{`"revision":8,"audit_months":48,"export_rows":300`}},
	} {
		if r.viewer = runner(tt.who); tt.who == anyone {
			r.viewer = access.Local()
		}
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
	for row, err := range r.store.AuditRows(t.Context(), grid.AuditQuery{Action: "settings.", Oldest: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Result == grid.ResultOK {
			said = append(said, row.Actor+" "+row.Action+" "+row.Detail)
		}
	}
	want := []string{
		"9 settings.change audit_months=48 (36) export_rows=100 (100)",
		"9 settings.change audit_months=48 (48) export_rows=0 (100)",
		"9 settings.propose audit_months=48 (48) export_rows=0 (0) proposed by account 9: audit_months=0 export_rows=500",
		"8 settings.change audit_months=48 (48) export_rows=500 (0) proposed by account 9: audit_months=0 export_rows=500",
		"8 settings.change audit_months=48 (48) export_rows=400 (500) proposed by account 8: audit_months=6 export_rows=0",
		"9 settings.change audit_months=48 (48) export_rows=300 (400) proposed by account 8: audit_months=6 export_rows=0",
		"9 settings.propose audit_months=48 (48) export_rows=300 (300) proposed by account 9: audit_months=0 export_rows=600",
		"8 settings.withdraw audit_months=48 (48) export_rows=300 (300) proposed by account 9: audit_months=0 export_rows=600",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("traces %s", diff)
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
		whole := holding("9", code, "5000", everywhere)
		want := map[bool]int{true: 200, false: 404}[code == "system-admin"]
		for _, asked := range []call{{line: "/api/settings"}, {line: "PATCH /api/settings", body: `{"export_rows":1}`, header: map[string]string{"If-Match": "0"}}} {
			r.viewer = whole
			if reply := r.do(t, asked); reply.Code != want {
				t.Errorf("%s: %s: %d, want %d", code, asked.line, reply.Code, want)
			}
		}
	}
}
