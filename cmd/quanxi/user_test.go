package main_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pquerna/otp/totp"
)

// passwordOfTests would do for a person too.
const passwordOfTests = "violet harbour 88 teapots"

// user runs `quanxi user …` on the store of a running process.
func (p *process) user(input string, args ...string) string {
	p.t.Helper()
	path, err := binary()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command(path, append(append([]string{"user"}, args...), p.args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("quanxi user %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// screen opens the feed with a token, or none, and looks at everything.
func (p *process) screen(token string) *websocket.Conn {
	p.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"quanxi.v1"}}
	ws, _, err := dialer.DialContext(p.t.Context(), "ws://"+p.addr+"/feed", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { ws.Close() })
	hello, err := json.Marshal(map[string]string{"op": "hello", "token": token})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, text := range []string{string(hello), `{"op":"view","bbox":[106,29,107,30],"zoom":16,"topics":["events"]}`} {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			p.t.Fatal(err)
		}
	}
	return ws
}

// hears reads frames until one has an op, or the connection is closed; then it
// returns the code of that.
func hears(t *testing.T, ws *websocket.Conn, op string) (frame map[string]any, closed int) {
	t.Helper()
	for {
		_, data, err := ws.ReadMessage()
		var end *websocket.CloseError
		if errors.As(err, &end) {
			return nil, end.Code
		}
		if err != nil {
			t.Fatal(err)
		}
		frame = nil
		if json.Unmarshal(data, &frame) == nil && frame["op"] == op {
			return frame, 0
		}
	}
}

// A store is open to whoever is at the machine until it has its first account. From
// then on people sign in, and what is taken from them is gone from their open screens.
func TestAccountsFromTheFirstToTheLast(t *testing.T) {
	p := start(t, "--data", t.TempDir())
	town := map[string]any{"code": "500106001", "name": "我们镇", "level": 3}
	if status, body := p.call("POST", "/api/divisions", town, nil); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	before := p.screen("")
	if frame, code := hears(t, before, "welcome"); frame == nil {
		t.Fatalf("closed with %d while there is no account", code)
	}

	p.user(passwordOfTests+"\n", "add", "operator", "--name", "值班员", "--role", "operator", "--area", "500106001")
	if _, code := hears(t, before, ""); code != 4101 {
		t.Errorf("the screen from before was closed with %d, want 4101", code)
	}
	p.until("nobody is let in without signing in", func() bool { status, _ := p.get("/api/status"); return status == 401 })
	if status, _ := p.call("POST", "/api/session", map[string]any{"name": "operator", "password": "guess"}, nil); status != 401 {
		t.Errorf("a wrong password: %d", status)
	}
	status, body := p.call("POST", "/api/session", map[string]any{"name": "operator", "password": passwordOfTests}, nil)
	var session struct{ Token string }
	if err := json.Unmarshal(body, &session); err != nil || status != 200 {
		t.Fatalf("%d %s %v", status, body, err)
	}
	signedIn := map[string]string{"Authorization": "Bearer " + session.Token}
	if status, _ := p.call("GET", "/api/stats?code=500106001", nil, signedIn); status != 401 {
		t.Errorf("the own town without a second factor: %d", status)
	}
	p.setUpSecond(signedIn)
	if status, body := p.call("GET", "/api/stats?code=500106001", nil, signedIn); status != 200 {
		t.Errorf("the own town: %d %s", status, body)
	}

	p.user(passwordOfTests+"\n", "password", "operator")
	p.until("another password alone lets in no more than before", func() bool {
		_, body := p.call("POST", "/api/session", map[string]any{"name": "operator", "password": passwordOfTests}, nil)
		return strings.Contains(string(body), "body.code")
	})
	p.user(passwordOfTests+"\n", "password", "operator", "--drop-second")
	status, body = p.call("POST", "/api/session", map[string]any{"name": "operator", "password": passwordOfTests}, nil)
	if err := json.Unmarshal(body, &session); err != nil || status != 200 || !strings.Contains(string(body), `"needs_second":true,"has_second":false`) {
		t.Fatalf("after the second factor was dropped: %d %s %v", status, body, err)
	}
	signedIn = map[string]string{"Authorization": "Bearer " + session.Token}
	p.setUpSecond(signedIn)

	screen := p.screen(session.Token)
	if frame, code := hears(t, screen, "welcome"); frame == nil {
		t.Fatalf("closed with %d", code)
	}
	list := p.user("", "list")
	post := strings.Fields(strings.Split(list, "\n")[1])[4]
	p.user("", "dismiss", post)
	if frame, code := hears(t, screen, "resync"); frame == nil || frame["reason"] != "rights" {
		t.Errorf("the withdrawn post: %v, closed with %d", frame, code)
	}
	if status, _ := p.call("GET", "/api/stats?code=500106001", nil, signedIn); status != 404 {
		t.Errorf("the town without the post: %d", status)
	}
	p.user("", "lock", "operator")
	if _, code := hears(t, screen, ""); code != 4101 {
		t.Errorf("the locked account's screen was closed with %d, want 4101", code)
	}
	p.until("the locked account is out", func() bool { status, _ := p.call("GET", "/api/session", nil, signedIn); return status == 401 })

	p.user(passwordOfTests+"\n", "add", "second", "--name", "值班员", "--role", "operator", "--area", "500106001")
	if status, body := p.call("POST", "/api/session", map[string]any{"name": "second", "password": passwordOfTests}, nil); status != 200 {
		t.Errorf("whoever was added a moment ago: %d %s", status, body)
	}
}

// setUpSecond has whoever has signed in set up a second factor.
func (p *process) setUpSecond(as map[string]string) {
	p.t.Helper()
	status, body := p.call("POST", "/api/session/second", map[string]any{}, as)
	var offer struct{ Secret string }
	if err := json.Unmarshal(body, &offer); err != nil || status != 200 {
		p.t.Fatalf("%d %s %v", status, body, err)
	}
	code, err := totp.GenerateCode(offer.Secret, time.Now())
	if err != nil {
		p.t.Fatal(err)
	}
	if status, body := p.call("PUT", "/api/session/second", map[string]any{"code": code}, as); status != 200 {
		p.t.Fatalf("%d %s", status, body)
	}
}

func TestUserRefuses(t *testing.T) {
	p := start(t, "--data", t.TempDir())
	if status, body := p.call("POST", "/api/divisions", map[string]any{"code": "500106001", "name": "我们镇", "level": 3}, nil); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	p.kill()
	if said := p.user("", "add", "bridge", "--name", "网桥", "--sort", "machine", "--role", "integration", "--area", "5000"); !strings.Contains(said, "by a token") {
		t.Errorf("of a program is said: %s", said)
	}
	if list := p.user("", "list"); !strings.Contains(list, "by token") {
		t.Errorf("of a program is listed: %s", list)
	}
	p.user(passwordOfTests+"\n", "add", "audra", "--name", "审计员", "--role", "audit-admin", "--area", "5000")
	data := p.args[1]
	for _, tt := range []struct {
		name, input string
		args        []string
		want        string
	}{
		{"no password", "", []string{"add", "a", "--name", "甲", "--role", "operator", "--area", "500106001"}, "first line"},
		{"a guessable password", "quanxi2026\n", []string{"add", "a", "--name", "甲", "--role", "operator", "--area", "500106001"}, "password"},
		{"a role that there is not", passwordOfTests, []string{"add", "a", "--name", "甲", "--role", "king", "--area", "500106001"}, "role"},
		{"an area that is no code", passwordOfTests, []string{"add", "a", "--name", "甲", "--role", "operator", "--area", "here"}, "--area here"},
		{"an area that is no division", passwordOfTests, []string{"add", "a", "--name", "甲", "--role", "operator", "--area", "500106002"}, "--area 500106002: no division"},
		{"another city", passwordOfTests, []string{"add", "a", "--name", "甲", "--role", "operator", "--area", "3301"}, "--area 3301: not the city"},
		{"one more post in an area that is no division", "", []string{"appoint", "bridge", "--role", "integration", "--area", "500106002"}, "--area 500106002: no division"},
		{"a login that is no name", passwordOfTests, []string{"add", "A B", "--name", "甲", "--role", "operator", "--area", "500106001"}, "login"},
		{"a post beside an administrator's", "", []string{"appoint", "audra", "--role", "operator", "--area", "500106001"}, "do not go together"},
		{"a password for a program", passwordOfTests, []string{"add", "a", "--name", "甲", "--sort", "machine", "--role", "integration", "--area", "500106001"}, "by a token"},
		{"another password for a program", passwordOfTests, []string{"password", "bridge"}, "by a token"},
		{"nobody to lock", "", []string{"lock", "ghost"}, "ghost"},
		{"a folder without a store", "", []string{"list", "--data", t.TempDir()}, "no store"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, err := binary()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(path, append([]string{"user"}, tt.args...)...)
			cmd.Env, cmd.Stdin = append(cmd.Environ(), "QUANXI_DATA="+data), strings.NewReader(tt.input)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("%v %s, want an error that says %q", err, out, tt.want)
			}
			if strings.Contains(string(out), passwordOfTests) {
				t.Errorf("the error repeats the password: %s", out)
			}
		})
	}
}

// A store begins with somebody of its city, before it has any division.
func TestTheFirstUserOfANewStore(t *testing.T) {
	p := start(t, "--data", t.TempDir())
	p.kill()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "user", "add", "first", "--name", "甲", "--role", "operator", "--area", "500106001", "--data", p.args[1])
	cmd.Stdin = strings.NewReader(passwordOfTests + "\n")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--area 500106001: no division") {
		t.Errorf("%v %s", err, out)
	}
	p.user(passwordOfTests+"\n", "add", "first", "--name", "甲", "--role", "security-admin", "--area", "5000")
	if list := p.user("", "list"); strings.Count(list, "first") != 1 || !strings.Contains(list, "5000") {
		t.Errorf("listed: %s", list)
	}
}
