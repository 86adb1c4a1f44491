package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
)

// as returns the View of somebody with an account and posts.
func (d desk) as(posts ...role.Post) *access.View {
	return d.views.For(access.NewViewer("7", grantOf(posts...)), "192.0.2.7")
}

func grantOf(posts ...role.Post) role.Grant { return grantBy(role.Shipped(), posts...) }

func grantBy(table map[string]role.Role, posts ...role.Post) role.Grant {
	return role.NewGrant(posts, table, func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) })
}

// having returns the View of somebody with posts, by the shipped roles and two that a city
// has made: a registrar keeps people and does not unmask them, an archivist does both and
// sees no tags of care.
func (d desk) having(posts ...role.Post) *access.View {
	table := role.Shipped()
	keeps := role.SetOf(role.SeeNumbers, role.SeeHomes, role.SeePeople, role.KeepPeople)
	table["registrar"] = role.Role{Code: "registrar", Rights: keeps, Personal: grid.CommunityLevel}
	table["archivist"] = role.Role{Code: "archivist", Rights: keeps | role.SetOf(role.Unmask), Personal: grid.CommunityLevel}
	return d.views.For(access.NewViewer("7", grantBy(table, posts...)), "")
}

func mustRefuse(t *testing.T, err error, why string) {
	t.Helper()
	if !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), why) {
		t.Errorf("%v, want one that says %q", err, why)
	}
}

func TestUnmask(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	closed := d.create(t, events.Events, `{"category":"lamp","state":"closed","lon":106.4005,"lat":29.5005}`)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People, events.Events)
	street := d.create(t, events.Events, `{"category":"lamp","lon":106.45,"lat":29.5}`)
	atHome := d.create(t, events.Events, `{"category":"fire","lon":106.4005,"lat":29.5005}`)
	next := d.create(t, grid.Buildings, strings.NewReplacer("106.4", "106.41", "3幢", "4幢").Replace(house))
	nextDoor := d.create(t, events.Events, fmt.Sprintf(`{"category":"fire","building":%d,"lon":106.4005,"lat":29.5005}`, next.ID))
	ofHouse := d.create(t, events.Events, fmt.Sprintf(`{"category":"fire","building":%d,"lon":106.45,"lat":29.5}`, ours[grid.Buildings]))
	worker := role.Post{Role: "grid-worker", Area: ourGrid}
	for _, tt := range []struct {
		name string
		post role.Post
		of   int64
		why  access.Why
		err  error
		says string
	}{
		{"for a visit", worker, ours[grid.People], access.Why{Reason: staff.ForVisit}, nil, ""},
		{"for an open event in the house, which needs no other reason", worker, ours[grid.People], access.Why{Event: atHome.ID}, nil, ""},
		{"for an open event of the house, reported from the street", worker, ours[grid.People], access.Why{Event: ofHouse.ID}, nil, ""},
		{"for an event of the next house, reported from this one", worker, ours[grid.People], access.Why{Event: nextDoor.ID}, grid.ErrInvalid, "where this person lives"},
		{"for nothing", worker, ours[grid.People], access.Why{}, grid.ErrInvalid, "reason"},
		{"for curiosity", worker, ours[grid.People], access.Why{Reason: "curiosity"}, grid.ErrInvalid, "reason"},
		{"for an event that is not named", worker, ours[grid.People], access.Why{Reason: staff.ForEvent}, grid.ErrInvalid, "event"},
		{"for an event that is over", worker, ours[grid.People], access.Why{Event: closed.ID}, grid.ErrInvalid, "closed"},
		{"for an event elsewhere", worker, ours[grid.People], access.Why{Event: street.ID}, grid.ErrInvalid, "where this person lives"},
		{"for an event of another grid", worker, ours[grid.People], access.Why{Event: theirs[events.Events]}, grid.ErrInvalid, "names nothing"},
		{"of somebody in another grid", worker, theirs[grid.People], access.Why{Reason: staff.ForVisit}, grid.ErrNotFound, ""},
		{"by a steward", role.Post{Role: "steward", Area: ourGrid}, ours[grid.People], access.Why{Reason: staff.ForVisit}, access.ErrForbidden, ""},
		{"by a county, to whom people are numbers", role.Post{Role: "operator", Area: ourGrid[:6]}, ours[grid.People], access.Why{Reason: staff.ForVisit}, grid.ErrNotFound, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := d.unmaskings(t)
			shown, err := d.as(tt.post).Unmask(t.Context(), grid.People, tt.of, tt.why)
			if tt.err != nil {
				if !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) || d.unmaskings(t) != before {
					t.Errorf("%v, want %v that says %q, and nothing kept", err, tt.err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			mustHold(t, string(shown.JSON), []string{`"name":"欧阳小明"`, `"id_number":"500999199001011234"`, `"phone":"19900001234"`, `"shown":"open"`}, nil)
			if !shown.Until.Equal(clock().Add(15*time.Minute)) || d.unmaskings(t) != before+1 {
				t.Errorf("until %v, %d kept", shown.Until, d.unmaskings(t)-before)
			}
		})
	}
	t.Run("a worker for an event next to the house, which says nothing of who handles it", func(t *testing.T) {
		_, err := d.as(worker).Unmask(t.Context(), grid.Workers, ours[grid.Workers], access.Why{Event: atHome.ID})
		mustRefuse(t, err, "no reason")
	})
	t.Run("a store that is away is no wrong event", func(t *testing.T) {
		master := masterKey(t, "1")
		views := access.NewViews(access.Sources{Store: eventless{d.store}, Vault: d.vault, Master: master, World: d.world, Clock: clock})
		_, err := views.For(access.NewViewer("7", grantOf(worker)), "").Unmask(t.Context(), grid.People, ours[grid.People], access.Why{Event: atHome.ID})
		if !errors.Is(err, grid.ErrUnavailable) || errors.Is(err, grid.ErrInvalid) {
			t.Errorf("%v", err)
		}
	})
	t.Run("the audit says who and why, and nothing of whom", func(t *testing.T) {
		rows := d.rows(t, grid.AuditQuery{Action: "people.unmask"})
		for _, row := range rows {
			if row.Actor != "7" || row.Object != fmt.Sprintf("people/%d", ours[grid.People]) || row.From != "192.0.2.7" || row.Detail == "" {
				t.Errorf("row %+v", row)
			}
			mustHold(t, fmt.Sprintf("%+v", row), nil, []string{"欧阳", "19900001234", "500999"})
		}
		if len(rows) != 3 {
			t.Errorf("%d rows, want 3", len(rows))
		}
	})
}

