package access_test

import (
	"encoding/hex"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
)

const rebuilt = "6060606060606060606060606060606060606060606060606060606060606060"

func chainOf(t *testing.T, hexDigits string) access.Chain {
	t.Helper()
	master, err := access.ParseMasterKey(hexDigits)
	if err != nil {
		t.Fatal(err)
	}
	return access.NewChain(master)
}

// day returns n rows of an audit, sealed, and a seal of every tenth.
func day(c access.Chain, n int) (rows []grid.AuditRow, seals []access.Seal) {
	began := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for i := range n {
		rows = append(rows, grid.AuditRow{ID: int64(2*i + 10), Seq: int64(i + 1), At: began.Add(time.Duration(i) * time.Second), Actor: "17", Post: "lead@5001",
			From: "10.0.0.1", Action: "people.edit", Object: "people/17", Touched: "[]", Before: "aa", After: "bb", Result: grid.ResultOK, Count: 1, Detail: "x"})
	}
	rechain(c, rows)
	for i := 9; i < n; i += 10 {
		seals = append(seals, access.Seal{Seq: rows[i].Seq, MAC: rows[i].MAC, At: rows[i].At, Count: 10})
	}
	return rows, seals
}

// rechain gives rows their places and MACs anew.
func rechain(c access.Chain, rows []grid.AuditRow) {
	var previous []byte
	for i := range rows {
		rows[i].Seq = int64(i + 1)
		rows[i].MAC = c.MAC(previous, rows[i])
		previous = rows[i].MAC
	}
}

