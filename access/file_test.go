package access_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/store/gpkg/gpkgtest"
)

// Of the people of furnish.
const (
	theirNumber = "500999199001011234"
	theirPhone  = "19900001234"
)

func ids(records []access.Record) (list []int64) {
	for _, r := range records {
		list = append(list, r.ID)
	}
	return list
}

func TestFind(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	worker := role.Post{Role: "grid-worker", Area: ourGrid}
	for _, tt := range []struct {
		name   string
		post   role.Post
		by     access.Number
		reason staff.Reason
		want   []int64
		err    error
	}{
		{"by the ID number, only of the own grid", worker, access.Number{IDNumber: theirNumber}, staff.ForVisit, []int64{ours[grid.People]}, nil},
		{"by the phone, with blanks", worker, access.Number{Phone: "199 0000 1234"}, staff.ForVisit, []int64{ours[grid.People]}, nil},
		{"by the town, which has one of the two grids", role.Post{Role: "operator", Area: theirGrid[:9]}, access.Number{IDNumber: theirNumber}, staff.ForEvent, []int64{theirs[grid.People]}, nil},
		{"by a number that nobody has", worker, access.Number{IDNumber: "500999199001011235"}, staff.ForVisit, nil, nil},
		{"by a part of a number", worker, access.Number{IDNumber: theirNumber[:17]}, staff.ForVisit, nil, nil},
		{"without a reason", worker, access.Number{IDNumber: theirNumber}, "", nil, grid.ErrInvalid},
		{"by a mask", worker, access.Number{IDNumber: "500***********1234"}, staff.ForVisit, nil, grid.ErrInvalid},
		{"by nothing", worker, access.Number{}, staff.ForVisit, nil, grid.ErrInvalid},
		{"by both", worker, access.Number{IDNumber: theirNumber, Phone: theirPhone}, staff.ForVisit, nil, grid.ErrInvalid},
		{"by a county, to whom people are numbers", role.Post{Role: "operator", Area: ourGrid[:6]}, access.Number{IDNumber: theirNumber}, staff.ForVisit, nil, grid.ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, err := d.as(tt.post).Find(t.Context(), tt.by, tt.reason)
			if !errors.Is(err, tt.err) || fmt.Sprint(ids(found)) != fmt.Sprint(tt.want) {
				t.Errorf("%v, %v; want %v, %v", ids(found), err, tt.want, tt.err)
			}
			for _, r := range found {
				mustHold(t, string(r.JSON), []string{"欧阳**"}, []string{"小明", theirPhone, theirNumber})
			}
		})
	}
	rows := d.rows(t, grid.AuditQuery{Action: "people.find"})
	if len(rows) != 5 {
		t.Fatalf("%d rows of the look-ups, want 5", len(rows))
	}
	for _, row := range rows {
		if text := fmt.Sprintf("%+v", row); strings.Contains(text, theirNumber) || strings.Contains(text, theirPhone) {
			t.Errorf("the audit holds the number: %s", text)
		}
	}
	if rows[len(rows)-1].Object != fmt.Sprintf("people/%d", ours[grid.People]) || rows[0].Result != grid.ResultNotFound {
		t.Errorf("rows %+v", rows)
	}
}

func TestWhoIsFoundBesideAnotherHasARowToo(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	both := d.views.For(access.NewViewer("7", grantOf(role.Post{Role: "grid-worker", Area: ourGrid}, role.Post{Role: "operator", Area: theirGrid[:9]})), "")
	found, err := both.Find(t.Context(), access.Number{Phone: theirPhone}, staff.ForVisit)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d found, %v", len(found), err)
	}
	said := map[string]string{}
	for _, row := range d.rows(t, grid.AuditQuery{Action: "people.find"}) {
		said[row.Object] = row.Post
	}
	want := map[string]string{
		fmt.Sprintf("people/%d", ours[grid.People]):   "grid-worker@" + string(ourGrid),
		fmt.Sprintf("people/%d", theirs[grid.People]): "operator@" + string(theirGrid[:9]),
	}
	if !maps.Equal(said, want) {
		t.Errorf("rows %v, want %v", said, want)
	}
}

