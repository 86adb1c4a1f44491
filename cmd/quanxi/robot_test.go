package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/access"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/tiles"
)

// The hidden home is in a grid of one town, and whoever asks is of the other town, or of
// the county, which only counts.
const (
	hiddenGrid  grid.Code = "500106003001001"
	siblingGrid grid.Code = "500106004001001"
	hiddenHome            = 3001
	hiddenHouse           = 2001
	hiddenVisit           = 4001 // the first of the care events there
)

var (
	hiddenAt  = geo.At(106.1005, 29.5005)
	siblingAt = geo.At(106.6005, 29.5005)
)

func squareAt(lon, lat, side float64) geo.MultiPolygon {
	sw, ne := geo.At(lon, lat), geo.At(lon+side, lat+side)
	return geo.MultiPolygon{{geo.Envelope{Min: sw, Max: ne}.Ring()}}
}

// twoTowns are a county of two towns, each with a house, homes, and people in them.
func twoTowns() []grid.Entity {
	all := []grid.Entity{
		&grid.Division{Head: grid.Head{ID: 1}, Code: "5000", Name: "重庆市", Level: grid.CityLevel, DivisionKind: "city"},
		&grid.Division{Head: grid.Head{ID: 2}, Code: "500106", Name: "沙坪坝区", Level: grid.CountyLevel, Parent: "5000", Boundary: squareAt(106, 29, 1)},
	}
	for i, code := range []grid.Code{hiddenGrid, siblingGrid} {
		lon := []float64{106, 106.5}[i]
		half := geo.MultiPolygon{{geo.Envelope{Min: geo.At(lon, 29), Max: geo.At(lon+0.5, 30)}.Ring()}}
		for n, part := range []grid.Code{code[:9], code[:12], code} {
			parent := []grid.Code{"500106", code[:9], code[:12]}[n]
			all = append(all, &grid.Division{Head: grid.Head{ID: int64(10 + 10*i + n)}, Code: part, Name: "区" + string(part), Level: part.Level(), Parent: parent, Boundary: half})
		}
		house := int64(2001 + i)
		all = append(all, &grid.Building{Head: grid.Head{ID: house}, Name: fmt.Sprintf("楼%d幢", i), Footprint: squareAt(lon+0.1, 29.5, 0.001), Floors: 6, HeightCM: 1800})
		for n := range 6 {
			home := int64(3001 + 100*i + n)
			all = append(all, &grid.Dwelling{Head: grid.Head{ID: home}, Building: house, Unit: 1, Floor: int32(n + 1), Room: fmt.Sprintf("%d-1", n+1), State: grid.OwnerOccupied})
			for m := range 3 {
				all = append(all, &grid.Person{Head: grid.Head{ID: 10*home + int64(m)}, Dwelling: home, Residence: grid.LivesRegistered, Born: grid.Date(19500101 + 100000*m)})
			}
		}
	}
	return append(all, &events.Event{Head: grid.Head{ID: 4000}, Category: "water", Title: "漏水", Place: siblingAt, State: events.Reported, Urgency: events.Routine})
}

// A robot asks and listens in the name of somebody, and keeps all that it is told.
type robot struct {
	in    *inside
	token string
	ears  *listener
	rng   *rand.Rand
	tags  map[string]string
	told  []string
}

// clockFields are what a reply says of its own time and making, whatever is asked: the
// hour, the number of the request, and what is sealed with a nonce, of which only the
// length could tell anything.
var (
	clockHeaders = []string{"Date", "X-Request-Id"}
	sealedText   = regexp.MustCompile(`"(cursor|next|epoch)":"[^"]*"`)
	madeAt       = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*Z"`)
	numberOf     = regexp.MustCompile(`^(\{"op":"[a-z]+"),"n":\d+`)
)

func withoutClock(text string) string {
	text = sealedText.ReplaceAllStringFunc(text, func(s string) string { return fmt.Sprintf("%.6s… of %d", s, len(s)) })
	return madeAt.ReplaceAllString(text, `"then"`)
}

