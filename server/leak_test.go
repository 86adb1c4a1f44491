package server_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// A side is one of the two grids of a town, and what a reply may say of it.
type side struct {
	ids  map[grid.Kind]int64
	area grid.Code
	name string
	lon  float64   // of its house
	tag  geo.Point // where the area's label stands
	care int64     // id of its care event, a kilometre from the house
}

// sides makes two sides with one of every kind in each.
func (r *rig) sides(t *testing.T) (ours, theirs side) {
	t.Helper()
	made := r.build(t)
	ours = side{ids: made.ours, area: "500106003001001", name: "我们村", lon: 106.1}
	theirs = side{ids: made.theirs, area: "500106004001001", name: "他们村", lon: 106.6}
	for _, s := range []side{ours, theirs} {
		line := fmt.Sprintf(`{"type":"LineString","coordinates":[[%v,29.51],[%v,29.52]]}`, s.lon, s.lon+0.01)
		for kind, body := range map[grid.Kind]string{
			grid.LandUses: `{"class":"housing","geometry":` + square(s.lon, 29.51, 0.01) + `}`, grid.Greens: `{"class":"park","geometry":` + square(s.lon, 29.53, 0.01) + `}`,
			grid.Waters: `{"class":"river","geometry":` + line + `}`, grid.Roads: `{"class":"main","geometry":` + line + `}`,
			grid.Households:    fmt.Sprintf(`{"dwelling":%d}`, s.ids[grid.Dwellings]),
			grid.Organisations: fmt.Sprintf(`{"name":"%s超市","building":%d,"lon":%v,"lat":29.5}`, s.name, s.ids[grid.Buildings], s.lon),
			grid.Components:    fmt.Sprintf(`{"category":"manhole","state":"intact","lon":%v,"lat":29.5}`, s.lon),
		} {
			s.ids[kind] = r.create(t, kind, body)
		}
	}
	for _, s := range []*side{&ours, &theirs} {
		lon, lat := s.visited()
		s.care = r.create(t, events.Events, fmt.Sprintf(`{"category":"care","title":"%s走访","urgency":"urgent","lon":%v,"lat":%v}`, s.name, lon, lat))
	}
	for _, s := range []*side{&ours, &theirs} {
		d, ok := r.world.Snapshot().Division(s.area)
		if !ok {
			t.Fatalf("no %s", s.area)
		}
		s.tag = d.Label()
	}
	return ours, theirs
}

// visited is where its care event is, as lon and lat.
func (s side) visited() (lon, lat float64) { return s.lon + 0.01, 29.51 }

// A probe asks one operation about a side. The reply tells of the side exactly if the
// viewer may see what it asks for.
type probe struct {
	op    string // as the description names it
	ask   func(side) call
	tells func(side) string // what is in the reply if it may be; empty for a status below 300
	may   func(v *access.Viewer, s side) bool
}

// unmasks reports whether the viewer may see somebody's record in the open, who asks for it.
func unmasks(kind grid.Kind) func(*access.Viewer, side) bool {
	return func(v *access.Viewer, s side) bool {
		return v.MayUnmask(&access.Subject{Ref: grid.Ref{Kind: kind}, Area: s.area}) == nil
	}
}

func unmask(kind grid.Kind) func(side) call {
	return func(s side) call {
		return call{line: fmt.Sprintf("POST /api/%s/%d/unmask", kind, s.ids[kind]), body: `{"reason":"visit"}`}
	}
}

func export(kind grid.Kind) func(side) call {
	return func(s side) call {
		return call{line: "POST /api/exports", body: fmt.Sprintf(`{"kind":%q,"area":%q,"format":"csv","purpose":"report"}`, kind, s.area)}
	}
}

func exports(kind grid.Kind) func(*access.Viewer, side) bool {
	return func(v *access.Viewer, s side) bool { return v.MayExport(kind, s.area) }
}

// find looks for whom both sides have a record of.
func find(side) call {
	return call{line: "POST /api/people/find", body: `{"id_number":"990999194005011234","reason":"visit"}`}
}

