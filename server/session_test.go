package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

const password = "a long enough password 2026"

// hire adds an account with one post, and has everybody sign in from now on.
func (r *rig) hire(t *testing.T, login, role string, area grid.Code) *staff.Account {
	t.Helper()
	r.viewer = nil
	a := &staff.Account{Login: login, Name: "网格员", Sort: staff.Person}
	r.write(t, a)
	hasher, err := signin.NewHasher(signin.Params{Memory: 8 << 10, Passes: 1, Lanes: 1}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if a.Credential, err = r.sealer.Seal(a.ID, signin.Credential{PasswordHash: hash}); err != nil {
		t.Fatal(err)
	}
	r.write(t, a)
	r.write(t, &staff.Post{Account: a.ID, Role: role, Area: area})
	return a
}

func (r *rig) write(t testing.TB, e grid.Entity) {
	t.Helper()
	if a, ok := e.(*staff.Account); ok {
		a.External = staff.LoginID(a.Login)
	}
	if _, err := r.store.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{e}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) signIn(t *testing.T, body string) *httptest.ResponseRecorder {
	t.Helper()
	return r.do(t, call{line: "POST /api/session", body: body})
}

// secretOf returns the cookie that a reply sets, and the token that it tells.
func secretOf(t *testing.T, reply *httptest.ResponseRecorder) (cookie *http.Cookie, token string) {
	t.Helper()
	var body struct{ Token string }
	if err := json.Unmarshal(reply.Body.Bytes(), &body); err != nil {
		t.Fatalf("%d %s: %v", reply.Code, reply.Body, err)
	}
	for _, c := range reply.Result().Cookies() {
		return c, body.Token
	}
	return nil, body.Token
}

func TestWithoutASignInNothingOfTheCityIsAnswered(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	for line, want := range map[string]int{
		"/api/status": 401, "/api/search?q=x": 401, "/tiles": 401, "/tiles/base/0/0/0.mvt": 401, "/ogc/collections": 401,
		"POST /api/events": 401, "/api/session": 401, "GET /api/nothing": 404,
		"/": 303, "/m/": 303, "/sign-in": 200, "/assets/app-1.js": 200, "/healthz": 200, "/readyz": 200, "/openapi.json": 200, "/docs": 200,
		"DELETE /api/session": 204,
	} {
		reply := r.do(t, call{line: line})
		if reply.Code != want {
			t.Errorf("%s: %d, want %d: %s", line, reply.Code, want, reply.Body)
		}
		if want == 401 && (reply.Header().Get("WWW-Authenticate") != "Bearer" || strings.Contains(reply.Body.String(), "worker")) {
			t.Errorf("%s: %v %s", line, reply.Header(), reply.Body)
		}
	}
}

func TestAPageLeadsToTheEntryAndBack(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	reply := r.do(t, call{line: "/m/"})
	if to := reply.Header().Get("Location"); to != "/sign-in?to=%2Fm%2F" || reply.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("to %q, %v", to, reply.Header())
	}
	cookie, _ := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	if reply := r.do(t, call{line: "/m/", header: map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}}); reply.Code != 200 {
		t.Errorf("signed in: %d", reply.Code)
	}
	r.node.Loaded = false
	if reply := r.do(t, call{line: "/m/"}); reply.Code != 200 {
		t.Errorf("while it is not known who may sign in: %d", reply.Code)
	}
}

func TestBeforeItIsKnownWhoMaySignInTheServerIsNotReady(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	r.node.Loaded = false
	for _, line := range []string{"/api/status", "POST /api/session"} {
		if reply := r.do(t, call{line: line, body: `{"name":"worker","password":"x"}`}); reply.Code != 503 || reply.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d, %v", line, reply.Code, reply.Header())
		}
	}
}

func TestSigningInAndOut(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	reply := r.signIn(t, `{"name":"worker","password":"`+password+`"}`)
	cookie, token := secretOf(t, reply)
	if reply.Code != 200 || cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Secure {
		t.Fatalf("%d %s, cookie %+v", reply.Code, reply.Body, cookie)
	}
	byCookie := map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}
	for name, header := range map[string]map[string]string{"the cookie": byCookie, "the token": {"Authorization": "Bearer " + token}} {
		who := r.do(t, call{line: "/api/session", header: header})
		if who.Code != 200 || !strings.Contains(who.Body.String(), `"posts":[{"role":"grid-worker","area":"500106003001001"}]`) || strings.Contains(who.Body.String(), token) {
			t.Errorf("by %s: %d %s", name, who.Code, who.Body)
		}
	}
	if out := r.do(t, call{line: "DELETE /api/session", header: byCookie}); out.Code != 204 || !strings.Contains(out.Header().Get("Set-Cookie"), sessionGone) {
		t.Errorf("signing out: %d %v", out.Code, out.Header())
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	if after := r.do(t, call{line: "/api/session", header: byCookie}); after.Code != 401 {
		t.Errorf("after signing out: %d", after.Code)
	}
}

