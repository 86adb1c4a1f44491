package staff_test

import (
	"errors"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

func TestValidate(t *testing.T) {
	nine := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		entity grid.Entity
		field  string // that is refused; empty if none
	}{
		{"an operator", &staff.Account{Login: "operator", Name: "值班员", Sort: staff.Person}, ""},
		{"a login with capitals", &staff.Account{Login: "Operator", Name: "值班员", Sort: staff.Person}, "login"},
		{"a login that would break a header", &staff.Account{Login: "a\nb", Name: "值班员", Sort: staff.Person}, "login"},
		{"nobody", &staff.Account{Login: "x", Sort: staff.Person}, "name"},
		{"a name of two lines", &staff.Account{Login: "x", Name: "值班员\r\n领导", Sort: staff.Person}, "name"},
		{"a name that turns what follows around", &staff.Account{Login: "x", Name: "值班员\u202e", Sort: staff.Person}, "name"},
		{"a name that looks like another", &staff.Account{Login: "x", Name: "值班\u200b员", Sort: staff.Person}, "name"},
		{"a sort that there is not", &staff.Account{Login: "x", Name: "x", Sort: "root"}, "sort"},
		{"a role", &staff.Role{Code: "operator"}, ""},
		{"a role without a code", &staff.Role{}, "code"},
		{"a post for ever", &staff.Post{Account: 1, Role: "operator", Area: "500106001"}, ""},
		{"a post of nobody", &staff.Post{Role: "operator", Area: "500106001"}, "account"},
		{"a post nowhere", &staff.Post{Account: 1, Role: "operator", Area: "5x"}, "area"},
		{"a post that ends before it begins", &staff.Post{Account: 1, Role: "operator", Area: "5001", Begins: nine, Ends: nine.Add(-time.Hour)}, "ends"},
		{"a stand-in for a day", &staff.StandIn{Post: 1, Deputy: 2, Begins: nine, Ends: nine.Add(9 * time.Hour)}, ""},
		{"a stand-in for ever", &staff.StandIn{Post: 1, Deputy: 2, Begins: nine}, "ends"},
		{"an unmasking for a visit", &staff.Unmasking{Account: 1, Of: grid.People, Subject: 2, Reason: staff.ForVisit, Began: nine, Ends: nine.Add(time.Minute)}, ""},
		{"an unmasking of nobody", &staff.Unmasking{Account: 1, Reason: staff.ForVisit, Began: nine, Ends: nine.Add(time.Minute)}, "subject"},
		{"an unmasking for no reason", &staff.Unmasking{Account: 1, Of: grid.People, Subject: 2, Began: nine, Ends: nine.Add(time.Minute)}, "reason"},
		{"an unmasking for an event that is not named", &staff.Unmasking{Account: 1, Of: grid.People, Subject: 2, Reason: staff.ForEvent, Began: nine, Ends: nine.Add(time.Minute)}, "event"},
		{"an unmasking that does not end", &staff.Unmasking{Account: 1, Of: grid.People, Subject: 2, Reason: staff.ForVisit, Began: nine, Ends: nine}, "ends"},
		{"a set-up", &staff.Setup{Account: 1, Digest: []byte{1}, Ends: nine}, ""},
		{"a set-up for ever", &staff.Setup{Account: 1, Digest: []byte{1}}, "ends"},
		{"a proposal", &staff.Proposal{Code: "operator", By: 1}, ""},
		{"a proposal by nobody", &staff.Proposal{Code: "operator"}, "proposer"},
		{"an export", export(func(*staff.Export) {}), ""},
		{"an export of nobody", export(func(x *staff.Export) { x.Account = 0 }), "account"},
		{"an export of nothing", export(func(x *staff.Export) { x.Of = "" }), "kind"},
		{"an export of nowhere", export(func(x *staff.Export) { x.Area = "5x" }), "area"},
		{"an export for no purpose", export(func(x *staff.Export) { x.Purpose = "fun" }), "purpose"},
		{"an export whose words hold a telephone", export(func(x *staff.Export) { x.Note = "致电13800002071" }), "note"},
		{"an export with a date in its words", export(func(x *staff.Export) { x.Note = "2026年3月核对" }), ""},
		{"an export for ever", export(func(x *staff.Export) { x.Ends = time.Time{} }), "ends"},
		{"settings as shipped", staff.DefaultSettings(), ""},
		{"an audit kept for less than the law says", settings(5, 100), "audit_months"},
		{"an audit kept for the shortest time", settings(6, 0), ""},
		{"less than no rows", settings(36, -1), "export_rows"},
		{"a second set of settings", &staff.Settings{AuditMonths: 36}, "external"},
		{"a sign-in", &staff.SignIn{Account: 1, Digest: []byte{1}, Began: nine, Ends: nine.Add(time.Hour)}, ""},
		{"a sign-in without a secret", &staff.SignIn{Account: 1, Began: nine, Ends: nine.Add(time.Hour)}, "digest"},
		{"a sign-in without an end", &staff.SignIn{Account: 1, Digest: []byte{1}, Began: nine}, "ends"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.entity.Validate()
			var field *grid.FieldError
			if tt.field == "" && err != nil || tt.field != "" && (!errors.As(err, &field) || field.Field != tt.field) {
				t.Errorf("%v, want %q refused", err, tt.field)
			}
		})
	}
}

func TestEveryKindIsMadeAndNoOther(t *testing.T) {
	for _, kind := range staff.Kinds() {
		if e := staff.New(kind); e == nil || e.Kind() != kind || !staff.Is(kind) {
			t.Errorf("%s: %v", kind, e)
		}
	}
	if staff.New(grid.Buildings) != nil || staff.Is("events") {
		t.Error("it makes what is not of staff")
	}
}

func export(change func(*staff.Export)) *staff.Export {
	asked := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	x := &staff.Export{Account: 1, Of: grid.People, Area: "500106001", Format: "csv", Purpose: staff.ForReport, State: staff.ExportReady,
		AskedAt: asked, Ends: asked.Add(time.Hour)}
	change(x)
	return x
}

func settings(months, rows int64) *staff.Settings {
	s := staff.DefaultSettings()
	s.AuditMonths, s.ExportRows = months, rows
	return s
}
