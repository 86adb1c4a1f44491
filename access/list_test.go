package access_test

import (
	"errors"
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
		return views.For(access.NewViewer(account, grantOf(role.Post{Role: "grid-worker", Area: ourGrid})))
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
