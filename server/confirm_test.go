package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
	"quanxi/grid"
)

// setUp opens a set-up link, and returns whoever came in by it.
func (r *rig) setUp(t *testing.T, link string) (hand, string) {
	t.Helper()
	_, secret, _ := strings.Cut(link, "#setup=")
	r.viewer = nil
	reply := r.do(t, call{line: "POST /api/setup", body: fmt.Sprintf(`{"secret":%q,"password":%q}`, secret, password)})
	if reply.Code != http.StatusOK {
		t.Fatalf("set-up: %d %s", reply.Code, reply.Body)
	}
	cookie, _ := secretOf(t, reply)
	return hand{r, cookie.Name + "=" + cookie.Value}, reply.Body.String()
}

// asks sends a request, and returns the status and the body of the reply.
func (h hand) asks(t *testing.T, line, body string) (status int, told string) {
	t.Helper()
	reply := h.r.do(t, call{line: line, body: body, header: map[string]string{"Cookie": h.secret}})
	return reply.Code, reply.Body.String()
}

// From the account that a security administrator makes alone to the first name in the open.
func TestAPostAwaitsASecondPerson(t *testing.T) {
	r := newRig(t)
	r.desk.ScopeOf = func(c grid.Code) grid.Scope { return r.world.Snapshot().ScopeOfPost(c) }
	person := r.build(t).ours[grid.People]
	leader, security := r.handOf(t, "leader", "leader", ourTown), r.handOf(t, "security", "security-admin", "5000")
	_, invited := security.does(t, "POST /api/accounts", `{"login":"fresh","name":"新人","post":{"role":"grid-worker","area":"500106003001001"}}`)
	fresh, _ := r.setUp(t, invited.Link)
	confirm := fmt.Sprintf("POST /api/posts/%d/confirm", r.postOf(t, invited.ID).ID)
	account := fmt.Sprintf("/api/accounts/%d", invited.ID)
	record, unmask := fmt.Sprintf("/api/people/%d", person), fmt.Sprintf("POST /api/people/%d/unmask", person)
	for _, tt := range []struct {
		name       string
		who        hand
		line, body string
		status     int
		has        []string
		hasNot     []string
	}{
		{"the post says that it awaits somebody", fresh, "/api/session", "", 200, []string{`"awaits":true`, `"report-events"`}, []string{`"see-people"`, `"unmask"`}},
		{"nobody is there", fresh, record, "", 404, nil, []string{"小明"}},
		{"to be opened", fresh, unmask, `{"reason":"visit"}`, 404, nil, []string{"小明"}},
		{"nobody is added", fresh, "POST /api/buildings", `{"name":"新楼","geometry":{"type":"Polygon","coordinates":[[[106.4,29.5],[106.401,29.5],[106.401,29.501],[106.4,29.501],[106.4,29.5]]]}}`, 403, nil, nil},
		{"and there is no other way to a file of them", fresh, fmt.Sprintf("POST /api/people/%d/file", person), `{"purpose":"request"}`, 404, nil, []string{"小明"}},
		{"who made it sees that it waits, for another", security, account, "", 200, []string{`"awaits":true`}, []string{`"confirms"`}},
		{"and does not confirm it", security, confirm, "", 403, []string{access.ErrSecondPerson.Error()}, nil},
		{"nor does who has it", fresh, confirm, "", 404, nil, nil},
		{"who stands above sees that it waits for him", leader, account, "", 200, []string{`"awaits":true`, `"confirms":true`}, nil},
		{"and confirms it", leader, confirm, "", 201, nil, nil},
		{"once", leader, confirm, "", 409, []string{"awaits no second person"}, nil},
		{"the post awaits nobody", fresh, "/api/session", "", 200, []string{`"unmask"`}, []string{`"awaits"`}},
		{"a name is shown for a reason", fresh, unmask, `{"reason":"visit"}`, 200, []string{"小明"}, nil},
	} {
		status, told := tt.who.asks(t, tt.line, tt.body)
		if status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, status, told, tt.status)
		}
		mustHold(t, told, tt.has, tt.hasNot)
		if err := r.Wait(t.Context(), "token"); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever forgot the password chooses another by a link; the code is asked for as ever.
func TestASetUpLinkAsksForTheSecondFactor(t *testing.T) {
	r := newRig(t)
	r.desk.ScopeOf = func(c grid.Code) grid.Scope { return r.world.Snapshot().ScopeOfPost(c) }
	r.build(t)
	r.handOf(t, "worker", "grid-worker", "500106003001001")
	security := r.handOf(t, "security", "security-admin", "5000")
	worker, _ := r.directory.Account("worker")
	link := func() string { // while nobody asks the administrator for a code
		r.desk.PasswordAlone = true
		_, made := security.does(t, fmt.Sprintf("POST /api/accounts/%d/link", worker.ID), "")
		r.desk.PasswordAlone = false
		return made.Link
	}
	first, told := r.setUp(t, link())
	mustHold(t, told, []string{`"needs_second":true`, `"has_second":false`}, nil)
	recovery := first.enrol(t)
	if status, told := first.asks(t, "/api/categories", ""); status != http.StatusOK {
		t.Fatalf("with a second factor: %d %s", status, told)
	}

	second, told := r.setUp(t, link())
	mustHold(t, told, []string{`"needs_second":true`, `"has_second":true`}, nil)
	for _, tt := range []struct {
		name       string
		who        hand
		line, body string
		status     int
	}{
		{"the older sign-in is over", first, "/api/categories", "", 401},
		{"the link alone shows nothing", second, "/api/categories", "", 401},
		{"puts no other second factor in the place of the one in force", second, "POST /api/session/second", `{}`, 409},
		{"and takes none away", second, "DELETE /api/session/second", `{"code":"000000"}`, 401},
		{"a guess shows nothing", second, "POST /api/session/code", `{"code":"000000"}`, 422},
		{"a recovery code of before does", second, "POST /api/session/code", fmt.Sprintf(`{"code":%q}`, recovery), 204},
		{"and then all is there", second, "/api/categories", "", 200},
	} {
		if status, told := tt.who.asks(t, tt.line, tt.body); status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, status, told, tt.status)
		}
		if err := r.Wait(t.Context(), "token"); err != nil {
			t.Fatal(err)
		}
	}
}

// enrol sets up a second factor, and returns one of its recovery codes.
func (h hand) enrol(t *testing.T) string {
	t.Helper()
	between := func(text, before string) string {
		_, rest, _ := strings.Cut(text, before)
		found, _, _ := strings.Cut(rest, `"`)
		return found
	}
	_, offer := h.asks(t, "POST /api/session/second", `{}`)
	code, err := totp.GenerateCode(between(offer, `"secret":"`), clock())
	if err != nil {
		t.Fatalf("%s: %v", offer, err)
	}
	status, told := h.asks(t, "PUT /api/session/second", fmt.Sprintf(`{"code":%q}`, code))
	if status != http.StatusOK {
		t.Fatalf("confirm: %d %s", status, told)
	}
	if err := h.r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	return between(told, `"recovery":["`)
}
