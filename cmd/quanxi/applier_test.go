package main

import (
	"iter"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

func each(steps []feed.Step) iter.Seq2[feed.Step, error] {
	return func(yield func(feed.Step, error) bool) {
		for _, s := range steps {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// An event changes hands when the border beside it moves, and the feed hears of it
// although nobody wrote to the event.
func TestTheFeedHearsOfEventsThatChangeHands(t *testing.T) {
	const west, east grid.Code = "500106003001001", "500106003001002"
	to := applier{world.New(world.Options{Now: time.Now}), access.NewDirectory(), time.Now, nil, nil}
	divided := func(pos int64, border float64) []feed.Step {
		var steps []feed.Step
		for i, code := range []grid.Code{west, east} {
			from, until := [2]float64{106, border}[i], [2]float64{border, 107}[i]
			steps = append(steps, feed.Step{Entity: &grid.Division{
				Head: grid.Head{ID: int64(i + 1), Revision: pos}, Code: code, Name: "网格", Level: code.Level(),
				Boundary: geo.MultiPolygon{{{geo.At(from, 29), geo.At(until, 29), geo.At(until, 30), geo.At(from, 30), geo.At(from, 29)}}},
			}})
		}
		return steps
	}
	event := &events.Event{Head: grid.Head{ID: 9, Revision: 4}, Category: "lamp", State: events.Reported, Urgency: events.Routine, Place: geo.At(106.4, 29.5)}
	for _, tt := range []struct {
		name          string
		steps         []feed.Step
		before, after grid.Code
		revision      int64
	}{
		{"it is reported", append(divided(1, 106.5), feed.Step{Entity: event}), "", west, 0},
		{"the border moves past it", divided(2, 106.3), west, east, 4},
		{"the border moves elsewhere", divided(3, 106.2), "", "", 0},
	} {
		effects, err := to.Apply(feed.Position{Epoch: "e", Pos: to.world.Snapshot().Position().Pos + 1}, each(tt.steps))
		if err != nil {
			t.Fatal(err)
		}
		if tt.after == "" {
			if len(effects.Moved) != 0 {
				t.Errorf("%s: %+v moved, want nothing", tt.name, effects.Moved)
			}
			continue
		}
		if len(effects.Moved) != 1 {
			t.Fatalf("%s: %d moved, want the event", tt.name, len(effects.Moved))
		}
		m := effects.Moved[0]
		if m.ID != 9 || m.Revision != tt.revision || m.Before.Area != tt.before || m.After.Area != tt.after {
			t.Errorf("%s: %+v, want from %q to %q, revision %d", tt.name, m, tt.before, tt.after, tt.revision)
		}
	}
}

func TestStaffReachTheDirectoryAndNotTheWorld(t *testing.T) {
	account := func(id, revision int64) grid.Entity {
		return &staff.Account{Head: grid.Head{ID: id, Revision: revision}, Login: "operator", Name: "值班员", Sort: staff.Person}
	}
	to := applier{world.New(world.Options{Now: time.Now}), access.NewDirectory(), time.Now, nil, nil}
	load := to.Begin()
	if err := load.Add(account(1, 1)); err != nil {
		t.Fatal(err)
	}
	if _, ok := to.directory.Account("operator"); ok {
		t.Error("it counts before the load is published")
	}
	if err := load.Publish(feed.Position{Epoch: "e", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	if _, ok := to.directory.Account("operator"); !ok {
		t.Error("the account of the load is missing")
	}
	for i, step := range []feed.Step{
		{Remove: grid.Ref{Kind: staff.Accounts, ID: 1, Revision: 2}},
		{Entity: account(2, 1)},
	} {
		effects, err := to.Apply(feed.Position{Epoch: "e", Pos: int64(i) + 2}, each([]feed.Step{step}))
		if err != nil || len(effects.Moved)+len(effects.Touches) > 0 {
			t.Fatalf("step %d: %+v, %v", i, effects, err)
		}
		a, ok := to.directory.Account("operator")
		if want := i == 1; ok != want || ok && a.ID != 2 {
			t.Errorf("after step %d: %+v, %v", i, a, ok)
		}
	}
	if at := to.world.Snapshot().Position(); at.Pos != 3 {
		t.Errorf("the World stands at %d, want 3", at.Pos)
	}
}

// Who manages what follows the divisions: open screens are told to look again when some
// change, when some come into force by their date, and when all is loaded anew.
func TestScreensLookAgainWhenDivisionsChange(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	to := applier{world.New(world.Options{Now: func() time.Time { return now }}), access.NewDirectory(), time.Now, nil, nil}
	watch := to.directory.Watch(7)
	defer watch.Close()
	told := func(why string, want bool) {
		t.Helper()
		select {
		case <-watch.Changed():
			if !want {
				t.Errorf("%s: told to look again", why)
			}
		default:
			if want {
				t.Errorf("%s: not told to look again", why)
			}
		}
	}
	load := to.Begin()
	to.directory.Watch(7).Close()
	if err := load.Publish(feed.Position{Epoch: "e", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	told("all is loaded anew", true)
	at := int64(1)
	apply := func(entity grid.Entity) {
		t.Helper()
		at++
		if _, err := to.Apply(feed.Position{Epoch: "e", Pos: at}, each([]feed.Step{{Entity: entity}})); err != nil {
			t.Fatal(err)
		}
	}
	division := func(id int64, from grid.Date) *grid.Division {
		return &grid.Division{Head: grid.Head{ID: id, Revision: at + 1}, Code: "500106", Name: "区", Level: grid.CountyLevel, From: from, Boundary: geo.MultiPolygon{
			{{geo.At(106, 29), geo.At(107, 29), geo.At(107, 30), geo.At(106, 30), geo.At(106, 29)}},
		}}
	}
	apply(division(1, 0))
	told("a division is drawn", true)
	apply(&grid.Camera{Head: grid.Head{ID: 2, Revision: 1}, Name: "路口", State: "online", Place: geo.At(106.5, 29.5)})
	told("a camera is hung", false)
	apply(division(3, 20260302))
	told("one is drawn for tomorrow", true)
	now = now.AddDate(0, 0, 1)
	to.Advance()
	told("it comes into force", true)
	to.Advance()
	told("nothing happens", false)
}
