package tiles_test

import (
	"slices"
	"testing"

	"quanxi/tiles"
	"quanxi/tiles/tilestest"
)

// crowd draws polygons, lines and points of all sizes.
func crowd(e *tiles.Encoder) {
	e.Begin("l", "name")
	for i := range int64(3000) {
		x, y, size := i%60*68, i/60*80, 1+i%60
		e.Feature(uint64(3*i + 1))
		e.Outer(chain(e.ID(), x, y, x+size, y, x+size, y+size, x, y+size))
		e.Str(0, "面")
		e.Feature(uint64(3*i + 2))
		e.Line(chain(e.ID(), x, y, x+size, y))
		e.Str(0, "线")
		e.Feature(uint64(3*i + 3))
		if i == 1777 {
			e.Keep()
		}
		e.Point(unit(e.ID(), x, y))
		e.Str(0, "点")
	}
	e.End()
}

func ids(t *testing.T, tile []byte) []uint64 {
	var out []uint64
	for _, f := range tilestest.Decode(t, tile)["l"] {
		out = append(out, f.ID)
	}
	return out
}

func TestATileFitsByLeavingOutWhatIsSmall(t *testing.T) {
	e := tiles.NewEncoder()
	full := ids(t, e.Fit(town, tiles.MaxBytes, crowd))
	if len(full) != 9000 {
		t.Fatalf("%d features, want all 9000 in a tile that fits", len(full))
	}
	before := full
	for _, limit := range []int{60_000, 20_000, 5_000, 1_000} {
		tile := e.Fit(town, limit, crowd)
		if len(tile) > limit {
			t.Fatalf("%d bytes, limit %d", len(tile), limit)
		}
		got := ids(t, tile)
		if len(got) == 0 || len(got) >= len(before) {
			t.Fatalf("%d of %d features at limit %d", len(got), len(before), limit)
		}
		for _, id := range got {
			if !slices.Contains(before, id) {
				t.Fatalf("feature %d came back at limit %d", id, limit)
			}
		}
		if !slices.Contains(got, 3*1777+3) {
			t.Fatalf("the feature to keep was left out at limit %d", limit)
		}
		before = got
	}
}

func TestWhatMustStayMayExceedTheLimit(t *testing.T) {
	e := tiles.NewEncoder()
	tile := e.Fit(town, 1, func(e *tiles.Encoder) {
		e.Begin("l")
		e.Feature(1)
		e.Keep()
		e.Point(unit(town, 5, 5))
		e.Feature(2)
		e.Point(unit(town, 6, 6))
		e.End()
	})
	if got := ids(t, tile); !slices.Equal(got, []uint64{1}) {
		t.Errorf("features %v, want 1 alone", got)
	}
}
