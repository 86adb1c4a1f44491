package server_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/grid"
)

// viewerOfArea answers for one area as whoever keeps it.
func viewerOfArea(account string, area grid.Code) *access.Viewer {
	return holding(account, "grid-worker", area, under)
}

// The tag of a scoped tile is of its bytes and of what decides on them: two scopes have
// not one tag between them, also where they are shown the same, and one scope has one tag,
// whoever has it. What one was given is never given to another for being cached.
func TestTagsOfTwoScopesNeverMatch(t *testing.T) {
	r := newRig(t)
	ours, theirs := r.sides(t)
	here, there := viewerOfArea("1", ours.area), viewerOfArea("2", theirs.area)
	tag := func(v *access.Viewer, line string) string {
		r.viewer = v
		return r.do(t, call{line: line}).Header().Get("ETag")
	}
	for _, layer := range access.LayerNames() {
		scoped := !strings.Contains(" base divisions buildings shadow components service ", " "+layer+" ")
		for _, line := range []string{"/tiles/" + layer + "/14/0/0.mvt", "/tiles/" + layer + "/8/203/106.mvt"} {
			a, b, again := tag(here, line), tag(there, line), tag(viewerOfArea("3", ours.area), line)
			if a == "" || (a == b) == scoped || a != again {
				t.Errorf("%s: %s here, %s there, %s here again; scoped: %v", line, a, b, again, scoped)
			}
		}
	}
	homes := tileOf(grid.Dwellings, 17)(ours)
	r.viewer = here
	mine := r.do(t, homes)
	r.viewer = there
	homes.header = map[string]string{"If-None-Match": mine.Header().Get("ETag")}
	if reply := r.do(t, homes); mine.Code != http.StatusOK || reply.Code != http.StatusNoContent {
		t.Errorf("a home is %d to its grid worker and %d to another who shows that tag", mine.Code, reply.Code)
	}
}

// Pages of other origins may draw the public layers: their browser asks first, and sends
// nothing of whoever sits there.
func TestAPreflightIsAnsweredToWhoeverAsks(t *testing.T) {
	r := newRig(t)
	r.viewer = nil
	r.hire(t, "worker", "grid-worker", "500106003001001")
	ask := call{line: "OPTIONS /tiles/base/14/1/1.mvt", header: map[string]string{"Origin": "https://map.example", "Access-Control-Request-Method": "GET"}}
	if reply := r.do(t, ask); reply.Code != http.StatusNoContent || reply.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", reply.Code, reply.Header())
	}
	if reply := r.do(t, call{line: "/tiles/base/14/1/1.mvt"}); reply.Code != http.StatusUnauthorized {
		t.Errorf("the tile itself: %d", reply.Code)
	}
}

// The cookie of a sign-in by TLS goes by TLS only, and an address is noted as what it is,
// however the socket writes it: else one who comes by both counts as two.
func TestASignInByTLSFromAMappedAddress(t *testing.T) {
	r := newRig(t)
	r.viewer = nil
	a := r.hire(t, "worker", "grid-worker", "500106003001001")
	req := httptest.NewRequest(http.MethodPost, "/api/session", strings.NewReader(`{"name":"worker","password":"`+password+`"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Host, req.RemoteAddr, req.TLS = "localhost", "[::ffff:192.0.2.7]:4711", new(tls.ConnectionState)
	rec := httptest.NewRecorder()
	r.ServeHTTP(rec, req)
	cookies := rec.Result().Cookies()
	exposed := func(c *http.Cookie) bool { return !c.Secure }
	if rec.Code != http.StatusOK || len(cookies) == 0 || slices.ContainsFunc(cookies, exposed) {
		t.Fatalf("%d %s, cookies %v", rec.Code, rec.Body, cookies)
	}
	if err := r.Wait(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	if in := r.directory.SignIns(a.ID, now); len(in) != 1 || in[0].From != "192.0.2.7" {
		t.Errorf("signed in from %+v", in)
	}
	gone := httptest.NewRequest(http.MethodGet, "/api/people/404", nil)
	gone.Host, gone.RemoteAddr = "localhost", "[::ffff:192.0.2.7]:4711"
	for _, c := range cookies {
		gone.AddCookie(c)
	}
	r.ServeHTTP(httptest.NewRecorder(), gone)
	if len(r.refused) != 1 || r.refused[0].From != "192.0.2.7" {
		t.Errorf("refused %+v", r.refused)
	}
}
