package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/server"
)

// Who may say for whom it asks, and who only says so. The address is seen in the list of
// the own sign-ins, the scheme in the cookie.
func TestWhereARequestComesFrom(t *testing.T) {
	const proxy, inner = "10.1.0.1:40000", "10.1.0.2"
	for _, tt := range []struct {
		name    string
		from    string
		forward []string // lines of X-Forwarded-For
		proto   string   // X-Forwarded-Proto
		want    string
		secure  bool
	}{
		{"straight from a client", "198.51.100.7:1", nil, "", "198.51.100.7", false},
		{"a client that says it is somebody else", "198.51.100.7:1", []string{"203.0.113.9"}, "https", "198.51.100.7", false},
		{"through our proxy", proxy, []string{"198.51.100.7"}, "https", "198.51.100.7", true},
		{"through our proxy without TLS", proxy, []string{"198.51.100.7"}, "http", "198.51.100.7", false},
		{"through two proxies of ours", proxy, []string{"198.51.100.7, " + inner}, "", "198.51.100.7", false},
		{"what the client itself wrote before", proxy, []string{"203.0.113.9, 198.51.100.7"}, "", "198.51.100.7", false},
		{"what the client wrote in a line of its own", proxy, []string{"203.0.113.9", "198.51.100.7"}, "", "198.51.100.7", false},
		{"a client that names a proxy of ours", proxy, []string{inner + ", 198.51.100.7"}, "", "198.51.100.7", false},
		{"nonsense from the client", proxy, []string{"x, 198.51.100.7"}, "", "198.51.100.7", false},
		{"nonsense from the proxy", proxy, []string{"198.51.100.7, x"}, "", "10.1.0.1", false},
		{"a proxy that names nobody", proxy, nil, "", "10.1.0.1", false},
		{"an address with a port", proxy, []string{"198.51.100.7:5555"}, "", "198.51.100.7", false},
		{"IPv6", proxy, []string{"[2001:db8::7]:5555"}, "", "2001:db8::7", false},
		{"IPv4 in IPv6 is IPv4", "[::ffff:10.1.0.1]:40000", []string{"::ffff:198.51.100.7"}, "", "198.51.100.7", false},
		{"the scheme that a client wrote before", proxy, []string{"198.51.100.7"}, "https, http", "198.51.100.7", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRigWith(t, func(o *server.Options) { o.Proxies = server.Proxies{netip.MustParsePrefix("10.1.0.0/16")} })
			r.hire(t, "worker", "grid-worker", "500106003001001")
			reply := r.send(t, tt.from, tt.forward, tt.proto)
			cookie, token := secretOf(t, reply)
			if cookie.Secure != tt.secure {
				t.Errorf("secure %v", cookie.Secure)
			}
			list := r.do(t, call{line: "/api/sessions", header: map[string]string{"Authorization": "Bearer " + token}})
			var sessions struct{ Items []struct{ From string } }
			if err := json.Unmarshal(list.Body.Bytes(), &sessions); err != nil || len(sessions.Items) != 1 || sessions.Items[0].From != tt.want {
				t.Errorf("from %+v, want %s", sessions, tt.want)
			}
		})
	}
}

// send signs a worker in through proxies.
func (r *rig) send(t *testing.T, from string, forward []string, proto string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/session", strings.NewReader(`{"name":"worker","password":"`+password+`"}`))
	req.Host, req.RemoteAddr = "localhost:8080", from
	req.Header["X-Forwarded-For"] = forward
	if proto != "" {
		req.Header.Set("X-Forwarded-Proto", proto)
	}
	reply := httptest.NewRecorder()
	r.ServeHTTP(reply, req)
	return reply
}

// A set-up link is of the scheme that the client speaks, not of what a stranger says.
func TestSetUpLinksGoBackTheWayTheyCame(t *testing.T) {
	r := newRigWith(t, func(o *server.Options) { o.Proxies = server.Proxies{netip.MustParsePrefix("10.1.0.0/16")} })
	r.viewer = access.Local()
	r.write(t, &grid.Division{Code: "500106003001001", Level: grid.GridLevel, Name: "网格"})
	for from, want := range map[string]string{"10.1.0.1:1": "https://localhost:8080/sign-in#setup=", "192.0.2.9:1": "http://localhost:8080/sign-in#setup="} {
		reply := r.do(t, call{line: "POST /api/accounts", from: from, header: map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"},
			body: `{"login":"w` + from[:2] + `","name":"网格员","post":{"role":"grid-worker","area":"500106003001001"}}`})
		if reply.Code != 200 && reply.Code != 201 || !strings.Contains(reply.Body.String(), want) {
			t.Errorf("from %s: %d %s", from, reply.Code, reply.Body)
		}
	}
}
