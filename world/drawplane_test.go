package world

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
)

// house draws a crooked rectangle of 10 to 80 m with its first point repeated.
func house(t *rapid.T) []geo.Pixel {
	east, north := rapid.Int32Range(-400, 400), rapid.Int32Range(-400, 400)
	p := geo.At(106.5, 29.5)
	u := geo.Point{Lon: 1000 + east.Draw(t, "ux"), Lat: north.Draw(t, "uy")}
	v := geo.Point{Lon: east.Draw(t, "vx"), Lat: 1000 + north.Draw(t, "vy")}
	var out []geo.Pixel
	for _, c := range [][2]int32{{0, 0}, {6, 0}, {6, 3}, {0, 3}, {0, 0}} {
		out = append(out, geo.Project(geo.Point{Lon: p.Lon + c[0]*u.Lon + c[1]*v.Lon, Lat: p.Lat + c[0]*u.Lat + c[1]*v.Lat}))
	}
	return out
}

// doubleArea returns twice the signed area of a closed ring of pixels.
func doubleArea(ring []geo.Pixel) int64 {
	var sum int64
	for i := 1; i < len(ring); i++ {
		sum += turn(ring[0], ring[i-1], ring[i])
	}
	return sum
}

// The homes of a floor fill it: strips side by side share the points of the cut,
// and nothing is lost but what rounding to a centimetre takes.
func TestStripsFillTheFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring, n := house(t), rapid.IntRange(1, 9).Draw(t, "homes")
		cut := newSlicer(ring)
		var sum int64
		var before []geo.Pixel
		for i := range n {
			strip := cut.strip(ring, i, n)
			if strip[0] != strip[len(strip)-1] {
				t.Fatalf("strip %d of %d is open", i, n)
			}
			shared := 0
			for _, p := range strip[1:] {
				if slices.Contains(before, p) {
					shared++
				}
			}
			if i > 0 && shared < 2 {
				t.Fatalf("strips %d and %d of %d share %d points", i-1, i, n, shared)
			}
			before = strip
			sum += doubleArea(strip)
		}
		whole := doubleArea(ring)
		if lost := whole - sum; max(lost, -lost) > 80_000*int64(n) {
			t.Fatalf("%d strips hold %d of %d", n, sum, whole)
		}
	})
}

func TestAStripIsCutAcrossTheLongAxis(t *testing.T) {
	ring := []geo.Pixel{{X: 1000, Y: 1000}, {X: 1900, Y: 1000}, {X: 1900, Y: 1300}, {X: 1000, Y: 1300}, {X: 1000, Y: 1000}}
	want := []geo.Pixel{{X: 1300, Y: 1000}, {X: 1600, Y: 1000}, {X: 1600, Y: 1300}, {X: 1300, Y: 1300}, {X: 1300, Y: 1000}}
	if got := newSlicer(ring).strip(ring, 1, 3); !slices.Equal(got, want) {
		t.Errorf("the middle of three homes is %v, want %v", got, want)
	}
}

func TestTheHullHoldsEveryPointAndTurnsOneWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) geo.Pixel {
			return geo.Pixel{X: 1<<31 + rapid.Uint32Range(0, 40).Draw(t, "x"), Y: 1<<31 + rapid.Uint32Range(0, 40).Draw(t, "y")}
		}), 3, 30).Draw(t, "points")
		around := hull(slices.Clone(points))
		for i := 1; i < len(around); i++ {
			for _, p := range points {
				if turn(around[i-1], around[i], p) < 0 {
					t.Fatalf("%v lies outside of %v", p, around)
				}
			}
		}
	})
}

func TestSortedIsSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOf(rapid.OneOf(rapid.Int64Range(0, 300), rapid.Int64Range(0, 1<<53-1))).Draw(t, "ids")
		var all []numbered
		for i, id := range ids {
			all = append(all, numbered{id, uint32(i)})
		}
		want := slices.Clone(all)
		slices.SortStableFunc(want, func(a, b numbered) int { return cmp.Compare(a.id, b.id) })
		got, _ := sorted(all, nil)
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
