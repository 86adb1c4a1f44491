package tiles

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"quanxi/geo"
)

// scattered draws polygons with holes, lines and points of all sizes, in the tile and across
// its edge, some of them to be kept.
func scattered(seed uint64) func(*Encoder) {
	return func(e *Encoder) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		at := func(x, y int64) geo.Pixel {
			return geo.Pixel{X: uint32((e.origin.x + x<<e.down) >> e.up), Y: uint32((e.origin.y + y<<e.down) >> e.up)}
		}
		// Of many vertices, next to which what a feature has besides weighs little.
		box := func(x, y, w, h int64) []geo.Pixel {
			ring := []geo.Pixel{at(x, y), at(x+w, y), at(x+w, y+h)}
			for i := range int64(100) {
				ring = append(ring, at(x+w-w*i/100, y+h+i%2))
			}
			return append(ring, at(x, y+h))
		}
		for _, layer := range []string{"one", "two"} {
			e.Begin(layer, "name")
			if layer == "two" {
				e.Least(9)
			}
			for id := range uint64(600) {
				x, y := rnd.Int64N(4300)-100, rnd.Int64N(4300)-100
				size := int64(1) << rnd.IntN(9)
				e.Feature(id)
				if rnd.IntN(50) == 0 {
					e.Keep()
				}
				switch rnd.IntN(5) / 2 {
				case 0:
					e.Outer(box(x, y, size, 1+rnd.Int64N(size)))
					e.Hole(box(x+1, y+1, size/2, size/2))
					e.Outer(box(x+2*size, y, size, size))
				case 1:
					e.Line(box(x, y, size, size/2))
				case 2:
					e.Point(at(x, y))
				}
				if e.Shown() {
					e.Str(0, "名")
				}
			}
			e.End()
		}
	}
}

// What a tile that does not fit leaves undrawn would not have fitted, if only by a byte: it is
// the one that comes of drawing every step.
func TestFitDrawsWhatEveryStepInTurnWouldComeTo(t *testing.T) {
	id := ID{Z: 9, X: 400, Y: 210}
	e := NewEncoder()
	for seed := range uint64(6) {
		draw := scattered(seed)
		var steps [maxCoarseness + 1][]byte
		for step := range steps {
			e.Start(id)
			e.coarseness = uint8(step)
			draw(e)
			steps[step] = bytes.Clone(e.Bytes())
		}
		for step, want := range steps {
			if got := e.Fit(id, len(want), draw); !bytes.Equal(got, want) {
				t.Errorf("of seed %d within the %d bytes of step %d: %d bytes", seed, len(want), step, len(got))
			}
		}
	}
}
