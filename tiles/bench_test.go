package tiles_test

import (
	"fmt"
	"math"
	"testing"

	"quanxi/geo"
	"quanxi/tiles"
)

// blocks returns n buildings of 9 points spread over a tile.
func blocks(id tiles.ID, n int) [][]geo.Pixel {
	side := int64(math.Ceil(math.Sqrt(float64(n))))
	step := tiles.Extent / side
	var out [][]geo.Pixel
	for i := range int64(n) {
		x, y := i%side*step, i/side*step
		d := step / 4
		out = append(out, chain(id, x, y, x, y+d, x+d, y+d, x+d, y+2*d, x+2*d, y+2*d, x+2*d, y+d, x+3*d, y+d, x+3*d, y, x, y))
	}
	return out
}

func BenchmarkEncode1000Buildings(b *testing.B) {
	shapes := blocks(town, 1000)
	e := tiles.NewEncoder()
	b.Run("shapes", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Start(town)
			e.Begin("buildings")
			for i, s := range shapes {
				e.Feature(uint64(i + 1))
				e.Outer(s)
			}
			e.End()
		}
	})
	names := make([]string, len(shapes))
	for i := range names {
		names[i] = fmt.Sprintf("锦绣花园%d幢", i)
	}
	b.Run("with five properties", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Start(town)
			e.Begin("buildings", "name", "use", "floors", "below", "height")
			for i, s := range shapes {
				e.Feature(uint64(i + 1))
				e.Outer(s)
				e.Str(0, names[i])
				e.Str(1, "housing")
				e.Int(2, int64(i%33))
				e.Int(3, int64(i%3))
				e.Float(4, float64(i%99)*3.1)
			}
			e.End()
		}
	})
}

func TestEncodingAllocatesNothing(t *testing.T) {
	shapes := blocks(town, 500)
	e := tiles.NewEncoder()
	drawAll := func() {
		e.Start(town)
		e.Begin("buildings", "floors", "use")
		for i, s := range shapes {
			e.Feature(uint64(i + 1))
			e.Outer(s)
			e.Int(0, int64(i))
			e.Str(1, "housing")
		}
		e.End()
	}
	if n := testing.AllocsPerRun(10, drawAll); n != 0 {
		t.Errorf("%v allocations a tile", n)
	}
}
