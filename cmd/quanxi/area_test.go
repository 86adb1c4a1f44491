package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/tiles"
)

// The west and the east of the town of these tests: a county each, with a town, in a city.
const (
	westCounty, westTown grid.Code = "500106", "500106001"
	eastCounty, eastTown grid.Code = "500107", "500107001"
)

// Where things stand in each of them.
var westAt, eastAt = geo.At(106.25, 29.5), geo.At(106.75, 29.5)

// twoCounties are a city of two counties, with a house, its homes and people, a worker, and
// an event in each. Ids of the west begin with 1, those of the east with 2.
func twoCounties() []grid.Entity {
	strip := func(west, east float64) geo.MultiPolygon {
		return geo.MultiPolygon{{geo.Envelope{Min: geo.At(west, 29), Max: geo.At(east, 30)}.Ring()}}
	}
	division := func(id int64, code, parent grid.Code, name string, m geo.MultiPolygon) *grid.Division {
		return &grid.Division{Head: grid.Head{ID: id}, Code: code, Level: code.Level(), Parent: parent, Name: name, Boundary: m}
	}
	all := []grid.Entity{
		division(1, "5000", "", "重庆市", strip(106, 107)),
		division(100, westCounty, "5000", "西区", strip(106, 106.5)), division(101, westTown, westCounty, "西街", strip(106, 106.5)), division(102, westTown+"001", westTown, "西社区", strip(106, 106.5)),
		division(200, eastCounty, "5000", "东区", strip(106.5, 107)), division(201, eastTown, eastCounty, "东街", strip(106.5, 107)), division(202, eastTown+"001", eastTown, "东社区", strip(106.5, 107)),
	}
	for side, at := range map[int64]geo.Point{1: westAt, 2: eastAt} {
		lon, lat := at.Degrees()
		town := map[int64]grid.Code{1: westTown, 2: eastTown}[side]
		all = append(all,
			&grid.Building{Head: grid.Head{ID: side*1000 + 1}, Name: fmt.Sprintf("锦绣%d幢", side), Footprint: squareAt(lon, lat, 0.001), Floors: 6},
			&grid.Road{Head: grid.Head{ID: side*1000 + 2}, Name: "街", Class: "lane", Line: geo.MultiLine{{at, geo.At(lon+0.01, lat)}}},
			&grid.Worker{Head: grid.Head{ID: side*1000 + 3}, Name: "何大勇", Role: "grid-worker", Area: town},
			&grid.Component{Head: grid.Head{ID: side*1000 + 4}, Category: "lamp", State: "intact", Place: at},
			&events.Event{Head: grid.Head{ID: side*1000 + 5}, Category: "water", Title: "漏水", Place: at, State: events.Reported, Urgency: events.Routine, OccurredAt: yesterday})
		for n := range int64(3) {
			home := side*1000 + 10 + n
			all = append(all, &grid.Dwelling{Head: grid.Head{ID: home}, Building: side*1000 + 1, Floor: int32(n) + 1, Room: "1", State: grid.OwnerOccupied},
				&grid.Household{Head: grid.Head{ID: home + 10}, Dwelling: home},
				&grid.Person{Head: grid.Head{ID: home + 20}, Dwelling: home, Household: home + 10, Residence: grid.LivesRegistered, Born: 19500101})
		}
	}
	return all
}

var yesterday = time.Now().Add(-24 * time.Hour)

