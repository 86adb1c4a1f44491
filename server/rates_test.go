package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"quanxi/access"
	"quanxi/server"
)

// fill asks until the server refuses, and returns how often it was answered.
func (r *rig) fill(t *testing.T, c call, most int) int {
	t.Helper()
	for n := range most {
		if reply := r.do(t, c); reply.Code == http.StatusTooManyRequests {
			if reply.Header().Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", reply.Header().Get("Retry-After"))
			}
			return n
		}
	}
	return most
}

func TestRates(t *testing.T) {
	one := func(name string) server.Rates { return server.Rates{name: 1} } // a second, and ten at once
	for _, tt := range []struct {
		name   string
		rates  server.Rates
		viewer *access.Viewer // nil for nobody
		call
		answered int
	}{
		{"an account that reads", one("read"), townDesk, call{line: "/api/status"}, 10},
		{"an account that asks for tiles", one("tile"), townDesk, call{line: "/tiles/base/0/0/0.mvt"}, 10},
		{"an account that writes", one("write"), townDesk, call{line: "POST /api/events", body: `{}`}, 10},
		{"an account that opens the feed", one("feed"), townDesk, call{line: "/feed"}, 10},
		{"somebody who signs in", one("entry"), nil, call{line: "POST /api/session", body: `{}`}, 10},
		{"somebody who tries set-up links", one("entry"), nil, call{line: "POST /api/setup/see", body: `{}`}, 10},
		{"an account that signs in again", one("entry"), townDesk, call{line: "POST /api/session", body: `{}`}, 10},
		{"a stranger", one("stranger"), nil, call{line: "/api/status"}, 10},
		{"a stranger who opens the feed", one("feed"), nil, call{line: "/feed"}, 10},
		{"a stranger who writes", one("stranger"), nil, call{line: "POST /api/events", body: `{}`}, 10},
		{"anybody at one address", one("address"), townDesk, call{line: "/api/status"}, 10},
		{"tiles do not count as records", one("read"), townDesk, call{line: "/tiles/base/0/0/0.mvt"}, 50},
		{"an area is a question, not a writing", one("write"), townDesk, call{line: "POST /api/within", body: `{}`}, 50},
		{"an account is no stranger", one("stranger"), townDesk, call{line: "/api/status"}, 50},
		{"without limits", nil, townDesk, call{line: "/api/status"}, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRigWith(t, func(o *server.Options) {
				o.Rates = tt.rates
				o.Feed = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
			})
			if r.viewer = tt.viewer; tt.viewer == nil {
				r.hire(t, "worker", "grid-worker", "500106003001001")
			}
			if n := r.fill(t, tt.call, 50); n != tt.answered {
				t.Errorf("%d were answered, want %d", n, tt.answered)
			}
		})
	}
}

// One account, or one stranger, does not use up what others have.
func TestRatesAreOfOneAlone(t *testing.T) {
	r := newRigWith(t, func(o *server.Options) { o.Rates = server.Rates{"read": 1, "stranger": 1} })
	r.viewer = townDesk
	r.fill(t, call{line: "/api/status"}, 50)
	r.viewer = countyDesk
	if reply := r.do(t, call{line: "/api/status"}); reply.Code != 200 {
		t.Errorf("another account at the same address: %d", reply.Code)
	}
	r.viewer = nil
	for _, tt := range []struct {
		name, from string
		answered   int
	}{
		{"a stranger", "192.0.2.1:1", 10},
		{"the same one from another port", "192.0.2.1:2", 0},
		{"another one", "192.0.2.2:1", 10},
		{"a subscriber of IPv6", "[2001:db8::1]:1", 10},
		{"the same one by another address of the same network", "[2001:db8::2]:1", 0},
		{"the next subscriber", "[2001:db8:0:1::1]:1", 10},
		{"one whose address is not known", "@", 10},
	} {
		if n := r.fill(t, call{line: "/api/status", from: tt.from}, 50); n != tt.answered {
			t.Errorf("%s: %d were answered, want %d", tt.name, n, tt.answered)
		}
	}
}

// Five hundred screens of one centre start at once, and a phone pans as fast as it can.
func TestNoScreenMeetsTheDefaultRates(t *testing.T) {
	r := newRigWith(t, func(o *server.Options) { o.Rates = server.DefaultRates() })
	for i := range 500 {
		r.viewer = holding(fmt.Sprint(i%5), "operator", "500106", under)
		for _, line := range []string{"/", "/api/session", "/api/status", "/api/nothing"} {
			if reply := r.do(t, call{line: line}); reply.Code == http.StatusTooManyRequests {
				t.Fatalf("screen %d: %s is refused", i, line)
			}
		}
	}
	for range 2000 {
		if reply := r.do(t, call{line: "/tiles/nothing/16/52000/26000.mvt"}); reply.Code == http.StatusTooManyRequests {
			t.Fatal("a phone that pans is refused")
		}
	}
}

func TestWhatComesTooFastLeavesATrace(t *testing.T) {
	r := newRigWith(t, func(o *server.Options) { o.Rates = server.Rates{"read": 1} })
	r.viewer = townDesk
	r.fill(t, call{line: "/api/status"}, 50)
	want := access.Trace{Actor: "town", Post: "desk@500106003", From: "192.0.2.1", Action: "rate.read", Result: "refused"}
	if len(r.refused) != 1 || r.refused[0] != want {
		t.Errorf("%+v", r.refused)
	}
}

func TestRatesThatThereAreNot(t *testing.T) {
	for name, others := range map[string]map[string]int{"an unknown one": {"reads": 1}, "less than none": {"read": -1}, "far too many": {"read": 1e7}} {
		if _, err := server.DefaultRates().With(others); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	rates, err := server.DefaultRates().With(map[string]int{"read": 0, "tile": 7})
	if err != nil || rates["read"] != 0 || rates["tile"] != 7 || rates["write"] != server.DefaultRates()["write"] {
		t.Errorf("%v, %v", rates, err)
	}
}
