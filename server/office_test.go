package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// A desk of the administration: what it answers about an account or post, and to whom.
type counter struct {
	op    string // as the description names it
	line  string // with the id of %d
	body  string
	match bool // sends a revision, a stale one
	right role.Right
	or    []role.Right // others that will do
	// everywhere: it is about no account in particular
	everywhere bool
	status     []int // for whoever may, in the own area
}

func counters() []counter {
	account, post := "/api/accounts/%d", `{"role":"steward","area":"500106003001001"}`
	return []counter{
		{op: "GET /api/accounts", line: "/api/accounts", right: role.ManageAccounts, or: []role.Right{role.AppointStandIn, role.RunSystem}, everywhere: true, status: []int{200}},
		{op: "GET /api/accounts/{id}", line: account, right: role.ManageAccounts, or: []role.Right{role.AppointStandIn}, status: []int{200}},
		{op: "POST /api/accounts", line: "POST /api/accounts", body: `{"login":"x1","name":"x","post":` + post + `}`, right: role.ManageAccounts, everywhere: true, status: []int{200, 422}},
		{op: "PATCH /api/accounts/{id}", line: "PATCH " + account, body: `{"locked":true}`, match: true, right: role.ManageAccounts, status: []int{409}},
		{op: "POST /api/accounts/{id}/link", line: "POST " + account + "/link", right: role.ManageAccounts, status: []int{200}},
		{op: "POST /api/accounts/{id}/token", line: "POST " + account + "/token", body: `{"days":1}`, right: role.RunSystem, status: []int{403}},
		{op: "DELETE /api/accounts/{id}/tokens/{token}", line: "DELETE " + account + "/tokens/1", right: role.ManageAccounts, status: []int{404}}, // see TestWhoWithdrawsATokenOfAMachine
		{op: "DELETE /api/accounts/{id}/sessions", line: "DELETE " + account + "/sessions", right: role.ManageAccounts, status: []int{200}},
		{op: "POST /api/posts", line: "POST /api/posts", body: `{"account":%d,"role":"steward","area":"500106003001001"}`, right: role.ManageAccounts, status: []int{201}},
		{op: "DELETE /api/posts/{id}", line: "DELETE /api/posts/%d", match: true, right: role.ManageAccounts, status: []int{409}},
		{op: "POST /api/posts/{id}/confirm", line: "POST /api/posts/%d/confirm", right: role.ManageAccounts, or: []role.Right{role.AppointStandIn}, status: []int{409, 403}},
		{op: "POST /api/standins", line: "POST /api/standins", body: `{"post":%d,"deputy":1,"begins":"2026-03-01T09:00:00Z","ends":"2026-03-01T18:00:00Z"}`, right: role.ManageAccounts, or: []role.Right{role.AppointStandIn}, status: []int{422}},
		{op: "DELETE /api/standins/{id}", line: "DELETE /api/standins/%d", match: true, right: role.ManageAccounts, or: []role.Right{role.AppointStandIn}, status: []int{409}},
		{op: "GET /api/roles", line: "/api/roles", right: role.ManageRoles, everywhere: true, status: []int{200}},
		{op: "PUT /api/roles/{code}", line: "PUT /api/roles/x-ray", body: `{"rights":["see-numbers"],"personal":0}`, right: role.ManageRoles, everywhere: true, status: []int{404}},
		{op: "POST /api/roles/proposals/{id}/accept", line: "POST /api/roles/proposals/%d/accept", right: role.ManageRoles, everywhere: true, status: []int{404}},
		{op: "DELETE /api/roles/proposals/{id}", line: "DELETE /api/roles/proposals/%d", right: role.ManageRoles, everywhere: true, status: []int{404}},
		{op: "GET /api/audit", line: "/api/audit", right: role.ReadAudit, everywhere: true, status: []int{404}},
		{op: "GET /api/audit/export", line: "/api/audit/export", right: role.ReadAudit, everywhere: true, status: []int{404}},
		{op: "POST /api/audit/verify", line: "POST /api/audit/verify", right: role.ReadAudit, everywhere: true, status: []int{404}},
		{op: "GET /api/exports", line: "/api/exports", right: role.Export, everywhere: true, status: []int{200}},
		{op: "POST /api/exports/{id}/approve", line: "POST /api/exports/%d/approve", right: role.Export, status: []int{200}},
		{op: "POST /api/exports/{id}/refuse", line: "POST /api/exports/%d/refuse", right: role.Export, status: []int{409}},
		{op: "GET /api/exports/{id}/file", line: "/api/exports/%d/file", right: role.Export, status: []int{403}},
		// Of a county nobody runs the whole system: see TestSettings, TestTheSecondPersonIsNotInvented, TestTheAuditTellsWhoseItsRowsAre.
		{op: "GET /api/settings", line: "/api/settings", right: role.RunSystem, everywhere: true, status: []int{404}},
		{op: "POST /api/settings/proposal/accept", line: "POST /api/settings/proposal/accept", right: role.RunSystem, everywhere: true, status: []int{404}},
		{op: "DELETE /api/settings/proposal", line: "DELETE /api/settings/proposal", right: role.RunSystem, everywhere: true, status: []int{404}},
		{op: "PATCH /api/settings", line: "PATCH /api/settings", body: `{"audit_months":6}`, right: role.RunSystem, everywhere: true, status: []int{404}},
	}
}