func idOf(kind grid.Kind) func(side) string {
	return func(s side) string { return fmt.Sprintf(`"id":%d,`, s.ids[kind]) }
}

func fileOf(kind grid.Kind) func(side) call {
	return func(s side) call { return call{line: fmt.Sprintf("/api/%s/%d/file", kind, s.ids[kind])} }
}

func copyOf(kind grid.Kind) func(side) call {
	return func(s side) call {
		return call{line: fmt.Sprintf("POST /api/%s/%d/file", kind, s.ids[kind]), body: `{"purpose":"request"}`}
	}
}

func eraseOf(kind grid.Kind) func(side) call {
	return func(s side) call {
		return call{line: fmt.Sprintf("POST /api/%s/%d/erase", kind, s.ids[kind]), body: `{"reason":"request"}`, header: map[string]string{"If-Match": `"999"`}}
	}
}

func keeps(kind grid.Kind) func(*access.Viewer, side) bool {
	return func(v *access.Viewer, s side) bool { return v.MayChange(kind, s.area) == nil }
}

func copies(kind grid.Kind) func(*access.Viewer, side) bool {
	return func(v *access.Viewer, s side) bool { return keeps(kind)(v, s) && unmasks(kind)(v, s) }
}

func sees(kind grid.Kind) func(*access.Viewer, side) bool {
	return func(v *access.Viewer, s side) bool { return v.Sees(kind, s.area) }
}

func seesNumbers(v *access.Viewer, s side) bool { return v.SeesNumbers(s.area) }

// seesVisit reports whether the viewer may know of the care event of a side.
func seesVisit(v *access.Viewer, s side) bool { return v.SeesEvents(events.Care, s.area) }

// countsVisit reports whether the viewer may count it, and countsWithout whether only what
// else happened there.
func countsVisit(v *access.Viewer, s side) bool { return seesNumbers(v, s) && seesVisit(v, s) }

func countsWithout(v *access.Viewer, s side) bool { return seesNumbers(v, s) && !seesVisit(v, s) }

// countsCared reports whether the viewer is told how many are cared for, exactly or in steps.
func countsCared(v *access.Viewer, s side) bool {
	return seesCoarse(v, s) || seesNumbers(v, s) && v.Sees(grid.Devices, s.area)
}

// countsBound reports whether the viewer is told that a device hangs in a home there.
func countsBound(v *access.Viewer, s side) bool {
	return seesNumbers(v, s) && v.Sees(grid.Devices, s.area)
}

// filesVisit reports whether the care event would be in a file that the viewer may take, and
// filesWithout whether a file would hold only what else happened.
func filesVisit(v *access.Viewer, s side) bool {
	return v.MayExport(events.Events, s.area) && seesVisit(v, s)
}

func filesWithout(v *access.Viewer, s side) bool {
	return v.MayExport(events.Events, s.area) && !seesVisit(v, s)
}

// seesLive reports whether the viewer may know how many live somewhere now, and seesCoarse
// whether only about how many did this morning (RULES C1): of one person that is nobody.
func seesLive(v *access.Viewer, s side) bool {
	return seesNumbers(v, s) && v.Sees(grid.Dwellings, s.area)
}

func seesCoarse(v *access.Viewer, s side) bool {
	return seesNumbers(v, s) && !v.Sees(grid.Dwellings, s.area)
}

func everybody(*access.Viewer, side) bool { return true }

func nobody(*access.Viewer, side) bool { return false }

// named is what a thing of a side is called.
func named(what string) func(side) string { return func(s side) string { return s.name + what } }

func fixedly(text string) func(side) string { return func(side) string { return text } }

func get(format string, args ...func(side) any) func(side) call {
	return func(s side) call {
		values := make([]any, len(args))
		for i, arg := range args {
			values[i] = arg(s)
		}
		return call{line: fmt.Sprintf(format, values...)}
	}
}

func area(s side) any { return s.area }

func name(s side) any { return s.name }

