package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quanxi/access/signin/openid"
	"quanxi/access/signin/openid/openidtest"
	"quanxi/grid"
	"quanxi/outbound"
	"quanxi/server"
	"quanxi/staff"
)

// A city is a rig whose people sign in by a real sign-in server.
type city struct {
	*rig
	there *openidtest.Server
	jar   map[string]string // cookies of the one browser
}

func newCity(t *testing.T, strong ...string) *city {
	t.Helper()
	const public = "https://map.example"
	c := &city{there: openidtest.Start(t, public+server.OpenIDBack), jar: map[string]string{}}
	config := openid.Config{
		Name: "统一身份认证", Issuer: c.there.URL, ClientID: openidtest.ClientID, Secret: openidtest.Secret, Redirect: public + server.OpenIDBack, Strong: strong,
		Groups: map[string][]openid.PostTemplate{
			"grid": {{Role: "grid-worker", Area: "500106003001001"}}, "town": {{Role: "planner", Area: "500106003"}},
			"security": {{Role: "security-admin", Area: "5000"}}, "audit": {{Role: "audit-admin", Area: "5000"}},
		},
	}
	list, err := outbound.ParseList(c.there.Address())
	if err != nil {
		t.Fatal(err)
	}
	dialer := outbound.NewDialer(list).Client(time.Minute)
	dialer.Transport.(*http.Transport).TLSClientConfig = c.there.Trust()
	t.Cleanup(dialer.CloseIdleConnections)
	client, err := openid.NewClient(config, dialer, [32]byte{1}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c.rig = newRigWith(t, func(o *server.Options) { o.OpenID = client })
	for _, code := range []grid.Code{"500106003", "500106003001001"} {
		c.write(t, &grid.Division{Code: code, Name: "某处", Level: code.Level()})
	}
	c.viewer, c.desk.PasswordAlone = nil, false
	return c
}

// visit asks as the browser, with its cookies.
func (c *city) visit(t *testing.T, line, body string) *httptest.ResponseRecorder {
	t.Helper()
	var cookies []string
	for name, value := range c.jar {
		cookies = append(cookies, name+"="+value)
	}
	reply := c.do(t, call{line: line, body: body, header: map[string]string{"Cookie": strings.Join(cookies, "; ")}})
	for _, cookie := range reply.Result().Cookies() {
		c.jar[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(c.jar, cookie.Name)
		}
	}
	return reply
}

// enter walks the browser through the sign-in server and back, and returns the page that it
// is sent to. change may change what it comes back with.
func (c *city) enter(t *testing.T, who string, change ...func(url.Values)) *url.URL {
	t.Helper()
	begun := c.visit(t, server.OpenIDBegin+"?to=/desk", "")
	query := c.there.SignIn(t, begun.Header().Get("Location"), who, openidtest.Password)
	for _, f := range change {
		f(query)
	}
	back := c.visit(t, server.OpenIDBack+"?"+query.Encode(), "")
	page, err := url.Parse(back.Header().Get("Location"))
	if err != nil || back.Code != http.StatusSeeOther || back.Header().Get("Cache-Control") != "no-store" || page.Path != "/sign-in" || page.Host != "" {
		t.Fatalf("back: %d %v", back.Code, back.Header())
	}
	if err := c.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	return page
}

// session is whom the browser is signed in as.
func (c *city) session(t *testing.T) string {
	t.Helper()
	return c.visit(t, "/api/session", "").Body.String()
}

// Browsers send the cookie of the session not along with what another site began.
func TestASignInElsewhereEndsTheSessionThatTheBrowserIsIn(t *testing.T) {
	c := newCity(t)
	c.there.Put("7", "town")
	c.enter(t, "zhang")
	before := c.jar["quanxi_session"]
	begun := c.visit(t, server.OpenIDBegin+"?to=/desk", "")
	delete(c.jar, "quanxi_session")
	query := c.there.SignIn(t, begun.Header().Get("Location"), "zhang", openidtest.Password)
	c.visit(t, server.OpenIDBack+"?"+query.Encode(), "")
	if err := c.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	if now := c.jar["quanxi_session"]; now == "" || now == before {
		t.Fatal("nobody was let in anew")
	}
	if body := c.visit(t, "/api/sessions", "").Body.String(); strings.Count(body, `"id":`) != 1 {
		t.Errorf("sessions: %s", body)
	}
}

// From the button on the page to posts that come and go with the groups.
func TestASignInElsewhere(t *testing.T) {
	c := newCity(t)
	if body := c.visit(t, "/api/entry", "").Body.String(); !strings.Contains(body, `"openid":{"name":"统一身份认证","url":"/sign-in/openid"}`) {
		t.Errorf("entry: %s", body)
	}
	if page := c.enter(t, "zhang"); page.Query().Get("refused") != "noPost" || c.jar["quanxi_session"] != "" {
		t.Errorf("without a group: %v", page)
	}
	c.there.Put("7", "town", "unheard-of")
	if page := c.enter(t, "zhang"); page.Query().Get("entered") != "1" || page.Query().Get("to") != "/desk" {
		t.Errorf("to %v", page)
	}
	if body := c.session(t); !strings.Contains(body, `"posts":[{"role":"planner","area":"500106003"}]`) || !strings.Contains(body, `"name":"Wei Zhang"`) || !strings.Contains(body, `"needs_second":false`) {
		t.Errorf("session: %s", body)
	}
	if reply := c.visit(t, "/api/status", ""); reply.Code != 200 {
		t.Errorf("status: %d", reply.Code)
	}

	t.Run("a group more gives a post that needs a code", func(t *testing.T) {
		c.there.Put("7", "grid")
		c.enter(t, "zhang")
		if body := c.session(t); !strings.Contains(body, `"posts":[{"role":"grid-worker","area":"500106003001001"}]`) || !strings.Contains(body, `"needs_second":true`) {
			t.Errorf("session: %s", body)
		}
		if reply := c.visit(t, "/api/status", ""); reply.Code != 401 {
			t.Errorf("before the code: %d", reply.Code)
		}
		secret := c.setUpSecond(t)
		if reply := c.visit(t, "/api/status", ""); reply.Code != 200 {
			t.Errorf("after it: %d", reply.Code)
		}
		c.enter(t, "zhang")
		if body := c.session(t); !strings.Contains(body, `"needs_second":true`) || !strings.Contains(body, `"has_second":true`) {
			t.Errorf("the next time: %s", body)
		}
		if reply := c.visit(t, "POST /api/session/second", ""); reply.Code != 409 {
			t.Errorf("another authenticator without a code: %d", reply.Code)
		}
		if reply := c.visit(t, "POST /api/session/code", `{"code":"000000"}`); reply.Code != 422 {
			t.Errorf("a wrong code: %d", reply.Code)
		}
		code, err := totp.GenerateCode(secret, clock().Add(30*time.Second)) // the next one: each works once
		if err != nil {
			t.Fatal(err)
		}
		if reply := c.visit(t, "POST /api/session/code", fmt.Sprintf(`{"code":%q}`, code)); reply.Code != 204 {
			t.Errorf("a right code: %d %s", reply.Code, reply.Body)
		}
		if reply := c.visit(t, "/api/status", ""); reply.Code != 200 {
			t.Errorf("after the code: %d", reply.Code)
		}
	})

	t.Run("of groups that do not go together no post is left", func(t *testing.T) {
		c.there.Put("7", "security", "audit")
		if page := c.enter(t, "zhang"); page.Query().Get("refused") != "noPost" {
			t.Errorf("%v", page)
		}
		if body := c.session(t); !strings.Contains(body, `"posts":[]`) {
			t.Errorf("an open screen keeps the post: %s", body)
		}
	})

	t.Run("who is locked out", func(t *testing.T) {
		c.there.Put("8", "town")
		c.enter(t, "li")
		for e, err := range c.store.Entities(t.Context(), staff.Accounts, grid.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			if a := e.(*staff.Account); a.Subject == "8" {
				a.Locked = true
				c.write(t, a)
			}
		}
		if page := c.enter(t, "li"); page.Query().Get("refused") != "refusedThere" {
			t.Errorf("%v", page)
		}
	})
}

// setUpSecond sets up a second factor, and returns its secret.
func (c *city) setUpSecond(t *testing.T) string {
	t.Helper()
	offer := c.visit(t, "POST /api/session/second", "").Body.String()
	_, rest, _ := strings.Cut(offer, `"secret":"`)
	secret, _, _ := strings.Cut(rest, `"`)
	code, err := totp.GenerateCode(secret, clock())
	if err != nil {
		t.Fatalf("%s: %v", offer, err)
	}
	if reply := c.visit(t, "PUT /api/session/second", fmt.Sprintf(`{"code":%q}`, code)); reply.Code != 200 {
		t.Fatalf("confirm: %d %s", reply.Code, reply.Body)
	}
	if err := c.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestAServerThatAskedForASecondFactorIsBelieved(t *testing.T) {
	c := newCity(t, "pwd") // which zitadel's says of everybody
	c.there.Put("7", "grid")
	c.enter(t, "zhang")
	if body := c.session(t); !strings.Contains(body, `"needs_second":false`) || c.visit(t, "/api/status", "").Code != 200 {
		t.Errorf("session: %s", body)
	}
}

// What somebody else begins, brings or makes up lets nobody in.
func TestSignInsElsewhereThatAreRefused(t *testing.T) {
	c := newCity(t)
	c.there.Put("7", "town")
	for _, tt := range []struct {
		name   string
		change func(url.Values)
		want   string
	}{
		{"a code that another browser was given: sign-in by force", func(url.Values) { delete(c.jar, "quanxi_openid") }, "refusedThere"},
		{"another state", func(q url.Values) { q.Set("state", "x") }, "refusedThere"},
		{"declined", func(q url.Values) { q.Set("error", "access_denied") }, "refusedThere"},
		{"the server is away", func(url.Values) {
			c.there.Hook(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true })
		}, "serverAway"},
	} {
		page := c.enter(t, "zhang", tt.change)
		if page.Query().Get("refused") != tt.want || page.Query().Get("to") != "" || c.jar["quanxi_session"] != "" {
			t.Errorf("%s: %v", tt.name, page)
		}
	}
	if strings.Contains(c.log.String(), openidtest.Secret) || strings.Contains(c.log.String(), "code=") {
		t.Error("the log has a secret")
	}
}

// Who signs in elsewhere has no password here, and nobody takes the name.
func TestAnAccountOfElsewhereHasNoPasswordHere(t *testing.T) {
	c := newCity(t)
	c.there.Put("7", "town")
	c.enter(t, "zhang")
	login := staff.ElsewhereLogin(c.there.URL, "7")
	if reply := c.signIn(t, fmt.Sprintf(`{"name":%q,"password":"x"}`, login)); reply.Code != 401 {
		t.Errorf("by password: %d", reply.Code)
	}
	a, _ := c.directory.Account(login)
	c.viewer = holding("1", "security-admin", "5001", everywhere)
	if reply := c.do(t, call{line: fmt.Sprintf("POST /api/accounts/%d/link", a.ID)}); reply.Code != 409 {
		t.Errorf("a set-up link: %d %s", reply.Code, reply.Body)
	}
	if reply := c.do(t, call{line: "POST /api/accounts", body: fmt.Sprintf(`{"login":%q,"name":"x","post":{"role":"planner","area":"500106003"}}`, login)}); reply.Code != 422 {
		t.Errorf("another account of the name: %d %s", reply.Code, reply.Body)
	}
}

func TestTheCookieOfAFlowIsSeenByNoScriptAndSentBackFromElsewhere(t *testing.T) {
	c := newCity(t)
	reply := c.visit(t, server.OpenIDBegin, "")
	for _, cookie := range reply.Result().Cookies() {
		if cookie.Name == "quanxi_openid" && cookie.HttpOnly && cookie.SameSite == http.SameSiteLaxMode && cookie.Path == "/sign-in/openid" && cookie.MaxAge == 600 {
			return
		}
	}
	t.Errorf("%v", reply.Header())
}
