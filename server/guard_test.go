package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/server"
	"quanxi/store/gpkg/gpkgtest"
	"quanxi/world"
)

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

func TestGuard(t *testing.T) {
	r := newRig(t)
	for _, tt := range []struct {
		name string
		call
		status int
	}{
		{"localhost", call{line: "/api/session", header: map[string]string{"Host": "localhost:8080"}}, 200},
		{"an address of loopback", call{line: "/api/session", header: map[string]string{"Host": "127.0.0.1:8080"}}, 200},
		{"loopback of IPv6", call{line: "/api/session", header: map[string]string{"Host": "[::1]:8080"}}, 200},
		{"a name that somebody pointed at loopback", call{line: "/api/session", header: map[string]string{"Host": "evil.example:8080"}}, 421},
		{"a name that only begins like ours", call{line: "/api/session", header: map[string]string{"Host": "localhost.evil.example"}}, 421},
		{"a page of another origin reads nothing by mistake", call{line: "/api/session", header: map[string]string{"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}}, 200},
		{"a page of another origin writes", call{line: "POST /api/events", body: `{}`, header: map[string]string{"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}}, 403},
		{"an old browser's page of another origin writes", call{line: "POST /api/events", body: `{}`, header: map[string]string{"Origin": "http://evil.example"}}, 403},
		{"our own page writes", call{line: "POST /api/events", body: `{}`, header: map[string]string{"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}}, 422},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := r.do(t, tt.call)
			if rec.Code != tt.status {
				t.Errorf("status %d, want %d: %s", rec.Code, tt.status, rec.Body)
			}
			policy := rec.Header().Get("Content-Security-Policy")
			if policy == "" || strings.Contains(policy, "unsafe-inline") || rec.Header().Get("X-Request-Id") == "" {
				t.Errorf("headers %v", rec.Header())
			}
			if rec.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Error("the API can be read by other origins")
			}
		})
	}
}

func TestSite(t *testing.T) {
	r := newRig(t)
	for _, tt := range []struct {
		name, path, accept string
		status             int
		body               string
		coding, cache      string
	}{
		{"the map", "/", "", 200, "<!doctype html><title>全息</title>", "", "no-cache"},
		{"the phone", "/m/", "", 200, "<title>phone</title>", "", "no-cache"},
		{"an address within the phone", "/m/building/7", "", 200, "<title>phone</title>", "", "no-cache"},
		{"a page that was not built is the map", "/desk", "", 200, "<!doctype html><title>全息</title>", "", "no-cache"},
		{"a script in brotli", "/assets/app-1.js", "gzip, br", 200, "brotli", "br", "public, max-age=31536000, immutable"},
		{"a script in gzip", "/assets/app-1.js", "gzip", 200, "gzip", "gzip", "public, max-age=31536000, immutable"},
		{"a script for an old client", "/assets/app-1.js", "", 200, "plain", "", "public, max-age=31536000, immutable"},
		{"a page that has no compressed form", "/", "gzip, br", 200, "<!doctype html><title>全息</title>", "", "no-cache"},
		{"a file that there is not", "/assets/none.js", "", 404, "", "", ""},
		{"a folder", "/assets/", "", 404, "", "", ""},
		{"a compressed form by its own name", "/assets/app-1.js.br", "", 404, "", "", ""},
		{"a hidden file", "/.keep", "", 404, "", "", ""},
		{"the documentation", "/docs", "", 200, "", "", "no-cache"},
		{"health", "/healthz", "", 200, "ok\n", "", ""},
		{"readiness", "/readyz", "", 200, "ready\n", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := r.do(t, call{line: tt.path, header: map[string]string{"Accept-Encoding": tt.accept}})
			if rec.Code != tt.status || tt.body != "" && rec.Body.String() != tt.body {
				t.Errorf("%d %.200q, want %d %q", rec.Code, rec.Body, tt.status, tt.body)
			}
			if h := rec.Header(); tt.status == 200 && (h.Get("Content-Encoding") != tt.coding || h.Get("Cache-Control") != tt.cache) {
				t.Errorf("coding %q, cache %q", h.Get("Content-Encoding"), h.Get("Cache-Control"))
			}
		})
	}
	t.Run("an unchanged page is not sent again", func(t *testing.T) {
		tag := r.do(t, call{line: "/"}).Header().Get("ETag")
		if rec := r.do(t, call{line: "/", header: map[string]string{"If-None-Match": tag}}); rec.Code != http.StatusNotModified {
			t.Errorf("status %d", rec.Code)
		}
	})
	t.Run("a node that loads is alive and not ready", func(t *testing.T) {
		r.node.Loaded = false
		if rec := r.do(t, call{line: "/healthz"}); rec.Code != 200 {
			t.Errorf("healthz %d", rec.Code)
		}
		if rec := r.do(t, call{line: "/readyz"}); rec.Code != 503 || !strings.Contains(rec.Body.String(), "loading") {
			t.Errorf("readyz %d %s", rec.Code, rec.Body)
		}
	})
}

func TestDescription(t *testing.T) {
	r := newRig(t)
	document := r.do(t, call{line: "/openapi.json"})
	if kind := document.Header().Get("Content-Type"); kind != "application/json" {
		t.Errorf("%q is a type that GDAL does not take", kind)
	}
	description := document.Body.String()
	mustHold(t, description, []string{`"openapi":"3.1.0"`, `"/api/identify"`, `"/api/buildings/{id}"`, `"/tiles/{layers}/{z}/{x}/{y}.mvt"`, "height_cm"},
		[]string{"id_digest", `"identity"`, "https://"})
	page := r.do(t, call{line: "/docs"}).Body.String()
	mustHold(t, page, []string{"/api/within", "/docs/page.css"}, []string{"<script", "http://", "https://", "style="})
}

// A day of birth is described as it is: whole where it is taken in, maybe a year where it is shown.
func TestDaysOfBirthAreDescribedAsTheyAre(t *testing.T) {
	r := newRig(t)
	id := r.build(t).ours[grid.People]
	type schema struct {
		Properties map[string]struct{ Pattern string }
	}
	type content struct {
		Content map[string]struct{ Schema schema }
	}
	var description struct {
		Paths map[string]map[string]struct {
			RequestBody content
			Responses   map[string]content
		}
	}
	r.read(t, "/openapi.json", &description)
	person := description.Paths["/api/people/{id}"]
	taken := person["patch"].RequestBody.Content["application/json"].Schema
	given := person["get"].Responses["200"].Content["application/json"].Schema
	var shown map[string]any
	r.read(t, fmt.Sprintf("/api/people/%d", id), &shown)
	for _, field := range []string{"born", "since"} {
		if shown[field] != "1940" {
			t.Errorf("%s is shown as %v", field, shown[field])
		}
		for text, want := range map[string][2]bool{"1940": {true, false}, "1940-05-01": {true, true}, "": {true, true}, "1940-05": {false, false}} {
			got := [2]bool{regexp.MustCompile(given.Properties[field].Pattern).MatchString(text), regexp.MustCompile(taken.Properties[field].Pattern).MatchString(text)}
			if got != want {
				t.Errorf("%s: given and taken as %q: %v, want %v", field, text, got, want)
			}
		}
	}
}

func TestOGC(t *testing.T) {
	r := newRig(t)
	made := r.build(t)
	for _, tt := range []struct {
		name   string
		viewer *access.Viewer
		path   string
		status int
		want   []string
		not    []string
	}{
		{"the landing page", townDesk, "/ogc", 200, []string{`"rel":"conformance"`, `"rel":"data"`}, nil},
		{"conformance", townDesk, "/ogc/conformance", 200, []string{"ogcapi-features-1/1.0/conf/core", "ogcapi-tiles-1/1.0/conf/mvt"}, nil},
		{"collections", townDesk, "/ogc/collections", 200, []string{`"buildings"`, "CRS84"}, []string{"people", "dwellings"}},
		{"collections of a stranger", new(access.Viewer), "/ogc/collections", 200, []string{`"collections":[]`}, nil},
		{"items in a box", townDesk, "/ogc/collections/buildings/items?bbox=106,29,106.2,30", 200, []string{`"FeatureCollection"`, "我们村1幢", `"numberReturned":1`}, []string{"他们村"}},
		{"a page of items", townDesk, "/ogc/collections/buildings/items?limit=1", 200, []string{`"rel":"next"`, "cursor="}, []string{"他们村"}},
		{"our desk's events", townDesk, "/ogc/collections/events/items", 200, []string{"我们村漏水"}, []string{"他们村"}},
		{"one feature", townDesk, fmt.Sprintf("/ogc/collections/buildings/items/%d", made.ours[grid.Buildings]), 200, []string{`"type":"Feature"`, `"Polygon"`}, nil},
		{"people are no collection", access.Local(), "/ogc/collections/people/items", 404, nil, []string{"欧阳"}},
		{"a box of three numbers", townDesk, "/ogc/collections/buildings/items?bbox=1,2,3", 400, nil, nil},
		{"a limit of none", townDesk, "/ogc/collections/buildings/items?limit=0", 400, nil, nil},
		{"the landing page with a slash", townDesk, "/ogc/", 200, []string{`"rel":"conformance"`}, nil},
		{"items with a parameter that there is not", townDesk, "/ogc/collections/buildings/items?owner=ouyang", 400, []string{"bbox"}, []string{"ouyang"}},
		{"collections with a parameter that there is not", townDesk, "/ogc/collections?x=1", 400, nil, nil},
		{"one collection with a parameter that there is not", townDesk, "/ogc/collections/buildings?x=1", 400, nil, nil},
		{"tilesets", townDesk, "/ogc/collections/buildings/tiles", 200, []string{"WebMercatorQuad", "{tileMatrix}/{tileCol}/{tileRow}.mvt"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.viewer = tt.viewer
			rec := r.do(t, call{line: tt.path})
			if rec.Code != tt.status {
				t.Errorf("status %d, want %d: %s", rec.Code, tt.status, rec.Body)
			}
			mustHold(t, rec.Body.String(), tt.want, tt.not)
		})
	}
}

// A node that hears nothing of the relay might miss a withdrawn right.
func TestASilentNodeShowsNothingScoped(t *testing.T) {
	r := newRig(t)
	r.build(t)
	r.node.Fresh = false
	for line, want := range map[string]int{
		"/tiles/buildings" + ourTile:        200,
		"/tiles/buildings,people" + ourTile: 503,
		"/tiles/events" + ourTile:           503,
		"/api/identify?lon=106.1&lat=29.5":  503,
		"/api/people":                       503,
		"/api/stats?code=500106":            503,
		"/ogc/collections/events/items":     503,
		"/readyz":                           503,
		"/healthz":                          200,
		"/api/status":                       200,
	} {
		if rec := r.do(t, call{line: line}); rec.Code != want {
			t.Errorf("%s: %d, want %d", line, rec.Code, want)
		}
	}
	mustHold(t, r.do(t, call{line: "/api/status"}).Body.String(), []string{`"area":null`, `"counts":null`}, nil)
}

// Whoever adds an operation gets this for nothing: the list is of those that do answer.
func TestASilentNodeAnswersNothingThatShowsSomething(t *testing.T) {
	answered := map[string]bool{
		"GET /api/status": true, "GET /api/categories": true, "GET /api/entry": true, "GET /healthz": true,
		"POST /api/events": true, "PATCH /api/events/{id}": true, "POST /api/workers/{id}/position": true,
	}
	r := newRig(t)
	r.build(t)
	r.node.Fresh = false
	for _, op := range r.operations(t) {
		method, path, _ := strings.Cut(op, " ")
		own := strings.HasPrefix(path, "/api/session") || strings.HasPrefix(path, "/api/setup")
		if own || strings.HasPrefix(path, "/tiles") || path == "/feed" {
			continue // one's own, or held by the tests of tiles and sockets
		}
		reply := r.do(t, call{line: method + " " + strings.NewReplacer("{id}", "7", "{code}", "leader", "{z}", "1").Replace(path), body: "{}"})
		if silent := reply.Code == http.StatusServiceUnavailable; silent == answered[op] {
			t.Errorf("%s: %d %.100s", op, reply.Code, reply.Body)
		} else if silent && strings.HasPrefix(path, "/api") && reply.Header().Get("Retry-After") == "" {
			t.Errorf("%s does not say when to come again", op)
		}
	}
}

// Before the World is loaded nobody knows where things lie.
func TestNothingIsWrittenBeforeTheWorldIsLoaded(t *testing.T) {
	r := newRig(t)
	made := r.build(t)
	r.node.Loaded = false
	for _, c := range []call{
		{line: "POST /api/events", body: `{"category":"water","lon":106.1,"lat":29.5}`},
		{line: fmt.Sprintf("PATCH /api/buildings/%d", made.ours[grid.Buildings]), body: `{"name":"x"}`, header: map[string]string{"If-Match": "1"}},
		{line: fmt.Sprintf("DELETE /api/buildings/%d", made.ours[grid.Buildings]), header: map[string]string{"If-Match": "1"}},
	} {
		rec := r.do(t, c)
		if rec.Code != 503 || rec.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s, want 503 with Retry-After", c.line, rec.Code, rec.Body)
		}
	}
}

// What a client may invent without end must not become a metric each.
func TestInventedMethodsShareOneMetric(t *testing.T) {
	r := newRig(t)
	for _, method := range []string{"BREW", "BREW2", "BREW3"} {
		r.do(t, call{line: method + " /api/status"})
	}
	families, err := r.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]bool{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "method" {
					methods[label.GetValue()] = true
				}
			}
		}
	}
	if len(methods) != 1 || !methods["other"] {
		t.Errorf("methods %v, want other alone", methods)
	}
}

// TestLog holds one line for each refusal, in no louder a voice than it deserves
// and without what was asked.
func TestLog(t *testing.T) {
	r := newRig(t)
	for _, tt := range []struct {
		name string
		call
		loaded bool
		level  string
	}{
		{"a read while loading", call{line: "/api/search?q=ouyang"}, false, "WARN"},
		{"a tile while loading", call{line: "/tiles/people" + ourTile}, false, "WARN"},
		{"a bad parameter", call{line: "/ogc/collections/buildings/items?name=ouyang"}, true, "DEBUG"},
		{"a person that is no JSON", call{line: "POST /api/people", body: `{"name":"ouyang",`}, true, "DEBUG"},
		{"a person of a wrong type", call{line: "POST /api/people", body: `{"name":["ouyang"]}`}, true, "DEBUG"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.node.Loaded = tt.loaded
			r.log.Reset()
			rec := r.do(t, tt.call)
			mustHold(t, rec.Body.String(), nil, []string{"ouyang"})
			mustHold(t, r.log.String(), []string{"level=" + tt.level, "took_us="}, []string{"ouyang", "level=ERROR"})
			if n := strings.Count(r.log.String(), "\n"); n != 1 {
				t.Errorf("%d lines: %s", n, &r.log)
			}
		})
	}
}

