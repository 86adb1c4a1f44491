package geo

import "testing"

func TestHowMuchOfABoxAFenceCovers(t *testing.T) {
	at := func(x, y int32) Point { return Point{1065000000 + x, 295000000 + y} }
	square := func(x, y, side int32) Ring {
		return Ring{at(x, y), at(x+side, y), at(x+side, y+side), at(x, y+side), at(x, y)}
	}
	fence := NewFence(MultiPolygon{{square(0, 0, 100), square(40, 40, 20).Reversed()}, {square(200, 0, 10)}})
	for _, tt := range []struct {
		name       string
		x, y, side int32
		some, all  bool
	}{
		{"inside", 10, 10, 20, true, true},
		{"inside a hole", 45, 45, 5, false, false},
		{"around a hole", 30, 30, 50, true, false},
		{"over the border", 90, 90, 20, true, false},
		{"touching the border from within", 0, 10, 10, true, false},
		{"touching a corner from without", 100, 100, 10, true, false},
		{"around everything", -10, -10, 300, true, false},
		{"beside it", 110, 0, 50, false, false},
		{"around an island", 190, -10, 50, true, false},
		{"a point inside", 10, 10, 0, true, true},
	} {
		some, all := fence.Covers(Envelope{at(tt.x, tt.y), at(tt.x+tt.side, tt.y+tt.side)})
		if some != tt.some || all != tt.all {
			t.Errorf("%s: some %v, all %v; want %v, %v", tt.name, some, all, tt.some, tt.all)
		}
	}
}

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
