package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/store/postgis/pgtest"
	"quanxi/tiles"
)

// A wallClock goes on like any other, from where it was set last.
type wallClock struct{ offset atomic.Int64 }

func (c *wallClock) set(to time.Time) { c.offset.Store(int64(time.Until(to))) }

func (c *wallClock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// pair returns two nodes on one database and one NATS, by one clock. The second hears of
// what is written on the first by the log alone.
func pair(t *testing.T, now func() time.Time, entities ...grid.Entity) (first, second *inside) {
	t.Helper()
	nats, flags := runNATS(t), onPostGIS(t)
	first = runInside(t, flags, nats, now)
	flags.Data = t.TempDir()
	second = runInside(t, flags, nats, now)
	first.put(entities...)
	return first, second
}

// onPostGIS names an empty database of a server that ends with the test.
func onPostGIS(t *testing.T) storeFlags {
	t.Helper()
	postgres, err := pgtest.New(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := postgres.Close(); err != nil {
			t.Error(err)
		}
	})
	return storeFlags{Data: t.TempDir(), Database: postgres.Database(t), Key: strings.Repeat("5a", 32)}
}

// runNATS runs an external NATS that ends with the test, and returns its URL.
func runNATS(t *testing.T) string {
	t.Helper()
	nats, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start()
	if !nats.ReadyForConnections(patient) {
		t.Fatal("nats does not come up")
	}
	t.Cleanup(func() { nats.Shutdown(); nats.WaitForShutdown() })
	return nats.ClientURL()
}

// level returns when another node has applied all that this one has.
func (in *inside) level(other *inside) {
	in.t.Helper()
	receipt, err := in.store.Write(in.t.Context(), grid.Write{Actor: "test", Action: "test.put",
		Put: []grid.Entity{&grid.Component{Category: "lamp", State: "intact", Place: geo.At(100, 20)}}})
	if err != nil {
		in.t.Fatal(err)
	}
	in.wait(receipt)
	other.wait(receipt)
}

// A look is a way to see A's household.
type look struct {
	name, line, body string
	status           int    // of whoever may
	shows            string // in the reply of whoever may, of nobody else
	without          int    // status of whoever may not
}

func looks() []look {
	at := tiles.Holding(geo.Project(hiddenAt), 18)
	tile := func(layer string) string { return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layer, at.Z, at.X, at.Y) }
	lon, lat := hiddenAt.Degrees()
	around := func(list string) string {
		return fmt.Sprintf(`{"circle":{"lon":%v,"lat":%v,"radius":200},"list":%q}`, lon, lat, list)
	}
	return []look{
		{"the home", fmt.Sprintf("/api/dwellings/%d", hiddenHome), "", 200, `"room"`, 404},
		{"somebody who lives there", fmt.Sprintf("/api/people/%d", 10*hiddenHome), "", 200, `"residence"`, 404},
		{"the card of the house", fmt.Sprintf("/api/identify?lon=%v&lat=%v", lon, lat), "", 200, `"room"`, 200},
		{"the tile of homes", tile("dwellings"), "", 200, "dwellings", 204},
		{"the tile of people", tile("people"), "", 200, "people", 204},
		{"the homes around", "POST /api/within", around("dwellings"), 200, `"room"`, 200},
		{"the people around", "POST /api/within", around("people"), 200, `"residence"`, 200},
		{"a search", "/api/search?q=" + "一号球机", "", 200, "一号球机", 200},
		{"the numbers", "/api/stats?code=" + string(hiddenGrid), "", 200, `"people"`, 404},
		{"the list of homes", "/api/dwellings?limit=100", "", 200, fmt.Sprintf(`"id":%d,`, hiddenHome), 200},
	}
}

func (in *inside) looks(who, token string, may bool) {
	in.t.Helper()
	for _, l := range looks() {
		status, _, body := in.ask(token, l.line, l.body, "Accept-Encoding", "identity")
		want := map[bool]int{true: l.status, false: l.without}[may]
		if shown := strings.Contains(body, l.shows); status != want || shown != may {
			in.t.Errorf("%s, %s: %d, shown: %v; want %d, %v", who, l.name, status, shown, want, may)
		}
	}
}

