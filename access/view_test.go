package access_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/gpkg"
	"quanxi/store/gpkg/gpkgtest"
	"quanxi/world"
)

const (
	house      = `{"name":"锦绣花园3幢","floors":6,"geometry":{"type":"Polygon","coordinates":[[[106.4,29.5],[106.401,29.5],[106.401,29.501],[106.4,29.501],[106.4,29.5]]]}}`
	theirHouse = `{"name":"隔壁","geometry":{"type":"Polygon","coordinates":[[[106.6,29.5],[106.601,29.5],[106.601,29.501],[106.6,29.501],[106.6,29.5]]]}}`
	leak       = `{"category":"water","title":"漏水","lon":106.4005,"lat":29.5005}`
)

// twoTowns is a World of two grids: ours west of 106.5°, theirs east of it, and
// nothing south of 29°.
func twoTowns(t testing.TB) *world.World {
	t.Helper()
	w := world.New(world.Options{Now: func() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }})
	var steps []world.Step
	for i, code := range []grid.Code{ourGrid, theirGrid} {
		west, east := 106+0.5*float64(i), 106.5+0.5*float64(i)
		steps = append(steps, world.Step{Entity: &grid.Division{
			Head: grid.Head{ID: int64(i + 1), Revision: 1}, Code: code, Name: "网格", Level: code.Level(),
			Boundary: geo.MultiPolygon{{{geo.At(west, 29), geo.At(east, 29), geo.At(east, 30), geo.At(west, 30), geo.At(west, 29)}}},
		}})
	}
	if _, err := w.Apply(world.Position{Epoch: "e1", Pos: 1}, steps); err != nil {
		t.Fatal(err)
	}
	return w
}

func clock() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }

// desk is a store with one View of the whole city and one of our town.
type desk struct {
	store *gpkg.Store
	world *world.World
	views *access.Views
	city  *access.View
	town  *access.View

	journal     *access.Journal
	journalFile string
	vault       *access.Vault
}

func newDesk(t testing.TB) desk {
	t.Helper()
	store := gpkgtest.New(t)
	master, towns := masterKey(t, "1"), twoTowns(t)
	d := desk{store: store, world: towns, journalFile: filepath.Join(t.TempDir(), "keys", "erasures"), vault: access.NewVault(master)}
	d.journal = access.NewJournal(d.journalFile)
	d.views = access.NewViews(access.Sources{Store: store, Vault: d.vault, Master: master, World: towns, Clock: clock, Journal: d.journal})
	d.city, d.town = d.views.For(access.Local(), ""), d.views.For(townDesk, "")
	return d
}

func (d desk) create(t *testing.T, kind grid.Kind, body string) access.Written {
	t.Helper()
	w, err := d.city.Create(t.Context(), kind, []byte(body), access.Origin{})
	if err != nil {
		t.Fatalf("create %s %s: %v", kind, body, err)
	}
	return w
}