// eachStore runs a test on both stores; open gives an empty place.
func eachStore(t *testing.T, test func(t *testing.T, empty storeFlags)) {
	for name, open := range map[string]func(t *testing.T) storeFlags{
		"in the embedded store": func(t *testing.T) storeFlags { return storeFlags{Data: t.TempDir(), Key: strings.Repeat("5a", 32)} },
		"in PostGIS":            onPostGIS,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// nodesBeside starts a node that holds everything, and one of an area beside it, on one store and
// one NATS.
func nodesBeside(t *testing.T, flags storeFlags, area grid.Code, entities ...grid.Entity) (whole, part *inside) {
	t.Helper()
	nats := runNATS(t)
	whole = runInsideAs(t, flags, nodeFlags{Nats: nats})
	whole.put(entities...)
	part = runInsideAs(t, flags, nodeFlags{Nats: nats, Area: string(area), NoImage: true})
	return whole, part
}

// held lists what a node's World has, of all that is stored.
func (in *inside) held() (all []string) {
	in.t.Helper()
	seen := in.world.Snapshot()
	for _, kind := range events.Kinds() {
		for e, err := range in.store.Entities(in.t.Context(), kind, grid.Query{}) {
			if err != nil {
				in.t.Fatal(err)
			}
			if seen.Has(kind, e.Entity().ID) {
				all = append(all, fmt.Sprintf("%s %d at %s", kind, e.Entity().ID, seen.AreaOf(kind, e.Entity().ID)))
			}
		}
	}
	return all
}

// ofWest returns what of a list lies in the west, or belongs to the base map there, or to
// the divisions around it.
func ofWest(whole []string) (all []string) {
	for _, one := range whole {
		kind, id, at := "", 0, ""
		_, _ = fmt.Sscanf(one, "%s %d at %s", &kind, &id, &at) // of the base map the area is empty
		// The east lies beside the west. A road of it comes with the ground under it.
		if strings.HasPrefix(at, string(westCounty)) || kind == "divisions" || kind == "roads" && id/1000 == 1 {
			all = append(all, one)
		}
	}
	return all
}

const everywhereView = `{"op":"view","bbox":[105,28,108,31],"zoom":16,"topics":["events","alerts"]}`

// TestANodeOfOneCountyBesideAWholeOne writes at the whole node, looks at both, and listens
// at both.
func TestANodeOfOneCountyBesideAWholeOne(t *testing.T) {
	eachStore(t, func(t *testing.T, flags storeFlags) {
		whole, part := nodesBeside(t, flags, westCounty, twoCounties()...)
		_, token := whole.account("city", &staff.Post{Role: "operator", Area: "5000"})
		whole.level(part)
		compare := func(when string) {
			t.Helper()
			whole.level(part)
			if got, want := part.held(), ofWest(whole.held()); !slices.Equal(got, want) {
				t.Errorf("%s the county's node holds\n%q\nwant\n%q", when, got, want)
			}
			for _, code := range []grid.Code{westCounty, westTown} {
				if a, b := part.world.Snapshot().Counters(code), whole.world.Snapshot().Counters(code); a != b {
					t.Errorf("%s %s counts %+v, want %+v", when, code, a, b)
				}
			}
		}
		compare("at first")

		everywhere, here := whole.listenAs(token, everywhereView), part.listenAs(token, everywhereView)
		everywhere.settled()
		if told := here.settled(); !slices.ContainsFunc(told, func(f string) bool { return strings.Contains(f, `"area":{"code":"500106","name":"西区"`) }) ||
			!slices.ContainsFunc(told, func(f string) bool { return opOf(f) == "outside" && strings.Contains(f, `"all":false`) }) {
			t.Errorf("who comes in is told %q, want which area there is, and that the view reaches beyond it", told)
		}
		event := func(id int64) *events.Event {
			e, err := whole.store.Entity(t.Context(), events.Events, id)
			if err != nil {
				t.Fatal(err)
			}
			return e.(*events.Event)
		}
		for _, tt := range []struct {
			name               string
			does               func()
			everywhere, inWest string // the frames about events, in order
		}{
			{"an event in the county changes", func() { e := event(1005); e.State = events.Handling; whole.put(e) }, "change 1005", "change 1005"},
			{"one outside changes", func() { e := event(2005); e.State = events.Handling; whole.put(e) }, "change 2005", ""},
			{"one is moved out of the county", func() { e := event(1005); e.Place = eastAt; whole.put(e) }, "change 1005", "gone 1005"},
			{"it changes there", func() { e := event(1005); e.Title = "管道漏水"; whole.put(e) }, "change 1005", ""},
			{"it is moved back", func() { e := event(1005); e.Place = westAt; whole.put(e) }, "change 1005", "change 1005"},
			{"a house is moved in with all that hangs on it", func() {
				b, err := whole.store.Entity(t.Context(), grid.Buildings, 2001)
				if err != nil {
					t.Fatal(err)
				}
				b.(*grid.Building).Footprint = squareAt(106.3, 29.5, 0.001)
				whole.put(b)
			}, "", ""},
			{"a border takes ground, and what lies on it, from the neighbour", func() {
				var all []grid.Entity
				for id, reach := range map[int64][2]float64{100: {106, 106.8}, 101: {106, 106.8}, 102: {106, 106.8}, 200: {106.8, 107}, 201: {106.8, 107}, 202: {106.8, 107}} {
					d, err := whole.store.Entity(t.Context(), grid.Divisions, id)
					if err != nil {
						t.Fatal(err)
					}
					d.(*grid.Division).Boundary = geo.MultiPolygon{{geo.Envelope{Min: geo.At(reach[0], 29), Max: geo.At(reach[1], 30)}.Ring()}}
					all = append(all, d)
				}
				road, err := whole.store.Entity(t.Context(), grid.Roads, 2002)
				if err != nil {
					t.Fatal(err)
				}
				whole.put(append(all, road)...)
				whole.remove(road)
			}, "resync", "resync"},
		} {
			tt.does()
			compare(tt.name + ":")
			if got := aboutEvents(everywhere.settled()); got != tt.everywhere {
				t.Errorf("%s: everywhere is told %q, want %q", tt.name, got, tt.everywhere)
			}
			if got := aboutEvents(here.settled()); got != tt.inWest {
				t.Errorf("%s: in the county is told %q, want %q", tt.name, got, tt.inWest)
			}
		}
		if a, b := whole.feed.Status(), part.feed.Status(); a.Pos != b.Pos || a.Epoch != b.Epoch || b.Loads != 1 {
			t.Errorf("the nodes stand at %+v and %+v", a, b)
		}
		if own := part.world.Snapshot().Len(grid.Dwellings); own != 6 {
			t.Errorf("%d homes, want 6: 3 came with a house", own)
		}
	})
}

// aboutEvents names the frames that tell of events, in order.
func aboutEvents(frames []string) string {
	var told []string
	for _, f := range frames {
		var frame struct {
			Op, Kind string
			ID       int64
		}
		if err := json.Unmarshal([]byte(f), &frame); err != nil {
			return err.Error()
		}
		switch {
		case frame.Kind == string(events.Events):
			told = append(told, fmt.Sprint(frame.Op, " ", frame.ID))
		case frame.Op == "resync":
			told = append(told, frame.Op)
		}
	}
	return strings.Join(told, ", ")
}

// A screen that was told by one node goes on at another where it was, and a token that one
// node gave holds at the other, whatever each of them holds.
func TestCursorsAndTokensHoldAtBothNodes(t *testing.T) {
	whole, part := nodesBeside(t, storeFlags{Data: t.TempDir(), Key: strings.Repeat("5a", 32)}, westCounty, twoCounties()...)
	_, token := whole.account("city", &staff.Post{Role: "operator", Area: "5000"})
	whole.level(part)
	ears := whole.listenAs(token, everywhereView)
	ears.say(`{"op":"ping"}`)
	pong := ears.until("pong", func(op, _ string) bool { return op == "pong" })
	var at struct{ Cursor string }
	if err := json.Unmarshal([]byte(pong[len(pong)-1]), &at); err != nil {
		t.Fatal(err)
	}
	status, header, body := whole.ask(token, "POST /api/events", `{"category":"water","title":"在西","lon":106.25,"lat":29.5}`)
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, body = whole.ask(token, "POST /api/events", `{"category":"water","title":"在东","lon":106.75,"lat":29.5}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, body := part.ask(token, "GET /api/events?limit=100", "", "Quanxi-Token", header.Get("Quanxi-Token")); status != http.StatusOK || !strings.Contains(body, "在西") || strings.Contains(body, "在东") {
		t.Errorf("the county's node lists %d %s", status, body)
	}
	whole.level(part)
	again := part.resumeAs(token, at.Cursor, everywhereView)
	if told := again.settled(); !strings.Contains(strings.Join(told, ""), "在西") || strings.Contains(strings.Join(told, ""), "在东") || strings.Contains(strings.Join(told, ""), "resync") {
		t.Errorf("whoever goes on at the county's node is told %q", told)
	}
}

// TestWhatANodeOfOneCountyAnswers asks for what is in the county, for what lies elsewhere,
// and for what is nowhere: of the last two it does not say which is which.
func TestWhatANodeOfOneCountyAnswers(t *testing.T) {
	eachStore(t, func(t *testing.T, flags storeFlags) {
		whole, part := nodesBeside(t, flags, westCounty, twoCounties()...)
		_, city := whole.account("city", &staff.Post{Role: "leader", Area: "5000"})
		_, towns := whole.account("towns", &staff.Post{Role: "leader", Area: westTown}, &staff.Post{Role: "leader", Area: eastTown})
		whole.level(part)
		const elsewhere = http.StatusMisdirectedRequest
		tile := func(at geo.Point, layer string, zoom int) string {
			id := tiles.Holding(geo.Project(at), uint8(zoom))
			return fmt.Sprintf("GET /tiles/%s/%d/%d/%d.mvt", layer, id.Z, id.X, id.Y)
		}
		for _, tt := range []struct {
			name, line, body string
			status           int
			says, hides      string
		}{
			{"a tile inside", tile(geo.At(106.2505, 29.5005), "buildings", 18), "", 200, "", ""},
			{"a tile over the border", tile(geo.At(106.5, 29.5), "divisions", 10), "", 200, "", ""},
			{"a tile of the whole country", tile(westAt, "divisions", 3), "", 200, "", ""},
			{"a tile outside", tile(geo.At(106.7505, 29.5005), "buildings", 18), "", elsewhere, `"area":{"code":"500106","name":"西区"`, ""},
			{"an empty tile inside", tile(geo.At(106.1, 29.1), "buildings", 18), "", 204, "", ""},
			{"a layer that there is not", tile(westAt, "dragons", 18), "", elsewhere, "", ""}, // whoever has posts elsewhere may have it there
			{"what is at a place inside", "GET /api/identify?lon=106.2505&lat=29.5005", "", 200, "锦绣1幢", "partial"},
			{"what is at a place near the border", "GET /api/identify?lon=106.499&lat=29.5", "", 200, `"partial":true`, ""},
			{"what is at a place outside", "GET /api/identify?lon=106.7505&lat=29.5005", "", elsewhere, "500106", "锦绣2幢"},
			{"what lies in a circle inside", "POST /api/within", `{"circle":{"lon":106.25,"lat":29.5,"radius":300},"list":"buildings"}`, 200, `"buildings":1`, "partial"},
			{"what lies in a circle over the border", "POST /api/within", `{"circle":{"lon":106.5,"lat":29.5,"radius":9000}}`, 200, `"partial":true`, ""},
			{"what lies in all of it", "POST /api/within", `{"rectangle":[106,29,107,30],"list":"buildings"}`, 200, `"buildings":1`, "锦绣2幢"},
			{"what lies outside", "POST /api/within", `{"rectangle":[106.6,29,107,30]}`, elsewhere, "西区", ""},
			{"a house inside", "GET /api/buildings/1001", "", 200, "锦绣1幢", ""},
			{"a house outside", "GET /api/buildings/2001", "", elsewhere, "西区", "锦绣2幢"},
			{"a house that is nowhere", "GET /api/buildings/9999", "", elsewhere, "西区", ""},
			{"a person outside", "GET /api/people/2030", "", elsewhere, "", ""},
			{"a person who is nowhere", "GET /api/people/9999", "", elsewhere, "", ""},
			{"all houses", "GET /api/buildings", "", 200, "锦绣1幢", "锦绣2幢"},
			{"all people", "GET /api/people", "", 200, `"id":1030`, `"id":2030`},
			{"all homes", "GET /api/dwellings", "", 200, `"id":1010`, `"id":2010`},
			{"the homes of a house outside", "GET /api/dwellings?filter=building:2001", "", 200, `"items":[]`, `"id":2010`},
			{"all roads", "GET /api/roads", "", 200, `"id":1002`, `"id":2002`},
			{"all workers", "GET /api/workers", "", 200, `"id":1003`, `"id":2003`},
			{"the houses of a town inside", "GET /api/buildings?filter=area:500106001", "", 200, "锦绣1幢", ""},
			{"the houses of the neighbour", "GET /api/buildings?filter=area:500107", "", elsewhere, "", ""},
			{"the county", "GET /api/divisions/500106", "", 200, `"buildings":1`, ""},
			{"the city, which manages it, but no numbers of it", "GET /api/divisions/5000", "", 200, "重庆市", "counters"},
			{"the neighbour, but no numbers of it", "GET /api/divisions/500107", "", 200, "东区", "counters"},
			{"a county that is far away, or is not", "GET /api/divisions/500199", "", elsewhere, "", ""},
			{"the towns of the county", "GET /api/divisions?parent=500106", "", 200, "西街", ""},
			{"the towns of the neighbour", "GET /api/divisions?parent=500107", "", elsewhere, "", ""},
			{"the counties of the city", "GET /api/divisions?parent=5000", "", elsewhere, "", ""},
			{"all divisions", "GET /api/divisions", "", 200, "西街", "东街"},
			{"divisions to be placed", "GET /api/divisions?unplaced=true", "", elsewhere, "", ""},
			{"the numbers of the county", "GET /api/stats?code=500106", "", 200, `"buildings":1`, ""},
			{"the numbers of the city", "GET /api/stats?code=5000", "", elsewhere, "", ""},
			{"the numbers of the neighbour", "GET /api/stats?code=500107", "", elsewhere, "", ""},
			{"a search", "GET /api/search?q=%E9%94%A6%E7%BB%A3", "", 200, "锦绣1幢", "锦绣2幢"},
			{"where it begins", "GET /api/status", "", 200, `"holds":{"code":"500106","name":"西区","envelope":[106,29,106.5,30]}`, ""},
			{"and where the map does", "GET /api/status", "", 200, `"area":{"code":"500106001"`, ""}, // the one town with houses
			{"which is titled by what there is here of a city's post", "GET /api/status", "", 200, `"over":{"code":"500106","name":"西区"}`, ""},
			{"houses for a map program", "GET /ogc/collections/buildings/items", "", 200, "锦绣1幢", "锦绣2幢"},
			{"a house outside for a map program", "GET /ogc/collections/buildings/items/2001", "", elsewhere, "", ""},
			{"a file of the county", "POST /api/exports", `{"kind":"buildings","area":"500106","format":"csv","purpose":"report"}`, 201, "", ""},
			{"a file of the neighbour", "POST /api/exports", `{"kind":"buildings","area":"500107","format":"csv","purpose":"report"}`, elsewhere, "", ""},
			{"somebody by a number", "POST /api/people/find", `{"phone":"13800000000","reason":"visit"}`, elsewhere, "", ""},
			{"what only who runs the whole city may know", "GET /api/loads", "", elsewhere, "", ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				token := city
				if ofHomes(tt.line) {
					token = towns
				}
				status, header, body := part.ask(token, tt.line, tt.body)
				if status != tt.status || !strings.Contains(body, tt.says) || tt.hides != "" && strings.Contains(body, tt.hides) {
					t.Errorf("%d %.600s\nwant %d with %q, without %q", status, body, tt.status, tt.says, tt.hides)
				}
				if got := header.Get("Quanxi-Area"); got != string(westCounty) {
					t.Errorf("the reply says that it is of %q", got)
				}
				if status == elsewhere && (header.Get("Cache-Control") != "" || header.Get("ETag") != "") {
					t.Errorf("a reply from elsewhere may be kept: %v", header)
				}
			})
		}
		if status, header, body := whole.ask(city, "GET /api/buildings/2001", ""); status != 200 || header.Get("Quanxi-Area") != "" {
			t.Errorf("the whole node answers %d %s, of area %q", status, body, header.Get("Quanxi-Area"))
		}
		if status, _, body := ask(t, http.MethodGet, part.at+"/readyz", ""); status != 200 || !strings.Contains(body, "500106 西区") {
			t.Errorf("readyz: %d %s", status, body)
		}
	})
}

// ofHomes reports whether a request is of what a post of a whole city does not show.
func ofHomes(line string) bool {
	return strings.Contains(line, "/people") || strings.Contains(line, "/dwellings")
}

// TestWhatANodeOfOneCountyStores writes at the county's node. The operator at night who
// reports something beyond the border is told where this node ends, and nothing is stored:
// it could neither say in which area that lies, nor whether he may.
func TestWhatANodeOfOneCountyStores(t *testing.T) {
	eachStore(t, func(t *testing.T, flags storeFlags) {
		whole, part := nodesBeside(t, flags, westCounty, twoCounties()...)
		_, token := whole.account("towns", &staff.Post{Role: "community-staff", Area: westTown + "001"}, &staff.Post{Role: "community-staff", Area: eastTown + "001"}, &staff.Post{Role: "planner", Area: "5000"})
		whole.level(part)
		rows := func() (n int) {
			for _, kind := range events.Kinds() {
				for e, err := range part.store.Entities(t.Context(), kind, grid.Query{}) {
					if err != nil {
						t.Fatal(err)
					}
					n += 1000 + int(e.Entity().Revision)
				}
			}
			return n
		}
		for _, tt := range []struct {
			name, line, body string
			status           int
		}{
			{"an event inside is taken", "POST /api/events", `{"category":"water","lon":106.2,"lat":29.5}`, 201},
			{"one outside is not", "POST /api/events", `{"category":"water","lon":106.7,"lat":29.5}`, 421},
			{"nor one where nobody answers", "POST /api/events", `{"category":"water","lon":100,"lat":20}`, 421},
			{"nor one in a house outside", "POST /api/events", `{"category":"water","lon":106.2,"lat":29.5,"building":2001}`, 421},
			{"one inside changes", "PATCH /api/events/1005", `{"state":"handling"}`, 200},
			{"it is not moved out", "PATCH /api/events/1005", `{"lon":106.7,"lat":29.5}`, 421},
			{"one outside does not change", "PATCH /api/events/2005", `{"state":"handling"}`, 421},
			{"a home is added to a house inside", "POST /api/dwellings", `{"building":1001,"floor":9,"room":"9","state":"own"}`, 201},
			{"not to one outside", "POST /api/dwellings", `{"building":2001,"floor":9,"room":"9","state":"own"}`, 421},
			{"a lamp outside is not removed", "DELETE /api/components/2004", "", 421},
			{"what is no event is refused as ever", "POST /api/events", `{"category":"dragons","lon":106.7,"lat":29.5}`, 422},
			{"divisions are drawn where the city is held", "POST /api/divisions", `{"code":"500106002","name":"新街","level":3,"parent":"500106"}`, 421},
		} {
			before := rows()
			var header []string
			if method, _, _ := strings.Cut(tt.line, " "); method == "PATCH" || method == "DELETE" {
				header = []string{"If-Match", part.tagOf(tt.line)}
			}
			status, _, body := part.ask(token, tt.line, tt.body, header...)
			if status != tt.status {
				t.Errorf("%s: %d %s, want %d", tt.name, status, body, tt.status)
			}
			if stored := rows() != before; stored != (status < 300) {
				t.Errorf("%s: stored %v", tt.name, stored)
			}
		}
	})
}

// tagOf returns the tag of the stored revision of what a line names.
func (in *inside) tagOf(line string) string {
	in.t.Helper()
	_, path, _ := strings.Cut(line, "/api/")
	kind, text, _ := strings.Cut(path, "/")
	var id int64
	if _, err := fmt.Sscan(text, &id); err != nil {
		in.t.Fatal(err)
	}
	e, err := in.store.Entity(in.t.Context(), grid.Kind(kind), id)
	if err != nil {
		in.t.Fatal(err)
	}
	return fmt.Sprintf(`"%d"`, e.Entity().Revision)
}

// TestAPostElsewhere signs in whose posts are in the county, elsewhere, and in both, and
// asks for what the roles there may see and may not.
func TestAPostElsewhere(t *testing.T) {
	whole, part := nodesBeside(t, storeFlags{Data: t.TempDir(), Key: strings.Repeat("5a", 32)}, westCounty, twoCounties()...)
	tokens := map[string]string{}
	for name, posts := range map[string][]*staff.Post{
		"here": {{Role: "provider", Area: westTown}}, "there": {{Role: "community-staff", Area: eastTown}},
		"both": {{Role: "provider", Area: westTown}, {Role: "community-staff", Area: eastTown}},
	} {
		_, tokens[name] = whole.account(name, posts...)
	}
	whole.level(part)
	for _, tt := range []struct {
		who, line   string
		status      int
		says, hides string
	}{
		{"here", "GET /api/session", 200, `"area":"500106001"`, "elsewhere"},
		{"here", "GET /api/people", 404, "", ""}, // as on every node: providers see no people
		{"here", "GET /api/people/1030", 404, "", ""},
		{"here", "GET /api/events/1005", 200, "", ""},
		{"there", "GET /api/session", 200, `"area":"500107001","elsewhere":true`, ""},
		{"there", "GET /api/people", 421, "500106", ""},
		{"there", "GET /api/people/1030", 421, "", ""},
		{"there", "GET /api/events", 421, "", ""},
		{"there", "GET /api/events/1005", 421, "", ""},
		{"there", "GET /api/status", 200, `"area":null`, ""},
		{"both", "GET /api/session", 200, `"elsewhere":true`, ""},
		{"both", "GET /api/events/1005", 200, "", ""},
		{"both", "GET /api/people/1030", 421, "", ""}, // what is refused here may be allowed elsewhere
		{"both", "GET /api/people", 421, "", ""},
	} {
		status, _, body := part.ask(tokens[tt.who], tt.line, "")
		if status != tt.status || !strings.Contains(body, tt.says) || tt.hides != "" && strings.Contains(body, tt.hides) {
			t.Errorf("%s: %s: %d %.300s, want %d with %q", tt.who, tt.line, status, body, tt.status, tt.says)
		}
	}
	rows := map[string]int{}
	part.traces.Flush(t.Context())
	for row, err := range part.store.AuditRows(t.Context(), grid.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Object == "people/1030" {
			rows[string(row.Result)]++
		}
	}
	if rows[string(grid.ResultNotFound)] != 3 {
		t.Errorf("traces of people/1030: %v, want one of each who asked and was not told", rows)
	}
}

// TestImageOfAnArea stops the node of a county that keeps an image, has something happen, and
// starts another on the same folder.
func TestImageOfAnArea(t *testing.T) {
	of := func(area grid.Code) nodeFlags { return nodeFlags{Area: string(area)} }
	for _, tt := range []struct {
		name    string
		happens func(t *testing.T, s store)
		next    nodeFlags
		from    string
		why     string // what is logged of an image that is thrown away
		events  string // ids of those that are held
	}{
		{"of the same county", func(*testing.T, store) {}, of(westCounty), "image", "", "1005"},
		{"after an event was moved in, and one out", func(t *testing.T, s store) {
			for id, at := range map[int64]geo.Point{1005: eastAt, 2005: westAt} {
				e, err := s.Entity(t.Context(), events.Events, id)
				if err != nil {
					t.Fatal(err)
				}
				e.(*events.Event).Place = at
				if _, err := s.Write(t.Context(), grid.Write{Actor: "test", Action: "test.put", Put: []grid.Entity{e}}); err != nil {
					t.Fatal(err)
				}
			}
		}, of(westCounty), "image", "", "2005"},
		{"of the neighbour", func(*testing.T, store) {}, of(eastCounty), "rows", "it is of area 500106, this node holds area 500107", "2005"},
		{"of everything", func(*testing.T, store) {}, nodeFlags{}, "rows", "it is of area 500106, this node holds everything", "1005 2005"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := filled(t, twoCounties()...)
			if first := serving(t, f, of(westCounty), func(*node) {}); !strings.Contains(first, "image of the World written") {
				t.Fatalf("the first node logged:\n%s", first)
			}
			s, err := f.open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			tt.happens(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			var got string
			lines := serving(t, f, tt.next, func(n *node) {
				got = strings.Trim(fmt.Sprint(n.world.Snapshot().IDs(events.Events, 0, 10)), "[]")
				if homes, want := n.world.Snapshot().Len(grid.Dwellings), 3*len(strings.Fields(tt.events)); homes != want && tt.next.Area != string(westCounty) {
					t.Errorf("%d homes, want %d", homes, want)
				}
			})
			if got != tt.events || !strings.Contains(lines, "from="+tt.from) {
				t.Errorf("holds events %s, want %s, from %s:\n%s", got, tt.events, tt.from, lines)
			}
			if thrown := strings.Contains(lines, "thrown away"); thrown != (tt.why != "") || !strings.Contains(lines, tt.why) {
				t.Errorf("want it thrown away because of %q:\n%s", tt.why, lines)
			}
		})
	}
}
