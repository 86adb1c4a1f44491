package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/events"
	"quanxi/exchange"
	"quanxi/feed"
	"quanxi/grid"
	"quanxi/server"
	"quanxi/staff"
	"quanxi/store/gpkg"
	"quanxi/store/gpkg/gpkgtest"
	"quanxi/world"
)

// now is when every test happens.
var now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// under is the scope of a post where areas are managed as their codes say, and everywhere that
// of one that answers for all there is.
func under(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) }

func everywhere(grid.Code) grid.Scope { return grid.Everywhere() }

// holding returns the viewer of an account with one post.
func holding(account, code string, area grid.Code, scopeOf func(grid.Code) grid.Scope) *access.Viewer {
	return access.NewViewer(account, role.NewGrant([]role.Post{{Role: code, Area: area}}, role.Shipped(), scopeOf))
}

// countyDesk is an operator of the whole county: numbers and events, no names.
var countyDesk = holding("county", "operator", "500106", under)

// townDesk sees and keeps everything in our town.
var townDesk = access.NewViewer("town", role.NewGrant(
	[]role.Post{{Role: "desk", Area: "500106003"}},
	map[string]role.Role{"desk": {Code: "desk", Personal: grid.CityLevel, Rights: role.SetOf(role.SeeNumbers, role.SeeHomes, role.SeePeople, role.SeeCare,
		role.SeeDevices, role.SeeStaff, role.SeeEvents, role.ReportEvents, role.HandleEvents, role.KeepThings, role.KeepPeople, role.KeepStaff)}},
	under))

// A rig is a server over a real store and a real World, without a feed: a write
// is applied to the World when its token is waited for.
type rig struct {
	*server.Server
	store *gpkg.Store
	world *world.World
	moved []access.Position
	// refused are what Refused was told, and shown what the Views told of people.
	refused []access.Trace
	shown   []shown
	viewer  *access.Viewer // of every request; nil for whom its secret stands for
	node    server.NodeStatus
	log     bytes.Buffer // everything from debug up

	metrics   *prometheus.Registry
	directory *access.Directory
	desk      *access.Desk
	sealer    *signin.Sealer
}

// shown is whom somebody was shown, and how many.
type shown struct {
	access.Trace
	people int64
}

func newRig(t testing.TB) *rig {
	t.Helper()
	return newRigWith(t, func(*server.Options) {})
}

// newRigWith is newRig with other options.
func newRigWith(t testing.TB, change func(*server.Options)) *rig {
	t.Helper()
	store := gpkgtest.New(t)
	var master access.MasterKey
	r := &rig{store: store, viewer: access.Local(), node: server.NodeStatus{Epoch: "e1", Loaded: true, Fresh: true}, metrics: prometheus.NewRegistry()}
	r.world = world.New(world.Options{Now: clock})
	views := access.NewViews(access.Sources{
		Store: store, Vault: access.NewVault(master), Master: master, World: r.world,
		Clock:     clock,
		Journal:   access.NewJournal(filepath.Join(t.TempDir(), "erasures")),
		Positions: func(p access.Position) error { r.moved = append(r.moved, p); return nil },
		Shown:     func(of access.Trace, people int64) { r.shown = append(r.shown, shown{of, people}) },
	})
	r.openDesk(t)
	options := server.Options{
		Views:   views,
		Viewer:  r.viewerOf,
		Desk:    r.desk,
		Refused: r.noteRefused,
		Tokens:  r,
		Status:  func() server.NodeStatus { return r.node },
		Files: fstest.MapFS{
			"index.html":         {Data: []byte("<!doctype html><title>全息</title>")},
			"m/index.html":       {Data: []byte("<title>phone</title>")},
			"assets/app-1.js":    {Data: []byte("plain")},
			"assets/app-1.js.br": {Data: []byte("brotli")},
			"assets/app-1.js.gz": {Data: []byte("gzip")},
			".keep":              {Data: []byte("hidden")},
		},
		Scratch: exchange.Scratch(filepath.Join(t.TempDir(), "tmp")),
		Version: "test",
		Log:     slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: r.metrics,
		Clock:   clock,
		Meters:  master.Meters(clock),
	}
	change(&options)
	r.Server = server.New(options)
	return r
}

