package server_test

import (
	"net/http"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
)

// Tiles that hold our house and theirs at zoom 17.
const (
	ourTile   = "/17/104166/54286.mvt"
	theirTile = "/17/104348/54286.mvt"
	emptyTile = "/17/0/0.mvt"
)

// TestTiles asks for tiles. Layer names and texts stand in a tile as they are, so
// a plain search tells what it holds.
func TestTiles(t *testing.T) {
	r := newRig(t)
	r.build(t)
	stranger := new(access.Viewer)
	for _, tt := range []question{
		{name: "a building", call: call{line: "/tiles/buildings" + ourTile}, status: 200, want: []string{"buildings", "我们村1幢"}},
		{name: "several layers in one", call: call{line: "/tiles/divisions,buildings" + ourTile}, status: 200, want: []string{"buildings", "500106003001001"}},
		{name: "the order of layers does not matter", call: call{line: "/tiles/buildings,divisions,buildings" + ourTile}, status: 200, want: []string{"buildings", "500106003001001"}},
		{name: "nothing there", call: call{line: "/tiles/buildings" + emptyTile}, status: 204},
		{name: "a plan that is in force", call: call{line: "/tiles/divisions" + ourTile + "?plan=0"}, status: 200},
		{name: "a plan that this node has not reached", call: call{line: "/tiles/divisions" + ourTile + "?plan=7"}, status: 503},
		{name: "a plan that is no number", call: call{line: "/tiles/divisions" + ourTile + "?plan=new"}, status: 400},
		{name: "homes for those who answer for them", viewer: townDesk, call: call{line: "/tiles/dwellings" + ourTile}, status: 200, want: []string{"dwellings", "2-1"}},
		{name: "no homes of others", viewer: townDesk, call: call{line: "/tiles/dwellings" + theirTile}, status: 204},
		{name: "no door contact of others", viewer: townDesk, call: call{line: "/tiles/devices" + theirTile}, status: 204},
		{name: "no events of others", viewer: townDesk, call: call{line: "/tiles/events" + theirTile}, status: 204},
		{name: "no cameras of others", viewer: townDesk, call: call{line: "/tiles/cameras" + theirTile}, status: 204},
		{name: "no numbers of others' people", viewer: townDesk, call: call{line: "/tiles/people" + theirTile}, status: 204},
		{name: "a bound device is in no public layer", call: call{line: "/tiles/components" + ourTile}, status: 204},
		{name: "nobody's name is in a tile of people", call: call{line: "/tiles/people" + ourTile}, status: 200, not: []string{"欧阳", "小明"}},
		{name: "a stranger has no layers", viewer: stranger, call: call{line: "/tiles/buildings" + ourTile}, status: 404},
		{name: "a layer that there is not", call: call{line: "/tiles/faces" + ourTile}, status: 404},
		{name: "one layer of several that there is not", call: call{line: "/tiles/buildings,faces" + ourTile}, status: 404},
		{name: "no layer at all", call: call{line: "/tiles/," + ourTile}, status: 404},
		{name: "a column past the edge", call: call{line: "/tiles/buildings/2/4/1.mvt"}, status: 400},
		{name: "a negative row", call: call{line: "/tiles/buildings/2/1/-1.mvt"}, status: 400},
		{name: "an address with needless zeros", call: call{line: "/tiles/buildings/02/1/1.mvt"}, status: 400},
		{name: "a zoom beyond the layer", call: call{line: "/tiles/buildings/21/1/1.mvt"}, status: 400, want: []string{"deepest zoom is 20"}},
		{name: "a zoom beyond everything", call: call{line: "/tiles/buildings/23/1/1.mvt"}, status: 400},
		{name: "another format", call: call{line: "/tiles/buildings/2/1/1.png"}, status: 400},
		{name: "a method that tiles do not have", call: call{line: "POST /tiles/buildings" + ourTile}, status: 405},
		{name: "the list of layers", call: call{line: "/tiles"}, status: 200, want: []string{`"http://localhost:8080/tiles/buildings.json"`}},
		{name: "the list of a stranger", viewer: stranger, call: call{line: "/tiles"}, status: 200, want: []string{`"layers":[]`}},
		{name: "TileJSON", call: call{line: "/tiles/buildings,events.json"}, status: 200, want: []string{`"tilejson":"3.0.0"`, "{z}/{x}/{y}.mvt", `"vector_layers":[{`}},
		{name: "TileJSON of what there is not", call: call{line: "/tiles/faces.json"}, status: 404},
		{name: "TileJSON without its suffix", call: call{line: "/tiles/buildings"}, status: 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := r.answers(t, tt)
			if rec.Code == 200 && strings.Contains(tt.line, ".mvt") && rec.Header().Get("ETag") == "" {
				t.Error("no ETag")
			}
		})
	}
}