// inside is the longitude of a place within the house.
func inside(s side) any { return s.lon + 0.0005 }

func west(s side) any { return s.lon - 0.01 }

func tileOf(kind grid.Kind, zoom uint8) func(side) call {
	return func(s side) call {
		at := map[grid.Kind]float64{grid.Devices: 0.0005, grid.Cameras: -0.0001, events.Events: 0.0004, grid.People: 0.0005, grid.Dwellings: 0.0005}[kind]
		tile := tiles.Holding(geo.Project(geo.At(s.lon+at, 29.5003)), zoom)
		return call{line: fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", kind, tile.Z, tile.X, tile.Y)}
	}
}

// visitTile is where the care event is drawn by itself.
func visitTile(s side) call {
	lon, lat := s.visited()
	tile := tiles.Holding(geo.Project(geo.At(lon, lat)), 16)
	return call{line: fmt.Sprintf("/tiles/events/%d/%d/%d.mvt", tile.Z, tile.X, tile.Y)}
}

// aroundVisit asks what lies within 200 metres of the care event.
func aroundVisit(s side) call {
	lon, lat := s.visited()
	return call{line: "POST /api/within", body: fmt.Sprintf(`{"circle":{"lon":%v,"lat":%v,"radius":200}}`, lon, lat)}
}

// ofVisits are the probes of care events, which are there for who has the duty of care.
func ofVisits() []probe {
	id := func(s side) any { return s.care }
	listed := func(s side) string { return fmt.Sprintf(`"id":%d,`, s.care) }
	tap := func(s side) call {
		lon, lat := s.visited()
		return call{line: fmt.Sprintf("/api/identify?lon=%v&lat=%v", lon, lat)}
	}
	write := func(method, body string) func(side) call {
		return func(s side) call {
			return call{line: fmt.Sprintf("%s /api/events/%d", method, s.care), body: body, header: map[string]string{"If-Match": `"999"`}}
		}
	}
	return []probe{
		{"GET /api/events", get("/api/events?limit=1000"), listed, seesVisit},
		{"GET /api/events", get("/api/events?filter=category:care"), listed, seesVisit},
		{"GET /api/events", get("/api/events?filter=area:%s", area), named("走访"), seesVisit},
		{"GET /api/events/{id}", get("/api/events/%d", id), named("走访"), seesVisit},
		{"PATCH /api/events/{id}", write("PATCH", `{"category":"water"}`), nil, nil},
		{"DELETE /api/events/{id}", write("DELETE", ""), nil, nil},
		{"GET /api/identify", tap, named("走访"), seesVisit},
		{"GET /api/search", get("/api/search?q=%s走访", name), named("走访"), nobody},
		{"POST /api/within", aroundVisit, fixedly(`"open":1`), seesVisit},
		{"POST /api/within", aroundVisit, fixedly(`"urgent":1`), seesVisit},
		{"POST /api/within", aroundVisit, fixedly(`"care":`), func(v *access.Viewer, _ side) bool { return v.MayList(grid.Devices) }},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"open":2,"urgent":1`), countsVisit},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"open":1,"urgent":0`), countsWithout},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"care":`), countsCared},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"devices":1`), countsBound},
		{"GET /api/divisions/{code}", get("/api/divisions/%s", area), fixedly(`"devices":1`), countsBound},
		{"GET /api/divisions/{code}", get("/api/divisions/%s", area), fixedly(`"open":2,"urgent":1`), countsVisit},
		{"GET /api/divisions/{code}", get("/api/divisions/%s", area), fixedly(`"open":1,"urgent":0`), countsWithout},
		{"POST /api/exports", export(events.Events), fixedly(`"rows":2,"personal":1,`), filesVisit},
		{"POST /api/exports", export(events.Events), fixedly(`"rows":1,"personal":0,`), filesWithout},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", visitTile, nil, seesVisit},
		{"GET /ogc/collections/{id}/items/{feature}", get("/ogc/collections/events/items/%d", id), named("走访"), seesVisit},
		{"GET /ogc/collections/{id}/items", get("/ogc/collections/events/items?bbox=%v,29,107,30", west), named("走访"), seesVisit},
	}
}