func (d desk) rows(t *testing.T, q grid.AuditQuery) []grid.AuditRow {
	t.Helper()
	return rowsOf(t, d.store, q)
}

// rowsOf returns the rows of the audit that a query selects.
func rowsOf(t *testing.T, store grid.Store, q grid.AuditQuery) (rows []grid.AuditRow) {
	t.Helper()
	for row, err := range store.AuditRows(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// Numbers are few enough to be tried one after the other.
func TestNobodyTriesNumbers(t *testing.T) {
	d := newDesk(t)
	d.furnish(t)
	v := d.as(role.Post{Role: "grid-worker", Area: ourGrid})
	for n := range 11 {
		_, err := v.Find(t.Context(), access.Number{Phone: fmt.Sprint(19900000000 + n)}, staff.ForVisit)
		var wait *access.WaitError
		if late := errors.As(err, &wait); late != (n == 10) {
			t.Errorf("look-up %d: %v", n, err)
		}
	}
	other := d.views.For(access.NewViewer("8", grantOf(role.Post{Role: "grid-worker", Area: ourGrid})), "")
	if _, err := other.Find(t.Context(), access.Number{Phone: theirPhone}, staff.ForVisit); err != nil {
		t.Errorf("somebody else has to wait: %v", err)
	}
}

func TestFile(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	d.create(t, grid.Devices, fmt.Sprintf(`{"name":"床头门磁","category":"door-contact","state":"online","dwelling":%d,"lon":106.4005,"lat":29.5005}`, ours[grid.Dwellings]))
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	secretary := d.as(role.Post{Role: "secretary", Area: ourGrid[:12]})
	id := ours[grid.People]
	if _, err := secretary.Unmask(t.Context(), grid.People, id, access.Why{Reason: staff.ForCare}); err != nil {
		t.Fatal(err)
	}
	f, err := secretary.File(t.Context(), grid.People, id)
	if err != nil {
		t.Fatal(err)
	}
	text := mustMarshal(t, f)
	mustHold(t, text, []string{`欧阳**`, `"room":"2-1"`, `床头门磁`, `"reason":"care"`, `"words":"登记"`, `"words":"查看未遮盖的信息"`, `"op":"put"`, `网络安全法`, `"household":{`},
		[]string{"小明", theirNumber, theirPhone, "digest", fmt.Sprintf(`"id":%d,`, theirs[grid.People])})

	if kept := f.Kept[0]; kept.Months != 36 || kept.Least != 6 {
		t.Errorf("as shipped is kept %+v", kept)
	}
	longer := staff.DefaultSettings()
	longer.AuditMonths = 48
	if _, err := d.store.Write(t.Context(), grid.Write{Put: []grid.Entity{longer}}); err != nil {
		t.Fatal(err)
	}
	if f, err = secretary.File(t.Context(), grid.People, id); err != nil || f.Kept[0].Months != 48 || f.Kept[0].Least != 6 {
		t.Errorf("as somebody has set is kept %+v, %v", f.Kept, err)
	}

	open, err := secretary.FileCopy(t.Context(), grid.People, id, "request")
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, mustMarshal(t, open), []string{"欧阳小明", theirNumber, theirPhone, `"words":"查看个人档案"`, `"words":"导出个人档案"`}, []string{"digest"})
	if got := d.rows(t, grid.AuditQuery{Action: "people.file"}); len(got) != 1 || got[0].Detail != "request" {
		t.Errorf("rows of the copy: %+v", got)
	}
	both, err := d.as(role.Post{Role: "secretary", Area: ourGrid[:12]}, role.Post{Role: "secretary", Area: theirGrid[:12]}).File(t.Context(), grid.People, id)
	if err != nil || len(both.Residences) != 1 {
		t.Errorf("whoever keeps both homes sees %d other records, %v", len(both.Residences), err)
	}
	for _, tt := range []struct {
		name string
		post role.Post
		id   int64
		why  string
		err  error
	}{
		{"of somebody elsewhere", role.Post{Role: "secretary", Area: ourGrid[:12]}, theirs[grid.People], "request", grid.ErrNotFound},
		{"by somebody who only sees", role.Post{Role: "steward", Area: ourGrid}, id, "request", access.ErrForbidden},
		{"by somebody who keeps people and does not unmask", role.Post{Role: "registrar", Area: ourGrid[:12]}, id, "request", access.ErrForbidden},
		{"by somebody who sees no tags of care, which would be missing", role.Post{Role: "archivist", Area: ourGrid[:12]}, id, "request", access.ErrForbidden},
		{"for curiosity", role.Post{Role: "secretary", Area: ourGrid[:12]}, id, "curiosity", grid.ErrInvalid},
	} {
		t.Run("no copy "+tt.name, func(t *testing.T) {
			if _, err := d.having(tt.post).FileCopy(t.Context(), grid.People, tt.id, tt.why); !errors.Is(err, tt.err) {
				t.Errorf("%v, want %v", err, tt.err)
			}
		})
	}
}

// What a file says of who looked is true: what was tried is not what was done, and whoever is
// shown all of a home is shown whoever lives there.
func TestAFileTellsWhoLooked(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	id := ours[grid.People]
	about := func(kind grid.Kind, of map[grid.Kind]int64) string { return fmt.Sprintf("%s/%d", kind, of[kind]) }
	row := func(actor, action, object string, result grid.AuditResult, count int64) grid.AuditRow {
		return grid.AuditRow{Actor: actor, Action: action, Object: object, Result: result, Count: count}
	}
	before := row("before there was the record", "people.read", about(grid.Dwellings, ours), grid.ResultOK, 1)
	before.At = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := d.store.Audit(t.Context(), []grid.AuditRow{
		before,
		row("worker", "people.read", about(grid.People, ours), grid.ResultOK, 2),
		row("neighbour", "people.read", about(grid.People, ours), grid.ResultNotFound, 1),
		row("steward", "people.change", about(grid.People, ours), grid.ResultRefused, 1),
		row("steward", "people.remove", about(grid.People, ours), grid.ResultRefused, 1),
		row("curious", "people.unmask", about(grid.People, ours), grid.ResultRefused, 1),
		row("worker", "people.read", about(grid.Dwellings, ours), grid.ResultOK, 4),
		row("neighbour", "people.read", about(grid.Dwellings, ours), grid.ResultNotFound, 1),
		row("worker", "people.read", about(grid.Households, ours), grid.ResultOK, 3),
		row("worker", "people.read", about(grid.Dwellings, theirs), grid.ResultOK, 1),
		row("worker", "people.read", "", grid.ResultOK, 9),
		row("worker", "devices.read", about(grid.Dwellings, ours), grid.ResultRefused, 1),
	}); err != nil {
		t.Fatal(err)
	}
	f, err := d.as(role.Post{Role: "secretary", Area: ourGrid[:12]}).File(t.Context(), grid.People, id)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, a := range f.Accesses {
		if a.Who.Name != "7" && a.Action != "people.create" { // whose file it is that is read, and registered
			told = append(told, fmt.Sprintf("%s %s %s %d", a.Who.Name, a.Of, a.Words, a.Count))
		}
	}
	want := []string{
		"worker people 查看 2", "neighbour people 试图查看 1", "steward people 试图更正 1", "steward people 试图删除 1", "curious people 试图查看未遮盖的信息 1",
		"worker dwellings 查看现住房屋的住户 4", "neighbour dwellings 试图查看现住房屋的住户 1", "worker households 查看现属家庭户的成员 3",
	}
	slices.Sort(told)
	slices.Sort(want)
	if !slices.Equal(told, want) {
		t.Errorf("tells\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	if !slices.IsSortedFunc(f.Accesses, func(a, b access.Access) int { return a.At.Compare(b.At) }) {
		t.Error("not the oldest first")
	}
	if n := len(d.rows(t, grid.AuditQuery{Object: about(grid.People, ours)})); f.Kept[0].Rows != n {
		t.Errorf("%d rows stay after an erasure, want the %d about the record itself", f.Kept[0].Rows, n)
	}
}

func mustMarshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// erasing is a town in which somebody of our grid can be erased.
type erasing struct {
	desk
	ref   grid.Ref
	house int64 // household
	other grid.Ref
}

func newErasing(t *testing.T) erasing {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	return erasing{d, grid.Ref{Kind: grid.People, ID: ours[grid.People], Revision: 1}, ours[grid.Households], grid.Ref{Kind: grid.People, ID: theirs[grid.People], Revision: 1}}
}

func (d erasing) secretary() *access.View {
	return d.as(role.Post{Role: "secretary", Area: ourGrid[:12]})
}

func (d erasing) has(t *testing.T, kind grid.Kind, id int64) bool {
	t.Helper()
	_, err := d.store.Entity(t.Context(), kind, id)
	if err != nil && !errors.Is(err, grid.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestErase(t *testing.T) {
	d := newErasing(t)
	if _, err := d.secretary().Unmask(t.Context(), grid.People, d.ref.ID, access.Why{Reason: staff.ForCare}); err != nil {
		t.Fatal(err)
	}
	done, err := d.secretary().Erase(t.Context(), d.ref, "request", access.Origin{Once: "tap"})
	if err != nil || len(done.IDs) != 1 || done.Kept[0].Rows == 0 || done.Kept[0].Months != 36 {
		t.Fatalf("%+v, %v", done, err)
	}
	again, err := d.secretary().Erase(t.Context(), d.ref, "request", access.Origin{Once: "tap"})
	if err != nil || !again.Receipt.Repeated {
		t.Errorf("the same tap again: %+v, %v", again, err)
	}
	if d.has(t, grid.People, d.ref.ID) || d.has(t, grid.Households, d.house) {
		t.Error("the record or the empty household is still there")
	}
	for e, err := range d.store.Entities(t.Context(), staff.Unmaskings, grid.Query{}) {
		t.Errorf("still kept: %+v, %v", e, err)
	}
	if keys, err := d.store.SubjectKeys(t.Context(), grid.People, d.ref.ID); err != nil || len(keys) != 0 {
		t.Errorf("keys %v, %v", keys, err)
	}
	if !d.has(t, grid.People, d.other.ID) {
		t.Error("the record of another grid went as well, which is not the secretary's")
	}
	if row := d.rows(t, grid.AuditQuery{Action: "people.erase"})[0]; row.Object != fmt.Sprintf("people/%d", d.ref.ID) || row.Detail != "request" || row.From != "192.0.2.7" {
		t.Errorf("row %+v", row)
	}
	standing, err := d.journal.Standing()
	if err != nil || len(standing) != 1 || len(standing[0].Keys) != 1 {
		t.Errorf("the journal says %+v, %v", standing, err)
	}
}

// A human being has a record for each home. Those go together that one may unmask; asked again
// under the same key, the same ones are named.
func TestEraseTakesTheOtherRecordsOfTheSamePerson(t *testing.T) {
	for _, tt := range []struct {
		name  string
		there string // role of whoever is secretary here
		both  bool
	}{
		{"of whoever is secretary there too", "secretary", true},
		{"not of whoever keeps people there and does not unmask them", "registrar", false},
		{"not of whoever only sees them there", "steward", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newErasing(t)
			want := []int64{d.ref.ID}
			if tt.both {
				want = append(want, d.other.ID)
			}
			v := d.having(role.Post{Role: "secretary", Area: ourGrid[:12]}, role.Post{Role: tt.there, Area: theirGrid})
			done, err := v.Erase(t.Context(), d.ref, "request", access.Origin{Once: "tap"})
			if err != nil || !slices.Equal(done.IDs, want) || d.has(t, grid.People, d.other.ID) == tt.both {
				t.Errorf("erased %v, %v; want %v", done.IDs, err, want)
			}
			again, err := v.Erase(t.Context(), d.ref, "request", access.Origin{Once: "tap"})
			if err != nil || !again.Receipt.Repeated || !slices.Equal(again.IDs, want) {
				t.Errorf("the same tap again: %v, %v; want %v", again.IDs, err, want)
			}
		})
	}
}

func TestEraseIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		post   role.Post
		change func(*grid.Ref)
		reason string
		err    error
	}{
		{"of somebody elsewhere", role.Post{Role: "secretary", Area: theirGrid[:12]}, nil, "request", grid.ErrNotFound},
		{"by somebody who only sees", role.Post{Role: "steward", Area: ourGrid}, nil, "request", access.ErrForbidden},
		{"by an operator, who keeps no people", role.Post{Role: "operator", Area: ourGrid[:9]}, nil, "request", access.ErrForbidden},
		{"of an old state", role.Post{Role: "secretary", Area: ourGrid[:12]}, func(r *grid.Ref) { r.Revision = 9 }, "request", grid.ErrConflict},
		{"for no reason", role.Post{Role: "secretary", Area: ourGrid[:12]}, nil, "", grid.ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newErasing(t)
			if tt.change != nil {
				tt.change(&d.ref)
			}
			if _, err := d.as(tt.post).Erase(t.Context(), d.ref, tt.reason, access.Origin{}); !errors.Is(err, tt.err) {
				t.Errorf("%v, want %v", err, tt.err)
			}
			if standing, err := d.journal.Standing(); err != nil || len(standing) != 0 || !d.has(t, grid.People, d.ref.ID) {
				t.Errorf("the journal says %v, %v", standing, err)
			}
		})
	}
}