// A failing store answers every read and write with an error.
type failing struct {
	grid.Store
	err error
}

func (f failing) Entity(context.Context, grid.Kind, int64) (grid.Entity, error) { return nil, f.err }
func (f failing) Write(context.Context, grid.Write) (grid.Receipt, error) {
	return grid.Receipt{}, f.err
}

func TestFailures(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7:5432: password of quanxi refused")
	for _, tt := range []struct {
		name string
		err  error
		call
		status int
		want   string
	}{
		{"an internal error keeps its text", secret, call{line: "/api/buildings/1"}, 500, `"Internal Server Error"`},
		{"a store that is away takes no writes", fmt.Errorf("%w: %w", grid.ErrUnavailable, secret),
			call{line: "POST /api/events", body: `{"category":"water","lon":106,"lat":29}`}, 503, "the map goes on"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := failingServer(t, tt.err).do(t, tt.call)
			if rec.Code != tt.status {
				t.Errorf("status %d, want %d", rec.Code, tt.status)
			}
			mustHold(t, rec.Body.String(), []string{tt.want}, []string{"10.0.0.7", "password"})
			if tt.status == 503 && rec.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		})
	}
	t.Run("the map goes on", func(t *testing.T) {
		r := failingServer(t, grid.ErrUnavailable)
		for _, path := range []string{"/tiles/buildings/14/1/1.mvt", "/api/identify?lon=106&lat=29", "/api/search?q=a", "/api/status"} {
			if rec := r.do(t, call{line: path}); rec.Code >= 300 {
				t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
			}
		}
	})
}