func all[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func verified(t *testing.T, c access.Chain, rows []grid.AuditRow, seals []access.Seal) access.AuditReport {
	t.Helper()
	report, err := c.Verify(t.Context(), all(rows), all(seals))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// faults returns what a report names: rows by their Seq.
func faults(r access.AuditReport) map[int64]access.Fault {
	named := map[int64]access.Fault{}
	for _, f := range r.Findings {
		named[f.Seq] = f.Fault
	}
	return named
}

func TestVerifyNamesTheRow(t *testing.T) {
	c := chainOf(t, strings.Repeat("0f", 32))
	other := chainOf(t, rebuilt)
	field := func(change func(*grid.AuditRow)) func([]grid.AuditRow) []grid.AuditRow {
		return func(rows []grid.AuditRow) []grid.AuditRow { change(&rows[56]); return rows }
	}
	changed := map[int64]access.Fault{57: access.RowChanged}
	for name, row := range map[string]struct {
		tamper func([]grid.AuditRow) []grid.AuditRow
		want   map[int64]access.Fault
	}{
		"the time moved by a microsecond":           {field(func(r *grid.AuditRow) { r.At = r.At.Add(time.Microsecond) }), changed},
		"another actor":                             {field(func(r *grid.AuditRow) { r.Actor = "18" }), changed},
		"another post":                              {field(func(r *grid.AuditRow) { r.Post = "" }), changed},
		"another address":                           {field(func(r *grid.AuditRow) { r.From = "10.0.0.2" }), changed},
		"another action":                            {field(func(r *grid.AuditRow) { r.Action = "people.read" }), changed},
		"another object":                            {field(func(r *grid.AuditRow) { r.Object = "people/18" }), changed},
		"another list of what it touched":           {field(func(r *grid.AuditRow) { r.Touched = "[ ]" }), changed},
		"another digest before":                     {field(func(r *grid.AuditRow) { r.Before = "" }), changed},
		"another digest after":                      {field(func(r *grid.AuditRow) { r.After = "bc" }), changed},
		"another result":                            {field(func(r *grid.AuditRow) { r.Result = grid.ResultRefused }), changed},
		"another count":                             {field(func(r *grid.AuditRow) { r.Count = 2 }), changed},
		"another detail":                            {field(func(r *grid.AuditRow) { r.Detail = "" }), changed},
		"another id":                                {field(func(r *grid.AuditRow) { r.ID++ }), changed},
		"a letter moved from one field to the next": {field(func(r *grid.AuditRow) { r.From, r.Action = r.From+"p", r.Action[1:] }), changed},
		"the MAC itself, which the next row rests on": {field(func(r *grid.AuditRow) { r.MAC = slices.Clone(r.MAC); r.MAC[0] ^= 1 }),
			map[int64]access.Fault{57: access.RowChanged, 58: access.RowChanged}},
		"no MAC": {field(func(r *grid.AuditRow) { r.MAC = nil }), map[int64]access.Fault{57: access.RowChanged, 58: access.RowChanged}},
		"a row deleted": {func(rows []grid.AuditRow) []grid.AuditRow { return slices.Delete(rows, 56, 57) },
			map[int64]access.Fault{57: access.RowMissing}},
		"the first row deleted": {func(rows []grid.AuditRow) []grid.AuditRow { return rows[1:] },
			map[int64]access.Fault{1: access.RowMissing}},
		"a row deleted and the gap closed": {func(rows []grid.AuditRow) []grid.AuditRow {
			rows = slices.Delete(rows, 194, 195)
			for i := 194; i < len(rows); i++ {
				rows[i].Seq--
			}
			return rows
		}, map[int64]access.Fault{195: access.RowChanged, 196: access.RowChanged, 197: access.RowChanged, 198: access.RowChanged,
			199: access.RowChanged, 200: access.RowsCut}},
		"two rows swapped": {func(rows []grid.AuditRow) []grid.AuditRow {
			rows[56], rows[57] = rows[57], rows[56]
			rows[56].Seq, rows[57].Seq = 57, 58
			rows[56].MAC, rows[57].MAC = rows[57].MAC, rows[56].MAC
			return rows
		}, map[int64]access.Fault{57: access.RowChanged, 58: access.RowChanged}},
		"two rows swapped with their MACs": {func(rows []grid.AuditRow) []grid.AuditRow {
			rows[56], rows[57] = rows[57], rows[56]
			rows[56].Seq, rows[57].Seq = 57, 58
			return rows
		}, map[int64]access.Fault{57: access.RowChanged, 58: access.RowChanged, 59: access.RowChanged}},
		"the last hundred cut off": {func(rows []grid.AuditRow) []grid.AuditRow { return rows[:100] },
			map[int64]access.Fault{101: access.RowsCut}},
		"everything cut off": {func([]grid.AuditRow) []grid.AuditRow { return nil }, map[int64]access.Fault{1: access.RowsCut}},
		"a row put in between": {func(rows []grid.AuditRow) []grid.AuditRow {
			return slices.Insert(rows, 57, grid.AuditRow{ID: 121, Seq: 57, At: rows[56].At, MAC: rows[56].MAC})
		}, map[int64]access.Fault{57: access.RowMisplace}},
		"a row given out twice": {func(rows []grid.AuditRow) []grid.AuditRow { return slices.Insert(rows, 57, rows[56]) },
			map[int64]access.Fault{57: access.RowMisplace}},
	} {
		t.Run(name, func(t *testing.T) {
			rows, seals := day(c, 200)
			report := verified(t, c, row.tamper(rows), seals)
			if got := faults(report); !maps.Equal(got, row.want) || report.Whole() || report.Found != len(row.want) {
				t.Errorf("%d found: %v, want %v", report.Found, got, row.want)
			}
			if f := report.Findings[0]; f.Fault == access.RowChanged && (f.At.IsZero() || f.Action == "" || !strings.Contains(f.String(), f.Action)) {
				t.Errorf("the row is not named: %v", f)
			}
		})
	}
	t.Run("everything rebuilt with another key", func(t *testing.T) {
		rows, seals := day(c, 200)
		rows[56].Actor = "nobody"
		rechain(other, rows)
		report := verified(t, c, rows, seals)
		if report.Found < 200 || report.Findings[0].Seq != 1 || len(report.Findings) != 20 {
			t.Errorf("%d found, first %v", report.Found, report.Findings[0])
		}
	})
	t.Run("everything rebuilt with the key itself, against the seals", func(t *testing.T) {
		rows, seals := day(c, 200)
		rows[56].Actor = "nobody"
		rechain(c, rows)
		report := verified(t, c, rows, seals)
		if got := faults(report); got[60] != access.RowReplaced || report.Found != 15 {
			t.Errorf("%d found: %v", report.Found, got)
		}
	})
}

func TestVerifyLeavesInPeace(t *testing.T) {
	c := chainOf(t, strings.Repeat("0f", 32))
	t.Run("an audit that is whole", func(t *testing.T) {
		rows, seals := day(c, 200)
		if r := verified(t, c, rows, seals); !r.Whole() || r.Rows != 200 || r.Sealed.Seq != 200 || len(r.Doubts) != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("an audit with nothing in it", func(t *testing.T) {
		if r := verified(t, c, nil, nil); !r.Whole() || r.Rows != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("rows that are newer than the last seal", func(t *testing.T) {
		rows, seals := day(c, 205)
		if r := verified(t, c, rows, seals); !r.Whole() || r.Rows != 205 || r.Sealed.Seq != 200 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a restored backup that somebody stands by, and what came after it", func(t *testing.T) {
		rows, seals := day(c, 200)
		rows = rows[:100]
		seals = append(seals, access.Seal{Seq: 100, MAC: rows[99].MAC, At: rows[99].At.Add(time.Hour), Restored: true})
		more, _ := day(c, 150)
		more[120].Actor = "later"
		rechain(c, more)
		seals = append(seals, access.Seal{Seq: 150, MAC: more[149].MAC, At: more[149].At})
		r := verified(t, c, more, seals)
		if !r.Whole() || len(r.Restored) != 1 || r.Restored[0].Lost != 100 || r.Restored[0].Seq != 100 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a clock that was set back, with a doubt", func(t *testing.T) {
		rows, _ := day(c, 50)
		rows[20].At = rows[20].At.Add(-time.Hour)
		rechain(c, rows)
		r := verified(t, c, rows, []access.Seal{{Seq: 50, MAC: rows[49].MAC}})
		if !r.Whole() || len(r.Doubts) != 1 || r.Doubts[0].Seq != 21 {
			t.Errorf("%+v", r)
		}
	})
}

// The bytes of a row must stay what they are: audits are verified years later.
func TestChainOfARow(t *testing.T) {
	rows, _ := day(chainOf(t, strings.Repeat("0f", 32)), 2)
	if got := hex.EncodeToString(rows[1].MAC); got != "d49b3b437ae0008f70865bfe0af22cdf2bb7217f125837b687f8c98856adaada" {
		t.Errorf("the MAC of the second row is %s", got)
	}
}

// What is missing is told with the moment of the row before, and without one where none is.
func TestMissingRowsInWords(t *testing.T) {
	c := chainOf(t, strings.Repeat("0f", 32))
	for _, tt := range []struct {
		name     string
		from, to int
		want     string
	}{
		{"the first row", 0, 1, "row 1 is missing"},
		{"the first rows", 0, 3, "rows 1 to 3 are missing"},
		{"a row", 56, 57, "row 57, after "},
		{"rows", 56, 60, "rows 57 to 60, after "},
	} {
		rows, seals := day(c, 200)
		said := verified(t, c, slices.Delete(rows, tt.from, tt.to), seals).Findings[0].String()
		if !strings.HasPrefix(said, tt.want) || strings.Contains(said, "0001") || (tt.from == 0) != (said == tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, said, tt.want)
		}
	}
}