// eraser works on another store, or on the same one at another time.
func eraser(d desk, s grid.Store) *access.Eraser {
	return &access.Eraser{Store: s, Vault: d.vault, Journal: d.journal, Clock: clock}
}

// An older state does not bring back who was erased since, nor does it take somebody else
// who has the same id there.
func TestTheJournalIsRepeated(t *testing.T) {
	d := newErasing(t)
	saved := filepath.Join(t.TempDir(), "saved.gpkg")
	if err := d.store.Backup(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	if _, err := d.secretary().Erase(t.Context(), d.ref, "request", access.Origin{}); err != nil {
		t.Fatal(err)
	}
	old := gpkgtest.Open(t, saved)
	if n, err := eraser(d.desk, old).Replay(t.Context()); n != 1 || err != nil {
		t.Fatalf("repeated %d, %v", n, err)
	}
	if _, err := old.Entity(t.Context(), grid.People, d.ref.ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("still there: %v", err)
	}
	if n, err := eraser(d.desk, old).Replay(t.Context()); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}

	seal, err := d.vault.Seal(grid.People, d.ref.ID, grid.Identity{Name: "李后来"})
	if err != nil {
		t.Fatal(err)
	}
	next := &grid.Person{Head: grid.Head{ID: d.ref.ID}, Identity: seal.Identity, Residence: grid.LivesOnly}
	if _, err := old.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{next}, Keys: []grid.SubjectKey{seal.Key}}); err != nil {
		t.Fatal(err)
	}
	if n, err := eraser(d.desk, old).Replay(t.Context()); n != 0 || err != nil {
		t.Errorf("somebody else under the same id: %d, %v", n, err)
	}
}

// A process that ends between journal and store leaves an erasure that the next one
// carries out.
func TestAnInterruptedErasureIsCarriedOut(t *testing.T) {
	d := newErasing(t)
	key, err := d.store.SubjectKey(t.Context(), grid.People, d.ref.ID)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := d.vault.Fingerprint(key)
	if err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf(`{"token":"t1","kind":"people","id":%d,"keys":[%q],"at":"2026-03-01T08:00:00Z"}`+"\n", d.ref.ID, fingerprint)
	half := `{"token":"t2","kind":"people","id":1,`
	if err := os.MkdirAll(filepath.Dir(d.journalFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.journalFile, []byte(line+half), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := eraser(d.desk, d.store).Replay(t.Context()); n != 1 || err != nil || d.has(t, grid.People, d.ref.ID) {
		t.Errorf("%d, %v", n, err)
	}
}