// The cookie of a browser is overwritten by who signs in next: nobody could end the session of
// before, so it ends.
func TestWhoSignsInAgainInOneBrowserHasOneSession(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	body := `{"name":"worker","password":"` + password + `"}`
	first, _ := secretOf(t, r.signIn(t, body))
	other, _ := secretOf(t, r.signIn(t, body)) // another browser, which stays
	again := r.do(t, call{line: "POST /api/session", body: body, header: map[string]string{"Cookie": "quanxi_session=" + first.Value}})
	second, _ := secretOf(t, again)
	if second.Value == first.Value {
		t.Error("the session was taken over")
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		cookie *http.Cookie
		want   int
	}{{first, 401}, {other, 200}, {second, 200}} {
		header := map[string]string{"Cookie": "quanxi_session=" + of.cookie.Value}
		if reply := r.do(t, call{line: "/api/sessions", header: header}); reply.Code != of.want || of.want == 200 && strings.Count(reply.Body.String(), `"id":`) != 2 {
			t.Errorf("%d %s, want %d", reply.Code, reply.Body, of.want)
		}
	}
}

const sessionGone = "quanxi_session=; Path=/; Expires=Thu, 01 Jan 1970"

func TestAProgramGetsATokenAndNoCookie(t *testing.T) {
	r := newRig(t)
	r.hire(t, "bridge", "integration", "500106")
	reply := r.signIn(t, `{"name":"bridge","password":"`+password+`","program":true}`)
	if cookie, token := secretOf(t, reply); cookie != nil || !strings.HasPrefix(token, "qx_") {
		t.Errorf("cookie %v, token %.4s…", cookie, token)
	}
}

// Who was let in and whom not is not to be told apart by the reply.
func TestRefusedSignIns(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"a wrong password", `{"name":"worker","password":"guess"}`, 401, "name, password or code is wrong"},
		{"an unknown account", `{"name":"nobody","password":"guess"}`, 401, "name, password or code is wrong"},
		{"no password", `{"name":"worker"}`, 422, "password"},
		{"an endless password", `{"name":"worker","password":"` + strings.Repeat("x", 300) + `"}`, 422, "password"},
	} {
		reply := r.signIn(t, tt.body)
		if reply.Code != tt.status || !strings.Contains(reply.Body.String(), tt.want) || reply.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", tt.name, reply.Code, reply.Body)
		}
		if strings.Contains(reply.Body.String(), "guess") || strings.Contains(reply.Body.String(), "xxx") {
			t.Errorf("%s: the reply repeats the password: %s", tt.name, reply.Body)
		}
	}
	if strings.Contains(r.log.String(), "guess") {
		t.Error("the log has a password")
	}
}