func (r *rig) openDesk(t testing.TB) {
	t.Helper()
	hasher, err := signin.NewHasher(signin.Params{Memory: 8 << 10, Passes: 1, Lanes: 1}, 2, 8)
	if err != nil {
		t.Fatal(err)
	}
	r.directory, r.sealer = access.NewDirectory(), signin.NewSealer([32]byte{1})
	r.directory.Begin(now).Publish()
	r.desk = access.NewDesk(access.DeskSources{
		Store: r.store, Directory: r.directory, Hasher: hasher, Throttle: signin.NewThrottle(signin.DefaultRules(), clock),
		Sealer: r.sealer, Vault: access.NewVault(access.MasterKey{}), Devices: signin.NewBox([32]byte{2}, "device"), Clock: clock, PasswordAlone: true, Seals: func() iter.Seq2[access.Seal, error] { return func(func(access.Seal, error) bool) {} },
		ScopeOf: func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) }, Refused: r.noteRefused,
	})
}

func (r *rig) noteRefused(what access.Trace) { r.refused = append(r.refused, what) }

func (r *rig) viewerOf(secret string) *access.Viewer {
	if r.viewer != nil {
		return r.viewer
	}
	v, _, ok := r.desk.Viewer(secret)
	if !ok {
		return nil
	}
	return v
}

// Seal implements server.Tokens.
func (r *rig) Seal(grid.Receipt) string { return "token" }

// Wait implements server.Tokens: it brings the World up to date there and then.
func (r *rig) Wait(ctx context.Context, token string) error {
	switch token {
	case "behind":
		return fmt.Errorf("mark 7: %w", server.ErrBehind)
	case "forged":
		return feed.ErrToken
	}
	batch, err := r.store.Publish(ctx, 1000)
	if err != nil {
		return err
	}
	var steps []world.Step
	for _, c := range batch.Changes {
		if staff.Is(c.Kind) {
			if err := r.tellStaff(c); err != nil {
				return err
			}
			continue
		}
		if c.Op == feed.Remove {
			steps = append(steps, world.Step{Remove: grid.Ref{Kind: c.Kind, ID: c.ID, Revision: c.Revision}})
			continue
		}
		e, err := events.New(c.Kind)
		if err == nil {
			err = grid.DecodeJSON(c.Body, e)
		}
		if err != nil {
			return err
		}
		steps = append(steps, world.Step{Entity: e})
	}
	_, err = r.world.Apply(world.Position{Epoch: string(batch.Epoch), Pos: batch.Pos}, steps)
	return err
}

// tellStaff hands a change of staff to the Directory.
func (r *rig) tellStaff(c feed.Change) error {
	if c.Op == feed.Remove {
		r.directory.Apply([]access.Step{{Remove: grid.Ref{Kind: c.Kind, ID: c.ID, Revision: c.Revision}}})
		return nil
	}
	e := staff.New(c.Kind)
	if err := grid.DecodeJSON(c.Body, e); err != nil {
		return err
	}
	r.directory.Apply([]access.Step{{Entity: e}})
	return nil
}

// A call is one request as a line of text, "POST /api/events", and its headers.
type call struct {
	line   string
	body   string
	header map[string]string
	from   string // address and port; empty for one of documentation
}

// A question is a request of somebody, and what its answer must and must not hold.
type question struct {
	name   string
	viewer *access.Viewer // the whole city, unless set
	call
	status int
	want   []string // in the body
	not    []string // not in the body
}

// answers asks a question and checks its answer.
func (r *rig) answers(t *testing.T, q question) *httptest.ResponseRecorder {
	t.Helper()
	r.viewer = access.Local()
	if q.viewer != nil {
		r.viewer = q.viewer
	}
	rec := r.do(t, q.call)
	if rec.Code != q.status {
		t.Errorf("status %d, want %d: %.300q", rec.Code, q.status, rec.Body)
	}
	mustHold(t, rec.Body.String(), q.want, q.not)
	return rec
}

func (r *rig) do(t testing.TB, c call) *httptest.ResponseRecorder {
	t.Helper()
	return r.doIn(t.Context(), c)
}

// doIn sends a request that ends with a context.
func (r *rig) doIn(ctx context.Context, c call) *httptest.ResponseRecorder {
	method, path, ok := strings.Cut(c.line, " ")
	if !ok {
		method, path = http.MethodGet, c.line
	}
	req := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(c.body))
	req.Host = "localhost:8080"
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	if c.from != "" {
		req.RemoteAddr = c.from
	}
	rec := httptest.NewRecorder()
	r.ServeHTTP(rec, req)
	return rec
}

// read asks for a path and decodes what it answers.
func (r *rig) read(t testing.TB, path string, into any) {
	t.Helper()
	rec := r.do(t, call{line: path})
	if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %.300s: %v", path, rec.Code, rec.Body, err)
	}
}

