package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/geo"
	"quanxi/grid"
)

// A town is not copied page by page past the approval of an export, nor record by record; who
// opens a home waits some seconds at the worst, and another account for nothing.
func TestWhoListsManyPeopleIsAskedToWait(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	w := grid.Write{Actor: "tester", Action: "test"}
	for range 499 { // beside the one who is there
		w.Put = append(w.Put, &grid.Person{Dwelling: ours[grid.Dwellings], Household: ours[grid.Households], Residence: grid.LivesOnly})
	}
	if _, err := d.store.Write(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	at := clock()
	views := access.NewViews(access.Sources{Store: d.store, Vault: d.vault, Master: masterKey(t, "1"), World: d.world, Clock: func() time.Time { return at }})
	viewOf := func(account string) *access.View {
		return views.For(access.NewViewer(account, grantOf(role.Post{Role: "grid-worker", Area: ourGrid})), "")
	}
	lists := func(account string, kind grid.Kind, most int) error {
		_, _, err := viewOf(account).Entities(t.Context(), kind, access.Page{Limit: most})
		return err
	}
	reads := func() error {
		_, err := viewOf("7").Entity(t.Context(), grid.People, ours[grid.People])
		return err
	}
	for n := range 10 {
		if err := lists("7", grid.People, 500); err != nil {
			t.Fatalf("page %d of 500: %v", n+1, err)
		}
	}
	var wait *access.WaitError
	if err := lists("7", grid.People, 500); !errors.As(err, &wait) || wait.For != 24*time.Hour/10 {
		t.Errorf("another page: %v, want to wait for a tenth of a day", err)
	}
	if err := reads(); !errors.As(err, &wait) || wait.Seconds() != 18 {
		t.Errorf("one record: %v, want to wait for 18 s", err)
	}
	if err := lists("7", grid.Buildings, 500); err != nil {
		t.Errorf("houses: %v", err)
	}
	if err := lists("8", grid.People, 500); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	at = at.Add(18 * time.Second)
	if err := reads(); err != nil {
		t.Errorf("one record after 18 s: %v", err)
	}
	if err := reads(); !errors.As(err, &wait) {
		t.Errorf("two after 18 s: %v", err)
	}
}

// A page that looks where nothing is holds nothing, and not what is elsewhere.
func TestAPageOfAPlaceWhereNothingIs(t *testing.T) {
	d := newDesk(t)
	d.furnish(t)
	d.show(t, grid.Buildings, grid.Dwellings, grid.Devices)
	sea := geo.Envelope{Min: geo.At(120, 20), Max: geo.At(121, 21)}
	for _, tt := range []struct {
		name string
		page access.Page
		some bool
	}{
		{"everywhere", access.Page{Limit: 10}, true},
		{"in the grid", access.Page{Limit: 10, Area: ourGrid}, true},
		{"in a box at sea", access.Page{Limit: 10, Envelope: &sea}, false},
		{"in the grid, in a box at sea", access.Page{Limit: 10, Area: ourGrid, Envelope: &sea}, false},
		{"in a division that there is not", access.Page{Limit: 10, Area: "500199"}, false},
	} {
		for _, kind := range []grid.Kind{grid.Buildings, grid.Devices} {
			records, next, err := d.city.Entities(t.Context(), kind, tt.page)
			if err != nil || len(records) > 0 != tt.some || next != "" {
				t.Errorf("%s: %d %s, %q, %v", tt.name, len(records), kind, next, err)
			}
		}
	}
}

// By whatever way a View shows people, it leaves the trace by itself: a handler cannot forget it.
func TestAViewThatShowsPeopleLeavesATrace(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	second := &grid.Person{Dwelling: ours[grid.Dwellings], Residence: grid.LivesOnly}
	if _, err := d.store.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{second}}); err != nil {
		t.Fatal(err)
	}
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	type shown struct {
		object string
		people int64
	}
	var told []shown
	views := access.NewViews(access.Sources{
		Store: d.store, Vault: d.vault, Master: masterKey(t, "1"), World: d.world, Clock: clock,
		Shown: func(what access.Trace, people int64) {
			told = append(told, shown{what.Object, people})
			want := access.Trace{Actor: "7", Post: "grid-worker@" + string(ourGrid), From: "192.0.2.7", Action: "people.read", Object: what.Object, Result: grid.ResultOK}
			if what != want {
				t.Errorf("%+v, want %+v", what, want)
			}
		},
	})
	v := views.For(access.NewViewer("7", grantOf(role.Post{Role: "grid-worker", Area: ourGrid})), "192.0.2.7")
	env := geo.Envelope{Min: geo.At(106, 29), Max: geo.At(107, 30)}
	pageOf := func(kind grid.Kind, page access.Page) func(context.Context) error {
		return func(ctx context.Context) error {
			page.Limit = 10
			_, _, err := v.Entities(ctx, kind, page)
			return err
		}
	}
	named := func(column string, kind grid.Kind) access.Page {
		return access.Page{Column: column, Values: []string{fmt.Sprint(ours[kind])}}
	}
	within := func(kind grid.Kind) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := v.ListWithin(ctx, kind, geo.MultiPolygon{{env.Ring()}}, access.Page{Limit: 10})
			return err
		}
	}
	for _, tt := range []struct {
		name string
		read func(context.Context) error
		want []shown
		err  error
	}{
		{"one person", func(ctx context.Context) error { _, err := v.Entity(ctx, grid.People, ours[grid.People]); return err }, []shown{{fmt.Sprintf("people/%d", ours[grid.People]), 1}}, nil},
		{"all", pageOf(grid.People, access.Page{}), []shown{{"", 2}}, nil},
		{"all of a home", pageOf(grid.People, named("dwelling", grid.Dwellings)), []shown{{fmt.Sprintf("dwellings/%d", ours[grid.Dwellings]), 2}}, nil},
		{"all of a household", pageOf(grid.People, named("household", grid.Households)), []shown{{fmt.Sprintf("households/%d", ours[grid.Households]), 1}}, nil},
		{"all of a division", pageOf(grid.People, access.Page{Area: ourGrid}), []shown{{"divisions/" + string(ourGrid), 2}}, nil},
		{"whoever is in a drawn area", within(grid.People), []shown{{"", 2}}, nil},
		{"nobody of another grid", pageOf(grid.People, access.Page{Area: theirGrid}), nil, nil},
		{"nobody where there is nobody", pageOf(grid.People, access.Page{Column: "dwelling", Values: []string{"999"}}), nil, nil},
		{"not somebody of another grid", func(ctx context.Context) error { _, err := v.Entity(ctx, grid.People, theirs[grid.People]); return err }, nil, grid.ErrNotFound},
		{"no houses", pageOf(grid.Buildings, access.Page{}), nil, nil},
		{"no houses of a drawn area", within(grid.Buildings), nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			told = nil
			if err := tt.read(t.Context()); !errors.Is(err, tt.err) || !slices.Equal(told, tt.want) {
				t.Errorf("tells of %v, %v; want %v, %v", told, err, tt.want, tt.err)
			}
		})
	}
}