func TestTileConditionsAndCodings(t *testing.T) {
	r := newRig(t)
	made := r.build(t)
	path := "/tiles/buildings" + ourTile
	plain := r.do(t, call{line: path})
	tag := plain.Header().Get("ETag")

	unchanged := r.do(t, call{line: path, header: map[string]string{"If-None-Match": tag}})
	if unchanged.Code != http.StatusNotModified || unchanged.Body.Len() != 0 {
		t.Errorf("the same tag: %d", unchanged.Code)
	}
	head := r.do(t, call{line: "HEAD " + path})
	if head.Code != 200 || head.Header().Get("ETag") != tag || head.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
	for _, coding := range []string{"gzip", "zstd"} {
		coded := r.do(t, call{line: path, header: map[string]string{"Accept-Encoding": coding}})
		if got := coded.Header().Get("Content-Encoding"); got != coding || coded.Header().Get("ETag") == tag {
			t.Errorf("%s: came as %q with tag %s", coding, got, coded.Header().Get("ETag"))
		}
		again := r.do(t, call{line: path, header: map[string]string{"Accept-Encoding": coding, "If-None-Match": coded.Header().Get("ETag")}})
		if again.Code != http.StatusNotModified {
			t.Errorf("%s: its own tag: %d", coding, again.Code)
		}
	}
	if r.do(t, call{line: path}).Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Error("a public tile cannot be read by other origins")
	}
	if r.do(t, call{line: "/tiles/buildings,people" + ourTile}).Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error("a scoped tile can be read by other origins")
	}

	t.Run("a change makes another tag, a change elsewhere does not", func(t *testing.T) {
		edit := call{body: `{"name":"我们村大楼"}`, header: map[string]string{"If-Match": "1"}}
		edit.line = "PATCH /api/buildings/" + itoa(made.theirs[grid.Buildings])
		r.do(t, edit)
		if now := r.do(t, call{line: path}).Header().Get("ETag"); now != tag {
			t.Error("a change elsewhere changed the tag")
		}
		edit.line = "PATCH /api/buildings/" + itoa(made.ours[grid.Buildings])
		r.do(t, edit)
		changed := r.do(t, call{line: path, header: map[string]string{"If-None-Match": tag}})
		if changed.Code != 200 {
			t.Errorf("after a change the old tag gives %d", changed.Code)
		}
		mustHold(t, changed.Body.String(), []string{"我们村大楼"}, nil)
	})
	t.Run("what our desk does not see does not change its tags", func(t *testing.T) {
		r.viewer = townDesk
		before := r.do(t, call{line: "/tiles/buildings,events" + theirTile}).Header().Get("ETag")
		r.viewer = access.Local()
		r.create(t, events.Events, `{"category":"lamp","lon":106.6005,"lat":29.5005}`)
		whole := r.do(t, call{line: "/tiles/buildings,events" + theirTile}).Header().Get("ETag")
		r.viewer = townDesk
		if after := r.do(t, call{line: "/tiles/buildings,events" + theirTile}).Header().Get("ETag"); after != before || after == whole {
			t.Errorf("tag %s after %s; the whole city has %s", after, before, whole)
		}
	})
}

// A map of another origin signs in by a token that it has; its browser asks first whether
// it may show one. Nothing is ever readable to a page by a cookie.
func TestAMapOfAnotherOriginSignsInByToken(t *testing.T) {
	r := newRig(t)
	r.build(t)
	local := r.do(t, call{line: "/tiles/buildings,people" + ourTile, header: map[string]string{"Authorization": "Bearer made-up"}})
	if local.Code != http.StatusOK || local.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("where nobody needs a token, a made up one opens a scoped tile: %d %v", local.Code, local.Header())
	}
	r.hire(t, "worker", "grid-worker", "500106003001001")
	signIn := func(more string) (string, string) {
		cookie, token := secretOf(t, r.signIn(t, `{"name":"worker","password":"`+password+`"`+more+`}`))
		if cookie == nil {
			return "", "Bearer " + token
		}
		return cookie.Name + "=" + cookie.Value, ""
	}
	cookie, _ := signIn("")
	_, token := signIn(`,"program":true`)
	preflight := "OPTIONS /tiles/buildings" + ourTile
	for _, tt := range []struct {
		name   string
		line   string
		by     string // the header that signs in
		secret string
		status int
		shared bool
	}{
		{"whether it may ask", preflight, "", "", 204, true},
		{"a public tile by a token", "/tiles/buildings" + ourTile, "Authorization", token, 200, true},
		{"a scoped tile by a token", "/tiles/dwellings" + ourTile, "Authorization", token, 200, true},
		{"an empty tile by a token", "/tiles/dwellings" + emptyTile, "Authorization", token, 204, true},
		{"TileJSON of a scoped layer by a token", "/tiles/dwellings.json", "Authorization", token, 200, true},
		{"a layer that there is not, by a token", "/tiles/faces" + ourTile, "Authorization", token, 404, true},
		{"an address that is none, by a token", "/tiles/buildings/2/4/1.mvt", "Authorization", token, 400, true},
		{"without a token, that one is needed", "/tiles/buildings" + ourTile, "", "", 401, true},
		{"by a token that is none", "/tiles/buildings.json", "Authorization", "Bearer made-up", 401, true},
		{"a public tile by a cookie", "/tiles/buildings" + ourTile, "Cookie", cookie, 200, true},
		{"a scoped tile by a cookie", "/tiles/dwellings" + ourTile, "Cookie", cookie, 200, false},
		{"TileJSON of a scoped layer by a cookie", "/tiles/dwellings.json", "Cookie", cookie, 200, false},
		{"anything else by a token", "/api/session", "Authorization", token, 200, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ask := call{line: tt.line, header: map[string]string{"Origin": "https://map.example"}}
			if tt.by != "" {
				ask.header[tt.by] = tt.secret
			}
			reply := r.do(t, ask)
			h := reply.Header()
			if reply.Code != tt.status || (h.Get("Access-Control-Allow-Origin") == "*") != tt.shared {
				t.Errorf("%d %v, want %d, shared: %v", reply.Code, h, tt.status, tt.shared)
			}
			if h.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("a page of another origin may read by a cookie")
			}
			if tt.line == preflight && !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") {
				t.Errorf("it may show no token: %v", h)
			}
		})
	}
}
