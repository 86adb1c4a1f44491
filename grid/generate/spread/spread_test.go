package spread

import (
	"math"
	"testing"

	"quanxi/grid/generate/plane"
)

func flat(w, h int) Field {
	return Field{W: w, H: h, Cost: func(_, _ int, steps float64) float64 { return steps }}
}

func TestRegionsMeetHalfWay(t *testing.T) {
	g := flat(11, 3).Regions([]Seed{{Node: 11}, {Node: 21}})
	for x := range 5 {
		if g.Label[x] != 0 || g.Label[10-x] != 1 {
			t.Fatalf("labels %v", g.Label)
		}
	}
	late := flat(11, 3).Regions([]Seed{{Node: 11}, {Node: 21, Handicap: 6}})
	if late.Label[7] != 0 {
		t.Error("a handicap gives no ground")
	}
}

func TestWaysGoRoundWalls(t *testing.T) {
	f := flat(9, 9)
	f.Cost = func(_, to int, steps float64) float64 {
		if x, y := to%9, to/9; (x == 4 || x == 5) && y < 8 { // two columns: long steps jump one
			return math.Inf(1)
		}
		return steps
	}
	g := f.Ways([]Seed{{Node: 0}}, -1)
	if g.Label[8] != 0 || g.Cost[8] < 15 {
		t.Errorf("reached the far side at cost %.1f", g.Cost[8])
	}
	for n := 8; n >= 0; n = int(g.Parent[n]) {
		if x, y := n%9, n/9; (x == 4 || x == 5) && y < 8 {
			t.Fatal("the way goes through the wall")
		}
	}
}

func TestBordersFollowLabels(t *testing.T) {
	label := []int32{
		0, 0, 1,
		0, 0, 1,
		2, 2, 2,
	}
	lines := Borders(label, 3, 3, func(i, j int) plane.Vec { return plane.Vec{X: float64(i), Y: float64(j)} })
	if len(lines) != 3 {
		t.Fatalf("%d lines, want one for each pair of regions: %v", len(lines), lines)
	}
	total := 0.0
	for _, l := range lines {
		total += l.Length()
	}
	if total != 5 {
		t.Errorf("total length %g", total)
	}
}

func TestAClosedBorderEndsWhereItBegins(t *testing.T) {
	label := make([]int32, 25)
	label[12] = 1
	lines := Borders(label, 5, 5, func(i, j int) plane.Vec { return plane.Vec{X: float64(i), Y: float64(j)} })
	if len(lines) != 1 || lines[0][0] != lines[0][len(lines[0])-1] || lines[0].Length() != 4 {
		t.Errorf("got %v", lines)
	}
}