// create makes an entity through the API as the viewer of the whole city and
// returns its id.
func (r *rig) create(t testing.TB, kind grid.Kind, body string) int64 {
	t.Helper()
	asked := r.viewer
	r.viewer = access.Local()
	defer func() { r.viewer = asked }()
	rec := r.do(t, call{line: "POST /api/" + string(kind), body: body})
	var made struct{ ID int64 }
	if err := json.Unmarshal(rec.Body.Bytes(), &made); err != nil || rec.Code != http.StatusCreated {
		t.Fatalf("create %s %s: %d %s", kind, body, rec.Code, rec.Body)
	}
	return made.ID
}

// square returns GeoJSON of a square with a south-western corner.
func square(lon, lat, side float64) string {
	e, n := lon+side, lat+side
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%v,%v],[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]}`,
		lon, lat, e, lat, e, n, lon, n, lon, lat)
}

// town is what the tests ask about: two grids side by side, ours west of 106.5°
// and theirs east of it, each with one of everything.
type town struct {
	ours, theirs map[grid.Kind]int64
}

func (r *rig) build(t testing.TB) town {
	t.Helper()
	r.create(t, grid.Divisions, `{"code":"5000","name":"重庆市","level":1,"kind":"city"}`)
	r.create(t, grid.Divisions, `{"code":"500106","name":"沙坪坝区","level":2,"parent":"5000","geometry":`+square(106, 29, 1)+`}`)
	var made town
	for _, side := range []struct {
		lon                  float64
		town, grid, quarters string
		ids                  *map[grid.Kind]int64
	}{{106, "500106003", "500106003001001", "我们村", &made.ours}, {106.5, "500106004", "500106004001001", "他们村", &made.theirs}} {
		*side.ids = r.furnish(t, side.lon, side.town, side.grid, side.quarters)
	}
	return made
}

func (r *rig) furnish(t testing.TB, lon float64, townCode, gridCode, name string) map[grid.Kind]int64 {
	t.Helper()
	ids := map[grid.Kind]int64{}
	half := fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]v,29],[%[2]v,29],[%[2]v,30],[%[1]v,30],[%[1]v,29]]]}`, lon, lon+0.5)
	community := gridCode[:12]
	r.create(t, grid.Divisions, fmt.Sprintf(`{"code":%q,"name":"%s镇","level":3,"parent":"500106","geometry":%s}`, townCode, name, half))
	r.create(t, grid.Divisions, fmt.Sprintf(`{"code":%q,"name":"%s社区","level":4,"parent":%q,"geometry":%s}`, community, name, townCode, half))
	ids[grid.Divisions] = r.create(t, grid.Divisions, fmt.Sprintf(`{"code":%q,"name":"%s一网格","level":5,"kind":"general","parent":%q,"geometry":%s}`, gridCode, name, community, half))
	ids[grid.Buildings] = r.create(t, grid.Buildings, fmt.Sprintf(`{"name":"%s1幢","address":"%s大道1号","floors":6,"height_cm":1800,"geometry":%s}`, name, name, square(lon+0.1, 29.5, 0.001)))
	ids[grid.Dwellings] = r.create(t, grid.Dwellings, fmt.Sprintf(`{"building":%d,"unit":1,"floor":2,"room":"2-1","state":"own"}`, ids[grid.Buildings]))
	ids[grid.People] = r.create(t, grid.People, fmt.Sprintf(`{"dwelling":%d,"residence":"both","born":"1940-05-01","since":"1940-05-03","name":"欧阳小明","id_number":"990999194005011234","phone":"10300001234"}`, ids[grid.Dwellings]))
	ids[grid.Devices] = r.create(t, grid.Devices, fmt.Sprintf(`{"dwelling":%d,"name":"%s门磁","category":"door","state":"online","lon":%v,"lat":29.5005}`, ids[grid.Dwellings], name, lon+0.1005))
	ids[grid.Cameras] = r.create(t, grid.Cameras, fmt.Sprintf(`{"name":"%s路口","state":"online","lon":%v,"lat":29.5}`, name, lon+0.0999))
	ids[grid.Workers] = r.create(t, grid.Workers, fmt.Sprintf(`{"name":"%s网格员","role":"grid-worker","area":%q,"phone":"10300005678"}`, name, gridCode))
	ids[events.Events] = r.create(t, events.Events, fmt.Sprintf(`{"category":"water","title":"%s漏水","lon":%v,"lat":29.5005}`, name, lon+0.1004))
	ids[grid.ServicePoints] = r.create(t, grid.ServicePoints, fmt.Sprintf(`{"name":"%s便民中心","category":"service","lon":%v,"lat":29.5011}`, name, lon+0.1))
	return ids
}
