package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
)

// A write transaction in another database of the server keeps changes from being
// published: writers are answered all the same, the watchdog names the session,
// and when it ends everything appears.
func TestAnOpenTransactionElsewhereDelaysAndLosesNothing(t *testing.T) {
	open := 5 * time.Second
	if soak() {
		open = 60 * time.Second
	}
	_, url := postgis(t)
	_, elsewhere := postgis(t)
	p := start(t, dataFlag(t), "--database="+url)
	f := follow(t, p)
	conn, err := pgx.Connect(t.Context(), elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	ends := time.NewTimer(open)
	for _, query := range []string{"CREATE TABLE held (n int)", "BEGIN", "INSERT INTO held VALUES (1)"} {
		if _, err := conn.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 10 {
		status, body := p.call(http.MethodPost, "/api/events", report(fmt.Sprint("held ", n)), nil)
		if status != http.StatusCreated || !contains(body, `"applied":false`) {
			t.Fatalf("a write while publication is held back: %d %s", status, body)
		}
	}
	if shown := len(p.drawn()); shown != 0 || len(p.stored()) != 10 {
		t.Errorf("the World shows %d and the store holds %d, want 0 and 10", shown, len(p.stored()))
	}
	named := fmt.Sprintf(`"pid":%d`, conn.PgConn().PID())
	p.until("the watchdog names the session", func() bool { return strings.Contains(p.log.String(), named) })
	<-ends.C
	if !p.ready() {
		t.Error("the node calls itself not ready while publication is held back")
	}
	if _, err := conn.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	p.until("everything is published", p.worldLevel)
	p.until("the follower is level", f.level)
}

// With PostGIS gone the map, identify and the feed go on; writes are refused and
// told when to come back; when PostGIS is back all is well by itself.
func TestReadingGoesOnWhilePostGISIsDown(t *testing.T) {
	s, url := postgis(t)
	p := start(t, dataFlag(t), "--database="+url)
	f := follow(t, p)
	stop := writing(p, "before")
	p.until("something is written", func() bool { return len(p.stored()) > 20 })
	all := stop()
	p.until("the World is level", p.worldLevel)
	shown := len(p.drawn())
	idle := pinger(t, p)

	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	checkOutage(t, p, shown)
	p.until("screens are told that they may not show everything", func() bool { return idle() > 0 })
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.until("writes are taken again", func() bool { return p.applies("after") })
	p.until("screens are told that they show everything", func() bool { return idle() == 0 })
	all.check(t, p.stored())
	p.until("the World is level", p.worldLevel)
	p.until("the follower is level", f.level)
}

// checkOutage looks at the node while its store is away for longer than a
// heartbeat is due.
func checkOutage(t *testing.T, p *process, shown int) {
	t.Helper()
	ends := time.NewTimer(3 * time.Second)
	defer ends.Stop()
	for over := false; !over; {
		select {
		case <-ends.C:
			over = true
		default:
		}
		if got := len(p.drawn()); got != shown {
			t.Fatalf("the tile shows %d events, before the outage %d", got, shown)
		}
		if status, body := p.get("/api/identify?lon=106.5&lat=29.5"); status != http.StatusOK {
			t.Fatalf("identify: %d %s", status, body)
		}
		r := p.ask(http.MethodPost, "/api/events", report("during"), nil)
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
			t.Fatalf("a write: %d, Retry-After %q, %s", r.status, r.header.Get("Retry-After"), r.body)
		}
	}
}

// pinger opens a connection to the feed; the returned function fails the test
// unless that same connection answers still, and returns by how many milliseconds it says to
// be late.
func pinger(t *testing.T, p *process) (answers func() (late int64)) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+p.addr+"/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.WriteJSON(map[string]string{"op": "hello"}); err != nil {
		t.Fatal(err)
	}
	return func() int64 {
		t.Helper()
		if err := conn.WriteJSON(map[string]string{"op": "ping"}); err != nil {
			t.Fatalf("feed: %v", err)
		}
		got := frame{}
		for got.Op != "pong" {
			if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			if err := conn.ReadJSON(&got); err != nil {
				t.Fatalf("feed: %v", err)
			}
		}
		return got.Late
	}
}