func failingServer(t *testing.T, err error) *rig {
	t.Helper()
	store := gpkgtest.New(t)
	r := &rig{store: store, viewer: access.Local(), node: server.NodeStatus{Loaded: true, Fresh: true}, world: world.New(world.Options{Now: clock})}
	var master access.MasterKey
	views := access.NewViews(access.Sources{Store: failing{store, err}, Vault: access.NewVault(master), Master: master, World: r.world, Clock: clock})
	r.Server = server.New(server.Options{
		Views: views, Viewer: func(string) *access.Viewer { return r.viewer }, Tokens: r,
		Status: func() server.NodeStatus { return r.node }, Files: fstest.MapFS{},
		Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Meters: master.Meters(clock),
	})
	return r
}

func TestServeLetsRequestsEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-leave
		io.WriteString(w, "done")
	})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, listener, slow, nil, slog.New(slog.DiscardHandler)) }()
	answer := make(chan string, 1)
	go func() {
		reply, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer reply.Body.Close()
		body, _ := io.ReadAll(reply.Body)
		answer <- string(body)
	}()
	<-entered
	cancel()
	close(leave)
	if got := <-answer; got != "done" {
		t.Errorf("the request in flight got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

func TestLoopback(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:80": true, "localhost:1": true, "127.9.9.9:1": true,
		":8080": false, "0.0.0.0:8080": false, "192.168.1.4:80": false, "example.org:80": false, "nonsense": false,
	} {
		if got := server.Loopback(addr); got != want {
			t.Errorf("Loopback(%q) = %v", addr, got)
		}
	}
}
