package divide

import (
	"testing"

	"pgregory.net/rapid"

	"quanxi/grid/generate/chance"
)

// board is a map of w × h squares.
func board(w, h int) *Map {
	var links []Link
	edge := make([]bool, w*h)
	for y := range h {
		for x := range w {
			i := int32(y*w + x)
			if x+1 < w {
				links = append(links, Link{i, i + 1, uint8(x % 7)})
			}
			if y+1 < h {
				links = append(links, Link{i, i + int32(w), uint8(y % 7)})
			}
			edge[i] = x == 0 || y == 0 || x == w-1 || y == h-1
		}
	}
	return NewMap(w*h, links, edge)
}

func TestSplitMakesConnectedPartsOfAllPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(2, 9).Draw(t, "w"), rapid.IntRange(2, 9).Draw(t, "h")
		k := rapid.IntRange(1, min(6, w*h/2)).Draw(t, "k")
		m := board(w, h)
		weight := make([]float64, w*h)
		all := make([]int32, w*h)
		for i := range weight {
			weight[i] = float64(rapid.IntRange(0, 40).Draw(t, "weight"))
			all[i] = int32(i)
		}
		task := &Task{Map: m, Weight: weight, Trees: 8, Chance: chance.New(1, "t")}
		parts := task.Split(all, k)
		task.Improve(parts, 2, func(p []int32) float64 { return float64(len(p)) })
		seen := map[int32]bool{}
		for _, p := range parts {
			if len(p) == 0 || !m.Connected(p) {
				t.Fatalf("part %v falls apart", p)
			}
			for _, i := range p {
				if seen[i] {
					t.Fatalf("piece %d twice", i)
				}
				seen[i] = true
			}
		}
		if len(seen) != w*h || len(parts) > k {
			t.Fatalf("%d pieces in %d parts", len(seen), len(parts))
		}
	})
}

func TestSplitIsEvenAndLeavesNoEnclave(t *testing.T) {
	m := board(12, 12)
	weight, all := make([]float64, 144), make([]int32, 144)
	for i := range all {
		weight[i], all[i] = 1, int32(i)
	}
	for seed := range uint64(12) {
		checkEven(t, m, (&Task{Map: m, Weight: weight, Trees: 20, Chance: chance.New(seed, "even")}).Split(all, 6))
	}
}

func checkEven(t *testing.T, m *Map, parts [][]int32) {
	t.Helper()
	for _, p := range parts {
		if len(p) < 18 || len(p) > 30 {
			t.Errorf("a part of %d pieces, want about 24", len(p))
		}
		if m.Surrounds(p) {
			t.Error("a part surrounds others")
		}
	}
}

func TestSurrounds(t *testing.T) {
	m := board(5, 5)
	ring := []int32{6, 7, 8, 11, 13, 16, 17, 18}
	if !m.Surrounds(ring) {
		t.Error("a ring surrounds its middle")
	}
	if m.Surrounds([]int32{6, 8, 11, 13, 16, 17, 18}) {
		t.Error("an open ring surrounds nothing")
	}
}
