package server_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
)

// What is sent to break the reading of a body is refused before anything is made of it.
func TestBodiesThatAreBombs(t *testing.T) {
	r := newRig(t)
	var packed bytes.Buffer
	pack := gzip.NewWriter(&packed)
	pack.Write(bytes.Repeat([]byte(" "), 1<<20))
	pack.Close()
	deep := func(open, shut string, n int) string { return strings.Repeat(open, n) + strings.Repeat(shut, n) }
	for _, tt := range []struct {
		name   string
		body   string
		header map[string]string
		status int
	}{
		{"arrays in arrays", `{"geometry":` + deep("[", "]", 400_000) + `}`, nil, 422},
		{"objects in objects", deep(`{"a":`, "1", 0) + strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000), nil, 422},
		{"brackets that never close", strings.Repeat("[", 900_000), nil, 422},
		{"brackets within a text are text", `{"title":"` + strings.Repeat("[", 60) + `","category":"water","lon":106,"lat":29}`, nil, 201},
		{"a quote in a text hides nothing", `{"title":"\"` + `","x":` + deep("[", "]", 1000) + `}`, nil, 422},
		{"more than a megabyte", `{"title":"` + strings.Repeat("x", 2<<20) + `"}`, nil, 413},
		{"a packed body", packed.String(), map[string]string{"Content-Encoding": "gzip"}, 415},
		{"a body packed twice", packed.String(), map[string]string{"Content-Encoding": "identity, br"}, 415},
		{"a body of another type", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]>`, map[string]string{"Content-Type": "application/xml"}, 422},
		{"a number of a million digits", `{"lon":` + strings.Repeat("9", 900_000) + `}`, nil, 422},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reply := r.do(t, call{line: "POST /api/events", body: tt.body, header: tt.header})
			if reply.Code != tt.status || len(reply.Body.String()) > 2000 {
				t.Errorf("status %d, want %d: %.300s", reply.Code, tt.status, reply.Body)
			}
			if strings.Count(tt.body, "[")+strings.Count(tt.body, `{"a"`) > 100 && !strings.Contains(reply.Body.String(), "nested too deeply") {
				t.Errorf("it was looked into: %.300s", reply.Body)
			}
			if other := r.do(t, call{line: "POST /api/within", body: tt.body, header: tt.header}); other.Code < 400 || other.Code >= 500 {
				t.Errorf("another reading: %d %.300s", other.Code, other.Body)
			}
		})
	}
}

// A cookie that somebody put into the browser before is not the one that a sign-in makes,
// and stays good for nothing.
func TestSessionFixation(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	planted := "qxb_" + strings.Repeat("A", 43)
	reply := r.do(t, call{line: "POST /api/session", body: `{"name":"worker","password":"` + password + `"}`, header: map[string]string{"Cookie": "quanxi_session=" + planted}})
	cookie, _ := secretOf(t, reply)
	if cookie == nil || cookie.Value == planted {
		t.Fatalf("%v", cookie)
	}
	again, _ := secretOf(t, r.do(t, call{line: "POST /api/session", body: `{"name":"worker","password":"` + password + `"}`, header: map[string]string{"Cookie": "quanxi_session=" + cookie.Value}}))
	if again.Value == cookie.Value {
		t.Error("a second sign-in goes on with the first one's secret")
	}
	if reply := r.do(t, call{line: "/api/status", header: map[string]string{"Cookie": "quanxi_session=" + planted}}); reply.Code != 401 {
		t.Errorf("the planted one: %d", reply.Code)
	}
}

// A secret stands in a header. In an address it would be in logs and histories.
func TestATokenInTheAddressIsNoToken(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	_, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	for _, name := range []string{"token", "access_token", "bearer", "session", "quanxi_session", "authorization", "api_key"} {
		if reply := r.do(t, call{line: "/api/status?" + name + "=" + token}); reply.Code != 401 {
			t.Errorf("?%s: %d", name, reply.Code)
		}
	}
	if reply := r.do(t, call{line: "POST /api/events", body: `{"token":"` + token + `"}`}); reply.Code != 401 {
		t.Errorf("in the body: %d", reply.Code)
	}
	if strings.Contains(r.log.String(), token) {
		t.Error("the log has the token")
	}
}

func TestNoPathLeadsOutOfTheSite(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{
		"/../go.mod", "/assets/../../go.mod", "/assets/..%2f..%2fgo.mod", "/%2e%2e/%2e%2e/etc/passwd", "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
		"/..%5c..%5cwindows%5cwin.ini", "/assets//etc/passwd", "/assets/%00", "/.keep", "/assets/.%2e/.keep", "/m/../.keep", "/%c0%ae%c0%ae/etc/passwd",
	} {
		reply := r.do(t, call{line: path})
		if strings.Contains(reply.Body.String(), "module quanxi") || strings.Contains(reply.Body.String(), "root:") || strings.Contains(reply.Body.String(), "hidden") || reply.Code >= 500 {
			t.Errorf("%s: %d %.100s", path, reply.Code, reply.Body)
		}
	}
}

// What somebody writes does not become a header of a reply, nor a line of the log.
func TestNoTextBecomesAHeader(t *testing.T) {
	r := newRig(t)
	r.viewer = nil
	const evil = "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"
	for _, c := range []call{
		{line: "/m/?to=" + url.QueryEscape(evil)},
		{line: "/m/" + url.PathEscape(evil)},
		{line: "/sign-in/" + url.PathEscape(evil)},
		{line: "/api/search?q=" + url.QueryEscape(evil)},
		{line: "/api/status", header: map[string]string{"Quanxi-Token": evil}},
		{line: "/api/status", header: map[string]string{"X-Request-Id": evil}},
		{line: "/", header: map[string]string{"If-None-Match": evil, "Accept-Encoding": evil}},
		{line: "POST /api/session", body: fmt.Sprintf(`{"name":%q,"password":"x"}`, evil)},
	} {
		for _, viewer := range []*access.Viewer{nil, townDesk} {
			r.viewer = viewer
			reply := r.do(t, c)
			for name, values := range reply.Header() {
				if name == "Set-Cookie" || strings.ContainsAny(strings.Join(values, ""), "\r\n") {
					t.Errorf("%q: %s: %q", c.line, name, values)
				}
			}
		}
	}
	for line := range strings.Lines(r.log.String()) {
		if !strings.HasPrefix(line, "time=") {
			t.Errorf("a line of the log that nobody logged: %q", line)
		}
	}
}

// Whatever text is put where one is read, it is compared and stored, and never a part of
// what is asked of the store. (There are no CEL expressions in the API yet.)
func TestNoTextBecomesSQL(t *testing.T) {
	r := newRig(t)
	made := r.build(t)
	r.viewer = townDesk
	stable := func() int { return r.do(t, call{line: fmt.Sprintf("/api/people/%d", made.ours[grid.People])}).Code }
	for _, evil := range []string{
		`' OR '1'='1`, `"; DROP TABLE people_rows; --`, `') UNION SELECT sealed FROM people_rows --`, `1 OR 1=1`, `\'; DELETE FROM audit; --`,
		`%' OR name LIKE '%`, `$1`, `{"$ne":null}`, `person.id_number != ""`, `true || has(person.phone)`, "x\x00y", `1;ATTACH DATABASE '/tmp/x' AS x`, `pg_sleep(10)`,
	} {
		q := url.QueryEscape(evil)
		for _, line := range []string{
			"/api/search?q=" + q, "/api/people?filter=dwelling:" + q, "/api/people?filter=" + q, "/api/people?cursor=" + q, "/api/people?limit=" + q, "/api/events?filter=state:" + q,
			"/api/buildings?bbox=" + q, "/api/divisions?under=" + q, "/api/divisions/" + url.PathEscape(evil), "/api/people/" + url.PathEscape(evil),
			"/api/stats?code=" + q, "/api/identify?lon=" + q + "&lat=29", "/tiles/" + url.PathEscape(evil) + "/1/0/0.mvt", "/ogc/collections/buildings/items?bbox=" + q,
			"/ogc/collections/" + url.PathEscape(evil) + "/items", "/api/accounts?q=" + q,
		} {
			reply := r.do(t, call{line: line})
			body := reply.Body.String()
			if reply.Code >= 500 || strings.Contains(body, "他们村") || strings.Contains(strings.ToLower(body), "syntax error") || strings.Contains(body, "SQL") {
				t.Errorf("%s: %d %.200s", line, reply.Code, body)
			}
		}
		reply := r.do(t, call{line: "POST /api/events", body: fmt.Sprintf(`{"category":"water","title":%s,"lon":106.1,"lat":29.5}`, quoted(evil))})
		if reply.Code != 201 && reply.Code != 422 {
			t.Errorf("stored: %d %s", reply.Code, reply.Body)
		}
		if in := r.signIn(t, fmt.Sprintf(`{"name":%s,"password":%s}`, quoted(evil), quoted(evil))); in.Code != 401 && in.Code != 429 {
			t.Errorf("signed in: %d %s", in.Code, in.Body)
		}
	}
	if stable() != 200 {
		t.Error("a person is gone")
	}
}

