package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"quanxi/store/postgis/pgtest"
)

// stores names the arguments of each store, with a fresh one behind it.
func stores(t *testing.T) map[string][]string {
	return map[string][]string{
		"GeoPackage": {"--data", filepath.Join(t.TempDir(), "data")},
		"PostGIS":    {"--data", filepath.Join(t.TempDir(), "data"), "--database", pgtest.Start(t).Database(t)},
	}
}

// Whatever was acknowledged before a kill is there after it, once; the World
// holds what the store holds.
func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	kills := 5
	if soak() {
		kills = 50
	}
	for name, args := range stores(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, args...)
			acknowledged := map[string]bool{}
			for round := range kills {
				for _, title := range killWhileWriting(p, round) {
					acknowledged[title] = true
				}
				p.run()
				checkAcknowledged(t, p, acknowledged)
			}
		})
	}
}

// killWhileWriting lets eight clients report events, kills the server at a
// moment of chance, and returns the titles that were acknowledged.
func killWhileWriting(p *process, round int) []string {
	var mu sync.Mutex
	var titles []string
	var clients sync.WaitGroup
	stop := make(chan struct{})
	for client := range 8 {
		clients.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				title := fmt.Sprintf("r%d c%d n%d", round, client, n)
				status, _ := p.call(http.MethodPost, "/api/events", report(title), map[string]string{"Idempotency-Key": title})
				if status == http.StatusCreated || status == http.StatusOK {
					mu.Lock()
					titles = append(titles, title)
					mu.Unlock()
				}
			}
		})
	}
	moment := time.NewTimer(time.Duration(50+rand.IntN(500)) * time.Millisecond)
	<-moment.C
	p.kill()
	close(stop)
	clients.Wait()
	return titles
}

func checkAcknowledged(t *testing.T, p *process, acknowledged map[string]bool) {
	t.Helper()
	listed := p.titles()
	count := map[string]int{}
	for _, title := range listed {
		count[title]++
	}
	for title := range acknowledged {
		if count[title] != 1 {
			t.Errorf("%q was acknowledged and is there %d times", title, count[title])
		}
	}
	if slices.ContainsFunc(listed, func(title string) bool { return count[title] > 1 }) {
		t.Error("an event is there twice")
	}
	status, body := p.call(http.MethodPost, "/api/within", map[string]any{"circle": map[string]any{"lon": 106.5, "lat": 29.5, "radius": 100}}, nil)
	if status != http.StatusOK || !contains(body, fmt.Sprintf(`"open":%d`, len(listed))) {
		t.Errorf("the store lists %d events, the World answers %d %s", len(listed), status, body)
	}
}

// A report that is sent again with its key after a kill is one event.
func TestAReportSentAgainAfterAKillIsOneEvent(t *testing.T) {
	for name, args := range stores(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, args...)
			key := map[string]string{"Idempotency-Key": "phone-1-report-1"}
			if status, body := p.call(http.MethodPost, "/api/events", report("once"), key); status != http.StatusCreated {
				t.Fatalf("first: %d %s", status, body)
			}
			p.kill()
			p.run()
			if status, body := p.call(http.MethodPost, "/api/events", report("once"), key); status/100 != 2 {
				t.Fatalf("again: %d %s", status, body)
			}
			if got := p.titles(); len(got) != 1 {
				t.Errorf("events %q, want one", got)
			}
		})
	}
}
