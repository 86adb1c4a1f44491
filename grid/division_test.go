package grid_test

import (
	"testing"

	"quanxi/grid"
)

func TestDivisionsMeet(t *testing.T) {
	for _, tt := range []struct {
		name       string
		from, to   grid.Date
		from2, to2 grid.Date
		want       bool
	}{
		{"two that are open", 0, 0, 0, 0, true},
		{"one that ends and one that is open", 0, 20250101, 0, 0, true},
		{"a successor from the day on which the other ends", 0, 20250101, 20250101, 0, false},
		{"a successor from the day before", 0, 20250101, 20241231, 0, true},
		{"one within the time of another", 20200101, 20300101, 20240101, 20250101, true},
		{"one long after another", 20200101, 20210101, 20240101, 20250101, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := &grid.Division{From: tt.from, To: tt.to}, &grid.Division{From: tt.from2, To: tt.to2}
			if a.Meets(b) != tt.want || b.Meets(a) != tt.want {
				t.Errorf("%v and %v, want %v", a.Meets(b), b.Meets(a), tt.want)
			}
		})
	}
}
