package server_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"quanxi/grid"
	"quanxi/staff"
	"quanxi/store"
)

// A hand is somebody who has signed in and does things in turn.
type hand struct {
	r      *rig
	secret string
}

// handOf hires somebody and has him sign in.
func (r *rig) handOf(t *testing.T, login, role string, area grid.Code) hand {
	t.Helper()
	r.hire(t, login, role, area)
	return r.handBy(t, login)
}

func (r *rig) handBy(t *testing.T, login string) hand {
	t.Helper()
	cookie, _ := secretOf(t, r.signIn(t, fmt.Sprintf(`{"name":%q,"password":%q}`, login, password)))
	return hand{r, cookie.Name + "=" + cookie.Value}
}

// does sends a request that must succeed, and returns the reply and the ids that it tells.
func (h hand) does(t *testing.T, line, body string, revision ...int64) (reply *httptest.ResponseRecorder, told struct {
	ID, Revision int64
	Link         string
}) {
	t.Helper()
	header := map[string]string{"Cookie": h.secret}
	if len(revision) > 0 {
		header["If-Match"] = fmt.Sprintf(`"%d"`, revision[0])
	}
	reply = h.r.do(t, call{line: line, body: body, header: header})
	if reply.Code >= 300 {
		t.Fatalf("%s: %d %s", line, reply.Code, reply.Body)
	}
	_ = json.Unmarshal(reply.Body.Bytes(), &told) // a file is no JSON
	return reply, told
}

// Every sign-in, unmask, export, write and administration that somebody with an account does
// leaves rows that say by which post, from where, and what was before and after, where there
// is any of it. A sign-in by a link is that of somebody who has no post yet.
func TestNoRowLacksWhatThereIsToSay(t *testing.T) {
	r := newRig(t)
	r.desk.ScopeOf = func(c grid.Code) grid.Scope {
		if c == "5000" { // the one city that there is
			return grid.Everywhere()
		}
		return grid.NewScope(grid.Under(c))
	}
	made := r.build(t)
	person, post := made.ours[grid.People], made.ours[grid.ServicePoints]
	secretary := r.handOf(t, "secretary", "secretary", ourCommunity)
	leader := r.handOf(t, "leader", "leader", ourTown)
	security, second := r.handOf(t, "security", "security-admin", "5000"), r.handOf(t, "second", "security-admin", "5000")
	system, auditor := r.handOf(t, "system", "system-admin", "5000"), r.handOf(t, "auditor", "audit-admin", "5000")
	worker := r.hire(t, "worker", "grid-worker", "500106003001001")
	held := r.postOf(t, worker.ID)

	_, event := secretary.does(t, "POST /api/events", `{"category":"water","lon":106.1004,"lat":29.5005}`)
	_, event = secretary.does(t, fmt.Sprintf("PATCH /api/events/%d", event.ID), `{"title":"停水"}`, event.Revision)
	secretary.does(t, fmt.Sprintf("DELETE /api/events/%d", event.ID), "", event.Revision)
	secretary.does(t, fmt.Sprintf("PATCH /api/service/%d", post), `{"name":"便民点"}`, 1)
	secretary.does(t, fmt.Sprintf("POST /api/people/%d/unmask", person), `{"reason":"visit"}`)
	secretary.does(t, "POST /api/people/find", `{"id_number":"990999194005011234","reason":"visit"}`)
	secretary.does(t, "POST /api/people/find", `{"id_number":"990999194005011235","reason":"visit"}`)
	secretary.does(t, fmt.Sprintf("GET /api/people/%d/file", person), "")
	secretary.does(t, fmt.Sprintf("POST /api/people/%d/file", person), `{"purpose":"request"}`)
	secretary.does(t, "POST /api/standins", fmt.Sprintf(`{"post":%d,"deputy":%d,"begins":"2026-03-01T09:00:00Z","ends":"2026-03-01T18:00:00Z"}`, held.ID, r.accountOf(t, "secretary2")))
	system.does(t, "PATCH /api/settings", `{"export_rows":0}`, 0)
	_, asked := secretary.does(t, "POST /api/exports", fmt.Sprintf(`{"kind":"people","area":%q,"format":"csv","purpose":"report"}`, ourCommunity))
	leader.does(t, fmt.Sprintf("POST /api/exports/%d/approve", asked.ID), "")
	secretary.does(t, fmt.Sprintf("GET /api/exports/%d/file", asked.ID), "")
	secretary.does(t, fmt.Sprintf("POST /api/people/%d/erase", person), `{"reason":"request"}`, 1)

	_, invited := security.does(t, "POST /api/accounts", `{"login":"fresh","name":"新人","post":{"role":"grid-worker","area":"500106003001001"}}`)
	_, secret, _ := strings.Cut(invited.Link, "#setup=")
	reply := r.do(t, call{line: "POST /api/setup", body: fmt.Sprintf(`{"secret":%q,"password":%q}`, secret, password)})
	if reply.Code >= 300 {
		t.Fatalf("set-up: %d %s", reply.Code, reply.Body)
	}
	leader.does(t, fmt.Sprintf("POST /api/posts/%d/confirm", r.postOf(t, invited.ID).ID), "")
	security.does(t, fmt.Sprintf("DELETE /api/accounts/%d/sessions", invited.ID), "")
	security.does(t, fmt.Sprintf("PATCH /api/accounts/%d", invited.ID), `{"locked":true}`, r.revisionOf(t, staff.Accounts, invited.ID))
	_, given := security.does(t, "POST /api/posts", fmt.Sprintf(`{"account":%d,"role":"steward","area":"500106003001001"}`, invited.ID))
	security.does(t, fmt.Sprintf("DELETE /api/posts/%d", given.ID), "", given.Revision)
	_, proposed := security.does(t, "PUT /api/roles/steward", `{"rights":["see-numbers"],"personal":0}`)
	second.does(t, fmt.Sprintf("POST /api/roles/proposals/%d/accept", proposed.ID), "")
	auditor.does(t, "GET /api/audit", "")
	system.does(t, fmt.Sprintf("POST /api/loads/%d/undo", r.loaded(t)), "")
	secretary.does(t, "PUT /api/session/password", fmt.Sprintf(`{"old":%q,"password":"quite another long password 7"}`, password))
	secretary.does(t, "DELETE /api/session", "")

	said := map[string]bool{}
	for row, err := range r.store.AuditRows(t.Context(), grid.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := strconv.ParseInt(row.Actor, 10, 64); err != nil {
			continue // the test itself, and what the machine does unasked
		}
		said[row.Action] = true
		mustSayAll(t, row)
	}
	for _, action := range []string{
		"session.begin", "session.end", "events.create", "events.edit", "events.remove", "service.edit", "people.unmask", "people.find", "people.view-file",
		"people.file", "people.erase", "standins.create", "settings.change", "exports.ask", "exports.approve", "exports.take", "accounts.create",
		"accounts.equip", "setups.create", "accounts.set-up", "signins.remove", "accounts.lock", "posts.create", "posts.confirm", "posts.remove", "proposals.create",
		"roles.change", "audit.read", "loads.undo", "accounts.change-password",
	} {
		if !said[action] {
			t.Errorf("no row of %s", action)
		}
	}
}