// numbersTile is where people are counted by grids.
func numbersTile(s side) call {
	tile := tiles.Holding(geo.Project(s.tag), 14)
	return call{line: fmt.Sprintf("/tiles/people/%d/%d/%d.mvt", tile.Z, tile.X, tile.Y)}
}

// ofKind are the probes of a kind's own operations.
func ofKind(kind grid.Kind) []probe {
	path := "/api/" + string(kind)
	one := func(s side) string { return fmt.Sprintf("%s/%d", path, s.ids[kind]) }
	id := func(s side) string { return fmt.Sprintf(`"id":%d,`, s.ids[kind]) }
	stale := map[string]string{"If-Match": `"999"`}
	if kind == grid.Divisions { // read by their codes
		one = func(s side) string { return path + "/" + string(s.area) }
	}
	probes := []probe{{"GET " + path, func(side) call { return call{line: path + "?limit=1000&geometry=false"} }, id, sees(kind)}}
	read := probe{"GET " + path + "/{id}", func(s side) call { return call{line: one(s)} }, id, sees(kind)}
	if kind == grid.Divisions {
		read.op = "GET /api/divisions/{code}"
	}
	return append(probes, read,
		probe{"PATCH " + path + "/{id}", func(s side) call {
			return call{line: fmt.Sprintf("PATCH %s/%d", path, s.ids[kind]), body: `{"name":"x"}`, header: stale}
		}, nil, nil},
		probe{"DELETE " + path + "/{id}", func(s side) call {
			return call{line: fmt.Sprintf("DELETE %s/%d", path, s.ids[kind]), header: stale}
		}, nil, nil},
		probe{"POST " + path, func(s side) call { return call{line: "POST " + path, body: "{}"} }, nil, nil},
	)
}

