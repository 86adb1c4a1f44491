package access_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

const visit = `{"category":"care","title":"走访王大爷","lon":106.4006,"lat":29.5006}`

// Whatever is asked of a View, a care event is there for who has the duty where it is, and is
// not for others who see the leak beside it.
func TestACareEventIsNotThereWithoutTheDuty(t *testing.T) {
	d := newDesk(t)
	leaks, care := d.create(t, events.Events, leak), d.create(t, events.Events, visit)
	d.show(t, events.Events)
	env := geo.Envelope{Min: geo.At(106.3, 29.4), Max: geo.At(106.5, 29.6)}
	for _, tt := range []struct {
		post role.Post
		duty bool
	}{
		{role.Post{Role: "provider", Area: ourGrid[:9]}, false},
		{role.Post{Role: "department", Area: ourGrid[:6]}, false},
		{role.Post{Role: "operator", Area: ourGrid[:6]}, false},
		{role.Post{Role: "steward", Area: ourGrid}, false},
		{role.Post{Role: "doctor", Area: ourGrid[:12]}, true},
		{role.Post{Role: "grid-worker", Area: ourGrid}, true},
		{role.Post{Role: "operator", Area: ourGrid[:9]}, true},
	} {
		t.Run(tt.post.Role+" of "+string(tt.post.Area), func(t *testing.T) {
			v := d.as(tt.post)
			want := []int64{leaks.ID}
			if tt.duty {
				want = append(want, care.ID)
			}
			for name, page := range map[string]access.Page{
				"all": {}, "of one category": {Column: "category", Values: []string{"care", "water"}}, "in a box": {Envelope: &env}, "in the grid": {Area: ourGrid},
			} {
				page.Limit = 10
				found, next, err := v.Entities(t.Context(), events.Events, page)
				if got := listed(found); err != nil || next != "" || !slices.Equal(got, want) {
					t.Errorf("%s: lists %v, next %q, %v; want %v", name, got, next, err, want)
				}
			}
			found, _, err := v.ListWithin(t.Context(), events.Events, geo.MultiPolygon{{env.Ring()}}, access.Page{Limit: 10})
			if got := listed(found); err != nil || !slices.Equal(got, want) {
				t.Errorf("a drawn area lists %v, %v", got, err)
			}
			sum, err := v.Within(t.Context(), geo.MultiPolygon{{env.Ring()}})
			if err != nil || int(sum.Open) != len(want) {
				t.Errorf("a drawn area counts %d open events, %v", sum.Open, err)
			}
			if c, err := v.Counters(ourGrid); err == nil && int(c.Open) != len(want) {
				t.Errorf("the grid counts %d open events", c.Open)
			}
			ref := grid.Ref{Kind: events.Events, ID: care.ID, Revision: 99}
			_, read := v.Entity(t.Context(), events.Events, care.ID)
			_, edit := v.Edit(t.Context(), ref, []byte(`{"category":"water"}`), access.Origin{})
			_, remove := v.Remove(t.Context(), ref, access.Origin{})
			for verb, err := range map[string]error{"read": read, "edited": edit, "removed": remove} {
				if errors.Is(err, grid.ErrNotFound) == tt.duty {
					t.Errorf("is %s: %v", verb, err)
				}
			}
		})
	}
}

func listed(records []access.Record) (ids []int64) {
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return ids
}

// Whoever may report what happens may report a care event, and whoever handles an event may
// say that it is one; both are answered a receipt, and then it is not there for them.
func TestWhoeverReportsMayReportWhatIsPrivate(t *testing.T) {
	d := newDesk(t)
	steward, provider := d.as(role.Post{Role: "steward", Area: ourGrid}), d.as(role.Post{Role: "provider", Area: ourGrid[:9]})
	worker := d.as(role.Post{Role: "grid-worker", Area: ourGrid})
	once := access.Origin{Once: "the same report"}
	reported, err := steward.Create(t.Context(), events.Events, []byte(visit), once)
	if err != nil {
		t.Fatal(err)
	}
	again, err := steward.Create(t.Context(), events.Events, []byte(visit), once)
	if want := fmt.Sprintf(`{"id":%d,"revision":1}`, reported.ID); err != nil || string(reported.JSON) != want || string(again.JSON) != want {
		t.Errorf("the reporter is answered %s, then %s, %v; want %s", reported.JSON, again.JSON, err, want)
	}
	if _, err := steward.Entity(t.Context(), events.Events, reported.ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("then it is there for the reporter: %v", err)
	}
	if rec, err := worker.Entity(t.Context(), events.Events, reported.ID); err != nil || !strings.Contains(string(rec.JSON), "王大爷") {
		t.Errorf("the grid worker reads %s, %v", rec.JSON, err)
	}
	if _, err := provider.Create(t.Context(), events.Events, []byte(visit), access.Origin{}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("who may not report reports: %v", err)
	}
	if _, err := steward.Create(t.Context(), events.Events, []byte(`{"category":"care","lon":106.6,"lat":29.5}`), access.Origin{}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("a care event is reported in the next town: %v", err)
	}

	found := d.create(t, events.Events, leak)
	ref := grid.Ref{Kind: events.Events, ID: found.ID, Revision: 1}
	handed, err := provider.Edit(t.Context(), ref, []byte(`{"category":"care","title":"水没过了老人的膝盖"}`), access.Origin{})
	if want := fmt.Sprintf(`{"id":%d,"revision":2}`, found.ID); err != nil || string(handed.JSON) != want {
		t.Errorf("who handed it on is answered %s, %v; want %s", handed.JSON, err, want)
	}
	if _, err := provider.Edit(t.Context(), grid.Ref{Kind: events.Events, ID: found.ID, Revision: 2}, []byte(`{"category":"water"}`), access.Origin{}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("and takes it back: %v", err)
	}
	back, err := worker.Edit(t.Context(), grid.Ref{Kind: events.Events, ID: found.ID, Revision: 2}, []byte(`{"category":"water","title":"漏水"}`), access.Origin{})
	if err != nil || !strings.Contains(string(back.JSON), `"category":"water"`) {
		t.Errorf("who has the duty gives it back: %s, %v", back.JSON, err)
	}
	if _, err := provider.Entity(t.Context(), events.Events, found.ID); err != nil {
		t.Errorf("then it is not there again: %v", err)
	}
}

