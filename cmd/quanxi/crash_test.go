package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// stores names the arguments of each store, with a fresh one behind it.
func stores(t *testing.T) map[string][]string {
	t.Helper()
	_, url := postgis(t)
	return map[string][]string{
		"GeoPackage": {dataFlag(t)},
		"PostGIS":    {dataFlag(t), "--database=" + url},
	}
}

// Whatever was acknowledged before a kill is there after it, once; the World
// holds what the store holds, row for row, and a client that resumes the feed
// ends at the same.
func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	kills := 5
	if soak() {
		kills = 50
	}
	for name, args := range stores(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, args...)
			f := follow(t, p)
			all := fates{}
			for round := range kills {
				for title, fate := range killWhileWriting(p, round) {
					all[title] = fate
				}
				p.run()
				all.check(t, p.stored())
				p.checkWorld()
				p.until("the follower holds what the store holds", f.level)
			}
		})
	}
}

// A fate is what a client was told of its report.
type fate struct {
	revision int64 // acknowledged; zero if not even the report was
	ending   bool  // a removal was sent
	ended    bool  // and acknowledged
}

// fates are what became of reports, by title.
type fates map[string]fate

// check compares what clients were told with what the store holds.
func (all fates) check(t *testing.T, stored []row) {
	t.Helper()
	there := map[string][]row{}
	for _, r := range stored {
		there[r.Title] = append(there[r.Title], r)
	}
	for title, found := range there {
		if len(found) > 1 {
			t.Errorf("%q is there %d times", title, len(found))
		}
	}
	for title, f := range all {
		switch found := there[title]; {
		case f.ended && len(found) > 0:
			t.Errorf("the removal of %q was acknowledged, and it is there", title)
		case f.revision > 0 && !f.ending && len(found) == 0:
			t.Errorf("%q was acknowledged, and it is not there", title)
		case len(found) > 0 && found[0].Revision < f.revision:
			t.Errorf("%q was acknowledged at revision %d, and stands at %d", title, f.revision, found[0].Revision)
		}
	}
}

// killWhileWriting lets eight clients report events, change and remove some of
// them, kills the server at a moment of chance, and returns what they were told.
func killWhileWriting(p *process, round int) fates {
	stop := writing(p, fmt.Sprintf("r%d", round))
	moment := time.NewTimer(time.Duration(50+rand.IntN(500)) * time.Millisecond)
	<-moment.C
	p.kill()
	return stop()
}

// writing lets eight clients write until the returned function is called, which
// returns what they were told.
func writing(p *process, round string) (stop func() fates) {
	var mu sync.Mutex
	var clients sync.WaitGroup
	all := fates{}
	end := make(chan struct{})
	for client := range 8 {
		clients.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-end:
					return
				default:
				}
				title := fmt.Sprintf("%s c%d n%d", round, client, n)
				told := live(p, title, n)
				mu.Lock()
				all[title] = told
				mu.Unlock()
			}
		})
	}
	return func() fates {
		close(end)
		clients.Wait()
		return all
	}
}

// live reports one event, sends every third on its way and takes every fifth back.
func live(p *process, title string, n int) fate {
	status, body := p.call(http.MethodPost, "/api/events", report(title), map[string]string{"Idempotency-Key": title})
	var made row
	if status/100 != 2 || json.Unmarshal(body, &made) != nil {
		return fate{}
	}
	told, path := fate{revision: made.Revision}, fmt.Sprintf("/api/events/%d", made.ID)
	if n%3 == 0 {
		status, _ := p.call(http.MethodPatch, path, map[string]string{"state": "dispatched"}, match(told.revision))
		if status != http.StatusOK {
			return told
		}
		told.revision++
	}
	if n%5 == 0 {
		told.ending = true
		status, _ := p.call(http.MethodDelete, path, nil, match(told.revision))
		told.ended = status == http.StatusOK
	}
	return told
}

func match(revision int64) map[string]string {
	return map[string]string{"If-Match": fmt.Sprint(revision)}
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