func (c counter) answers(v *access.Viewer, grant role.Grant, area grid.Code) bool {
	return slices.ContainsFunc(append([]role.Right{c.right}, c.or...), func(r role.Right) bool {
		return grant.May(r, area) || c.everywhere && len(grant.Scope(r).Ranges()) > 0
	})
}

// What is asked about an account: ids by what the line or body names.
func (c counter) call(account, post, standIn, export int64) call {
	id := account
	switch {
	case strings.Contains(c.op, "exports/"):
		id = export
	case strings.Contains(c.op, "standins/"):
		id = standIn
	case strings.Contains(c.op, "posts/"), c.op == "POST /api/standins":
		id = post
	}
	fill := func(text string) string {
		if strings.Contains(text, "%d") {
			return fmt.Sprintf(text, id)
		}
		return text
	}
	made := call{line: fill(c.line), body: fill(c.body)}
	if c.match {
		made.header = map[string]string{"If-Match": `"999999"`}
	}
	return made
}

// Every role asks every desk of the administration about somebody in the own area and in
// another county: what it has no say in is not there.
func TestTheOfficeAnswersWhoKeepsIt(t *testing.T) {
	for _, code := range slices.Sorted(maps.Keys(role.Shipped())) {
		t.Run(code, func(t *testing.T) {
			r := newRig(t)
			grant := role.NewGrant([]role.Post{{Role: code, Area: "500106"}}, role.Shipped(), under)
			for _, area := range []grid.Code{"500106003001001", "500107003001001"} {
				r.write(t, &grid.Division{Code: area, Level: area.Level(), Name: "网格"})
				a := r.hire(t, "of-"+string(area), "grid-worker", area)
				p := &staff.Post{Account: a.ID, Role: "steward", Area: area}
				r.write(t, p)
				in := &staff.StandIn{Post: p.ID, Deputy: 1, Begins: clock(), Ends: clock().Add(1)}
				r.write(t, in)
				x := &staff.Export{Account: a.ID, Role: "secretary", Over: area, Of: grid.Buildings, Area: area, Format: "csv", Purpose: staff.ForReport,
					State: staff.ExportWaiting, AskedAt: clock(), Ends: clock().Add(time.Hour)}
				r.write(t, x)
				r.viewer = access.NewViewer("7", grant)
				for _, c := range counters() {
					asked := c.call(a.ID, p.ID, in.ID, x.ID)
					reply := r.do(t, asked)
					want := []int{http.StatusNotFound}
					if c.answers(r.viewer, grant, area) {
						want = c.status
					}
					if !slices.Contains(want, reply.Code) {
						t.Errorf("%s about %s: %d %.200s, want one of %v", asked.line, area, reply.Code, reply.Body, want)
					}
					if mark := "of-500107"; strings.Contains(reply.Body.String(), mark) {
						t.Errorf("%s tells of another county: %.300s", asked.line, reply.Body)
					}
				}
			}
		})
	}
}