func TestCreate(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind grid.Kind
		body string
		want []string // in the record
		not  []string // not in the record
		err  string   // in the error, if one is wanted
	}{
		{name: "a building gets its area from where it lies", kind: grid.Buildings, body: house, want: []string{`"area":"` + string(ourGrid) + `"`, `"revision":1`}},
		{name: "an event gets its times, state and area", kind: events.Events, body: leak,
			want: []string{`"state":"reported"`, `"urgency":"routine"`, `"reported_at":"2026-03-01T08:00:00Z"`, `"due_at":"2026-03-01T12:00:00Z"`, string(ourGrid)}},
		{name: "a worker's phone is masked and the seal does not show", kind: grid.Workers,
			body: `{"name":"陈网格","role":"grid-worker","area":"` + string(ourGrid) + `","phone":"19900002071"}`,
			want: []string{`"陈网格"`, `"199****2071"`}, not: []string{"19900002071", "identity"}},
		{name: "an event of tomorrow", kind: events.Events, body: `{"category":"water","lon":106.4,"lat":29.5,"occurred_at":"2026-03-02T08:00:00Z"}`, err: "occurred_at: is in the future"},
		{name: "lon and lat swapped", kind: events.Events, body: `{"category":"water","lon":29.5,"lat":106.4}`, err: "swapped"},
		{name: "a ring that crosses itself", kind: grid.Buildings, err: "crosses",
			body: `{"geometry":{"type":"Polygon","coordinates":[[[106.4,29.5],[106.401,29.501],[106.401,29.5],[106.4,29.502],[106.4,29.5]]]}}`},
		{name: "a polygon of two points", kind: grid.Buildings, body: `{"geometry":{"type":"Polygon","coordinates":[[[106.4,29.5],[106.4,29.5]]]}}`, err: "too few points"},
		{name: "an unclosed ring", kind: grid.Buildings, err: "not closed",
			body: `{"geometry":{"type":"Polygon","coordinates":[[[106.4,29.5],[106.401,29.5],[106.401,29.501],[106.4,29.501]]]}}`},
		{name: "a field that the kind does not have", kind: grid.Buildings, body: `{"religion":"x"}`, err: "religion"},
		{name: "an area set by hand", kind: grid.Buildings, body: `{"area":"500106"}`, err: "area"},
		{name: "a sealed identity from outside", kind: grid.People, body: `{"identity":"AAAA"}`, err: "identity"},
		{name: "a digest from outside", kind: grid.People, body: `{"phone_digest":"AAAA"}`, err: "phone_digest"},
		{name: "a mask in place of a name", kind: grid.People, body: `{"name":"张*"}`, err: "mask"},
		{name: "an id of one's own", kind: grid.Buildings, body: strings.Replace(house, "{", `{"id":5,`, 1), err: "assigned by the server"},
		{name: "a revision of one's own", kind: grid.Buildings, body: strings.Replace(house, "{", `{"revision":5,`, 1), err: "assigned by the server"},
		{name: "a home in no building", kind: grid.Dwellings, body: `{"building":99,"floor":1,"state":"own"}`, err: "building: names nothing"},
		{name: "something that is not an object", kind: grid.Buildings, body: `[]`, err: "not a JSON object"},
		{name: "a kind that there is not", kind: "petitions", body: `{}`, err: "not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, err := newDesk(t).city.Create(t.Context(), tt.kind, []byte(tt.body), access.Origin{})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one that says %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			mustHold(t, string(w.JSON), tt.want, tt.not)
		})
	}
}

func mustHold(t *testing.T, text string, want, not []string) {
	t.Helper()
	for _, part := range want {
		if !strings.Contains(text, part) {
			t.Errorf("%s\ndoes not hold %s", text, part)
		}
	}
	for _, part := range not {
		if strings.Contains(text, part) {
			t.Errorf("%s\nholds %s", text, part)
		}
	}
}

// A household of our house, one of theirs, and what belongs to them.
func (d desk) furnish(t *testing.T) (ours, theirs map[grid.Kind]int64) {
	t.Helper()
	for _, side := range []struct {
		house string
		lon   float64
		area  grid.Code
		ids   *map[grid.Kind]int64
	}{{house, 106.4, ourGrid, &ours}, {theirHouse, 106.6, theirGrid, &theirs}} {
		ids := map[grid.Kind]int64{}
		ids[grid.Buildings] = d.create(t, grid.Buildings, side.house).ID
		ids[grid.Dwellings] = d.create(t, grid.Dwellings, fmt.Sprintf(`{"building":%d,"floor":2,"room":"2-1","state":"own"}`, ids[grid.Buildings])).ID
		ids[grid.Households] = d.create(t, grid.Households, fmt.Sprintf(`{"dwelling":%d}`, ids[grid.Dwellings])).ID
		ids[grid.People] = d.create(t, grid.People, fmt.Sprintf(
			`{"dwelling":%d,"household":%d,"residence":"both","name":"欧阳小明","id_number":"500999199001011234","phone":"19900001234"}`,
			ids[grid.Dwellings], ids[grid.Households])).ID
		ids[grid.Devices] = d.create(t, grid.Devices, fmt.Sprintf(`{"dwelling":%d,"category":"door","state":"online","lon":%v,"lat":29.5}`, ids[grid.Dwellings], side.lon)).ID
		ids[grid.Cameras] = d.create(t, grid.Cameras, fmt.Sprintf(`{"name":"路口","state":"online","lon":%v,"lat":29.5}`, side.lon)).ID
		ids[grid.Workers] = d.create(t, grid.Workers, fmt.Sprintf(`{"name":"陈网格","role":"grid-worker","area":%q}`, side.area)).ID
		ids[events.Events] = d.create(t, events.Events, fmt.Sprintf(`{"category":"lamp","lon":%v,"lat":29.5}`, side.lon)).ID
		*side.ids = ids
	}
	return ours, theirs
}