// asks are the questions of a robot about a place that it guesses the home near to.
func (r *robot) asks() (line, body string) {
	off := func() float64 { return (r.rng.Float64() - 0.5) * 0.004 }
	lon, lat := hiddenAt.Degrees()
	lon, lat = lon+off(), lat+off()
	switch r.rng.IntN(14) {
	case 0, 1, 2:
		return "POST /api/within", fmt.Sprintf(`{"rectangle":[%v,%v,%v,%v]}`, lon-0.002, lat-0.002, lon+0.002, lat+0.002)
	case 3:
		return "POST /api/within", fmt.Sprintf(`{"circle":{"lon":%v,"lat":%v,"radius":%d},"list":"buildings"}`, lon, lat, 10+r.rng.IntN(300))
	case 4:
		return "POST /api/within", fmt.Sprintf(`{"buffer":{"line":[[%v,%v],[%v,%v]],"radius":50},"list":%q}`, lon, lat, lon+0.001, lat, []string{"people", "dwellings"}[r.rng.IntN(2)])
	case 5, 6, 7:
		z := uint8(r.rng.IntN(21))
		at := tiles.Holding(geo.Project(geo.At(lon, lat)), z)
		all := access.LayerNames()
		layers := all[r.rng.IntN(len(all))]
		if r.rng.IntN(3) == 0 {
			layers = strings.Join(all, ",")
		}
		return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layers, at.Z, at.X, at.Y), ""
	case 8:
		return "/api/search?q=" + []string{"1-1", "欧阳", "楼0幢", "10300001234", "门磁", "漏水"}[r.rng.IntN(6)], ""
	case 9:
		return fmt.Sprintf("/api/identify?lon=%v&lat=%v", lon, lat), ""
	case 10:
		kinds := append(grid.Kinds(), events.Events)
		kind := kinds[r.rng.IntN(len(kinds))]
		return fmt.Sprintf("/api/%s?limit=%d", kind, 1+r.rng.IntN(20)), ""
	case 11:
		return []string{"/api/divisions?limit=100", "/api/divisions/" + string(hiddenGrid), "/api/stats?code=" + string(hiddenGrid), "/api/stats?code=500106003", "/api/stats?code=500106", "/api/status", "/ogc/collections", "/api/session"}[r.rng.IntN(8)], ""
	case 12:
		return fmt.Sprintf("/ogc/collections/%s/items?limit=50&bbox=106,29,106.4,30", []string{"people", "buildings", "dwellings", "devices", "divisions", "events"}[r.rng.IntN(6)]), ""
	}
	known := []struct{ line, body string }{
		{fmt.Sprintf("/api/dwellings/%d", hiddenHome), ""},
		{fmt.Sprintf("/api/people/%d", hiddenHome*10+2), ""},
		{fmt.Sprintf("/api/buildings/%d", hiddenHouse), ""},
		{fmt.Sprintf("POST /api/people/%d/unmask", hiddenHome*10+2), `{"reason":"visit"}`},
		{fmt.Sprintf("DELETE /api/people/%d", hiddenHome*10+2), ""},
		{fmt.Sprintf("PATCH /api/dwellings/%d", hiddenHome), `{"state":"vacant"}`},
		{"POST /api/people", fmt.Sprintf(`{"dwelling":%d,"residence":"both"}`, hiddenHome)},
		{"POST /api/households", fmt.Sprintf(`{"dwelling":%d}`, hiddenHome)},
		{"POST /api/devices", fmt.Sprintf(`{"dwelling":%d,"category":"door","state":"online","lon":%v,"lat":%v}`, hiddenHome, lon, lat)},
		{fmt.Sprintf("/api/events/%d", hiddenVisit), ""},
		{fmt.Sprintf("DELETE /api/events/%d", hiddenVisit), ""},
		{fmt.Sprintf("PATCH /api/events/%d", hiddenVisit), `{"category":"water"}`},
		{"/api/events?filter=category:care", ""},
		{fmt.Sprintf("/api/events?filter=area:%s", hiddenGrid), ""},
		{fmt.Sprintf("/ogc/collections/events/items/%d", hiddenVisit), ""},
	}[r.rng.IntN(15)]
	return known.line, known.body
}