// Whoever gets the link of an account comes in by all its posts: one of them here lets it be
// seen, not acted on (RULES B3).
func TestOnePostHereDoesNotHandOverAnAccount(t *testing.T) {
	const here, above = grid.Code("500106003001001"), grid.Code("5001")
	later := staff.Post{Role: "leader", Area: above, Begins: clock().Add(time.Hour)}
	over := staff.Post{Role: "leader", Area: above, Begins: clock().Add(-2 * time.Hour), Ends: clock().Add(-time.Hour)}
	for _, tt := range []struct {
		name    string
		other   *staff.Post // beside the one here
		standIn bool        // by standing in for whoever has it
		refused bool
	}{
		{"a post above too", &staff.Post{Role: "leader", Area: above}, false, true},
		{"a post above that is to come", &later, false, true},
		{"a post above that it stands in for", &staff.Post{Role: "leader", Area: above}, true, true},
		{"a post above that is over", &over, false, false},
		{"nothing else", nil, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			a, boss := r.hire(t, "a", "integration", here), r.hire(t, "boss", "leader", above)
			if p := tt.other; p != nil {
				p.Account = a.ID
				if tt.standIn {
					p.Account = boss.ID
				}
				r.write(t, p)
				if tt.standIn {
					r.write(t, &staff.StandIn{Post: p.ID, Deputy: a.ID, Begins: clock().Add(time.Hour), Ends: clock().Add(2 * time.Hour)})
				}
			}
			for _, c := range []struct {
				code, line, body string
				sort             staff.Sort
				done             int
			}{
				{"security-admin", "POST /api/accounts/%d/link", "", staff.Person, 200},
				{"security-admin", "PATCH /api/accounts/%d", `{"locked":true}`, staff.Machine, 409},
				{"security-admin", "DELETE /api/accounts/%d/sessions", "", staff.Machine, 200},
				{"system-admin", "POST /api/accounts/%d/token", `{"days":1}`, staff.Machine, 200},
				{"security-admin", "/api/accounts/%d", "", staff.Machine, 200},
			} {
				a.Sort = c.sort
				r.write(t, a)
				r.viewer = holding("7", c.code, "500106", under)
				want := c.done
				if tt.refused && strings.Contains(c.line, " ") {
					want = http.StatusForbidden
				}
				reply := r.do(t, call{line: fmt.Sprintf(c.line, a.ID), body: c.body, header: map[string]string{"If-Match": `"999999"`}})
				if reply.Code != want {
					t.Errorf("%s: %d %.200s, want %d", c.line, reply.Code, reply.Body, want)
				}
			}
		})
	}
}