// However many care events lie in a box, what somebody without the duty sees there is on the
// page that it would be on without them.
func TestCareEventsTakeNothingFromAPage(t *testing.T) {
	d := newDesk(t)
	var steps []world.Step
	for id := range int64(5001) { // more than a page looks at
		steps = append(steps, world.Step{Entity: &events.Event{Head: grid.Head{ID: 1 + id, Revision: 1}, Category: "care", Place: geo.At(106.4, 29.5), State: events.Reported}})
	}
	d.apply(t, steps)
	leaks := d.create(t, events.Events, leak)
	d.show(t, events.Events)
	env := geo.Envelope{Min: geo.At(106.3, 29.4), Max: geo.At(106.5, 29.6)}
	found, next, err := d.as(role.Post{Role: "provider", Area: ourGrid[:9]}).Entities(t.Context(), events.Events, access.Page{Envelope: &env, Limit: 10})
	if got := listed(found); err != nil || next != "" || !slices.Equal(got, []int64{leaks.ID}) {
		t.Errorf("lists %v, more: %v, %v; want the leak and no more", got, next != "", err)
	}
}

// A record was opened because of a care event: for which is told to who may know of the event.
func TestAFileNamesNoEventThatIsNotThere(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	care := d.create(t, events.Events, fmt.Sprintf(`{"category":"care","building":%d,"lon":106.4005,"lat":29.5005}`, ours[grid.Buildings]))
	secretary := d.as(role.Post{Role: "secretary", Area: ourGrid[:12]})
	if _, err := secretary.Unmask(t.Context(), grid.People, ours[grid.People], access.Why{Event: care.ID}); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		view *access.View
		want int64
	}{"the secretary": {secretary, care.ID}, "who keeps people and sees no events": {d.having(role.Post{Role: "registrar", Area: ourGrid[:12]}), 0}} {
		f, err := tt.view.File(t.Context(), grid.People, ours[grid.People])
		if err != nil || len(f.Unmaskings) != 1 || f.Unmaskings[0].Event != tt.want {
			t.Errorf("%s reads %+v, %v; want event %d", name, f.Unmaskings, err, tt.want)
		}
	}
}

// A tile that is kept is given to nobody on whom is decided otherwise, in whichever order they
// ask; and tags do not match though the bytes may.
func TestKeptTilesAreOfTheDutyToo(t *testing.T) {
	d := newDesk(t)
	d.create(t, events.Events, leak)
	d.create(t, events.Events, visit)
	d.show(t, events.Events)
	provider, doctor := d.as(role.Post{Role: "provider", Area: ourGrid[:12]}), d.as(role.Post{Role: "doctor", Area: ourGrid[:12]})
	here, empty := tiles.Holding(geo.Project(geo.At(106.4005, 29.5005)), 16), tiles.Holding(geo.Project(geo.At(106.45, 29.6)), 16)
	for range 2 {
		for _, v := range []*access.View{doctor, provider, doctor} {
			tile, err := v.Tile(t.Context(), []string{"events"}, here, "")
			if told := strings.Contains(string(tile.Body), "care"); err != nil || told != (v == doctor) {
				t.Errorf("the doctor %v: told of the care event %v, %v", v == doctor, told, err)
			}
		}
	}
	tags := map[string]bool{}
	for _, v := range []*access.View{doctor, provider} {
		tile, err := v.Tile(t.Context(), []string{"events"}, empty, "")
		if err != nil || len(tile.Body) != 0 {
			t.Fatalf("%d bytes where nothing is, %v", len(tile.Body), err)
		}
		tags[tile.Digest] = true
	}
	if len(tags) != 2 {
		t.Error("two on whom is decided otherwise have one tag")
	}
}