// An id of a ledger can be guessed. That one is taken must not tell that somebody is there
// (RULES C6), so whoever does not see all gives none.
func TestAnExternalIDTellsNothingOfWhatIsHidden(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	hidden, err := d.store.Entity(t.Context(), grid.People, theirs[grid.People])
	if err != nil {
		t.Fatal(err)
	}
	hidden.Entity().External = "ledger:17"
	if _, err := d.store.Write(t.Context(), grid.Write{Put: []grid.Entity{hidden}}); err != nil {
		t.Fatal(err)
	}
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	worker := d.as(role.Post{Role: "grid-worker", Area: ourGrid})
	var said []string
	for _, id := range []string{"ledger:17", "ledger:18"} {
		_, err := worker.Create(t.Context(), grid.People, fmt.Appendf(nil, `{"dwelling":%d,"residence":"both","name":"张三","external":%q}`, ours[grid.Dwellings], id), access.Origin{})
		mustRefuse(t, err, "external")
		said = append(said, err.Error())
		_, err = worker.Edit(t.Context(), grid.Ref{Kind: grid.People, ID: ours[grid.People], Revision: 1}, fmt.Appendf(nil, `{"external":%q}`, id), access.Origin{})
		mustRefuse(t, err, "external")
		said = append(said, err.Error())
	}
	if said[0] != said[2] || said[1] != said[3] {
		t.Errorf("a taken id is answered unlike a free one: %q", said)
	}
	if _, err := d.city.Edit(t.Context(), grid.Ref{Kind: grid.People, ID: ours[grid.People], Revision: 1}, []byte(`{"external":"ledger:18"}`), access.Origin{}); err != nil {
		t.Errorf("whoever sees all: %v", err)
	}
}

// What lies in another town is not there: not by its id, not on a list, not to
// be edited, removed or referred to.
func TestNothingLeaksFromAnotherTown(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	for kind := range ours {
		t.Run(string(kind), func(t *testing.T) {
			if _, err := d.town.Entity(t.Context(), kind, ours[kind]); err != nil {
				t.Errorf("our own: %v", err)
			}
			records, _, err := d.town.Entities(t.Context(), kind, access.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			if kind == grid.Buildings {
				if len(records) != 2 {
					t.Errorf("%d buildings are listed; all staff see both", len(records))
				}
				return
			}
			if len(records) != 1 || records[0].ID != ours[kind] {
				t.Errorf("the list holds %v, want our own alone", records)
			}
			if _, err := d.town.Entity(t.Context(), kind, theirs[kind]); !errors.Is(err, grid.ErrNotFound) {
				t.Errorf("theirs: %v, want ErrNotFound", err)
			}
			ref := grid.Ref{Kind: kind, ID: theirs[kind], Revision: 1}
			if _, err := d.town.Edit(t.Context(), ref, []byte(`{}`), access.Origin{}); !errors.Is(err, grid.ErrNotFound) {
				t.Errorf("edit theirs: %v, want ErrNotFound", err)
			}
			if _, err := d.town.Remove(t.Context(), ref, access.Origin{}); !errors.Is(err, grid.ErrNotFound) {
				t.Errorf("remove theirs: %v, want ErrNotFound", err)
			}
		})
	}
	t.Run("their building may be seen and not touched", func(t *testing.T) {
		ref := grid.Ref{Kind: grid.Buildings, ID: theirs[grid.Buildings], Revision: 1}
		if _, err := d.town.Edit(t.Context(), ref, []byte(`{"floors":3}`), access.Origin{}); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("edit: %v, want ErrForbidden", err)
		}
	})
	t.Run("their building cannot be moved over to us", func(t *testing.T) {
		ref := grid.Ref{Kind: grid.Buildings, ID: theirs[grid.Buildings], Revision: 1}
		if _, err := d.town.Edit(t.Context(), ref, []byte(house), access.Origin{}); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("edit: %v, want ErrForbidden", err)
		}
	})
	t.Run("nothing of ours can be moved over to them", func(t *testing.T) {
		ref := grid.Ref{Kind: events.Events, ID: ours[events.Events], Revision: 1}
		if _, err := d.town.Edit(t.Context(), ref, []byte(`{"lon":106.6,"lat":29.5}`), access.Origin{}); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("edit: %v, want ErrNotFound", err)
		}
	})
	t.Run("a home of theirs cannot be referred to", func(t *testing.T) {
		body := fmt.Sprintf(`{"dwelling":%d}`, theirs[grid.Dwellings])
		_, err := d.town.Create(t.Context(), grid.Households, []byte(body), access.Origin{})
		if err == nil || !strings.Contains(err.Error(), "names nothing that exists") {
			t.Errorf("create: %v, want the answer for what is not there", err)
		}
	})
}

