package divide

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"quanxi/grid/generate/chance"
)

// board is a map of w × h squares.
func board(w, h int) *Map {
	var links []Link
	pieces := make([]Piece, w*h)
	for y := range h {
		for x := range w {
			i := int32(y*w + x)
			if x+1 < w {
				links = append(links, Link{i, i + 1, 1, uint8(x % 7)})
			}
			if y+1 < h {
				links = append(links, Link{i, i + int32(w), 1, uint8(y % 7)})
			}
			for _, open := range []bool{x == 0, y == 0, x == w-1, y == h-1} {
				if open {
					pieces[i].Edge++
				}
			}
			pieces[i].Area, pieces[i].Rim = 1, pieces[i].Edge > 0
		}
	}
	return NewMap(pieces, links)
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
		task := &Task{Map: m, Weight: weight, Trees: 8, Chance: chance.New(1, "t"), Cost: func(p []int32) float64 { return float64(len(p)) }}
		parts := task.Split(all, k)
		task.Improve(parts, 2)
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

func TestCompactnessIsThatOfTheUnion(t *testing.T) {
	m := board(6, 6)
	for _, tt := range []struct {
		name   string
		pieces []int32
		want   float64 // area over the square of the outline, times 4π
	}{
		{"a square", []int32{0}, 4 * math.Pi / 16},
		{"four squares in a square", []int32{7, 8, 13, 14}, 4 * math.Pi * 4 / 64},
		{"four in a row", []int32{0, 1, 2, 3}, 4 * math.Pi * 4 / 100},
		{"the whole board's corner and its neighbour", []int32{35, 29}, 4 * math.Pi * 2 / 36},
	} {
		if got := m.Compactness(tt.pieces); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s: %.4f, want %.4f", tt.name, got, tt.want)
		}
	}
}

// A hole of the town is a piece without links: what lies around it is no enclave.
func TestAHoleIsNotSurrounded(t *testing.T) {
	m := board(5, 5)
	var links []Link
	for _, l := range m.links {
		if l.A != 12 && l.B != 12 {
			links = append(links, l)
		}
	}
	m.pieces[12].Rim = false
	holed := NewMap(m.pieces, links)
	if ring := []int32{6, 7, 8, 11, 13, 16, 17, 18}; holed.Surrounds(ring) {
		t.Error("a ring surrounds a hole")
	}
}

func TestImproveTradesPieces(t *testing.T) {
	m := board(4, 1)
	weight := []float64{1, 1, 1, 1}
	task := &Task{Map: m, Weight: weight, Chance: chance.New(1, "trade"), Cost: func(p []int32) float64 { return max(0, float64(len(p))-2) }}
	parts := [][]int32{{0}, {1, 2, 3}}
	task.Improve(parts, 1) // without trees nothing can be cut again
	if len(parts[0]) != 2 || len(parts[1]) != 2 || !m.Connected(parts[0]) || !m.Connected(parts[1]) {
		t.Errorf("parts %v", parts)
	}
}

func TestMergeJoinsWhatCostsLessTogether(t *testing.T) {
	m := board(6, 1)
	task := &Task{Map: m, Cost: func(p []int32) float64 { return max(0, 2-float64(len(p)), float64(len(p))-3) }}
	parts := task.Merge([][]int32{{0, 1}, {2}, {3, 4, 5}})
	if len(parts) != 2 || task.Total(parts) != 0 {
		t.Errorf("parts %v", parts)
	}
}
