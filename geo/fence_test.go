package geo

import "testing"

func TestALineMeetsAFence(t *testing.T) {
	at := func(x, y int32) Point { return Point{1065000000 + x, 295000000 + y} }
	fence := NewFence(MultiPolygon{{{at(0, 0), at(100, 0), at(100, 100), at(0, 100), at(0, 0)}}})
	for _, tt := range []struct {
		name string
		line []Point
		want bool
	}{
		{"wholly inside", []Point{at(10, 10), at(20, 20)}, true},
		{"through it, its corners outside", []Point{at(-10, 50), at(110, 50)}, true},
		{"from inside out", []Point{at(50, 50), at(200, 50)}, true},
		{"along its border", []Point{at(0, 20), at(0, 30)}, true},
		{"beside it", []Point{at(110, 10), at(110, 90)}, false},
		{"around a corner", []Point{at(-10, 50), at(-10, 110), at(50, 110)}, false},
		{"no corner at all", nil, false},
	} {
		if got := fence.Meets(MultiLine{tt.line}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
