package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
)

func roundTrip(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("of every kind, field by field", func(t *testing.T, s Store) {
		for _, e := range town() {
			write(t, s, e)
			got := entity(t, s, e.Kind(), e.Entity().ID)
			if !reflect.DeepEqual(got, e) {
				t.Errorf("put %s\ngot %s", describe(e), describe(got))
			}
			if e.Entity().Revision != 1 || e.Entity().ID < 1<<52 || e.Entity().ID >= 1<<53 {
				t.Errorf("head is %+v", e.Entity())
			}
		}
	})
	s.run("of every kind, empty", func(t *testing.T, s Store) {
		for _, kind := range feed.Kinds() {
			e, err := feed.New(kind)
			if err != nil {
				t.Fatal(err)
			}
			write(t, s, e)
			if got := entity(t, s, kind, e.Entity().ID); !reflect.DeepEqual(got, e) {
				t.Errorf("put %s\ngot %s", describe(e), describe(got))
			}
		}
	})
	s.run("after the store was opened anew", func(t *testing.T, s Store) {
		b := building("stays")
		write(t, s, b)
		if got := entity(t, open(t, place), grid.Buildings, b.ID); !reflect.DeepEqual(got, b) {
			t.Errorf("got %+v", got)
		}
	})
	s.run("times to the microsecond, in UTC", func(t *testing.T, s Store) {
		e := &events.Event{Category: "fire", Title: "烟", Place: at(5, 5), State: events.Reported, Urgency: events.Urgent, OccurredAt: noon, ReportedAt: noon}
		e.DueAt = time.Date(2026, 3, 1, 20, 0, 0, 999_999_999, time.FixedZone("CST", 8*3600))
		write(t, s, e)
		want := time.Date(2026, 3, 1, 12, 0, 0, 999_999_000, time.UTC)
		if got := entity(t, s, events.Events, e.ID).(*events.Event).DueAt; got != want || e.DueAt != want {
			t.Errorf("stored %v, left with %v, want %v", got, e.DueAt, want)
		}
	})
	s.run("the caller's memory stays the caller's", func(t *testing.T, s Store) {
		b := building("mine")
		write(t, s, b)
		b.Footprint[0][0][0].Lon = 0
		if got := entity(t, s, grid.Buildings, b.ID).(*grid.Building); got.Footprint[0][0][0].Lon == 0 {
			t.Error("a write to the caller's ring reached the store")
		}
	})
	s.run("absent is ErrNotFound", func(t *testing.T, s Store) { absent(t, s, grid.Roads, 12345) })
	s.run("a kind that is none is ErrInvalid", func(t *testing.T, s Store) {
		if _, err := s.Entity(t.Context(), "goats", 1); !errors.Is(err, grid.ErrInvalid) {
			t.Errorf("err = %v", err)
		}
	})
	s.run("a text with NUL, or not UTF-8, is ErrInvalid", func(t *testing.T, s Store) {
		refuses(t, s, grid.ErrInvalid, putting(building("a\x00b")))
		refuses(t, s, grid.ErrInvalid, putting(building("a\xffb")))
	})
	s.run("reserved ids are consecutive and never given twice", func(t *testing.T, s Store) {
		first, err := s.NextIDs(t.Context(), 100)
		if err != nil || first < 1<<52 || first+100 > 1<<53 {
			t.Fatalf("NextIDs = %d, %v", first, err)
		}
		b := building("another")
		write(t, s, b)
		second, err := s.NextIDs(t.Context(), 1)
		if err != nil || second < first+100 || b.ID < first+100 && b.ID >= first || b.ID == second {
			t.Errorf("after %d: written %d, then %d, %v", first, b.ID, second, err)
		}
	})
}