// A is on leave from nine to six, and B stands in. Until the last second B opens A's
// household by every way there is and A by none; at six, without anybody doing anything, on
// both nodes, B's open screen begins anew and sees nothing of it, and A has it back.
func TestAtSixTheHouseholdGoesBack(t *testing.T) {
	clock := new(wallClock)
	six := time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)
	clock.set(six.Add(-4 * time.Hour))
	camera := &grid.Camera{Head: grid.Head{ID: 5000}, Name: "一号球机", State: "online", Place: hiddenAt}
	here := &events.Event{Head: grid.Head{ID: 4001}, Category: "water", Title: "漏水", Place: hiddenAt, State: events.Reported, Urgency: events.Routine}
	first, second := pair(t, clock.now, append(twoTowns(), camera, here)...)
	post := &staff.Post{Role: "grid-worker", Area: hiddenGrid}
	_, tokenA := first.account("a", post, &staff.Post{Role: "grid-worker", Area: siblingGrid})
	b, tokenB := first.account("b", &staff.Post{Role: "grid-worker", Area: siblingGrid})
	first.put(&staff.StandIn{Post: post.ID, Deputy: b.ID, Begins: six.Add(-9 * time.Hour), Ends: six})
	first.level(second)

	clock.set(six.Add(-8 * time.Second))
	var screens []*listener
	for _, node := range []*inside{first, second} {
		node.looks("B at one minute to six", tokenB, true)
		node.looks("A on leave", tokenA, false)
		ears := node.listenAs(tokenB, `{"op":"view","bbox":[106,29,107,30],"zoom":18,"layers":["dwellings"],"topics":["events","counters"]}`)
		ears.until("welcome", func(op, _ string) bool { return op == "welcome" })
		screens = append(screens, ears)
	}
	unmask := fmt.Sprintf("POST /api/people/%d/unmask", 10*hiddenHome)
	if status, _, body := first.ask(tokenB, unmask, `{"reason":"visit"}`); status != http.StatusOK {
		t.Errorf("B unmasks: %d %s", status, body)
	}
	for _, ears := range screens {
		// The unmasking is one change of what B sees, six o'clock is another.
		ears.until("six o'clock", func(op, frame string) bool {
			return op == "resync" && strings.Contains(frame, `"rights"`) && !clock.now().Before(six)
		})
	}
	here.Title = "又漏水"
	first.put(here)
	first.level(second)
	for i, node := range []*inside{first, second} {
		node.looks("B after six", tokenB, false)
		node.looks("A after six", tokenA, true)
		for _, frame := range screens[i].settled() {
			if op := opOf(frame); op == "change" || op == "gone" {
				t.Errorf("B is told after six: %s", frame)
			}
		}
		at := tiles.Holding(geo.Project(hiddenAt), 18)
		screens[i].say(fmt.Sprintf(`{"op":"tile","id":1,"layers":"dwellings","z":18,"x":%d,"y":%d}`, at.X, at.Y))
		last := screens[i].until("tile", func(op, _ string) bool { return op == "tile" })
		if tile := last[len(last)-1]; len(tile) > len(`{"op":"tile","bytes":""}`)+2*headOfTile {
			t.Errorf("B is drawn a home after six: %s", tile)
		}
	}
	first.audited(b, "people.unmask", grid.ResultOK)
	first.audited(b, "dwellings.read", grid.ResultNotFound)
	second.audited(b, "dwellings.read", grid.ResultNotFound)
}

// headOfTile is how many bytes of a binary frame stand before the tile (docs/FEED.md).
const headOfTile = 23

// audited looks for the row of what somebody did.
func (in *inside) audited(who *staff.Account, action string, result grid.AuditResult) {
	in.t.Helper()
	if err := in.traces.Flush(in.t.Context()); err != nil {
		in.t.Fatal(err)
	}
	for row, err := range in.store.AuditRows(in.t.Context(), grid.AuditQuery{}) {
		if err != nil {
			in.t.Fatal(err)
		}
		if row.Actor == fmt.Sprint(who.ID) && row.Action == action && row.Result == result {
			return
		}
	}
	in.t.Errorf("no row of %s %s by %s", action, result, who.Login)
}