// mustSayAll checks one row against what it says itself that it touched.
func mustSayAll(t *testing.T, row grid.AuditRow) {
	t.Helper()
	var touched []store.Touched
	if err := json.Unmarshal([]byte(row.Touched), &touched); err != nil {
		t.Fatal(err)
	}
	var before, after bool
	for _, one := range touched {
		if one.Kind == "loads" { // of thousands of states; the rows of the load are their history
			continue
		}
		after = after || one.Op == "put"
		before = before || one.Op == "remove" || one.Op == "put" && one.Revision > 1
	}
	for what, lacks := range map[string]bool{
		"post":   !strings.Contains(row.Post, "@"),
		"from":   row.From != "192.0.2.1",
		"before": before != isDigest(row.Before),
		"after":  after != isDigest(row.After),
	} {
		if lacks {
			t.Errorf("%s: %s is not as it should be: %+v", row.Action, what, row)
		}
	}
}

func isDigest(text string) bool {
	digest, err := hex.DecodeString(text)
	return err == nil && len(digest) == 16
}

// accountOf hires a second secretary without a password.
func (r *rig) accountOf(t *testing.T, login string) int64 {
	t.Helper()
	a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
	r.write(t, a)
	r.write(t, &staff.Post{Account: a.ID, Role: "secretary", Area: ourCommunity})
	return a.ID
}

// postOf returns the one post of an account.
func (r *rig) postOf(t *testing.T, account int64) *staff.Post {
	t.Helper()
	_, posts, ok := r.directory.Person(account)
	if !ok || len(posts) != 1 {
		t.Fatalf("%d posts", len(posts))
	}
	return posts[0]
}

func (r *rig) revisionOf(t *testing.T, kind grid.Kind, id int64) int64 {
	t.Helper()
	e, err := r.store.Entity(t.Context(), kind, id)
	if err != nil {
		t.Fatal(err)
	}
	return e.Entity().Revision
}

// loaded brings a house by a load and returns the load.
func (r *rig) loaded(t *testing.T) int64 {
	t.Helper()
	load, err := r.store.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester"})
	if err == nil {
		err = load.Put(t.Context(), []grid.Entity{&grid.Household{}}, nil)
	}
	if err == nil {
		_, err = load.Commit(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return load.ID()
}