// probes are a row for each thing that each operation may tell.
func probes() []probe {
	within := func(list string) func(side) call {
		return func(s side) call {
			return call{line: "POST /api/within", body: fmt.Sprintf(`{"rectangle":[%v,29.4,%v,29.6],"list":%q}`, s.lon-0.05, s.lon+0.05, list)}
		}
	}
	all := []probe{
		{"GET /api/identify", get("/api/identify?lon=%v&lat=29.5005", inside), named("1幢"), everybody},
		{"GET /api/identify", get("/api/identify?lon=%v&lat=29.5005", inside), fixedly(`"room":"2-1"`), sees(grid.Dwellings)},
		{"GET /api/identify", get("/api/identify?lon=%v&lat=29.5005", inside), named("门磁"), nobody},
		{"GET /api/identify", get("/api/identify?lon=%v&lat=29.5005", inside), named("路口"), sees(grid.Cameras)},
		{"GET /api/identify", get("/api/identify?lon=%v&lat=29.5005", inside), named("网格员"), sees(grid.Workers)},
		{"GET /api/identify", get("/api/identify?lon=%v&lat=29.5005", inside), named("漏水"), sees(events.Events)},
		{"GET /api/search", get("/api/search?q=%s", name), named("路口"), sees(grid.Cameras)},
		{"GET /api/search", get("/api/search?q=%s", name), named("网格员"), sees(grid.Workers)},
		{"GET /api/search", get("/api/search?q=%s", name), named("便民中心"), everybody},
		{"POST /api/within", within("buildings"), named("1幢"), everybody},
		{"POST /api/within", within("dwellings"), fixedly(`"room":"2-1"`), sees(grid.Dwellings)},
		{"POST /api/within", within("people"), fixedly("欧阳**"), sees(grid.People)},
		{"POST /api/within", within("buildings"), fixedly(`"people":1`), sees(grid.Dwellings)},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"people":1`), seesLive},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"people":0`), seesCoarse},
		{"GET /api/stats", get("/api/stats?code=%s", area), fixedly(`"step":5`), seesCoarse},
		{"GET /api/divisions/{code}", get("/api/divisions/%s", area), fixedly(`"counters"`), seesNumbers},
		{"GET /api/workers/{id}", get("/api/workers/%d", func(s side) any { return s.ids[grid.Workers] }), fixedly("10300005678"), nobody},
		{"POST /api/workers/{id}/position", func(s side) call {
			return call{line: fmt.Sprintf("POST /api/workers/%d/position", s.ids[grid.Workers]), body: fmt.Sprintf(`{"lon":%v,"lat":29.5,"at":"2026-03-01T08:00:00Z"}`, s.lon)}
		}, nil, nil},
		{"POST /api/people/{id}/unmask", unmask(grid.People), fixedly("小明"), unmasks(grid.People)},
		{"POST /api/workers/{id}/unmask", unmask(grid.Workers), fixedly("10300005678"), unmasks(grid.Workers)},
		{"POST /api/people/find", find, idOf(grid.People), sees(grid.People)},
		{"GET /api/people/{id}/file", fileOf(grid.People), fixedly("欧阳**"), keeps(grid.People)},
		{"POST /api/people/{id}/file", copyOf(grid.People), fixedly("小明"), copies(grid.People)},
		{"POST /api/people/{id}/erase", eraseOf(grid.People), nil, nil},
		{"GET /api/workers/{id}/file", fileOf(grid.Workers), fixedly("103****5678"), keeps(grid.Workers)},
		{"POST /api/workers/{id}/file", copyOf(grid.Workers), fixedly("10300005678"), copies(grid.Workers)},
		{"POST /api/workers/{id}/erase", eraseOf(grid.Workers), nil, nil},
		{"GET /api/people/{id}", get("/api/people/%d", func(s side) any { return s.ids[grid.People] }), fixedly(`"care"`), func(v *access.Viewer, s side) bool { return v.Sees(grid.People, s.area) && v.SeesCare(s.area) }},
		{"POST /api/exports", export(grid.People), fixedly(`"personal":1,`), exports(grid.People)},
		{"POST /api/exports", export(grid.Dwellings), fixedly(`"personal":1,`), exports(grid.Dwellings)},
		{"POST /api/exports", export(grid.Cameras), fixedly(`"rows":1,`), exports(grid.Cameras)},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", tileOf(grid.Devices, 16), nil, sees(grid.Devices)},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", tileOf(grid.Cameras, 16), nil, sees(grid.Cameras)},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", tileOf(events.Events, 16), nil, sees(events.Events)},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", numbersTile, nil, seesLive},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", tileOf(grid.People, 17), nil, sees(grid.Dwellings)},
		{"GET /tiles/{layers}/{z}/{x}/{y}.mvt", tileOf(grid.Dwellings, 17), nil, sees(grid.Dwellings)},
		{"GET /ogc/collections/{id}/items/{feature}", get("/ogc/collections/cameras/items/%d", func(s side) any { return s.ids[grid.Cameras] }), named("路口"), sees(grid.Cameras)},
		{"GET /ogc/collections/{id}/items", get("/ogc/collections/cameras/items?bbox=%v,29,107,30", west), named("路口"), sees(grid.Cameras)},
	}
	for _, kind := range append(grid.Kinds(), events.Events) {
		all = append(all, ofKind(kind)...)
	}
	return append(all, ofVisits()...)
}

// untold are operations that tell of no place or person, or are told of elsewhere.
var untold = map[string]string{
	"GET /api/categories": "a fixed list", "GET /api/status": "TestHome of access", "GET /tiles/{layers}.json": "names of layers",
	"GET /api/session": "TestSigningInAndOut", "POST /api/session": "TestSigningInAndOut", "DELETE /api/session": "TestSigningInAndOut",
	"POST /api/session/second": "TestOwnSignIn", "PUT /api/session/second": "TestOwnSignIn", "DELETE /api/session/second": "TestOwnSignIn",
	"PUT /api/session/password": "TestOwnSignIn", "GET /api/sessions": "TestOwnSignIn", "DELETE /api/sessions/{id}": "TestOwnSignIn",
	"POST /api/session/code": "TestASignInElsewhere",
	"GET /api/entry":         "what the sign-in page offers to everybody",
	"POST /api/setup":        "TestSetUp", "POST /api/setup/see": "TestSetUp",
	"GET /healthz": "nothing", "GET /readyz": "nothing", "GET /feed": "TestAccountsFromTheFirstToTheLast of cmd/quanxi and the tests of feed",
	"GET /api/loads": "of whoever keeps the whole city: TestLoads", "POST /api/loads/{id}/undo": "TestLoads",
}

