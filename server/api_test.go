package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
)

// TestCalls asks a town of two halves. Each row is one request and what its
// answer must and must not hold.
func TestCalls(t *testing.T) {
	r := newRig(t)
	made := r.build(t)
	stranger := new(access.Viewer)
	for _, tt := range []question{
		{name: "a tap tells the chain, the building and who answers", call: call{line: "/api/identify?lon=106.1005&lat=29.5005"}, status: 200,
			want: []string{`"重庆市"`, `"沙坪坝区"`, `"我们村一网格"`, `"我们村1幢"`, `"floors_list":[{"floor":6,"homes":[]}`, `{"floor":2,"homes":[{`, `"people":1`, `"我们村网格员"`, `"103****5678"`, `"我们村便民中心"`},
			not:  []string{"10300005678", "欧阳", "他们村"}},
		{name: "our desk taps their building and learns of no homes", viewer: townDesk, call: call{line: "/api/identify?lon=106.6005&lat=29.5005"}, status: 200,
			want: []string{`"他们村1幢"`, `"floors_list":[]`, `"workers":[]`}, not: []string{`"dwellings"`, `"people"`, "漏水", "路口", "2-1", "门磁"}},
		{name: "a tap for a plan that this node has not reached", call: call{line: "/api/identify?lon=106.1005&lat=29.5005&plan=1"}, status: 503, want: []string{"catching up"}},
		{name: "a tap for the plan in force", call: call{line: "/api/identify?lon=106.1005&lat=29.5005&plan=0"}, status: 200},
		{name: "a tap outside everything", call: call{line: "/api/identify?lon=100&lat=20"}, status: 200, want: []string{`"chain":[]`, `"building":null`}},
		{name: "a tap in GCJ-02 lands where it was meant", call: call{line: "/api/identify?lon=106.1043&lat=29.4976&crs=gcj02"}, status: 200, want: []string{`"我们村1幢"`}},
		{name: "a tap with lon and lat swapped", call: call{line: "/api/identify?lon=29.5&lat=106.1"}, status: 400, want: []string{"swapped"}},
		{name: "a tap that is no number", call: call{line: "/api/identify?lon=NaN&lat=29"}, status: 400},
		{name: "a tap without a place", call: call{line: "/api/identify"}, status: 422, want: []string{`"query.lon"`}},
		{name: "a stranger taps", viewer: stranger, call: call{line: "/api/identify?lon=106.1005&lat=29.5005"}, status: 404, not: []string{"我们村"}},

		{name: "a rectangle counts", call: call{line: "POST /api/within", body: `{"rectangle":[106,29,107,30]}`}, status: 200,
			want: []string{`"buildings":2`, `"dwellings":2`, `"living":2`, `"items":[]`}},
		{name: "our desk counts their buildings and not their people", viewer: townDesk, call: call{line: "POST /api/within", body: `{"rectangle":[106,29,107,30]}`}, status: 200,
			want: []string{`"buildings":2`, `"dwellings":1`, `"living":1`, `"devices":1`}},
		{name: "our desk asks for a rectangle around their house alone", viewer: townDesk, call: call{line: "POST /api/within", body: `{"rectangle":[106.6,29.5,106.7,29.6],"list":"people"}`}, status: 200,
			want: []string{`"living":0`, `"items":[]`, `"next":null`}},
		{name: "a circle lists people masked", call: call{line: "POST /api/within", body: `{"circle":{"lon":106.1005,"lat":29.5005,"radius":200},"list":"people"}`}, status: 200,
			want: []string{`"欧阳**"`, `"990***********1234"`}, not: []string{"小明", "990999194005011234", "10300001234", "identity"}},
		{name: "a home in a list says where it is", call: call{line: "POST /api/within", body: `{"circle":{"lon":106.1005,"lat":29.5005,"radius":200},"list":"dwellings"}`}, status: 200,
			want: []string{`"where":{"building":`, `"name":"我们村1幢"`, `"floor":2,"room":"2-1"}`}},
		{name: "a person in a list says where", call: call{line: "POST /api/within", body: `{"circle":{"lon":106.1005,"lat":29.5005,"radius":200},"list":"people"}`}, status: 200,
			want: []string{`"where":{"building":`, `"room":"2-1"}`}},
		{name: "a hand-drawn polygon is closed", call: call{line: "POST /api/within", body: `{"polygon":[[106.09,29.49],[106.11,29.49],[106.1,29.52]],"list":"buildings"}`}, status: 200,
			want: []string{`"buildings":1`, `"我们村1幢"`}},
		{name: "a buffer around a road", call: call{line: "POST /api/within", body: `{"buffer":{"line":[[106.09,29.5005],[106.12,29.5005]],"radius":100},"list":"dwellings"}`}, status: 200, want: []string{`"2-1"`}},
		{name: "a buffer across the country", call: call{line: "POST /api/within", body: `{"buffer":{"line":[[106,29.5],[108,29.5]],"radius":100}}`}, status: 422, want: []string{`"location":"body.buffer.line"`, "100 km"}},
		{name: "a buffer of too many corners", call: call{line: "POST /api/within", body: `{"buffer":{"line":[` + strings.Repeat("[106,29],", 5000) + `[106,29]],"radius":100}}`}, status: 422, want: []string{`"location":"body.buffer.line"`, "5000"}},
		{name: "a polygon of too many corners", call: call{line: "POST /api/within", body: `{"polygon":[` + strings.Repeat("[106,29],", 5000) + `[106,29]]}`}, status: 422, want: []string{`"location":"body.polygon"`, "5000"}},
		{name: "a polygon that crosses itself", call: call{line: "POST /api/within", body: `{"polygon":[[106,29],[106.2,29.3],[106.2,29],[106,29.2]]}`}, status: 422, want: []string{`"location":"body.polygon"`, "crosses"}},
		{name: "two shapes at once", call: call{line: "POST /api/within", body: `{"rectangle":[106,29,107,30],"circle":{"lon":1,"lat":1,"radius":1}}`}, status: 422, want: []string{`"location":"body"`, "one of"}},
		{name: "a rectangle inside out", call: call{line: "POST /api/within", body: `{"rectangle":[107,29,106,30]}`}, status: 422, want: []string{`"location":"body.rectangle"`, "inverted"}},
		{name: "a polygon at NaN", call: call{line: "POST /api/within", body: `{"polygon":[[NaN,29]]}`}, status: 400, want: []string{`"location":"body"`, "NaN is not JSON"}},
		{name: "a body that is no JSON", call: call{line: "POST /api/within", body: `{`}, status: 400},

		{name: "a search by initials", call: call{line: "/api/search?q=wmc"}, status: 200, want: []string{"我们村"}, not: []string{"他们村"}},
		{name: "a search by characters", call: call{line: "/api/search?q=%E4%BB%96%E4%BB%AC%E6%9D%91%E5%A4%A7%E9%81%93"}, status: 200, want: []string{"他们村1幢"}},
		{name: "a search by code", call: call{line: "/api/search?q=500106003001"}, status: 200, want: []string{`"500106003001001"`}},
		{name: "our desk does not find their worker", viewer: townDesk, call: call{line: "/api/search?q=%E7%BD%91%E6%A0%BC%E5%91%98"}, status: 200, want: []string{"我们村网格员"}, not: []string{"他们村网格员"}},
		{name: "a search without a question", call: call{line: "/api/search"}, status: 422},

		{name: "divisions by parent", call: call{line: "/api/divisions?parent=500106"}, status: 200, want: []string{`"500106003"`, `"500106004"`, `"counters":{"buildings":1`}, not: []string{"coordinates\":[[["}},
		{name: "divisions under a county down to its communities", call: call{line: "/api/divisions?under=500106&down_to=4"}, status: 200, want: []string{`"500106003"`, `"500106003001"`, `"500106004001"`}, not: []string{`"code":"500106"`, "500106003001001"}},
		{name: "divisions under what there is not", call: call{line: "/api/divisions?under=999999"}, status: 200, want: []string{`"items":[]`}},
		{name: "divisions by level, a page at a time", call: call{line: "/api/divisions?level=5&limit=1"}, status: 200, want: []string{`"500106003001001"`, `"next":"`}, not: []string{"500106004001001"}},
		{name: "a division by its code", call: call{line: "/api/divisions/500106003001001"}, status: 200, want: []string{"我们村一网格", `"living":1`, `"Polygon"`, `"chain":[{`, `"code":"500106003001001","name":"我们村一网格","level":5`}},
		{name: "a division without its geometry", call: call{line: "/api/divisions/500106003001001?geometry=false"}, status: 200, want: []string{"我们村一网格", `"place":[106.`, `"chain":[{`}, not: []string{"Polygon"}},
		{name: "our desk reads their grid without its numbers", viewer: townDesk, call: call{line: "/api/divisions/500106004001001"}, status: 200, want: []string{"他们村一网格"}, not: []string{"counters", "living"}},
		{name: "our desk asks for their numbers", viewer: townDesk, call: call{line: "/api/stats?code=500106004001001"}, status: 404, not: []string{"living"}},
		{name: "a county reads numbers", viewer: countyDesk, call: call{line: "/api/stats?code=500106003"}, status: 200, want: []string{`"living":0`, `"step":5`, `"open":1`}, not: []string{`"living":1`}},
		{name: "a county reads no names", viewer: countyDesk, call: call{line: "/api/people"}, status: 404, not: []string{"欧阳"}},
		{name: "a county opens no home", viewer: countyDesk, call: call{line: fmt.Sprintf("/api/dwellings/%d", made.ours[grid.Dwellings])}, status: 404, not: []string{"2-1"}},
		{name: "a county counts nobody in an area of its own drawing", viewer: countyDesk, call: call{line: "POST /api/within", body: `{"rectangle":[106,29,107,30]}`}, status: 200,
			want: []string{`"buildings":2`, `"dwellings":0`, `"living":0`}},
		{name: "a county taps and learns of no home", viewer: countyDesk, call: call{line: "/api/identify?lon=106.1005&lat=29.5005"}, status: 200,
			want: []string{`"我们村1幢"`, `"我们村网格员"`, `"floors_list":[]`}, not: []string{"2-1", `"dwellings"`}},
		{name: "our own numbers", viewer: townDesk, call: call{line: "/api/stats?code=500106003"}, status: 200, want: []string{`"code":"500106003"`, `"living":1`, `"open":1`}},
		{name: "a division that there is not", call: call{line: "/api/divisions/999999"}, status: 404},

		{name: "a list by filter", call: call{line: fmt.Sprintf("/api/dwellings?filter=building:%d", made.ours[grid.Buildings])}, status: 200, want: []string{`"2-1"`, `"next":null`}},
		{name: "a list by a masked column", call: call{line: "/api/people?filter=phone_digest:AA"}, status: 400},
		{name: "a list by nonsense", call: call{line: "/api/people?filter=x"}, status: 400},
		{name: "a second division under a code", call: call{line: "POST /api/divisions", body: `{"code":"500106003","name":"又一镇","level":3,"parent":"500106"}`}, status: 422, want: []string{`"location":"body.code"`, "another division at the same time"}},
		{name: "a division under a code that nobody has", call: call{line: "POST /api/divisions", body: `{"code":"500106009","name":"新镇","level":3,"parent":"500106"}`}, status: 201},
		{name: "a division that will end", call: call{line: "POST /api/divisions", body: `{"code":"500106010","name":"旧镇","level":3,"parent":"500106","valid_to":"2027-01-01"}`}, status: 201},
		{name: "and the one that succeeds it", call: call{line: "POST /api/divisions", body: `{"code":"500106010","name":"继镇","level":3,"parent":"500106","valid_from":"2027-01-01"}`}, status: 201},
		{name: "a list by what is no filter", call: call{line: "/api/dwellings?building=7&limit=1"}, status: 422, want: []string{`"location":"query.building"`, "is not a parameter"}, not: []string{"query.limit"}},
		{name: "a list of no area is not the list of all", call: call{line: "/api/buildings?filter=area:"}, status: 400, want: []string{"area must be"}},
		{name: "a cursor of somebody else's making", call: call{line: "/api/people?cursor=AAAA"}, status: 400, want: []string{"not a cursor"}},
		{name: "a person by id is masked", call: call{line: fmt.Sprintf("/api/people/%d", made.ours[grid.People])}, status: 200, want: []string{"欧阳**"}, not: []string{"小明", "990999194005011234", "digest"}},
		{name: "an id that there is not", call: call{line: "/api/buildings/999"}, status: 404, want: []string{`"status":404`}},
		{name: "an id that is no number", call: call{line: "/api/buildings/tower"}, status: 422},
		{name: "a kind that there is not", call: call{line: "/api/petitions"}, status: 404, want: []string{`"about:blank"`}},
		{name: "reading what is only asked by POST", call: call{line: "/api/within"}, status: 405, want: []string{`"Method Not Allowed"`}},
		{name: "an edit of a text to null", call: call{line: "POST /api/events", body: `{"category":"water","lon":106.4,"lat":29.5,"title":null}`}, status: 422, want: []string{`"location":"body.title"`, "null"}},
		{name: "an external id as long as a page", call: call{line: "POST /api/roads", body: `{"class":"main","geometry":{"type":"LineString","coordinates":[[106.4,29.5],[106.41,29.5]]},"external":"` + strings.Repeat("x", 5000) + `"}`}, status: 422, want: []string{"external", "200"}},
		{name: "a method that there is not", call: call{line: "PUT /api/events"}, status: 405, want: []string{`"Method Not Allowed"`}},

		{name: "an event whose body is no JSON", call: call{line: "POST /api/events", body: `{`}, status: 422, want: []string{`"location":"body"`, "at byte 1"}},
		{name: "an event in GBK would be stored as question marks", call: call{line: "POST /api/events", body: "{\"category\":\"water\",\"title\":\"\xbe\xae\xb8\xc7\",\"lon\":106.1,\"lat\":29.5}"}, status: 422, want: []string{`"location":"body"`, "not UTF-8 at byte 30"}},
		{name: "an edit to nothing", call: call{line: fmt.Sprintf("PATCH /api/events/%d", made.ours[events.Events]), body: `null`, header: map[string]string{"If-Match": "1"}}, status: 422, want: []string{"is not a JSON object"}},
		{name: "an event at NaN", call: call{line: "POST /api/events", body: `{"lon":NaN}`}, status: 422, want: []string{`"location":"body"`, "at byte 8: NaN is not JSON"}},
		{name: "a building with a bad height", call: call{line: "POST /api/buildings", body: `{"height_cm":-5,"geometry":` + square(106.2, 29.2, 0.001) + `}`}, status: 422, want: []string{`"location":"body.height_cm"`}},
		{name: "an event of no category", call: call{line: "POST /api/events", body: `{"category":"x","lon":106.1,"lat":29.5}`}, status: 422, want: []string{"body.category"}},
		{name: "an edit that does not say of what", call: call{line: fmt.Sprintf("PATCH /api/events/%d", made.ours[events.Events]), body: `{"state":"handling"}`}, status: 428, want: []string{"If-Match"}},
		{name: "an edit of an old state", call: call{line: fmt.Sprintf("PATCH /api/events/%d", made.ours[events.Events]), body: `{"state":"handling"}`, header: map[string]string{"If-Match": `"9"`}}, status: 409},
		{name: "an edit under a revision that is none", call: call{line: fmt.Sprintf("PATCH /api/events/%d", made.ours[events.Events]), body: `{}`, header: map[string]string{"If-Match": "x"}}, status: 400},
		{name: "our desk edits their building", viewer: townDesk, call: call{line: fmt.Sprintf("PATCH /api/buildings/%d", made.theirs[grid.Buildings]), body: `{"floors":2}`, header: map[string]string{"If-Match": "1"}}, status: 403},
		{name: "our desk edits their event", viewer: townDesk, call: call{line: fmt.Sprintf("PATCH /api/events/%d", made.theirs[events.Events]), body: `{"state":"closed"}`, header: map[string]string{"If-Match": "1"}}, status: 404, not: []string{"他们村"}},
		{name: "a body of more than a megabyte", call: call{line: "POST /api/buildings", body: `{"name":"` + strings.Repeat("x", 1<<20) + `"}`}, status: 413},

		{name: "a token of a write not applied yet", call: call{line: "/api/events", header: map[string]string{"Quanxi-Token": "behind"}}, status: 503},
		{name: "a forged token", call: call{line: "/api/events", header: map[string]string{"Quanxi-Token": "forged"}}, status: 400},
		{name: "a worker reports a position", call: call{line: fmt.Sprintf("POST /api/workers/%d/position", made.ours[grid.Workers]), body: `{"lon":106.1,"lat":29.5,"at":"2026-03-01T08:00:00Z"}`}, status: 204},
		{name: "a position in the future", call: call{line: fmt.Sprintf("POST /api/workers/%d/position", made.ours[grid.Workers]), body: `{"lon":106.1,"lat":29.5,"at":"2026-03-01T09:00:00Z"}`}, status: 422, want: []string{"body.at"}},
		{name: "our desk reports for their worker", viewer: townDesk, call: call{line: fmt.Sprintf("POST /api/workers/%d/position", made.theirs[grid.Workers]), body: `{"lon":106.1,"lat":29.5,"at":"2026-03-01T08:00:00Z"}`}, status: 404},
		{name: "no loads yet", call: call{line: "/api/loads"}, status: 200, want: []string{`"items":[]`}},
		{name: "loads are the city's", viewer: townDesk, call: call{line: "/api/loads"}, status: 404},
		{name: "our desk undoes a load", viewer: townDesk, call: call{line: "POST /api/loads/1/undo"}, status: 404},
		{name: "a load that there is not", call: call{line: "POST /api/loads/1/undo"}, status: 404},
		{name: "where the map begins", call: call{line: "/api/status"}, status: 200, want: []string{`"ready":true`, `"code":"500106"`, `"envelope":[106,29,107,30]`}},
		{name: "the map of our desk begins at the town", viewer: townDesk, call: call{line: "/api/status"}, status: 200, want: []string{`"code":"500106003"`}, not: []string{"500106004"}},
		{name: "who is signed in", call: call{line: "/api/session"}, status: 200, want: []string{`"local"`}},
		{name: "the categories", call: call{line: "/api/categories"}, status: 200, want: []string{`"mark":"火"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := r.answers(t, tt)
			if rec.Code >= 400 && rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("an error of type %s", rec.Header().Get("Content-Type"))
			}
			if rec.Code == http.StatusServiceUnavailable && rec.Header().Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		})
	}
	if len(r.moved) != 1 || r.moved[0].Area != "500106003001001" {
		t.Errorf("positions sent: %v", r.moved)
	}
}

func mustHold(t *testing.T, text string, want, not []string) {
	t.Helper()
	for _, part := range want {
		if !strings.Contains(text, part) {
			t.Errorf("%.2000s\ndoes not hold %s", text, part)
		}
	}
	for _, part := range not {
		if strings.Contains(text, part) {
			t.Errorf("%.2000s\nholds %s", text, part)
		}
	}
}

// TestWriteReadEditRemove takes one event through its life.
func TestWriteReadEditRemove(t *testing.T) {
	r := newRig(t)
	made := r.do(t, call{line: "POST /api/events", body: `{"category":"water","lon":106.1,"lat":29.5}`, header: map[string]string{"Idempotency-Key": "tap"}})
	if made.Code != 201 || made.Header().Get("Quanxi-Token") != "token" || made.Header().Get("ETag") != `"1"` {
		t.Fatalf("create: %d %v %s", made.Code, made.Header(), made.Body)
	}
	mustHold(t, made.Body.String(), []string{`"applied":true`}, nil)
	path := made.Header().Get("Location")
	if again := r.do(t, call{line: "POST /api/events", body: `{"category":"water","lon":106.1,"lat":29.5}`, header: map[string]string{"Idempotency-Key": "tap"}}); again.Header().Get("Location") != path {
		t.Errorf("the same tap made %s after %s", again.Header().Get("Location"), path)
	}
	if other := r.do(t, call{line: "POST /api/events", body: `{"category":"lamp","lon":106.1,"lat":29.5}`, header: map[string]string{"Idempotency-Key": "tap"}}); other.Code != 409 || !strings.Contains(other.Body.String(), "this Idempotency-Key was used with another request") {
		t.Errorf("another request under the same key: %d %s", other.Code, other.Body)
	}
	edited := r.do(t, call{line: "PATCH " + path, body: `{"state":"handling"}`, header: map[string]string{"If-Match": `"1"`}})
	if edited.Code != 200 || edited.Header().Get("ETag") != `"2"` {
		t.Fatalf("edit: %d %v %s", edited.Code, edited.Header(), edited.Body)
	}
	read := r.do(t, call{line: path})
	mustHold(t, read.Body.String(), []string{`"revision":2`, `"handling"`}, nil)
	if kept := read.Header().Get("Cache-Control"); kept != "private, no-store" {
		t.Errorf("Cache-Control %q lets others keep it", kept)
	}
	if gone := r.do(t, call{line: "DELETE " + path, header: map[string]string{"If-Match": `"2"`}}); gone.Code != 200 || gone.Header().Get("Quanxi-Token") == "" {
		t.Errorf("remove: %d %s", gone.Code, gone.Body)
	}
	if after := r.do(t, call{line: path}); after.Code != 404 {
		t.Errorf("after removal: %d", after.Code)
	}
}

// TestCountingEndsWithTheRequest asks for an answer that there is no time left for.
func TestCountingEndsWithTheRequest(t *testing.T) {
	r := newRig(t)
	r.build(t)
	for _, tt := range []struct {
		name string
		body string
	}{
		{"a rectangle", `{"rectangle":[106,29,107,30]}`},
		{"a buffer", `{"buffer":{"line":[[106.09,29.5005],[106.12,29.5005]],"radius":100},"list":"people"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 0)
			defer cancel()
			rec := r.doIn(ctx, call{line: "POST /api/within", body: tt.body})
			if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
				t.Errorf("status %d, headers %v", rec.Code, rec.Header())
			}
			mustHold(t, rec.Body.String(), []string{"took too long", "ask for less"}, nil)
		})
	}
}
