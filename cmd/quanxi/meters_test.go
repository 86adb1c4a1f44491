package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access/signin"
	"quanxi/staff"
)

// slowed returns where a node answers that lets an account read ten things at once and one
// more a second.
func (in *inside) slowed() string {
	in.t.Helper()
	in.node.registry = prometheus.NewRegistry() // the handler that there is has the other
	handler, err := in.server(listenFlags{Rates: map[string]int{"read": 1}})
	if err != nil {
		in.t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	in.t.Cleanup(web.Close)
	return web.URL
}

// Behind a balancer an account has no more than from one node: what it used up at one it
// does not get at the other, as soon as that has heard of it.
func TestTwoNodesGiveNoMoreThanOne(t *testing.T) {
	stopped := time.Now() // nothing comes back meanwhile
	first, second := pair(t, func() time.Time { return stopped }, twoTowns()...)
	account, token := first.account("a", &staff.Post{Role: "community-staff", Area: hiddenGrid[:12]})
	first.level(second)
	heard := make(chan signin.Telling, 100)
	stop, err := second.bus.SubscribeTellings(func(t signin.Telling) { heard <- t })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	nodes := []string{first.slowed(), second.slowed()}
	for _, tt := range []struct{ name, meter, method, path, body string }{
		{"to look for a person by a number", "find", http.MethodPost, "/api/people/find", `{"phone":"13800000000","reason":"visit"}`},
		{"to read", "read", http.MethodGet, "/api/status", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answered := func(node string, most int) (n int) {
				for ; n < most; n++ {
					status, _, body := ask(t, tt.method, node+tt.path, tt.body, "Authorization", "Bearer "+token)
					switch status {
					case http.StatusTooManyRequests:
						return n
					case http.StatusOK:
					default:
						t.Fatalf("%d %s", status, body)
					}
				}
				return n
			}
			if n := answered(nodes[0], 20); n != 10 {
				t.Fatalf("the first node answered %d, want 10", n)
			}
			meter, key := uint32(second.meters.Name(tt.meter)), second.meters.Name(fmt.Sprint(account.ID))
			for told := uint32(0); told < 10; {
				select {
				case telling := <-heard:
					for _, taken := range telling.All {
						if taken.Meter == meter && taken.Key == key {
							told += taken.Count
						}
					}
				case <-time.After(patient):
					t.Fatal("the second node does not hear of it")
				}
			}
			// It has heard through another subscription, which may be a little ahead.
			if n := answered(nodes[1], 20); n > 5 {
				t.Errorf("the second node answered %d more", n)
			}
		})
	}
}