// undescribed are the patterns besides: of them a description lists nothing.
var undescribed = map[string]string{
	"GET /tiles": "names of layers", "GET /tiles/{layers}": "names of layers", "GET /tiles/{layers}/{z}/{x}/{y}": "here as .mvt", "OPTIONS /tiles/": "TestAPreflightIsAnsweredToWhoeverAsks",
	"GET /ogc": "fixed", "GET /ogc/{$}": "fixed", "GET /ogc/conformance": "fixed", "GET /ogc/collections": "names of kinds that the viewer may list",
	"GET /ogc/collections/{id}": "as the list", "GET /ogc/collections/{id}/tiles": "links", "GET /ogc/collections/{id}/tiles/WebMercatorQuad": "links",
	"GET /openapi.json": "fixed", "GET /docs": "fixed", "GET /docs/page.css": "fixed",
	"GET /{$}": "a page", "GET /sign-in": "a page", "GET /desk": "a page", "GET /planner": "a page", "GET /m/": "a page", "GET /r/": "a page", "GET /admin": "a page", "GET /": "files of the pages",
}

func TestEveryOperationHasItsRowAmongTheLeaks(t *testing.T) {
	r := newRig(t)
	rows := maps.Clone(untold)
	for _, p := range probes() {
		rows[p.op] = "here"
	}
	for _, c := range counters() {
		rows[c.op] = "TestTheOfficeAnswersWhoKeepsIt"
	}
	for _, pattern := range r.Handled() {
		if rows[pattern] == "" && undescribed[pattern] == "" {
			t.Errorf("%s may tell anything to anybody: give it a row", pattern)
		}
	}
	for _, op := range r.operations(t) {
		if rows[op] == "" {
			t.Errorf("%s may tell anything to anybody: give it a row", op)
		}
	}
}