// A post whose division was removed is listed as such, and gives its holder nothing.
func TestAPostWhoseDivisionIsGone(t *testing.T) {
	r := newRig(t)
	r.desk.ScopeOf = func(c grid.Code) grid.Scope { return r.world.Snapshot().ScopeOfPost(c) }
	built := r.build(t)
	const ours grid.Code = "500106003001001"
	a := r.hire(t, "worker", "grid-worker", ours)
	_, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	keeper := holding("7", "security-admin", "5000", r.desk.ScopeOf)
	told := func() (list, own string, people int) {
		r.viewer = keeper
		list = r.do(t, call{line: "/api/accounts"}).Body.String()
		r.viewer = nil
		header := map[string]string{"Authorization": "Bearer " + token}
		own = r.do(t, call{line: "/api/session", header: header}).Body.String()
		return list, own, r.do(t, call{line: fmt.Sprintf("/api/people/%d", built.ours[grid.People]), header: header}).Code
	}
	list, own, people := told()
	mustHold(t, list, []string{`"login":"worker"`, `"area":"` + string(ours) + `"`}, []string{`"missing"`})
	mustHold(t, own, []string{`"see-people"`}, []string{`"missing"`})
	if people != http.StatusOK {
		t.Errorf("whom the worker sees: %d", people)
	}
	r.viewer = access.Local()
	if gone := r.do(t, call{line: fmt.Sprintf("DELETE /api/divisions/%d", built.ours[grid.Divisions]), header: map[string]string{"If-Match": `"1"`}}); gone.Code != http.StatusOK {
		t.Fatalf("%d %s", gone.Code, gone.Body)
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	list, own, people = told()
	mustHold(t, list, []string{`"login":"worker"`, `"area":"` + string(ours) + `","missing":true`}, nil)
	mustHold(t, own, []string{`"rights":[]`, `"area":"` + string(ours) + `","missing":true`}, nil)
	if people != http.StatusNotFound {
		t.Errorf("whom the worker of no division sees: %d", people)
	}
	r.viewer = keeper
	if reply := r.do(t, call{line: fmt.Sprintf("/api/accounts/%d", a.ID)}); reply.Code != http.StatusOK || !strings.Contains(reply.Body.String(), `"missing":true`) {
		t.Errorf("the account alone: %d %s", reply.Code, reply.Body)
	}
}

// A program has a token and no password: there is no link that would open it to somebody.
func TestAMachineGetsNoLink(t *testing.T) {
	for sort, link := range map[staff.Sort]bool{staff.Machine: false, staff.Person: true, staff.Partner: true, staff.Resident: true} {
		t.Run(string(sort), func(t *testing.T) {
			r := newRig(t)
			as := func(code string) {
				r.viewer = holding("7", code, "5001", everywhere)
			}
			as("security-admin")
			body := fmt.Sprintf(`{"login":"bridge","name":"网桥","sort":%q,"post":{"role":"integration","area":"5000"}}`, sort)
			reply := r.do(t, call{line: "POST /api/accounts", body: body})
			if reply.Code != http.StatusOK || strings.Contains(reply.Body.String(), `"link"`) != link {
				t.Fatalf("added: %d %s, want a link: %t", reply.Code, reply.Body, link)
			}
			a, known := r.directory.Account("bridge")
			if !known {
				t.Fatal("the account is not there by the time of the answer")
			}
			want := map[bool]int{true: http.StatusOK, false: http.StatusConflict}
			if reply := r.do(t, call{line: fmt.Sprintf("POST /api/accounts/%d/link", a.ID)}); reply.Code != want[link] {
				t.Errorf("another link: %d %s", reply.Code, reply.Body)
			}
			as("system-admin")
			if reply := r.do(t, call{line: fmt.Sprintf("POST /api/accounts/%d/token", a.ID), body: `{"days":1}`}); (reply.Code == http.StatusOK) == link {
				t.Errorf("a token: %d %s", reply.Code, reply.Body)
			}
		})
	}
}

// Of an account without posts nobody but whoever keeps the whole city may have the link.
func TestAnAccountWithoutPostsIsTheCitys(t *testing.T) {
	r := newRig(t)
	a := &staff.Account{Login: "idle", Name: "待岗", Sort: staff.Person}
	r.write(t, a)
	for name, tt := range map[string]struct {
		scope  grid.Scope
		status int
	}{
		"a county": {grid.NewScope(grid.Under("500106")), http.StatusForbidden}, "the city": {grid.Everywhere(), http.StatusOK},
	} {
		r.viewer = holding("7", "security-admin", "5000", func(grid.Code) grid.Scope { return tt.scope })
		if reply := r.do(t, call{line: fmt.Sprintf("POST /api/accounts/%d/link", a.ID)}); reply.Code != tt.status {
			t.Errorf("%s: %d %.200s, want %d", name, reply.Code, reply.Body, tt.status)
		}
	}
}

// Rows name accounts by ids. Whoever audits the whole city is told whose they are, and asks by
// login; a row does not say in whose area it was, so who audits a part reads none.
func TestTheAuditTellsWhoseItsRowsAre(t *testing.T) {
	r := newRig(t)
	ours, theirs := r.hire(t, "ours", "grid-worker", "500106003001001"), r.hire(t, "theirs", "grid-worker", "500107003001001")
	for _, a := range []*staff.Account{ours, theirs} {
		r.signIn(t, fmt.Sprintf(`{"name":%q,"password":%q,"program":true}`, a.Login, password))
	}
	audits := func(scope grid.Scope) {
		r.viewer = holding("7", "audit-admin", "5000", func(grid.Code) grid.Scope { return scope })
	}
	audits(grid.NewScope(grid.Under("500106")))
	if reply := r.do(t, call{line: "GET /api/audit"}); reply.Code != http.StatusNotFound {
		t.Errorf("who audits a part: %d", reply.Code)
	}
	audits(grid.Everywhere())
	id := func(a *staff.Account) string { return fmt.Sprint(a.ID) }
	for _, tt := range []struct {
		name, actor, has, hasNot string
	}{
		{"all rows, by name", "", `"login":"theirs"`, "nobody"},
		{"by login", "ours", `"actor":"` + id(ours), id(theirs)},
		{"by id", id(ours), `"login":"ours"`, id(theirs)},
		{"a login that there is not", "nobody", `"items":[]`, id(theirs)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := r.do(t, call{line: "GET /api/audit?action=session.begin&actor=" + tt.actor}).Body.String()
			if !strings.Contains(body, tt.has) || strings.Contains(body, tt.hasNot) {
				t.Errorf("%.600s: want %s, not %s", body, tt.has, tt.hasNot)
			}
		})
	}
}
