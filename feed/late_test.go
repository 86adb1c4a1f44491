package feed

import (
	"testing"
	"time"
)

func TestLateness(t *testing.T) {
	begin := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
	at := func(s int) time.Time { return begin.Add(time.Duration(s) * time.Second) }
	type does func(*lateness)
	hears := func(second int, pos, stands int64) does {
		return func(l *lateness) { l.hear(Batch{Pos: pos}, stands, at(second)) }
	}
	reaches := func(pos int64) does { return func(l *lateness) { l.reach(pos) } }
	for _, tt := range []struct {
		name string
		does []does
		want time.Time
	}{
		{"nothing was heard", nil, time.Time{}},
		{"what was heard is shown already", []does{hears(1, 5, 5)}, time.Time{}},
		{"something was heard", []does{hears(1, 6, 5)}, at(1)},
		{"and heard again", []does{hears(1, 6, 5), hears(2, 6, 5)}, at(1)},
		{"and is shown", []does{hears(1, 6, 5), reaches(6)}, time.Time{}},
		{"half of it is shown", []does{hears(1, 9, 5), reaches(7)}, at(1)},
		{"it is shown, and more was heard meanwhile", []does{hears(1, 6, 5), hears(2, 8, 5), hears(3, 9, 5), reaches(6)}, at(2)},
		{"and that is shown too", []does{hears(1, 6, 5), hears(2, 9, 5), reaches(6), reaches(9)}, time.Time{}},
		{"the store is away", []does{func(l *lateness) { l.hear(Batch{Pos: 5, Away: at(1)}, 5, at(4)) }}, at(1)},
		{"it is back", []does{func(l *lateness) { l.hear(Batch{Pos: 5, Away: at(1)}, 5, at(4)) }, hears(5, 5, 5)}, time.Time{}},
		{"away, and something is not shown for longer", []does{hears(0, 6, 5), func(l *lateness) { l.hear(Batch{Pos: 6, Away: at(1)}, 5, at(4)) }}, at(0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var l lateness
			for _, do := range tt.does {
				do(&l)
			}
			if got := l.since(); !got.Equal(tt.want) {
				t.Errorf("late since %v, want %v", got, tt.want)
			}
		})
	}
}