// ask asks one question and keeps the answer, to the byte but for its clock.
func (r *robot) ask() {
	line, body := r.asks()
	header := []string{"If-Match", "1"}
	if tag := r.tags[line]; tag != "" && r.rng.IntN(2) == 0 {
		header = append(header, "If-None-Match", tag)
	}
	status, head, text := r.in.ask(r.token, line, body, header...)
	r.tags[line] = head.Get("ETag")
	for _, name := range clockHeaders {
		head.Del(name)
	}
	text = withoutClock(strings.ReplaceAll(text, r.in.at, "http://here"))
	if len(text) > 400 {
		text = fmt.Sprintf("%.400s… %d bytes %x", text, len(text), sha256.Sum256([]byte(text)))
	}
	r.told = append(r.told, fmt.Sprintf("%s %s: %d %s %q", line, body, status, headText(head), text))
}

func headText(h http.Header) string {
	var lines []string
	for name, values := range h {
		lines = append(lines, name+"="+strings.Join(values, ","))
	}
	slices.Sort(lines)
	return strings.Join(lines, " ")
}

// hear keeps the frames that came. When they were collected decides on their order among
// themselves, and on how many frames name the tiles that are stale.
func (r *robot) hear(frames []string) {
	var heard, stale []string
	for _, f := range frames {
		switch opOf(f) {
		case "pong":
		case "stale":
			stale = append(stale, staleTiles(f)...)
		default:
			heard = append(heard, numberOf.ReplaceAllString(withoutClock(f), "$1"))
		}
	}
	if slices.Sort(stale); len(stale) > 0 {
		heard = append(heard, "stale "+strings.Join(stale, " "))
	}
	slices.Sort(heard)
	r.told = append(r.told, heard...)
}

// allOfIt returns what reports, frame by frame, whether all has come that a change of the event
// at the sibling's house shows: numbers and, unless the robot sees no events, stale tiles.
func allOfIt(blind bool) func(op, frame string) bool {
	stale, counted := map[string]bool{}, false
	return func(op, frame string) bool {
		if op == "stale" {
			for _, tile := range staleTiles(frame) {
				stale[tile] = true
			}
		}
		counted = counted || strings.Contains(frame, string(siblingGrid)+`","buildings"`)
		return counted && (blind || len(stale) == len(heldZooms))
	}
}

// heldZooms are those of the tiles that the robot holds over each house.
var heldZooms = []uint8{0, 8, 12, 14, 16, 17, 18, 20}

// hold has the robot hold tiles over both houses, so that it is told when they are stale.
func (r *robot) hold() {
	for i, z := range heldZooms {
		for n, at := range []geo.Point{hiddenAt, siblingAt} {
			tile := tiles.Holding(geo.Project(at), z)
			r.ears.say(fmt.Sprintf(`{"op":"tile","id":%d,"layers":%q,"z":%d,"x":%d,"y":%d}`, 2*i+n+1, strings.Join(access.LayerNames(), ","), z, tile.X, tile.Y))
			r.hear(r.ears.until("tile", func(op, _ string) bool { return op == "tile" }))
		}
	}
}

// staleTiles returns the tiles that a frame calls stale.
func staleTiles(frame string) []string {
	_, list, _ := strings.Cut(frame, `"tiles":[`)
	tiles := strings.Split(strings.TrimSuffix(list, "]}"), "},")
	for i, t := range tiles {
		tiles[i] = strings.TrimSuffix(t, "}")
	}
	return tiles
}

// A fate is what becomes of the hidden home in a step.
type fate struct {
	in     *inside
	rng    *rand.Rand
	guests []grid.Entity // who moved in, or hangs there
	home   *grid.Dwelling
	things bool          // also devices, which the county sees by right
	visit  *events.Event // of care, at the home; nil if there is none
	visits int           // so far
}

// turn changes something of the home.
func (f *fate) turn() {
	switch n := f.rng.IntN(9); {
	case n > 5:
		f.care()
	case n == 0 && len(f.guests) > 0:
		last := len(f.guests) - 1
		f.in.remove(f.guests[last])
		f.guests = f.guests[:last]
	case n == 1:
		f.home.State = grid.DwellingStates()[f.rng.IntN(3)]
		f.in.put(f.home)
	case n == 2 && f.things:
		door := &grid.Device{Name: "门磁", Category: "door", State: "online", Dwelling: hiddenHome, Place: hiddenAt}
		f.in.put(door)
		f.guests = append(f.guests, door)
	case n == 3:
		household := &grid.Household{Dwelling: hiddenHome}
		f.in.put(household)
		f.guests = append(f.guests, household)
	default:
		guest := &grid.Person{Dwelling: hiddenHome, Residence: grid.LivesOnly, Born: 19400501, Care: []string{grid.CareTags()[0]}}
		f.in.put(guest)
		f.guests = append(f.guests, guest)
	}
}