// quoted writes a text as JSON.
func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			fmt.Fprintf(&out, `\u%04x`, c)
			continue
		}
		out.WriteRune(c)
	}
	out.WriteByte('"')
	return out.String()
}

// Ids are numbers that anybody can count up. Of every kind, what is not one's own answers
// like what was never there, by every method.
func TestCountingUpIDsFindsNothing(t *testing.T) {
	r := newRig(t)
	ours, theirs := r.sides(t)
	a := r.hire(t, "worker", "grid-worker", ours.area)
	other := r.hire(t, "other", "grid-worker", theirs.area)
	_, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	_, foreign := secretOf(t, r.signIn(t, `{"name":"other","password":"`+password+`"}`))
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	header := map[string]string{"Authorization": "Bearer " + token, "If-Match": `"1"`}
	open := []grid.Kind{grid.Divisions, grid.Buildings, grid.LandUses, grid.Greens, grid.Waters, grid.Roads, grid.ServicePoints, grid.Components, grid.Organisations}
	const never = 4503599627370000
	for _, kind := range append(grid.Kinds(), events.Events) {
		if slices.Contains(open, kind) || theirs.ids[kind] == 0 {
			continue
		}
		for _, line := range []string{"GET /api/%s/%d", "PATCH /api/%s/%d", "DELETE /api/%s/%d", "POST /api/%s/%d/unmask"} {
			is := r.do(t, call{line: fmt.Sprintf(line, kind, theirs.ids[kind]), body: body(line), header: header})
			not := r.do(t, call{line: fmt.Sprintf(line, kind, never), body: body(line), header: header})
			if is.Code != not.Code || is.Body.String() != not.Body.String() || is.Code < 400 {
				t.Errorf(line+": %d %.200s, and of what never was %d %.200s", kind, theirs.ids[kind], is.Code, is.Body, not.Code, not.Body)
			}
		}
	}
	theirSession := r.directory.SignIns(other.ID, clock())[0].ID
	for _, line := range []string{
		fmt.Sprintf("DELETE /api/sessions/%d", theirSession), fmt.Sprintf("GET /api/accounts/%d", other.ID), fmt.Sprintf("POST /api/accounts/%d/link", other.ID),
		fmt.Sprintf("DELETE /api/accounts/%d/sessions", other.ID), fmt.Sprintf("POST /api/loads/%d/undo", 1), fmt.Sprintf("GET /api/accounts/%d", a.ID),
	} {
		if reply := r.do(t, call{line: line, header: header}); reply.Code != 404 {
			t.Errorf("%s: %d %s", line, reply.Code, reply.Body)
		}
	}
	if reply := r.do(t, call{line: "/api/session", header: map[string]string{"Authorization": "Bearer " + foreign}}); reply.Code != 200 {
		t.Errorf("the other one's sign-in was ended: %d", reply.Code)
	}
}