// eventless is a store that goes away when it is asked for an event.
type eventless struct{ grid.Store }

func (s eventless) Entity(ctx context.Context, kind grid.Kind, id int64) (grid.Entity, error) {
	if kind == events.Events {
		return nil, grid.ErrUnavailable
	}
	return s.Store.Entity(ctx, kind, id)
}

func (d desk) unmaskings(t *testing.T) (n int) {
	t.Helper()
	for _, err := range d.store.Entities(t.Context(), staff.Unmaskings, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// A loop over the people of a grid is stopped, and a worker at a door is not. Another account
// is not held up by it, and a copy in the open counts as well.
func TestWhoOpensManyRecordsIsAskedToWait(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	at := clock()
	views := access.NewViews(access.Sources{Store: d.store, Vault: d.vault, Master: masterKey(t, "1"), World: d.world, Clock: func() time.Time { return at }})
	opens := func(account string) error {
		view := views.For(access.NewViewer(account, grantOf(role.Post{Role: "grid-worker", Area: ourGrid})), "")
		_, err := view.Unmask(t.Context(), grid.People, ours[grid.People], access.Why{Reason: staff.ForVisit})
		return err
	}
	for n := range 30 {
		if err := opens("7"); err != nil {
			t.Fatalf("record %d: %v", n+1, err)
		}
	}
	kept := d.unmaskings(t)
	var wait *access.WaitError
	if err := opens("7"); !errors.As(err, &wait) || wait.Seconds() != 6 || d.unmaskings(t) != kept {
		t.Errorf("the next one: %v, want to wait for 6 s, and nothing kept", err)
	}
	copies := views.For(access.NewViewer("7", grantOf(role.Post{Role: "grid-worker", Area: ourGrid})), "")
	if _, err := copies.FileCopy(t.Context(), grid.People, ours[grid.People], "request"); !errors.As(err, &wait) {
		t.Errorf("a copy: %v", err)
	}
	if err := opens("8"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	at = at.Add(6 * time.Second)
	if err := opens("7"); err != nil {
		t.Errorf("after 6 s: %v", err)
	}
	if err := opens("7"); !errors.As(err, &wait) {
		t.Errorf("two after 6 s: %v", err)
	}
}

// Who sees a record in the open may correct it, and it is sealed anew.
func TestACorrection(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	id := ours[grid.People]
	post := role.Post{Role: "community-staff", Area: ourGrid[:12]}
	before, err := d.as(post).Entity(t.Context(), grid.People, id)
	if err != nil {
		t.Fatal(err)
	}
	open := d.views.For(access.NewViewer("7", grantOf(post), access.Unmasked{Ref: grid.Ref{Kind: grid.People, ID: id}}), "")
	corrected, err := open.Edit(t.Context(), grid.Ref{Kind: grid.People, ID: id, Revision: before.Revision}, []byte(`{"name":"欧阳晓明","phone":""}`), access.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, string(corrected.JSON), []string{`"name":"欧阳晓明"`, `"id_number":"500999199001011234"`}, []string{"phone"})
	later, err := d.as(post).Entity(t.Context(), grid.People, id)
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, string(later.JSON), []string{`"name":"欧阳**"`}, []string{"晓明", "phone"})
}