// care has somebody come to see after the home, changes when and how soon, or ends it.
func (f *fate) care() {
	if f.visit == nil {
		f.visit = &events.Event{Category: "care", Title: "独居老人走访", Place: hiddenAt, Building: hiddenHouse, State: events.Reported, Urgency: events.Urgent}
		if f.visits++; f.visits == 1 {
			f.visit.ID = hiddenVisit
		}
		f.in.put(f.visit)
		return
	}
	switch f.rng.IntN(4) {
	case 0:
		f.in.remove(f.visit)
		f.visit = nil
		return
	case 1:
		f.visit.State = events.States()[f.rng.IntN(5)]
	case 2:
		f.visit.Urgency = []events.Urgency{events.Routine, events.Urgent}[f.rng.IntN(2)]
	default:
		f.visit.DueAt = []time.Time{{}, time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}[f.rng.IntN(2)]
	}
	f.in.put(f.visit)
}

// An asker is whose name a robot asks in.
type asker struct {
	name   string
	post   staff.Post
	things bool // devices of a home may change too: it does not see them by right
	blind  bool // sees no events
}

// transcript is all that a robot is told while the home has a fate, or none.
func transcript(t *testing.T, tt asker, changes bool, steps, asks int) []string {
	t.Helper()
	// Every ten seconds something may happen; the hour is the same in each run.
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	in := runInside(t, filled(t, twoTowns()...), "", func() time.Time { return now })
	_, token := in.account("robot", &tt.post)
	stored, err := in.store.Entity(t.Context(), grid.Dwellings, hiddenHome)
	if err != nil {
		t.Fatal(err)
	}
	coin := rand.New(rand.NewPCG(7, 7))
	f := &fate{in: in, rng: rand.New(rand.NewPCG(8, 8)), home: stored.(*grid.Dwelling), things: tt.things}
	r := &robot{in: in, token: token, rng: rand.New(rand.NewPCG(9, 9)), tags: map[string]string{}}
	r.ears = in.listenAs(token, fmt.Sprintf(`{"op":"view","bbox":[106,29,107,30],"zoom":18,"layers":["%s"],"topics":["events","alerts","workers","counters"]}`, strings.Join(access.LayerNames(), `","`)))
	r.hold()
	event := readEvent(t, in)
	for step := range steps {
		if coin.IntN(2) == 0 && changes {
			f.turn()
		}
		for range asks {
			r.ask()
		}
		if step%10 == 9 { // something that it may see: it is not deaf
			event.Urgency = map[bool]events.Urgency{true: events.Urgent, false: events.Routine}[event.Urgency == events.Routine]
			in.put(event)
			r.hear(r.ears.until("what it may see", allOfIt(tt.blind)))
			r.hold()
		}
		r.hear(r.ears.settled())
	}
	return r.told
}

func readEvent(t *testing.T, in *inside) *events.Event {
	t.Helper()
	e, err := in.store.Entity(t.Context(), events.Events, 4000)
	if err != nil {
		t.Fatal(err)
	}
	return e.(*events.Event)
}

// Whatever an account of the sibling area asks and hears, and an account of the county that
// only counts, it is the same to the byte whether people move in and out of a hidden home and
// somebody sees after them or not: there is nothing to guess from.
func TestTheDifferencingRobotLearnsNothing(t *testing.T) {
	steps, asks := 30, 10
	if long() {
		steps, asks = 500, 20
	}
	for _, tt := range []asker{
		{"a grid worker of the sibling grid", staff.Post{Role: "grid-worker", Area: siblingGrid}, true, false},
		{"an operator of the county, who counts", staff.Post{Role: "operator", Area: "500106"}, false, false},
		{"a planner of the county", staff.Post{Role: "planner", Area: "500106"}, true, true},
		{"a department of the county, which sees what else happens at the home", staff.Post{Role: "department", Area: "500106"}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			still := transcript(t, tt, false, steps, asks)
			lively := transcript(t, tt, true, steps, asks)
			if diff := cmp.Diff(still, lively); diff != "" {
				t.Errorf("told of the hidden home (-still +lively):\n%.6000s", diff)
			}
		})
	}
}
