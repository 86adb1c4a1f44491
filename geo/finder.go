package geo

import (
	"iter"
	"math"

	"github.com/tidwall/rtree"
)

// finder is the reading side that Index and Snapshot share.
//
// The tree holds float32 corners relative to an origin. Integer corners would be
// exact, but rtree multiplies sides to choose its branches, and the product of
// two 32-bit integers wraps around beyond half a kilometre: such a tree works
// and is 20 to 70 times slower. Floats keep the order of magnitude, and relative
// to the first item they are exact for 1.6 degrees around. Farther away corners
// are rounded, which never changes which of two is the greater, so boxes that
// meet go on meeting and nothing is ever missed.
type finder struct {
	tree   rtree.RTreeGN[float32, uint32]
	origin Point // lower corner of the first item ever put in
}

type floatBox struct{ min, max [2]float32 }

// Len returns the number of items.
func (f *finder) Len() int { return f.tree.Len() }

// Extent returns the box around all items, and false if there are none. Far from the
// first item it is off by as little as Search is.
func (f *finder) Extent() (Envelope, bool) {
	if f.tree.Len() == 0 {
		return Envelope{}, false
	}
	low, high := f.tree.Bounds()
	return Envelope{
		Point{far(low[0], f.origin.Lon, -180*PerDegree), far(low[1], f.origin.Lat, -90*PerDegree)},
		Point{far(high[0], f.origin.Lon, 180*PerDegree), far(high[1], f.origin.Lat, 90*PerDegree)},
	}, true
}

// Search yields every item whose envelope meets env, in no particular order.
// Farther than 1.6 degrees from the first item of the index it may also yield
// items that miss env by a little: up to 5 cm within 6 degrees, 3 m at the far
// end of the globe. Ask the geometry itself where that matters. An inverted env
// meets nothing.
func (f *finder) Search(env Envelope) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		if !env.Valid() {
			return
		}
		box := f.box(env)
		f.tree.Search(box.min, box.max, func(_, _ [2]float32, id uint32) bool { return yield(id) })
	}
}

// Nearest yields all items from the nearest to the farthest with the distance in
// metres from p to their envelope, 0 if it holds p. Distances are flat ones,
// meant for the nearest few kilometres; far from the first item they are off by
// as little as Search is.
func (f *finder) Nearest(p Point) iter.Seq2[uint32, float64] {
	return func(yield func(uint32, float64) bool) {
		plane := planeAt(p)
		x := float64(p.Lon) - float64(f.origin.Lon)
		y := float64(p.Lat) - float64(f.origin.Lat)
		distance := func(lo, hi [2]float32, _ uint32, _ bool) float64 {
			east := max(float64(lo[0])-x, x-float64(hi[0]), 0) * plane.metresPerLon
			north := max(float64(lo[1])-y, y-float64(hi[1]), 0) * plane.metresPerLat
			return math.Hypot(east, north)
		}
		f.tree.Nearby(distance, func(_, _ [2]float32, id uint32, metres float64) bool {
			return yield(id, metres)
		})
	}
}

// settle fixes the origin with the first item.
func (f *finder) settle(env Envelope) {
	if f.tree.Len() == 0 {
		f.origin = env.Min
	}
}

// box returns env relative to the origin.
func (f *finder) box(env Envelope) floatBox {
	return floatBox{
		[2]float32{near(env.Min.Lon, f.origin.Lon), near(env.Min.Lat, f.origin.Lat)},
		[2]float32{near(env.Max.Lon, f.origin.Lon), near(env.Max.Lat, f.origin.Lat)},
	}
}

func near(v, origin int32) float32 { return float32(float64(v) - float64(origin)) }

// far undoes near, no farther than the limit on its side.
func far(v float32, origin, limit int32) int32 {
	n := int64(v) + int64(origin)
	if limit < 0 {
		return int32(max(n, int64(limit)))
	}
	return int32(min(n, int64(limit)))
}
