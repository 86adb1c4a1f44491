package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
)

const ourCommunity, ourTown, theirTown grid.Code = "500106003001", "500106003", "500106004"

// become has every request come from an account as it stands in the Directory.
func (r *rig) become(id int64) {
	grant, _ := r.directory.Grant(id, now, r.desk.ScopeOf)
	r.viewer = access.NewViewer(itoa(id), grant)
}

// ask asks for a file of our community and returns what is answered.
func (r *rig) ask(t testing.TB, kind grid.Kind, format string) exportReply {
	t.Helper()
	reply := r.do(t, call{line: "POST /api/exports", body: fmt.Sprintf(`{"kind":%q,"area":%q,"format":%q,"purpose":"report","note":"季度"}`, kind, ourCommunity, format)})
	if reply.Code != 201 {
		t.Fatalf("%d %s", reply.Code, reply.Body)
	}
	var asked exportReply
	if err := json.Unmarshal(reply.Body.Bytes(), &asked); err != nil {
		t.Fatal(err)
	}
	return asked
}

type exportReply struct {
	ID                   int64
	State                string
	Rows, Personal       int64
	Who, Post            string
	Own, Decides         bool
	AskedAt, Ends        time.Time
	Area, Purpose, Notes string
}

// set changes a setting as whoever runs the system would.
func (r *rig) set(t testing.TB, exportRows int64) {
	t.Helper()
	s := staff.DefaultSettings()
	s.ExportRows = exportRows
	r.write(t, s)
}

// exportPeople are the accounts of the tests of exports.
type exportPeople struct{ secretary, other, leader, sibling, county, worker int64 }

func (r *rig) exportPeople(t testing.TB) exportPeople {
	t.Helper()
	r.build(t)
	hire := func(login, role string, area grid.Code) int64 { // without a password: nobody signs in
		a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
		r.write(t, a)
		r.write(t, &staff.Post{Account: a.ID, Role: role, Area: area})
		return a.ID
	}
	return exportPeople{
		hire("secretary", "secretary", ourCommunity), hire("other", "secretary", ourCommunity), hire("leader", "leader", ourTown),
		hire("sibling", "leader", theirTown), hire("county", "leader", "500106"), hire("worker", "grid-worker", "500106003001001"),
	}
}

func TestAFileHoldsWhatItsAskerSeesAndSaysWho(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.become(p.secretary)
	for _, tt := range []struct {
		kind   grid.Kind
		format string
		rows   int64
		about  int64
		holds  []string
		not    []string
	}{
		{grid.People, "geojson", 1, 1, []string{`"quanxi_export":{"id":"`, `"who":"secretary","post":"secretary@500106003001"`, `"purpose":"report","note":"季度"`, "欧阳**", "990***********1234", `"born":"1940"`, `"since":"1940"`, `"shown":"masked"`}, []string{"小明", "19400501", "1940-05", "digest", `"identity"`}},
		{grid.People, "csv", 1, 1, []string{"欧阳**", " by secretary as secretary@500106003001 at ", " for report (季度)", ",1940,"}, []string{"小明", "19400501", "1940-05", "digest"}},
		{grid.People, "geopackage", 1, 1, []string{"欧阳**", "\"born\" TEXT"}, []string{"小明", "19400501", "1940-05"}},
		{grid.Workers, "csv", 1, 1, []string{"我们村网格员", "103****5678"}, []string{"10300005678", "他们村"}},
		{grid.Dwellings, "csv", 1, 1, []string{"2-1"}, nil},
		{grid.Buildings, "geojson", 1, 0, []string{"我们村1幢"}, []string{"他们村"}},
		{grid.Cameras, "geojson", 1, 0, []string{"我们村路口"}, []string{"他们村"}},
		{grid.Devices, "geojson", 1, 1, []string{"我们村门磁"}, []string{"他们村"}},
		{events.Events, "csv", 1, 0, []string{"我们村漏水"}, []string{"他们村"}},
		{grid.Divisions, "geojson", 2, 0, []string{"我们村社区", "我们村一网格"}, []string{"他们村", "我们村镇"}},
		{grid.Households, "csv", 0, 0, nil, nil},
		{grid.Roads, "geojson", 0, 0, []string{`"features":[`}, nil},
		{grid.Buildings, "geopackage", 1, 0, []string{"SQLite format 3", "我们村1幢", "export "}, []string{"他们村"}},
	} {
		t.Run(string(tt.kind)+" as "+tt.format, func(t *testing.T) {
			asked := r.ask(t, tt.kind, tt.format)
			if asked.State != "ready" || asked.Rows != tt.rows || asked.Personal != tt.about || !asked.Own || asked.Decides || asked.Who != "secretary" {
				t.Errorf("%+v", asked)
			}
			file := r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)})
			if file.Code != 200 {
				t.Fatalf("%d %s", file.Code, file.Body)
			}
			mustHold(t, file.Body.String(), tt.holds, tt.not)
			sum := sha256.Sum256(file.Body.Bytes())
			rows := r.trail(t, "exports.take", asked.ID)
			if len(rows) != 1 || !strings.Contains(rows[0].Detail, fmt.Sprintf("rows=%d personal=%d sha256=%x", tt.rows, tt.about, sum)) || rows[0].Post != "secretary@500106003001" {
				t.Errorf("trace %+v", rows)
			}
			if h := file.Header(); h.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" || h.Get("Cache-Control") != "private, no-store" || !strings.Contains(h.Get("Content-Disposition"), "attachment") {
				t.Errorf("headers %v", h)
			}
		})
	}
	left, err := os.ReadDir(string(r.Scratch))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func (r *rig) trail(t *testing.T, action string, export int64) (rows []grid.AuditRow) {
	t.Helper()
	for row, err := range r.store.AuditRows(t.Context(), grid.AuditQuery{Action: action, Object: fmt.Sprintf("exports/%d", export)}) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// Who has unmasked a record sees that one in the open, and carries it away masked.
func TestAnUnmaskedRecordStaysMaskedInAFile(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	grant, _ := r.directory.Grant(p.secretary, now, r.desk.ScopeOf)
	var person int64
	for e, err := range r.store.Entities(t.Context(), grid.People, grid.Query{Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		person = e.Entity().ID
	}
	r.viewer = access.NewViewer(itoa(p.secretary), grant, access.Unmasked{Ref: grid.Ref{Kind: grid.People, ID: person}, Ends: now.Add(time.Minute)})
	mustHold(t, r.do(t, call{line: fmt.Sprintf("/api/people/%d", person)}).Body.String(), []string{"欧阳小明"}, nil)
	asked := r.ask(t, grid.People, "csv")
	mustHold(t, r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}).Body.String(), []string{"欧阳**"}, []string{"小明"})
}