func body(line string) string {
	switch {
	case strings.HasPrefix(line, "PATCH"):
		return `{"name":"x"}`
	case strings.HasPrefix(line, "POST"):
		return `{"reason":"visit"}`
	}
	return ""
}

// A page of another site reaches nothing that changes anything, by no method and no form.
func TestCrossSiteRequests(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	cookie, _ := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"}`))
	from := map[string]map[string]string{
		"another site":             {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		"a sibling of our name":    {"Origin": "http://evil.localhost:8080", "Sec-Fetch-Site": "same-site"},
		"a sandboxed frame":        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
		"an old browser elsewhere": {"Origin": "https://evil.example"},
		"another port":             {"Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"},
	}
	for name, header := range from {
		header["Cookie"] = cookie.Name + "=" + cookie.Value
		for _, line := range []string{"POST /api/events", "PATCH /api/events/1", "DELETE /api/session", "PUT /api/session/password", "POST /api/session", "POST /api/session/second"} {
			for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
				header["Content-Type"] = kind
				if reply := r.do(t, call{line: line, body: `{}`, header: header}); reply.Code != http.StatusForbidden {
					t.Errorf("%s, %s as %s: %d", name, line, kind, reply.Code)
				}
			}
		}
	}
	if reply := r.do(t, call{line: "/api/session", header: map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}}); reply.Code != 200 {
		t.Errorf("the sign-in was ended: %d", reply.Code)
	}
}

// The work for a name that there is not is that for a wrong password: the hasher is asked
// as often.
func TestUnknownAccountsCostWhatWrongPasswordsDo(t *testing.T) {
	r := newRig(t)
	r.hire(t, "worker", "grid-worker", "500106003001001")
	locked := r.hire(t, "locked", "grid-worker", "500106003001001")
	locked.Locked = true
	r.write(t, locked)
	invited := &staff.Account{Login: "invited", Name: "网格员", Sort: staff.Person}
	r.write(t, invited)
	for _, name := range []string{"worker", "nobody", "locked", "invited"} {
		before := r.desk.Hasher.Hashed()
		reply := r.signIn(t, `{"name":"`+name+`","password":"guess"}`)
		if done := r.desk.Hasher.Hashed() - before; done != 1 || reply.Code != 401 {
			t.Errorf("%s: %d hashes, status %d", name, done, reply.Code)
		}
	}
}