func queries(t *testing.T, place Place) {
	setup := open(t, place)
	list := []*grid.Division{
		{Code: "500101", Name: "county", Parent: "5000", Level: grid.CountyLevel, Boundary: square(0, 0, 10_000_000)},
		{Code: "500101001", Name: "under_", Parent: "500101", Level: grid.TownLevel, Boundary: square(9_000_000, 9_000_000, 10_000)},
		{Code: "5001010", Name: "prefix%", Parent: "500101"},
		{Code: "500201", Name: "O'Brien", Parent: "5000", Level: grid.CountyLevel},
	}
	for i, d := range list {
		d.ID, d.External = int64(10*(i+1)), "area:"+string(d.Code)
		write(t, setup, d)
	}
	near := func(lon, lat, side int32) *geo.Envelope {
		return &geo.Envelope{Min: at(lon, lat), Max: at(lon+side, lat+side)}
	}
	for name, row := range map[string]struct {
		query grid.Query
		want  []int64
	}{
		"all, by id":                        {grid.Query{}, []int64{10, 20, 30, 40}},
		"after an id":                       {grid.Query{After: 20}, []int64{30, 40}},
		"a page":                            {grid.Query{After: 10, Limit: 2}, []int64{20, 30}},
		"some ids, and one that is not":     {grid.Query{IDs: []int64{40, 10, 99}}, []int64{10, 40}},
		"no ids":                            {grid.Query{IDs: []int64{}}, nil},
		"by a code, not by its prefix":      {grid.Query{Column: "code", Values: []string{"500101"}}, []int64{10}},
		"by several values":                 {grid.Query{Column: "parent", Values: []string{"5000", "500101"}}, []int64{10, 20, 30, 40}},
		"a value is no pattern":             {grid.Query{Column: "name", Values: []string{"%", "under_", "_____"}}, []int64{20}},
		"a value with an apostrophe":        {grid.Query{Column: "name", Values: []string{"O'Brien"}}, []int64{40}},
		"by a number":                       {grid.Query{Column: "level", Values: []string{"2", "x"}}, []int64{10, 40}},
		"by no values":                      {grid.Query{Column: "name"}, nil},
		"by external ids":                   {grid.Query{External: []string{"area:500101", "area:500201", ""}}, []int64{10, 40}},
		"by texts that no store takes":      {grid.Query{Column: "name", Values: []string{"a\x00b", "a\xffb", "county"}}, []int64{10}},
		"by ids that no store takes":        {grid.Query{External: []string{"a\x00b", "a\xffb", "area:500101"}}, []int64{10}},
		"by no external ids":                {grid.Query{External: []string{}}, nil},
		"by a range of codes":               {grid.Query{Column: "code", Codes: []grid.CodeRange{grid.Under("500101")}}, []int64{10, 20, 30}},
		"by several ranges, ends left out":  {grid.Query{Column: "code", Codes: []grid.CodeRange{{From: "5001010", To: "500101001"}, {From: "5002", To: "500201"}, grid.Under("500201")}}, []int64{30, 40}},
		"by no ranges":                      {grid.Query{Column: "code", Codes: []grid.CodeRange{}}, nil},
		"where they meet a box inside":      {grid.Query{Meets: near(5_000_000, 5_000_000, 10)}, []int64{10}},
		"where they meet a box around":      {grid.Query{Meets: near(-10_000_000, -10_000_000, 90_000_000)}, []int64{10, 20}},
		"where they touch a box":            {grid.Query{Meets: near(10_000_000, 10_000_000, 10_000)}, []int64{10}},
		"where nothing is":                  {grid.Query{Meets: near(30_000_000, 0, 10)}, nil},
		"by place and by column":            {grid.Query{Meets: near(9_000_000, 9_000_000, 10), Column: "parent", Values: []string{"500101"}}, []int64{20}},
		"everything together, nothing left": {grid.Query{After: 10, IDs: []int64{10}, Column: "code", Values: []string{"500101"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int64
			for e, err := range open(t, place).Entities(t.Context(), grid.Divisions, row.query) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.Entity().ID)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
	s := sub{t, place}
	s.run("a column that is none is ErrInvalid", func(t *testing.T, s Store) {
		for _, column := range []string{"nosuch", `code" OR 1=1 --`, "label"} {
			for _, err := range s.Entities(t.Context(), grid.Divisions, grid.Query{Column: column, Values: []string{"1"}}) {
				if !errors.Is(err, grid.ErrInvalid) {
					t.Errorf("%q: %v", column, err)
				}
			}
		}
	})
	s.run("a range of what is no text is ErrInvalid", func(t *testing.T, s Store) {
		for _, err := range s.Entities(t.Context(), grid.Divisions, grid.Query{Column: "level", Codes: []grid.CodeRange{{From: "1", To: "2"}}}) {
			if !errors.Is(err, grid.ErrInvalid) {
				t.Error(err)
			}
		}
	})
	s.run("of every kind with a place those come that meet a box", selectsByPlace)
	s.run("a cancelled context stops the walk", func(t *testing.T, s Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range s.Entities(ctx, grid.Divisions, grid.Query{}) {
			if errors.Is(err, context.Canceled) {
				return
			}
		}
		t.Error("the walk finished in spite of a cancelled context")
	})
	s.run("a walk can be left, and can write", func(t *testing.T, s Store) {
		for e, err := range s.Entities(t.Context(), grid.Divisions, grid.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			write(t, s, e)
			break
		}
	})
}

// selectsByPlace asks for one entity of every kind by the box around it, and by one that is
// far away.
func selectsByPlace(t *testing.T, s Store) {
	all := town()
	write(t, s, all...)
	for _, e := range all {
		around, there := placeOf(e)
		found := func(env geo.Envelope) (is bool) {
			for got, err := range s.Entities(t.Context(), e.Kind(), grid.Query{IDs: []int64{e.Entity().ID}, Meets: &env}) {
				if there && err != nil || !there && !errors.Is(err, grid.ErrInvalid) {
					t.Errorf("%s: %v", e.Kind(), err)
				}
				is = err == nil && got.Entity().ID == e.Entity().ID
			}
			return is
		}
		far := geo.Envelope{Min: geo.At(120, 40), Max: geo.At(121, 41)}
		if found(around) != there || found(far) {
			t.Errorf("%s: found in a box around it: %v, want %v; far away: %v", e.Kind(), found(around), there, found(far))
		}
	}
}

func placeOf(e grid.Entity) (geo.Envelope, bool) {
	if p, ok := e.(*grid.Person); ok {
		return p.Place.Envelope()
	}
	if e.Geometry() == nil {
		return geo.Envelope{}, false
	}
	return e.Geometry().Envelope()
}