// A file with more rows about people than may leave waits for somebody else, of the same
// post or a higher one. Everybody else is told that there is no such thing.
func TestWhoMayDecideOnAnExport(t *testing.T) {
	for _, tt := range []struct {
		name   string
		who    func(exportPeople) int64
		status int
		says   string
	}{
		{"who asked", func(p exportPeople) int64 { return p.secretary }, 403, "somebody else must agree"},
		{"another secretary of the community", func(p exportPeople) int64 { return p.other }, 200, `"state":"ready"`},
		{"the leader of the town", func(p exportPeople) int64 { return p.leader }, 200, `"state":"ready"`},
		{"the leader of the county, who reads no names", func(p exportPeople) int64 { return p.county }, 200, `"state":"ready"`},
		{"the leader of the next town", func(p exportPeople) int64 { return p.sibling }, 404, "no such thing"},
		{"a grid worker there, who exports nothing", func(p exportPeople) int64 { return p.worker }, 404, "no such thing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			p := r.exportPeople(t)
			r.set(t, 0)
			r.become(p.secretary)
			asked := r.ask(t, grid.People, "csv")
			file := call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}
			if early := r.do(t, file); asked.State != "waiting" || early.Code != 409 {
				t.Errorf("%+v, taken %d", asked, early.Code)
			}
			r.become(tt.who(p))
			sees := tt.status != 404
			if list := r.do(t, call{line: "/api/exports"}).Body.String(); strings.Contains(list, itoa(asked.ID)) != sees || strings.Contains(list, `"decides":true`) != (tt.status == 200) {
				t.Errorf("it sees %s", list)
			}
			reply := r.do(t, call{line: fmt.Sprintf("POST /api/exports/%d/approve", asked.ID)})
			if reply.Code != tt.status || !strings.Contains(reply.Body.String(), tt.says) {
				t.Errorf("%d %s", reply.Code, reply.Body)
			}
			if taken := r.do(t, file); tt.who(p) != p.secretary && taken.Code != map[bool]int{true: 403, false: 404}[sees] {
				t.Errorf("somebody else's file: %d", taken.Code)
			}
			if again := r.do(t, call{line: fmt.Sprintf("POST /api/exports/%d/refuse", asked.ID)}); tt.status == 200 && again.Code != 409 {
				t.Errorf("decided twice: %d", again.Code)
			}
			r.become(p.secretary)
			if taken := r.do(t, file); taken.Code != map[bool]int{true: 200, false: 409}[tt.status == 200] {
				t.Errorf("taken %d %s", taken.Code, taken.Body)
			}
			if rows := r.trail(t, "exports.approve", asked.ID); len(rows) != map[bool]int{true: 1}[tt.status == 200] {
				t.Errorf("%d rows of the decision", len(rows))
			}
		})
	}
}