// Guesses are one kind of refusal to the end, so that they fold, each told of once: at the door,
// and at an open screen.
func TestWhoGuessesIsAskedToWait(t *testing.T) {
	for _, tt := range []struct{ name, action, line, body string }{
		{"at the door", "session.begin", "POST /api/session", `{"name":"worker","password":"guess"}`},
		{"at an open screen", "accounts.change-password", "PUT /api/session/password", `{"old":"guess","password":"another long one"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			a := r.hire(t, "worker", "grid-worker", "500106003001001")
			_, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
			one := access.Trace{Actor: fmt.Sprint(a.ID), Post: "grid-worker@500106003001001", From: "192.0.2.1", Action: tt.action, Result: grid.ResultRefused}
			for n := range 20 {
				reply := r.do(t, call{line: tt.line, body: tt.body, header: map[string]string{"Authorization": "Bearer " + token}})
				if reply.Code == 429 && reply.Header().Get("Retry-After") > "0" {
					if want := slices.Repeat([]access.Trace{one}, n+1); !slices.Equal(r.refused, want) {
						t.Errorf("%+v, want %+v", r.refused, want)
					}
					return
				}
			}
			t.Error("twenty guesses in a row were taken")
		})
	}
}

// A loop over people, by their numbers or in the open, is answered 429 and leaves a trace.
func TestWhoAsksForTooManyPeopleWaitsAndLeavesATrace(t *testing.T) {
	r := newRig(t)
	ours := r.build(t).ours[grid.People]
	const area grid.Code = "500106003001001"
	r.viewer = holding("7", "grid-worker", area, r.desk.ScopeOf)
	one := fmt.Sprintf("people/%d", ours)
	for _, tt := range []struct{ line, body, action, object string }{
		{"POST /api/people/find", `{"phone":"10300001234","reason":"visit"}`, "people.find", ""},
		{"POST /api/" + one + "/unmask", `{"reason":"visit"}`, "people.unmask", one},
	} {
		reply := r.do(t, call{line: tt.line, body: tt.body})
		for n := 0; reply.Code != http.StatusTooManyRequests && n < 40; n++ {
			reply = r.do(t, call{line: tt.line, body: tt.body})
		}
		if reply.Code != http.StatusTooManyRequests || reply.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", tt.line, reply.Code, reply.Header())
		}
		want := []access.Trace{{Actor: "7", Post: "grid-worker@" + string(area), From: "192.0.2.1", Action: tt.action, Object: tt.object, Result: grid.ResultRefused}}
		if !slices.Equal(r.refused, want) {
			t.Errorf("%+v, want %+v", r.refused, want)
		}
		r.refused = nil
	}
}

func TestWhatIsRefusedLeavesATrace(t *testing.T) {
	r := newRig(t)
	made := r.build(t)
	a := r.hire(t, "worker", "grid-worker", "500106003001001")
	_, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	theirs := made.theirs[grid.People]
	bodies := map[string]string{
		"people.unmask": `{"reason":"visit"}`, "people.file": `{"purpose":"request"}`, "people.erase": `{"reason":"request"}`, "tokens.issue": `{"days":1}`,
		"proposals.create": `{"rights":[],"personal":0}`,
	}
	for _, tt := range []struct {
		line   string
		action string // empty for no trace
		object string
		result grid.AuditResult
	}{
		{fmt.Sprintf("/api/people/%d", theirs), "people.read", fmt.Sprintf("people/%d", theirs), grid.ResultNotFound},
		{"/api/people/404", "people.read", "people/404", grid.ResultNotFound},
		{fmt.Sprintf("DELETE /api/divisions/%d", made.theirs[grid.Divisions]), "divisions.remove", fmt.Sprintf("divisions/%d", made.theirs[grid.Divisions]), grid.ResultRefused},
		{"/api/divisions/500106004001001", "", "", ""},
		{fmt.Sprintf("POST /api/people/%d/unmask", theirs), "people.unmask", fmt.Sprintf("people/%d", theirs), grid.ResultNotFound},
		{fmt.Sprintf("/api/people/%d/file", theirs), "people.view-file", fmt.Sprintf("people/%d", theirs), grid.ResultNotFound},
		{fmt.Sprintf("POST /api/people/%d/file", theirs), "people.file", fmt.Sprintf("people/%d", theirs), grid.ResultNotFound},
		{fmt.Sprintf("POST /api/people/%d/erase", theirs), "people.erase", fmt.Sprintf("people/%d", theirs), grid.ResultNotFound},
		{"POST /api/exports/7/approve", "exports.approve", "exports/7", grid.ResultNotFound},
		{"/api/exports/7/file", "exports.take", "exports/7", grid.ResultNotFound},
		{"POST /api/accounts/7/token", "tokens.issue", "accounts/7", grid.ResultNotFound},
		{"POST /api/accounts/7/link", "setups.create", "accounts/7", grid.ResultNotFound},
		{"DELETE /api/accounts/7/sessions", "signins.remove", "accounts/7", grid.ResultNotFound},
		{"PUT /api/roles/planner", "proposals.create", "", grid.ResultNotFound},
		{"POST /api/roles/proposals/7/accept", "roles.change", "proposals/7", grid.ResultNotFound},
		{"POST /api/loads/7/undo", "loads.undo", "loads/7", grid.ResultNotFound},
		{"/api/audit", "audit.read", "", grid.ResultNotFound},
		{"/ogc/collections/people/items/404", "people.read", "people/404", grid.ResultNotFound},
		{"/ogc/collections/zhang-san", "", "", ""},
		{fmt.Sprintf("/api/people/%d", made.ours[grid.People]), "", "", ""},
		{"/api/people/zhang-san", "", "", ""},
		{"/api/search?q=zhangsan", "", "", ""},
		{"/nothing/here/17", "", "", ""},
	} {
		r.refused = nil
		r.do(t, call{line: tt.line, body: bodies[tt.action], header: map[string]string{"Authorization": "Bearer " + token, "If-Match": `"1"`}})
		var want []access.Trace
		if tt.action != "" {
			want = []access.Trace{{Actor: fmt.Sprint(a.ID), From: "192.0.2.1", Post: "grid-worker@500106003001001", Action: tt.action, Object: tt.object, Result: tt.result}}
		}
		if !slices.Equal(r.refused, want) {
			t.Errorf("%s: %+v, want %+v", tt.line, r.refused, want)
		}
	}
}

func TestAViewFollowsItsSignIn(t *testing.T) {
	r := newRig(t)
	r.build(t)
	const ours, theirs grid.Code = "500106003001001", "500106004001001"
	a := r.hire(t, "worker", "grid-worker", ours)
	_, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	header := map[string]string{"Authorization": "Bearer " + token}
	sees := func(code grid.Code) bool {
		return strings.Contains(r.do(t, call{line: "/api/divisions/" + string(code), header: header}).Body.String(), `"counters"`)
	}
	if !sees(ours) || sees(theirs) {
		t.Error("the worker sees the numbers of the other grid, or not of the own one")
	}
	locked := *a
	locked.Locked = true
	r.write(t, &locked)
	if reply := r.do(t, call{line: "/api/status", header: header}); reply.Code != 401 {
		t.Errorf("locked: %d", reply.Code)
	}
}