// operations are all that the description lists, as "GET /api/buildings/{id}".
func (r *rig) operations(t *testing.T) (all []string) {
	t.Helper()
	var description struct {
		Paths map[string]map[string]any
	}
	r.read(t, "/openapi.json", &description)
	for path, methods := range description.Paths {
		for method := range methods {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	return all
}

// Every role, in the own grid, town and county: what it may see of our grid and of
// theirs is there, and nothing else, whatever is asked.
func TestLeaks(t *testing.T) {
	r := newRig(t)
	ours, theirs := r.sides(t)
	posts := 0
	for _, code := range slices.Sorted(maps.Keys(role.Shipped())) {
		for _, post := range []grid.Code{ours.area, ours.area[:9], "500106"} {
			t.Run(code+" of "+string(post), func(t *testing.T) {
				grant := role.NewGrant([]role.Post{{Role: code, Area: post}}, role.Shipped(), under)
				posts++ // an account each: nobody may look for people too often
				r.viewer = access.NewViewer(fmt.Sprint(posts), grant)
				for _, s := range []side{ours, theirs} {
					for _, p := range probes() {
						r.probe(t, p, s)
					}
				}
			})
		}
	}
}

func (r *rig) probe(t *testing.T, p probe, s side) {
	t.Helper()
	asked := p.ask(s)
	r.refused, r.shown = nil, nil
	last := r.lastRow(t)
	reply := r.do(t, asked)
	if reply.Code == http.StatusNotFound && len(r.refused) != 1 {
		t.Errorf("%s is not there for %s, and no row of the audit tells of it: %v", asked.line, r.viewer.Account(), r.refused)
	}
	body := reply.Body.String()
	if strings.Contains(body, "欧阳") && len(r.shown) == 0 && r.lastRow(t) == last {
		t.Errorf("%s shows somebody to %s, and leaves no trace", asked.line, r.viewer.Account())
	}
	if p.may == nil {
		r.probeWrite(t, asked, s, reply.Code)
		return
	}
	told, mark := reply.Code == http.StatusOK, "anything"
	if p.tells != nil {
		mark = p.tells(s)
		told = strings.Contains(body, mark)
	}
	if want := p.may(r.viewer, s); told != want {
		t.Errorf("%s tells %s: %v, want %v\n%d %.300s", asked.line, mark, told, want, reply.Code, body)
	}
	if strings.HasSuffix(p.op, "/unmask") || strings.HasPrefix(p.op, "POST") && strings.HasSuffix(p.op, "/file") {
		return // it is there to be in the open
	}
	if strings.Contains(body, "小明") || strings.Contains(body, "19400501") || strings.Contains(body, "1940-05") || strings.Contains(body, "digest") {
		t.Errorf("%s: in the open: %.300s", asked.line, body)
	}
}

// lastRow returns the id of the last row of the audit; 0 if there is none.
func (r *rig) lastRow(t *testing.T) int64 {
	t.Helper()
	for row, err := range r.store.AuditRows(t.Context(), grid.AuditQuery{Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		return row.ID
	}
	return 0
}

func positionStatus(may error) int {
	switch {
	case errors.Is(may, grid.ErrNotFound):
		return http.StatusNotFound
	case may != nil:
		return http.StatusForbidden
	}
	return http.StatusNoContent
}

// probeWrite expects of a write that could not succeed anyway that it is refused as if
// nothing were there to whoever does not see it.
func (r *rig) probeWrite(t *testing.T, asked call, s side, status int) {
	t.Helper()
	method, path, _ := strings.Cut(asked.line, " ")
	kind := grid.Kind(strings.Split(path, "/")[2])
	sees := r.viewer.Sees(kind, s.area)
	if strings.HasSuffix(path, fmt.Sprint("/", s.care)) {
		sees = seesVisit(r.viewer, s)
	}
	want := map[bool][]int{false: {404}, true: {403, 409, 422}}[sees]
	if method == http.MethodPost {
		want = map[bool][]int{false: {404}, true: {201, 403, 404, 409, 422}}[r.viewer.MayList(kind)]
	}
	if strings.HasSuffix(path, "/position") { // it could succeed, and does for whoever keeps the worker
		want = []int{positionStatus(r.viewer.MayChange(kind, s.area))}
	}
	if !slices.Contains(want, status) {
		t.Errorf("%s about %s: %d, want one of %v", asked.line, s.name, status, want)
	}
}

// What somebody names in a filter or a body and does not see is answered as what is not there,
// without a 404, and leaves its row as well; what he sees leaves none.
func TestWhatIsNamedAndNotSeenLeavesARow(t *testing.T) {
	r := newRig(t)
	ours, theirs := r.sides(t)
	type named func(side) call
	filter := func(kind grid.Kind, column string, of grid.Kind) named {
		return func(s side) call { return call{line: fmt.Sprintf("/api/%s?filter=%s:%d", kind, column, s.ids[of])} }
	}
	area := func(kind grid.Kind) named {
		return func(s side) call { return call{line: fmt.Sprintf("/api/%s?filter=area:%s", kind, s.area)} }
	}
	body := func(line, body string, of grid.Kind) named {
		return func(s side) call { return call{line: line, body: fmt.Sprintf(body, s.ids[of])} }
	}
	person := fmt.Sprintf("/api/people/%d", ours.ids[grid.People])
	for _, tt := range []struct {
		name   string
		ask    named
		status int // of what is not seen
		action string
		object func(side) string
	}{
		{"who lives in a home", filter(grid.People, "dwelling", grid.Dwellings), 200, "people.read", of(grid.Dwellings)},
		{"who belongs to a household", filter(grid.People, "household", grid.Households), 200, "people.read", of(grid.Households)},
		{"the households of a home", filter(grid.Households, "dwelling", grid.Dwellings), 200, "households.read", of(grid.Dwellings)},
		{"the devices of a home", filter(grid.Devices, "dwelling", grid.Dwellings), 200, "devices.read", of(grid.Dwellings)},
		{"the events of an area", area(events.Events), 200, "events.read", func(s side) string { return "divisions/" + string(s.area) }},
		{"the workers of an area", area(grid.Workers), 200, "workers.read", func(s side) string { return "divisions/" + string(s.area) }},
		{"a household in a home", body("POST /api/households", `{"dwelling":%d}`, grid.Dwellings), 422, "households.create", of(grid.Dwellings)},
		{"a person in a home", body("POST /api/people", `{"dwelling":%d,"residence":"both","name":"欧阳小明"}`, grid.Dwellings), 422, "people.create", of(grid.Dwellings)},
		{"a record that is opened for an event", body("POST "+person+"/unmask", `{"reason":"event","event":%d}`, events.Events), 422, "people.unmask", of(events.Events)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.viewer = holding("17", "grid-worker", ours.area, under)
			for _, s := range []side{ours, theirs} {
				r.refused = nil
				reply := r.do(t, tt.ask(s))
				var want []access.Trace
				if s.area == theirs.area {
					want = []access.Trace{{Actor: r.viewer.Account(), Post: r.viewer.HighestPost(), From: "192.0.2.1", Action: tt.action, Object: tt.object(s), Result: grid.ResultNotFound}}
					if reply.Code != tt.status {
						t.Errorf("%s: %d, want %d: %s", s.name, reply.Code, tt.status, reply.Body)
					}
				}
				if !slices.Equal(r.refused, want) {
					t.Errorf("%s: %d, leaves %+v, want %+v", s.name, reply.Code, r.refused, want)
				}
			}
		})
	}
}

// Nobody sees anybody's record without a trace: of whom, and how many, by whatever way.
func TestWhoIsShownPeopleLeavesATrace(t *testing.T) {
	r := newRig(t)
	ours, _ := r.sides(t)
	home, person := ours.ids[grid.Dwellings], ours.ids[grid.People]
	around := "[106,29,107,30]"
	for _, tt := range []struct {
		name, line, body string
		object           string // empty for all
		traced           bool
	}{
		{"who lives in a home", fmt.Sprintf("/api/people?filter=dwelling:%d", home), "", fmt.Sprintf("dwellings/%d", home), true},
		{"all, page by page", "/api/people?limit=1", "", "", true},
		{"one person", fmt.Sprintf("/api/people/%d", person), "", fmt.Sprintf("people/%d", person), true},
		{"whoever lies in a drawn area", "POST /api/within", fmt.Sprintf(`{"rectangle":%s,"list":"people"}`, around), "", true},
		{"a list of nobody", "/api/people?filter=dwelling:999", "", "", false},
		{"houses", "/api/buildings", "", "", false},
		{"how many lie in a drawn area", "POST /api/within", fmt.Sprintf(`{"rectangle":%s}`, around), "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.viewer, r.shown = holding("17", "grid-worker", ours.area, under), nil
			if reply := r.do(t, call{line: tt.line, body: tt.body}); reply.Code != http.StatusOK {
				t.Fatalf("%d: %s", reply.Code, reply.Body)
			}
			var want []shown
			if tt.traced {
				want = []shown{{access.Trace{Actor: "17", Post: r.viewer.HighestPost(), From: "192.0.2.1", Action: "people.read", Object: tt.object, Result: grid.ResultOK}, 1}}
			}
			if !slices.Equal(r.shown, want) {
				t.Errorf("leaves %+v, want %+v", r.shown, want)
			}
		})
	}
}

func of(kind grid.Kind) func(side) string {
	return func(s side) string { return fmt.Sprintf("%s/%d", kind, s.ids[kind]) }
}