// Many small files are one big one: what was asked for within a day counts together.
func TestSplitExportsCountTogether(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.become(p.secretary)
	each := r.ask(t, grid.People, "csv").Personal
	if each == 0 {
		t.Fatal("nobody lives there")
	}
	for _, tt := range []struct {
		name  string
		who   func(exportPeople) int64
		hours time.Duration
		state staff.ExportState
		kind  grid.Kind
		want  string
	}{
		{"the second of two of 60", func(p exportPeople) int64 { return p.secretary }, 1, staff.ExportTaken, grid.People, "waiting"},
		{"the day after", func(p exportPeople) int64 { return p.secretary }, 25, staff.ExportTaken, grid.People, "ready"},
		{"after a refused one", func(p exportPeople) int64 { return p.secretary }, 1, staff.ExportRefused, grid.People, "ready"},
		{"after somebody else's", func(p exportPeople) int64 { return p.other }, 1, staff.ExportTaken, grid.People, "ready"},
		{"of what is about nobody", func(p exportPeople) int64 { return p.secretary }, 1, staff.ExportTaken, grid.Buildings, "ready"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			p := r.exportPeople(t)
			r.set(t, 59+each)
			before := now.Add(-tt.hours * time.Hour)
			r.write(t, &staff.Export{Account: tt.who(p), Role: "secretary", Over: ourCommunity, Of: grid.People, Area: ourCommunity, Format: "csv", Purpose: staff.ForReport,
				Rows: 60, Personal: 60, State: tt.state, AskedAt: before, Ends: before.Add(48 * time.Hour)})
			r.become(p.secretary)
			asked := r.ask(t, tt.kind, "csv")
			if asked.State != tt.want {
				t.Errorf("%s, want %s", asked.State, tt.want)
			}
			if asked.State != "waiting" {
				return
			}
			e, err := r.store.Entity(t.Context(), staff.Exports, asked.ID) // as if both had been asked for at the same moment
			if err != nil {
				t.Fatal(err)
			}
			x := e.(*staff.Export)
			x.State = staff.ExportReady
			r.write(t, x)
			if taken := r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}); taken.Code != 409 {
				t.Errorf("taken: %d %s", taken.Code, taken.Body)
			}
		})
	}
}

// Whoever decides without reading names is not told how many people there are, nor how many
// care events are among others.
func TestACountyDecidesWithoutCounts(t *testing.T) {
	for _, kind := range []grid.Kind{grid.People, events.Events} {
		r := newRig(t)
		p := r.exportPeople(t)
		r.create(t, events.Events, `{"category":"care","title":"我们村走访","lon":106.1,"lat":29.5}`)
		r.set(t, 0)
		r.become(p.secretary)
		if asked := r.ask(t, kind, "csv"); asked.Personal != 1 {
			t.Errorf("%s: %d rows of %d are about somebody", kind, asked.Personal, asked.Rows)
		}
		for who, counts := range map[int64]bool{p.county: false, p.leader: true} {
			r.become(who)
			if list := r.do(t, call{line: "/api/exports"}).Body.String(); strings.Contains(list, `"rows":null,"personal":null`) == counts {
				t.Errorf("%s, %d: %s", kind, who, list)
			}
		}
	}
}

// Whom one set up oneself is no second person, nor is who set one up.
func TestWhoSetUpTheAskerIsNoSecondPerson(t *testing.T) {
	for name, made := range map[string]func(exportPeople) (one, by int64){
		"the asker's maker":   func(p exportPeople) (int64, int64) { return p.secretary, p.other },
		"whom the asker made": func(p exportPeople) (int64, int64) { return p.other, p.secretary },
	} {
		r := newRig(t)
		p := r.exportPeople(t)
		one, by := made(p)
		a, _, _ := r.directory.Person(one)
		changed := *a
		changed.SetUpBy = by
		r.write(t, &changed)
		r.set(t, 0)
		r.become(p.secretary)
		asked := r.ask(t, grid.People, "csv")
		r.become(p.other)
		if reply := r.do(t, call{line: fmt.Sprintf("POST /api/exports/%d/approve", asked.ID)}); reply.Code != 403 {
			t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
		}
	}
}

