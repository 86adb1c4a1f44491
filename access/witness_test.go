package access_test

import (
	"encoding/hex"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
)

// The rows about one thing join: each begins with the digest that the one before it ended
// with, so that a state that no row tells of shows. The same state has the same digest.
func TestEachRowBeginsWhereTheOneBeforeItEnded(t *testing.T) {
	for _, tt := range []struct {
		name   string
		kind   grid.Kind
		body   string
		change string
	}{
		{"an event, whose times are finer than stores keep", events.Events, `{"category":"water","lon":106.4,"lat":29.5,"occurred_at":"2026-03-01T07:59:59.123456789+08:00"}`, `{"title":"停水"}`},
		{"a building with a footprint", grid.Buildings, house, `{"floors":7}`},
		{"somebody with a sealed identity", grid.People, `{"place":{"type":"Point","coordinates":[106.4,29.5]},"residence":"living","born":"1990-01-01","name":"欧阳小明","phone":"19900001234"}`, `{"residence":"both"}`},
		{"somebody with an empty list of tags", grid.People, `{"place":{"type":"Point","coordinates":[106.4,29.5]},"residence":"living","care":[],"phone":"19900001234"}`, `{"care":["living-alone"]}`},
		{"a worker", grid.Workers, `{"name":"陈网格","role":"grid-worker","area":"` + string(ourGrid) + `","phone":"19900002071"}`, `{"name":"程网格"}`},
		{"a thing that another system knows", grid.Components, `{"category":"manhole","state":"intact","external":"mh-1","lon":106.4,"lat":29.5}`, `{"state":"missing"}`},
		{"a road", grid.Roads, `{"class":"main","geometry":{"type":"LineString","coordinates":[[106.41,29.51],[106.42,29.52]]}}`, `{"width_cm":700}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			made := d.create(t, tt.kind, tt.body)
			ref := grid.Ref{Kind: tt.kind, ID: made.ID, Revision: made.Revision}
			for _, patch := range []string{`{}`, tt.change} {
				done, err := d.city.Edit(t.Context(), ref, []byte(patch), access.Origin{})
				if err != nil {
					t.Fatal(err)
				}
				ref.Revision = done.Revision
			}
			if _, err := d.city.Remove(t.Context(), ref, access.Origin{}); err != nil {
				t.Fatal(err)
			}
			rows := d.rows(t, grid.AuditQuery{Oldest: true})
			if len(rows) != 4 || rows[0].Before != "" || rows[3].After != "" {
				t.Fatalf("%+v", rows)
			}
			for i, row := range rows[1:] {
				if row.Before == "" || row.Before != rows[i].After {
					t.Errorf("%s begins with %q, %s before it ended with %q", row.Action, row.Before, rows[i].Action, rows[i].After)
				}
			}
			if rows[0].After != rows[1].After || rows[1].After == rows[2].After {
				t.Errorf("nothing changed: %s, %s; something did: %s", rows[0].After, rows[1].After, rows[2].After)
			}
		})
	}
}

// Of few possible states somebody could try all: without the key no digest says which it is.
func TestADigestOfAStateNeedsTheKey(t *testing.T) {
	state := &grid.Person{Born: grid.DateOf(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC))}
	digests := map[string]bool{}
	for _, key := range []string{"1", "2"} {
		for range 2 {
			digest, err := access.NewVault(masterKey(t, key)).StateDigest(state)
			if err != nil {
				t.Fatal(err)
			}
			digests[hex.EncodeToString(digest)] = true
		}
	}
	if len(digests) != 2 {
		t.Errorf("%d digests of one state under two keys", len(digests))
	}
}

// A row names the post by which something was done where it was done, not the highest one
// that there is.
func TestARowNamesThePostThatAllowedIt(t *testing.T) {
	d := newDesk(t)
	ours, theirs := d.furnish(t)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	both := []role.Post{
		{Role: "secretary", Area: ourGrid[:12]}, {Role: "grid-worker", Area: ourGrid}, {Role: "community-staff", Area: theirGrid[:12]},
		{Role: "provider", Area: "500106", Board: "water"},
	}
	for id, want := range map[int64]string{ours[grid.People]: "secretary@" + string(ourGrid[:12]), theirs[grid.People]: "community-staff@" + string(theirGrid[:12])} {
		if _, err := d.as(both...).File(t.Context(), grid.People, id); err != nil {
			t.Fatal(err)
		}
		mustBeBy(t, d, "people.view-file", want)
	}
	shown, err := d.as(both...).Entity(t.Context(), events.Events, theirs[events.Events])
	if err != nil {
		t.Fatal(err)
	}
	ref := grid.Ref{Kind: events.Events, ID: shown.ID, Revision: shown.Revision}
	if _, err := d.as(both...).Edit(t.Context(), ref, []byte(`{"title":"路灯"}`), access.Origin{}); err != nil {
		t.Fatal(err)
	}
	mustBeBy(t, d, "events.edit", "community-staff@"+string(theirGrid[:12])) // the provider's is of another board
}

// mustBeBy expects a post in the last row of an action.
func mustBeBy(t *testing.T, d desk, action, post string) {
	t.Helper()
	if rows := d.rows(t, grid.AuditQuery{Action: action, Limit: 1}); len(rows) != 1 || rows[0].Post != post {
		t.Errorf("%s by %+v, want %q", action, rows, post)
	}
}

// What a command costs with its digests: the audited intake of DESIGN §8.
func BenchmarkCommands(b *testing.B) {
	d := newDesk(b)
	b.Run("create", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.city.Create(b.Context(), events.Events, []byte(leak), access.Origin{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("digest", func(b *testing.B) {
		e := &events.Event{Category: "water", Title: "漏水", OccurredAt: clock(), ReportedAt: clock(), DueAt: clock()}
		for b.Loop() {
			if _, err := d.vault.StateDigest(e); err != nil {
				b.Fatal(err)
			}
		}
	})
}
