package chance

import (
	"math"
	"testing"
)

func TestStreamsAreKeyed(t *testing.T) {
	a, b := New(7, "roads", 500106001), New(7, "roads", 500106001)
	for range 100 {
		if a.Uint64() != b.Uint64() {
			t.Fatal("the same key gives other numbers")
		}
	}
	first := New(7, "roads", 1).Uint64()
	for name, other := range map[string]*Stream{
		"seed": New(8, "roads", 1), "tag": New(7, "lanes", 1), "index": New(7, "roads", 2), "depth": New(7, "roads", 1, 0),
	} {
		if other.Uint64() == first {
			t.Errorf("another %s gives the same numbers", name)
		}
	}
}

func TestNumbersSpreadEvenly(t *testing.T) {
	s := New(1, "test")
	sum, square, weighted := 0.0, 0.0, [3]int{}
	const n = 20_000
	for range n {
		if f := s.Float(); f < 0 || f >= 1 {
			t.Fatal(f)
		}
		x := s.Normal()
		sum, square = sum+x, square+x*x
		weighted[s.Weighted([]float64{1, 2, 1})]++
		if k := s.Range(3, 5); k < 3 || k > 5 {
			t.Fatal(k)
		}
	}
	if math.Abs(sum/n) > 0.03 || math.Abs(square/n-1) > 0.04 {
		t.Errorf("normal: mean %.3f, variance %.3f", sum/n, square/n)
	}
	if math.Abs(float64(weighted[1])/n-0.5) > 0.02 {
		t.Errorf("weighted: %v", weighted)
	}
}

func TestShuffleKeepsAll(t *testing.T) {
	in := []int{1, 2, 3, 4, 5, 6, 7}
	sum := 0
	for _, v := range Shuffle(New(1, "x"), in) {
		sum += v
	}
	if sum != 28 || in[0] != 1 || in[6] != 7 {
		t.Error("shuffle lost something or changed its argument")
	}
}

func TestNoiseIsSmooth(t *testing.T) {
	low, high := 0.0, 0.0
	for i := range 4000 {
		x, y := float64(i)*0.137, float64(i)*0.071
		v := Noise(3, x, y)
		low, high = min(low, v), max(high, v)
		if d := math.Abs(Noise(3, x+1e-4, y) - v); d > 1e-3 {
			t.Fatalf("jump of %g at %g, %g", d, x, y)
		}
	}
	if low < -1.6 || high > 1.6 || high-low < 1 {
		t.Errorf("noise spans %.2f to %.2f", low, high)
	}
}
