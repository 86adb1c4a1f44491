package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
)

// What somebody does with the own sign-in, from a password alone to a second factor.
func TestOwnSignIn(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	r.desk.PasswordAlone = false
	reply := r.signIn(t, `{"name":"worker","password":"`+password+`"}`)
	cookie, _ := secretOf(t, reply)
	if !strings.Contains(reply.Body.String(), `"needs_second":true`) {
		t.Errorf("sign-in: %s", reply.Body)
	}
	as := func(line, body string) (int, string) {
		t.Helper()
		reply := r.do(t, call{line: line, body: body, header: map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}})
		return reply.Code, reply.Body.String()
	}
	for _, line := range []string{"/api/status", "/api/sessions", "/api/people", "/tiles/base/0/0/0.mvt"} {
		if code, body := as(line, ""); code != 401 {
			t.Errorf("%s before the second factor: %d %s", line, code, body)
		}
	}
	if code, body := as("/api/session", ""); code != 200 || !strings.Contains(body, `"needs_second":true`) {
		t.Errorf("who am I: %d %s", code, body)
	}
	var offer struct{ Secret, URI string }
	code, body := as("POST /api/session/second", "")
	if err := json.Unmarshal([]byte(body), &offer); err != nil || code != 200 || !strings.HasPrefix(offer.URI, "otpauth://totp/Quanxi:worker?") {
		t.Fatalf("offer: %d %s", code, body)
	}
	if code, body := as("PUT /api/session/second", `{"code":"000000"}`); code != 422 || !strings.Contains(body, "body.code") {
		t.Errorf("a wrong code: %d %s", code, body)
	}
	right, err := totp.GenerateCode(offer.Secret, clock())
	if err != nil {
		t.Fatal(err)
	}
	if code, body := as("PUT /api/session/second", fmt.Sprintf(`{"code":%q}`, right)); code != 200 || !strings.Contains(body, `"recovery":["`) {
		t.Fatalf("confirm: %d %s", code, body)
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	if code, body := as("/api/status", ""); code != 200 {
		t.Errorf("after it: %d %s", code, body)
	}
	if code, body := as("/api/session", ""); code != 200 || !strings.Contains(body, `"unmask"`) || !strings.Contains(body, `"needs_second":false`) {
		t.Errorf("who am I: %d %s", code, body)
	}
	if code, body := as("DELETE /api/session/second", `{"code":"x"}`); code != 403 {
		t.Errorf("dropping what the post asks for: %d %s", code, body)
	}
	if code, body := as("PUT /api/session/password", `{"old":"`+password+`","password":"12345678"}`); code != 422 || !strings.Contains(body, "body.password") {
		t.Errorf("an easy password: %d %s", code, body)
	}
	var sessions struct {
		Items []struct {
			ID      int64
			Current bool
		}
	}
	code, body = as("/api/sessions", "")
	if err := json.Unmarshal([]byte(body), &sessions); err != nil || code != 200 || len(sessions.Items) != 1 || !sessions.Items[0].Current {
		t.Fatalf("sessions: %d %s", code, body)
	}
	if code, body := as(fmt.Sprintf("DELETE /api/sessions/%d", sessions.Items[0].ID+1), ""); code != 404 {
		t.Errorf("ending nobody's session: %d %s", code, body)
	}
	if code, body := as(fmt.Sprintf("DELETE /api/sessions/%d", sessions.Items[0].ID), ""); code != 204 {
		t.Errorf("ending it: %d %s", code, body)
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	if code, _ := as("/api/session", ""); code != 401 {
		t.Errorf("after its end: %d", code)
	}
}

func TestSetUp(t *testing.T) {
	r := newRig(t)
	a := r.hire(t, "worker", "grid-worker", "500106003001001")
	registry := access.NewRegistry(access.RegistrySources{Store: r.store, Sealer: r.sealer, Vault: access.NewVault(access.MasterKey{}), Actor: "tester"})
	link, _, err := registry.Invite(t.Context(), a, "/sign-in", clock())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(link, "#setup=")
	for _, tt := range []struct {
		name, line, secret, password string
		status                       int
		says                         string
	}{
		{"a link that never was", "POST /api/setup/see", "qxs_x", "", 410, "too old"},
		{"whose it is", "POST /api/setup/see", secret, "", 200, `"login":"worker"`},
		{"an easy password", "POST /api/setup", secret, "worker123", 422, "body.password"},
		{"a good one", "POST /api/setup", secret, "a password of my own", 200, `"login":"worker"`},
		{"the link again", "POST /api/setup", secret, "a password of my own", 410, "too old"},
	} {
		body := fmt.Sprintf(`{"secret":%q,"password":%q}`, tt.secret, tt.password)
		if strings.HasSuffix(tt.line, "/see") {
			body = fmt.Sprintf(`{"secret":%q}`, tt.secret)
		}
		reply := r.do(t, call{line: tt.line, body: body})
		if reply.Code != tt.status || !strings.Contains(reply.Body.String(), tt.says) {
			t.Errorf("%s: %d %s", tt.name, reply.Code, reply.Body)
		}
		if err := r.Wait(t.Context(), "token"); err != nil {
			t.Fatal(err)
		}
	}
}