func TestPeopleAreShownMasked(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	record, err := d.city.Entity(t.Context(), grid.People, ours[grid.People])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"name":"欧阳**"`, `"id_number":"500***********1234"`, `"phone":"199****1234"`}
	not := []string{"小明", "500999199001011234", "19900001234", "identity", "digest"}
	mustHold(t, string(record.JSON), want, not)

	t.Run("a mask cannot be written back", func(t *testing.T) {
		ref := grid.Ref{Kind: grid.People, ID: record.ID, Revision: record.Revision}
		for _, patch := range []string{`{"name":"欧阳**"}`, `{"phone":"19900009999"}`} {
			if _, err := d.city.Edit(t.Context(), ref, []byte(patch), access.Origin{}); !errors.Is(err, grid.ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", patch, err)
			}
		}
	})
	t.Run("other fields can be edited and the seal stays", func(t *testing.T) {
		ref := grid.Ref{Kind: grid.People, ID: record.ID, Revision: record.Revision}
		w, err := d.city.Edit(t.Context(), ref, []byte(`{"care":["living-alone"]}`), access.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, string(w.JSON), append(want, "living-alone"), not)
	})
	t.Run("an erased person has no name left", func(t *testing.T) {
		destroyed := grid.Write{Actor: "test", Action: "people.erase", Erase: []grid.Ref{{Kind: grid.People, ID: record.ID}}}
		if _, err := d.store.Write(t.Context(), destroyed); err != nil {
			t.Fatal(err)
		}
		erased, err := d.city.Entity(t.Context(), grid.People, record.ID)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, string(erased.JSON), nil, append(not, "欧阳"))
	})
}

func TestEdits(t *testing.T) {
	d := newDesk(t)
	first := d.create(t, events.Events, leak)
	ref := grid.Ref{Kind: events.Events, ID: first.ID, Revision: first.Revision}
	second, err := d.city.Edit(t.Context(), ref, []byte(`{"state":"handling"}`), access.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if second.Revision <= first.Revision {
		t.Errorf("revision %d after %d", second.Revision, first.Revision)
	}
	mustHold(t, string(second.JSON), []string{`"handling"`, `"漏水"`}, nil)

	if _, err := d.city.Edit(t.Context(), ref, []byte(`{"state":"closed"}`), access.Origin{}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("a stale edit: %v, want ErrConflict", err)
	}
	if _, err := d.city.Remove(t.Context(), ref, access.Origin{}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("a stale removal: %v, want ErrConflict", err)
	}
	ref.Revision = second.Revision
	if _, err := d.city.Edit(t.Context(), ref, []byte(`{"id":9}`), access.Origin{}); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("a change of id: %v, want ErrInvalid", err)
	}
	if _, err := d.city.Remove(t.Context(), ref, access.Origin{}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.city.Entity(t.Context(), events.Events, first.ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("after removal: %v, want ErrNotFound", err)
	}
}

func TestTheSameKeyHappensOnce(t *testing.T) {
	d := newDesk(t)
	once := access.Origin{Once: "tap-1"}
	one, err := d.city.Create(t.Context(), events.Events, []byte(leak), once)
	if err != nil {
		t.Fatal(err)
	}
	two, err := d.city.Create(t.Context(), events.Events, []byte(leak), once)
	if err != nil {
		t.Fatal(err)
	}
	if two.ID != one.ID || !two.Receipt.Repeated {
		t.Errorf("the second tap made %d after %d", two.ID, one.ID)
	}
	other := []byte(strings.Replace(leak, "漏水", "爆管", 1))
	if _, err := d.city.Create(t.Context(), events.Events, other, once); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("another body under the same key: %v, want ErrConflict", err)
	}
}

// A phone that never heard the answer asks again with the revision it knew.
func TestARepeatedCommandIsAnsweredAsTheFirstTime(t *testing.T) {
	d := newDesk(t)
	first := d.create(t, events.Events, leak)
	ref := grid.Ref{Kind: events.Events, ID: first.ID, Revision: first.Revision}
	patch, editing, removing := []byte(`{"state":"handling"}`), access.Origin{Once: "edit-1"}, access.Origin{Once: "remove-1"}
	edit := func(want string) access.Written {
		t.Helper()
		w, err := d.city.Edit(t.Context(), ref, patch, editing)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, string(w.JSON), []string{want}, nil)
		return w
	}
	edited := edit(`"handling"`)
	if again := edit(`"handling"`); !again.Receipt.Repeated || again.Revision != edited.Revision || again.Receipt.Mark != edited.Receipt.Mark {
		t.Errorf("first %+v, again %+v", edited.Receipt, again.Receipt)
	}
	if _, err := d.city.Edit(t.Context(), ref, []byte(`{"state":"closed"}`), editing); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("another patch under the same key: %v, want ErrConflict", err)
	}
	if _, err := d.city.Edit(t.Context(), ref, patch, access.Origin{Once: "edit-2"}); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("another key at a stale revision: %v, want ErrConflict", err)
	}
	now := grid.Ref{Kind: events.Events, ID: first.ID, Revision: edited.Revision}
	removed, err := d.city.Remove(t.Context(), now, removing)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.city.Remove(t.Context(), now, removing); err != nil || !again.Repeated || again.Mark != removed.Mark {
		t.Errorf("a repeated removal: %+v, %v; first %+v", again, err, removed)
	}
	if _, err := d.city.Remove(t.Context(), now, access.Origin{Once: "remove-2"}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("another removal of what is gone: %v, want ErrNotFound", err)
	}
	if late := edit(fmt.Sprintf(`{"id":%d,"revision":%d}`, first.ID, edited.Revision)); !late.Receipt.Repeated {
		t.Error("an edit repeated after the removal was not taken for a repetition")
	}
}

func TestPages(t *testing.T) {
	d := newDesk(t)
	var want []int64
	for range 5 {
		want = append(want, d.create(t, events.Events, leak).ID)
	}
	var got []int64
	page := access.Page{Limit: 2}
	for {
		records, next, err := d.city.Entities(t.Context(), events.Events, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			got = append(got, r.ID)
		}
		if page.Cursor = next; next == "" {
			break
		}
		if strings.Contains(next, fmt.Sprint(got[len(got)-1])) {
			t.Error("the cursor tells the last id")
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pages hold %v, want %v", got, want)
	}
	_, next, err := d.city.Entities(t.Context(), events.Events, access.Page{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	for name, view := range map[string]*access.View{"another viewer": d.town, "nobody's forgery": d.city} {
		cursor := next
		if view == d.city {
			cursor = "AAAA" + next[4:]
		}
		if _, _, err := view.Entities(t.Context(), events.Events, access.Page{Limit: 2, Cursor: cursor}); !errors.Is(err, access.ErrCursor) {
			t.Errorf("%s's cursor: %v, want ErrCursor", name, err)
		}
	}
	if _, _, err := d.city.Entities(t.Context(), grid.Cameras, access.Page{Limit: 2, Cursor: next}); !errors.Is(err, access.ErrCursor) {
		t.Errorf("another list's cursor: %v, want ErrCursor", err)
	}
}

func TestEntitiesInAnEnvelope(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	var steps []world.Step
	for _, id := range []int64{ours[grid.Cameras], theirs[grid.Cameras]} {
		e, err := d.store.Entity(t.Context(), grid.Cameras, id)
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, world.Step{Entity: e})
	}
	d.apply(t, steps)
	west := geo.Envelope{Min: geo.At(106, 29), Max: geo.At(106.5, 30)}
	everywhere := geo.Envelope{Min: geo.At(106, 29), Max: geo.At(107, 30)}
	for _, tt := range []struct {
		name string
		view *access.View
		env  geo.Envelope
		want int
	}{
		{"the city looks west", d.city, west, 1},
		{"the city looks everywhere", d.city, everywhere, 2},
		{"our town looks everywhere", d.town, everywhere, 1},
	} {
		records, next, err := tt.view.Entities(t.Context(), grid.Cameras, access.Page{Limit: 10, Envelope: &tt.env})
		if err != nil || len(records) != tt.want || next != "" {
			t.Errorf("%s: %d cameras, next %q, %v; want %d", tt.name, len(records), next, err, tt.want)
		}
	}
}
