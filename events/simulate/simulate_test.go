package simulate_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quanxi/events/simulate"
)

// A town is a server of one crossing, two workers and one home, which notes what
// it is asked to do.
type town struct {
	house  struct{ State, Residence string } // one home with one person
	mu     sync.Mutex
	heard  []string
	events map[string]string // state by path
	next   int
	stale  bool // answers every edit with a conflict
}

func (f *town) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet {
		f.heard = append(f.heard, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.Path, r.Header.Get("If-Match"), body))
	}
	switch {
	case f.stale && r.Header.Get("If-Match") != "":
		w.WriteHeader(http.StatusConflict)
	case r.Method == http.MethodGet:
		io.WriteString(w, f.read(r.URL.Path))
	case r.Method == http.MethodPost && r.URL.Path == "/api/events":
		f.next++
		f.events[fmt.Sprintf("/api/events/%d", f.next)] = "reported"
		fmt.Fprintf(w, `{"id":%d,"revision":1,"state":"reported"}`, f.next)
	case r.Method == http.MethodPatch && strings.HasPrefix(r.URL.Path, "/api/events/"):
		var patch struct{ State string }
		json.Unmarshal(body, &patch)
		f.events[r.URL.Path] = patch.State
		fmt.Fprintf(w, `{"id":%s,"revision":2,"state":%q}`, strings.TrimPrefix(r.URL.Path, "/api/events/"), patch.State)
	case r.Method == http.MethodPatch:
		json.Unmarshal(body, &f.house)
		fmt.Fprintf(w, `{"id":7,"revision":2,"state":%q}`, f.house.State)
	case r.Method == http.MethodDelete:
		delete(f.events, r.URL.Path)
		io.WriteString(w, `{"applied":true}`)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (f *town) read(path string) string {
	switch path {
	case "/api/roads":
		return `{"items":[{"class":"lane","geometry":{"type":"LineString","coordinates":[[106.5,29.5],[106.501,29.5],[106.502,29.5]]}},
			{"class":"stairs","geometry":{"type":"LineString","coordinates":[[106.501,29.5],[106.501,29.501]]}}],"next":null}`
	case "/api/workers":
		return `{"items":[{"id":1,"area":"500106003012001"},{"id":2,"area":"500106003012002"}],"next":null}`
	case "/api/dwellings":
		return `{"items":[{"id":7,"revision":1,"state":"own"}],"next":null}`
	case "/api/dwellings/7":
		return `{"id":7,"revision":5,"state":"rented"}`
	case "/api/events":
		return `{"items":[],"next":null}`
	case "/api/people":
		return fmt.Sprintf(`{"items":[{"id":9,"revision":1,"residence":%q}],"next":null}`, f.house.Residence)
	}
	return `{"label":{"type":"Point","coordinates":[106.501,29.5]}}`
}

// live runs a simulation for some seconds of its clock and returns what the
// server heard.
func live(t *testing.T, f *town, seconds int) []string {
	t.Helper()
	f.events = make(map[string]string)
	f.house.State, f.house.Residence = "own", "both"
	web := httptest.NewServer(f)
	defer web.Close()
	ticks := make(chan time.Time, seconds)
	began := time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)
	for i := range seconds {
		ticks <- began.Add(time.Duration(i) * time.Second)
	}
	close(ticks)
	s := simulate.New(web.Client(), simulate.Options{URL: web.URL, Seed: 7})
	if err := s.Run(t.Context(), ticks); err != nil {
		t.Fatal(err)
	}
	return f.heard
}

func TestTheTownIsAlive(t *testing.T) {
	f := new(town)
	heard := live(t, f, 600)
	for _, want := range []string{
		`PATCH /api/people/9 "1" {"residence":"registered"}`,
		"POST /api/workers/1/position", "POST /api/workers/2/position", "POST /api/events ",
		`{"state":"dispatched"}`, `{"state":"handling"}`, `{"state":"checking"}`, `{"state":"closed"}`,
		"DELETE /api/events/", `PATCH /api/dwellings/7 "1"`,
	} {
		if !slices.ContainsFunc(heard, func(h string) bool { return strings.Contains(h, want) }) {
			t.Errorf("in ten minutes nobody asked for %s", want)
		}
	}
	if len(f.events) == 0 || len(f.events) > 60 {
		t.Errorf("%d events are open after ten minutes", len(f.events))
	}
}

func TestWorkersKeepToTheStreets(t *testing.T) {
	last := make(map[string][2]float64)
	for _, h := range live(t, new(town), 300) {
		path, body, ok := strings.Cut(h, "  {")
		if !ok || !strings.Contains(path, "/position") {
			continue
		}
		var at struct{ Lon, Lat float64 }
		if err := json.Unmarshal([]byte("{"+body), &at); err != nil {
			t.Fatal(err)
		}
		onStreet := at.Lat == 29.5 && at.Lon >= 106.5 && at.Lon <= 106.502
		onStairs := at.Lon == 106.501 && at.Lat >= 29.5 && at.Lat <= 29.501
		if !onStreet && !onStairs {
			t.Fatalf("a worker stands at %v, in the middle of a house", at)
		}
		if was, ok := last[path]; ok && (abs(was[0]-at.Lon) > 1e-4 || abs(was[1]-at.Lat) > 1e-4) {
			t.Fatalf("a worker ran from %v to %v in five seconds", was, at)
		}
		last[path] = [2]float64{at.Lon, at.Lat}
	}
	if len(last) != 2 {
		t.Errorf("%d workers walk, want 2", len(last))
	}
}

func TestTheSameSeedLivesTheSameLife(t *testing.T) {
	one, two := live(t, new(town), 200), live(t, new(town), 200)
	if !slices.Equal(one, two) {
		t.Error("two runs of one seed differ")
	}
}

func TestWhatSomebodyElseChangedIsLeftToThem(t *testing.T) {
	f := &town{stale: true}
	heard := live(t, f, 300)
	edits := make(map[string]int)
	for _, h := range heard {
		if path, _, ok := strings.Cut(h, ` "`); ok && strings.HasPrefix(path, "PATCH /api/events/") {
			if edits[path]++; edits[path] > 1 {
				t.Fatalf("%s was tried again after a conflict", path)
			}
		}
	}
	if len(edits) == 0 {
		t.Error("no event was edited at all")
	}
}

func abs(x float64) float64 { return max(x, -x) }
