package access_test

import (
	"errors"
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// Divisions change after things are written: whoever answers for the place today
// sees what is in it, whatever was stored with it.
func TestWhoAnswersFollowsTheDivisionsOfToday(t *testing.T) {
	d := newDesk(t)
	made := d.create(t, events.Events, leak) // at 106.4005, in our grid
	d.create(t, grid.Buildings, house)
	d.show(t, events.Events, grid.Buildings)
	for _, tt := range []struct {
		name   string
		border float64 // east of it everything is theirs
		seen   int
		area   grid.Code
	}{
		{"the border lies east of the leak", 106.5, 1, ourGrid},
		{"the border moves west of it", 106.3, 0, theirGrid},
		{"and back again", 106.5, 1, ourGrid},
	} {
		d.draw(t, tt.border)
		for _, kind := range []grid.Kind{events.Events, grid.Buildings} {
			theirs, _, err := d.city.Entities(t.Context(), kind, access.Page{Limit: 10, Area: tt.area})
			if err != nil || len(theirs) != 1 {
				t.Fatalf("%s: %d %s in %s, %v; want 1", tt.name, len(theirs), kind, tt.area, err)
			}
			mustHold(t, string(theirs[0].JSON), []string{`"area":"` + string(tt.area) + `"`}, nil)
			bare, _, err := d.city.Entities(t.Context(), kind, access.Page{Limit: 10, WithoutGeometry: true})
			if err != nil || len(bare) != 1 {
				t.Fatalf("%s: %d %s without geometry, %v", tt.name, len(bare), kind, err)
			}
			mustHold(t, string(bare[0].JSON), []string{`"area":"` + string(tt.area) + `"`}, nil)
		}
		list, _, err := d.town.Entities(t.Context(), events.Events, access.Page{Limit: 10})
		if err != nil || len(list) != tt.seen {
			t.Errorf("%s: our town sees %d events, %v; want %d", tt.name, len(list), err, tt.seen)
		}
		_, err = d.town.Entity(t.Context(), events.Events, made.ID)
		if (err == nil) != (tt.seen == 1) {
			t.Errorf("%s: our town reads the event: %v", tt.name, err)
		}
		_, err = d.town.Edit(t.Context(), grid.Ref{Kind: events.Events, ID: made.ID, Revision: made.Revision}, []byte(`{"building":-1}`), access.Origin{})
		if notFound := errors.Is(err, grid.ErrNotFound); notFound != (tt.seen == 0) {
			t.Errorf("%s: our town edits the event: %v", tt.name, err)
		}
	}
}

// A device belongs where its home is: it is on the list of that area and no other,
// wherever it hangs.
func TestADeviceIsListedWhereItsHomeIs(t *testing.T) {
	d := newDesk(t)
	built := d.create(t, grid.Buildings, house)
	home := d.create(t, grid.Dwellings, fmt.Sprintf(`{"building":%d,"floor":2,"room":"2-1","state":"own"}`, built.ID))
	d.create(t, grid.Devices, fmt.Sprintf(`{"dwelling":%d,"category":"door","state":"online","lon":106.6,"lat":29.5}`, home.ID))
	d.show(t, grid.Buildings, grid.Dwellings, grid.Devices)
	for area, want := range map[grid.Code]int{ourGrid: 1, theirGrid: 0} {
		list, _, err := d.city.Entities(t.Context(), grid.Devices, access.Page{Limit: 10, Area: area})
		if err != nil || len(list) != want {
			t.Errorf("%d devices in %s, %v; want %d", len(list), area, err, want)
		}
	}
}

// show applies to the World what the store holds of some kinds.
func (d desk) show(t *testing.T, kinds ...grid.Kind) {
	t.Helper()
	var steps []world.Step
	for _, kind := range kinds {
		for e, err := range d.store.Entities(t.Context(), kind, grid.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			steps = append(steps, world.Step{Entity: e})
		}
	}
	d.apply(t, steps)
}

// draw moves the border between our grid and theirs.
func (d desk) draw(t *testing.T, border float64) {
	t.Helper()
	var steps []world.Step
	for i, code := range []grid.Code{ourGrid, theirGrid} {
		west, east := 106.0, border
		if i == 1 {
			west, east = border, 107
		}
		steps = append(steps, world.Step{Entity: &grid.Division{
			Head: grid.Head{ID: int64(i + 1), Revision: d.world.Snapshot().Position().Pos + 1}, Code: code, Name: "网格", Level: code.Level(),
			Boundary: geo.MultiPolygon{{{geo.At(west, 29), geo.At(east, 29), geo.At(east, 30), geo.At(west, 30), geo.At(west, 29)}}},
		}})
	}
	d.apply(t, steps)
}

func (d desk) apply(t *testing.T, steps []world.Step) {
	t.Helper()
	at := d.world.Snapshot().Position()
	at.Pos++
	if _, err := d.world.Apply(at, steps); err != nil {
		t.Fatal(err)
	}
}
