package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"quanxi/grid"
)

func audited(t *testing.T, s Store, rows ...grid.AuditRow) {
	t.Helper()
	if err := s.Audit(t.Context(), rows); err != nil {
		t.Fatalf("Audit: %v", err)
	}
}

// found returns the rows that a query selects.
func found(t *testing.T, s Store, q grid.AuditQuery) []grid.AuditRow {
	t.Helper()
	var list []grid.AuditRow
	for row, err := range s.AuditRows(t.Context(), q) {
		if err != nil {
			t.Fatalf("AuditRows: %v", err)
		}
		list = append(list, row)
	}
	return list
}

// only returns the one row with an action, without its ID.
func only(t *testing.T, s Store, action string) grid.AuditRow {
	t.Helper()
	list := found(t, s, grid.AuditQuery{Action: action})
	if len(list) != 1 {
		t.Fatalf("%d rows of %s, want 1", len(list), action)
	}
	list[0].ID = 0
	return list[0]
}

func audit(t *testing.T, place Place) {
	s := sub{t, place}
	s.run("a write's row says all that the write said", func(t *testing.T, s Store) {
		b := building("audited")
		mustWrite(t, s, grid.Write{Actor: "17", Action: "whole.edit", From: "10.0.0.9", Post: "grid-worker@500101", Object: "buildings/9",
			Before: []byte{1, 2}, After: []byte{0xfe}, Detail: "by form", Put: []grid.Entity{b}})
		got := only(t, s, "whole.")
		want := grid.AuditRow{At: got.At, Actor: "17", Action: "whole.edit", From: "10.0.0.9", Post: "grid-worker@500101", Object: "buildings/9",
			Before: "0102", After: "fe", Detail: "by form", Result: grid.ResultOK, Count: 1,
			Touched: fmt.Sprintf(`[{"kind":"buildings","id":%d,"revision":1,"op":"put"}]`, b.ID)}
		if !reflect.DeepEqual(got, want) || time.Since(got.At).Abs() > time.Hour || got.At.Location() != time.UTC {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	})
	s.run("a write that fails leaves no row", func(t *testing.T, s Store) {
		bad := building("bad")
		bad.Revision = 9
		refuses(t, s, grid.ErrConflict, grid.Write{Actor: "tester", Action: "never", Put: []grid.Entity{building("good"), bad}})
		if rows := found(t, s, grid.AuditQuery{Action: "never"}); len(rows) != 0 {
			t.Errorf("rows %+v", rows)
		}
	})
	s.run("what is no write comes back field by field", func(t *testing.T, s Store) {
		want := grid.AuditRow{At: noon.Add(123456 * time.Microsecond), Actor: "3", Post: "audit-admin@5001", From: "::1", Action: "session.begin",
			Object: "accounts/3", Touched: "[]", Before: "aa", After: "bb", Result: grid.ResultRefused, Count: 12, Detail: "O'Brien 🏠"}
		audited(t, s, want)
		if got := only(t, s, "session.begin"); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	})
	s.run("what is left empty is filled in", func(t *testing.T, s Store) {
		audited(t, s, grid.AuditRow{Action: "empty.row"})
		got := only(t, s, "empty.row")
		if got.Result != grid.ResultOK || got.Count != 1 || got.Touched != "[]" || got.Seq != 0 || got.MAC != nil || time.Since(got.At).Abs() > time.Hour {
			t.Errorf("got %+v", got)
		}
	})
	s.run("a refusal may quote what cannot be stored", func(t *testing.T, s Store) {
		audited(t, s, grid.AuditRow{Action: "odd.row", Object: "a\x00b\xffc"})
		if got := only(t, s, "odd.row"); got.Object != "a\uFFFDb\uFFFDc" {
			t.Errorf("object %q", got.Object)
		}
	})
	s.run("an erasure's row says who, from where and whom", func(t *testing.T, s Store) {
		p := &grid.Person{}
		mustWrite(t, s, putting(p))
		mustWrite(t, s, grid.Write{Actor: "9", Post: "steward@5001", From: "10.1.1.1", Action: "subjects.erase", Erase: []grid.Ref{{Kind: grid.People, ID: p.ID}}})
		got := only(t, s, "subjects.erase")
		if got.Actor != "9" || got.Post != "steward@5001" || got.From != "10.1.1.1" || got.Touched != fmt.Sprintf(`[{"kind":"people","id":%d,"op":"erase"}]`, p.ID) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("queries", func(t *testing.T) { auditQueries(t, open(t, place)) })
	s.run("pages join without a hole", func(t *testing.T, s Store) {
		many := make([]grid.AuditRow, 2500)
		for i := range many {
			many[i] = grid.AuditRow{Action: "many", Detail: fmt.Sprint(i)}
		}
		audited(t, s, many...)
		for _, limit := range []int{0, 1, 1000, 1001, 2500} {
			rows := found(t, s, grid.AuditQuery{Action: "many", Limit: limit})
			if want := min(2500, max(limit, (1-min(limit, 1))*2500)); len(rows) != want {
				t.Errorf("limit %d: %d rows, want %d", limit, len(rows), want)
			}
			for i, row := range rows {
				if row.Detail != fmt.Sprint(2499-i) {
					t.Fatalf("limit %d: row %d is %s", limit, i, row.Detail)
				}
			}
			oldest := found(t, s, grid.AuditQuery{Action: "many", Limit: limit, Oldest: true})
			for i, row := range oldest {
				if len(oldest) != len(rows) || row.Detail != fmt.Sprint(i) {
					t.Fatalf("oldest first, limit %d: row %d of %d is %s", limit, i, len(oldest), row.Detail)
				}
			}
		}
	})
}

// touching returns a row of a write that touched something.
func touching(row grid.AuditRow, touched string) grid.AuditRow {
	row.Touched = touched
	return row
}

func auditQueries(t *testing.T, s Store) {
	row := func(minute int, actor, action, object string, result grid.AuditResult) grid.AuditRow {
		return grid.AuditRow{At: noon.Add(time.Duration(minute) * time.Minute), Actor: actor, Action: action, Object: object, Result: result, Post: "q"}
	}
	audited(t, s, row(0, "1", "q.people.unmask", "people/17", ""), row(1, "2", "q.people.edit", "people/17", ""),
		row(2, "1", "q.peoples", "people/171", grid.ResultRefused), row(3, "", "q.session.begin", "", grid.ResultFailed), row(4, "1", "q.export", "people", grid.ResultNotFound),
		touching(row(5, "1", "q.import", "", ""), `[{"kind":"buildings","id":17,"op":"put"},{"kind":"people","id":17,"revision":1,"op":"put"}]`),
		touching(row(6, "1", "q.import", "", ""), `[{"kind":"people","id":1717,"revision":1,"op":"put"},{"kind":"people","id":171,"op":"erase"}]`))
	all := found(t, s, grid.AuditQuery{Action: "q."})
	for name, c := range map[string]struct {
		query grid.AuditQuery
		want  []int // minutes
	}{
		"newest first":                      {grid.AuditQuery{}, []int{6, 5, 4, 3, 2, 1, 0}},
		"a page":                            {grid.AuditQuery{Limit: 2}, []int{6, 5}},
		"the page after a row":              {grid.AuditQuery{Before: all[3].ID, Limit: 2}, []int{2, 1}},
		"oldest first, after a row":         {grid.AuditQuery{After: all[5].ID, Oldest: true}, []int{2, 3, 4, 5, 6}},
		"of one account":                    {grid.AuditQuery{Actor: "1"}, []int{6, 5, 4, 2, 0}},
		"an action by its beginning":        {grid.AuditQuery{Action: "q.people."}, []int{1, 0}},
		"the beginning is no pattern":       {grid.AuditQuery{Action: "q%"}, nil},
		"an object, not by its beginning":   {grid.AuditQuery{Object: "people/17"}, []int{1, 0}},
		"what names or touched an object":   {grid.AuditQuery{About: "people/17"}, []int{5, 1, 0}},
		"what removed an object":            {grid.AuditQuery{About: "people/171"}, []int{6, 2}},
		"an object is no pattern":           {grid.AuditQuery{About: "peop%/17"}, nil},
		"what is no entity":                 {grid.AuditQuery{About: "people"}, []int{4}},
		"refusals":                          {grid.AuditQuery{Result: grid.ResultRefused}, []int{2}},
		"from a time on":                    {grid.AuditQuery{From: noon.Add(3 * time.Minute)}, []int{6, 5, 4, 3}},
		"up to a time, without it":          {grid.AuditQuery{Until: noon.Add(time.Minute)}, []int{0}},
		"everything together, nothing left": {grid.AuditQuery{Actor: "2", Object: "people/171"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.query.Action == "" {
				c.query.Action = "q."
			}
			var got []int
			for _, row := range found(t, s, c.query) {
				got = append(got, int(row.At.Sub(noon)/time.Minute))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
