package fabric

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
)

// at returns a line through places given in units from a corner of the city's ground.
func at(xy ...int32) []Segment {
	for i := range xy {
		xy[i] += 100_000
	}
	return line(3, xy...)
}

func TestLinesSettle(t *testing.T) {
	ring := square(99_000, 99_000, 3000)
	for _, tc := range []struct {
		name  string
		lines []Segment
		want  int // pieces that are left
	}{
		{"of a triangle as small as eps the longest side gives way", at(0, 0, 118, 0, 59, 101, 0, 0), 2},
		{"a triangle as small whose two longest sides are equal is left alone", at(0, 0, 118, 0, 59, 104, 0, 0), 3},
		{"a triangle larger than eps is left alone", at(0, 0, 200, 0, 100, 180, 0, 0), 3},
		{"of two small triangles with a common side each loses its longest", append(at(0, 0, 118, 0, 59, 101, 0, 0), at(118, 0, 177, 101, 59, 101)...), 3},
		{"a long line within eps of a corner gives way to it", append(at(0, 0, 1000, 0), at(0, 0, 500, 100, 1000, 0)...), 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out := node([]geo.Ring{ring}, tc.lines, 110)
			checkApart(t, out)
			if got := len(out) - 4; got != tc.want {
				t.Errorf("%d pieces are left, want %d: %v", got, tc.want, out[4:])
			}
		})
	}
}

// checkApart holds what a graph needs: pieces meet only at common ends, apart from
// those of the rings, which are as they are.
func checkApart(t interface{ Errorf(string, ...any) }, in []Segment) {
	for i, a := range in {
		for _, b := range in[:i] {
			if a.Class == RingClass && b.Class == RingClass {
				continue
			}
			if crosses(a, b) || on(a, b.A) || on(a, b.B) || on(b, a.A) || on(b, a.B) || ends(a, b.A) && ends(a, b.B) {
				t.Errorf("%v and %v meet beside their ends", a, b)
			}
		}
	}
}

func on(s Segment, p geo.Point) bool { return within(s, p, 0) }

// A neck of the ring is narrower than eps, and a line from its one side crosses the other.
func TestALineThroughANeckIsLost(t *testing.T) {
	ring := geo.Ring{{Lon: 1000, Lat: 1000}, {Lon: 9000, Lat: 1000}, {Lon: 9000, Lat: 5000}, {Lon: 5000, Lat: 5000}, {Lon: 5000, Lat: 5050}, {Lon: 9000, Lat: 5050}, {Lon: 9000, Lat: 9000}, {Lon: 1000, Lat: 9000}, {Lon: 1000, Lat: 1000}}
	ring = slices.Insert(ring, 3, geo.Point{Lon: 7000, Lat: 5000})
	out := node([]geo.Ring{ring}, line(3, 7000, 5000, 7300, 8000), 110)
	checkApart(t, out)
	if len(out) != len(ring)-1 {
		t.Errorf("left are %v", out[len(ring)-1:])
	}
}

// The ring has vertices nearer than eps, and lines crowd in a corner of it.
func TestAnyCrowdOfLinesSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eps := rapid.SampledFrom([]int64{1, 2, 5, 110}).Draw(t, "eps")
		side := 12 + int32(eps)*rapid.Int32Range(1, 12).Draw(t, "side")
		place := rapid.Custom(func(t *rapid.T) geo.Point {
			return geo.Point{Lon: 100_000 + rapid.Int32Range(0, side).Draw(t, "x"), Lat: 100_000 + rapid.Int32Range(0, side).Draw(t, "y")}
		})
		ring := square(100_000, 100_000, side)
		ring = slices.Insert(ring, 1, geo.Point{Lon: 100_001, Lat: 100_000}, geo.Point{Lon: 100_000 + side/2, Lat: 100_000})
		ring = slices.Insert(ring, 4, geo.Point{Lon: 100_000 + side/2, Lat: 100_000 + side/3}, geo.Point{Lon: 100_000 + side, Lat: 100_000 + side/2})
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Segment {
			return Segment{place.Draw(t, "from"), place.Draw(t, "to"), uint8(rapid.IntRange(1, 5).Draw(t, "class"))}
		}), 0, 60).Draw(t, "lines")
		checkApart(t, node([]geo.Ring{ring}, lines, eps))
	})
}