// Whoever keeps accounts may open the links of two and have one decide for the other: for a
// week, in which their holders find themselves shut out, the two are no two persons.
func TestWhoseLinksOnePersonMadeAreTwoPersonsAfterAWeek(t *testing.T) {
	const maker, another = 4001, 4002
	day := 24 * time.Hour
	for _, tt := range []struct {
		name          string
		asker, other  int64 // who made their links
		asked, opened time.Duration
		status        int
	}{
		{"both set up today", maker, maker, day, day, 403},
		{"the second person today", maker, maker, 100 * day, day, 403},
		{"the asker today", maker, maker, day, 100 * day, 403},
		{"both a week ago", maker, maker, 7 * day, 7 * day, 200},
		{"today, by two who keep accounts", maker, another, day, day, 200},
		{"today, at the machine", 0, 0, day, day, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			p := r.exportPeople(t)
			for _, a := range []struct {
				id, by int64
				ago    time.Duration
			}{{p.secretary, tt.asker, tt.asked}, {p.other, tt.other, tt.opened}} {
				found, posts, _ := r.directory.Person(a.id)
				changed := *found
				changed.SetUpBy, changed.SetUpAt = a.by, now.Add(-a.ago)
				r.write(t, &changed)
				confirmed := *posts[0] // else it shows nobody
				confirmed.ConfirmedBy, confirmed.ConfirmedAt = 4003, now
				r.write(t, &confirmed)
			}
			r.set(t, 0)
			r.become(p.secretary)
			asked := r.ask(t, grid.People, "csv")
			r.become(p.other)
			if list := r.do(t, call{line: "/api/exports"}).Body.String(); strings.Contains(list, `"decides":true`) != (tt.status == 200) {
				t.Errorf("listed as %s", list)
			}
			if reply := r.do(t, call{line: fmt.Sprintf("POST /api/exports/%d/approve", asked.ID)}); reply.Code != tt.status {
				t.Errorf("%d %s, want %d", reply.Code, reply.Body, tt.status)
			}
		})
	}
}

// A secretary has no say in what his town's leader takes away from his community.
func TestALowerPostDoesNotDecideForAHigherOne(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.set(t, 0)
	r.become(p.leader)
	asked := r.ask(t, grid.People, "csv")
	r.become(p.secretary)
	if reply := r.do(t, call{line: fmt.Sprintf("POST /api/exports/%d/approve", asked.ID)}); reply.Code != 404 {
		t.Errorf("%d %s", reply.Code, reply.Body)
	}
}

func TestExportsThatAreNotGivenOut(t *testing.T) {
	const body = `{"kind":%q,"area":%q,"format":%q,"purpose":%q,"note":%q}`
	r := newRig(t)
	p := r.exportPeople(t)
	for _, tt := range []struct {
		name                              string
		who                               int64
		kind, area, format, purpose, note string
		status                            int
	}{
		{"for no purpose of the list", p.secretary, "people", string(ourCommunity), "csv", "fun", "", 422},
		{"with somebody's telephone in its words", p.secretary, "people", string(ourCommunity), "csv", "report", "致电13800002071", 422},
		{"with a line break in its words", p.secretary, "people", string(ourCommunity), "csv", "report", "a\nb", 422},
		{"in a format that there is not", p.secretary, "people", string(ourCommunity), "pdf", "report", "", 422},
		{"of a kind that there is not", p.secretary, "accounts", string(ourCommunity), "csv", "report", "", 422},
		{"of an area that there is not", p.secretary, "people", "500106003009", "csv", "report", "", 404},
		{"of the sibling's area", p.secretary, "people", string(theirTown), "csv", "report", "", 404},
		{"of the whole town by a community", p.secretary, "people", string(ourTown), "csv", "report", "", 404},
		{"of people by a county, which counts", p.county, "people", string(ourCommunity), "csv", "report", "", 404},
		{"of buildings by a county", p.county, "buildings", string(ourCommunity), "csv", "report", "", 201},
		{"by a grid worker", p.worker, "people", "500106003001001", "csv", "report", "", 404},
		{"of what there is not by a grid worker", p.worker, "accounts", "500106003001001", "csv", "report", "", 404},
	} {
		r.become(tt.who)
		reply := r.do(t, call{line: "POST /api/exports", body: fmt.Sprintf(body, tt.kind, tt.area, tt.format, tt.purpose, tt.note)})
		if reply.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, reply.Code, reply.Body, tt.status)
		}
		mustHold(t, reply.Body.String(), nil, []string{"13800002071"})
	}
	r.viewer = access.Local()
	if reply := r.do(t, call{line: "POST /api/exports", body: fmt.Sprintf(body, "people", ourCommunity, "csv", "report", "")}); reply.Code != 403 {
		t.Errorf("nobody in particular: %d", reply.Code)
	}
}
