package layout

import "quanxi/grid/generate/plane"

// The classes of roads, as grid.Road has them.
const (
	Main    = "main"
	Major   = "major"
	Minor   = "minor"
	Lane    = "lane"
	County  = "county"
	Village = "village"
	Path    = "path"
	Stairs  = "stairs"
)

// A Road is one line of the net.
type Road struct {
	Line      plane.Line
	Class     string
	Half      float64 // half the width, metres
	Name      string
	Riverside bool
	Old       bool // in an old quarter
}

// HalfWidth returns the usual half width of a class, in metres.
func HalfWidth(class string) float64 {
	switch class {
	case Main:
		return 13
	case Major:
		return 9
	case Minor:
		return 5.5
	case County:
		return 4
	case Village, Lane:
		return 2.4
	}
	return 1.2
}

// Border returns how good a border a road of the class makes.
func Border(class string) uint8 {
	switch class {
	case Main:
		return 7
	case Major:
		return 6
	case Minor:
		return 5
	case County:
		return 4
	}
	return 3
}

// Ways are roads found by place.
type Ways struct {
	Roads []Road
	parts [][2]int // road and index of the first vertex, by number in cells
	cells *plane.Cells
}

// NewWays returns roads that can be found within lo-hi.
func NewWays(lo, hi plane.Vec) *Ways { return &Ways{cells: plane.NewCells(lo, hi, 60)} }

// Add takes a road in and returns its number.
func (w *Ways) Add(r Road) int {
	w.Roads = append(w.Roads, r)
	k := len(w.Roads) - 1
	for i := 1; i < len(r.Line); i++ {
		w.cells.AddSegment(len(w.parts), r.Line[i-1], r.Line[i])
		w.parts = append(w.parts, [2]int{k, i - 1})
	}
	return k
}

// A Hit is a place on a road.
type Hit struct {
	Road  int
	Place plane.Vec
	Dir   plane.Vec // of the road there
	Dist  float64   // from where was asked
	At    float64   // share of the way, for Ahead
}

// Near calls see with the segments of roads that may come within r of p.
func (w *Ways) Near(p plane.Vec, r float64, see func(road int, a, b plane.Vec) bool) {
	w.cells.Near(p, r, func(id int) bool {
		k, i := w.parts[id][0], w.parts[id][1]
		return see(k, w.Roads[k].Line[i], w.Roads[k].Line[i+1])
	})
}

// Meeting calls see with the roads that come nearer than gap to l, with some of them
// more than once, and with l's own if it is one.
func (w *Ways) Meeting(l plane.Line, gap float64, see func(road int)) {
	for i := 1; i < len(l); i++ {
		a, b := l[i-1], l[i]
		w.Near(a.Lerp(b, 0.5), a.Dist(b)/2+gap, func(road int, c, d plane.Vec) bool {
			if plane.GapSegments(a, b, c, d) < gap {
				see(road)
			}
			return true
		})
	}
}

// Nearest returns the nearest place on a road within r, among those that ok allows.
func (w *Ways) Nearest(p plane.Vec, r float64, ok func(road int) bool) (Hit, bool) {
	best := Hit{Dist: r, Road: -1}
	w.Near(p, r, func(k int, a, b plane.Vec) bool {
		if q, _ := plane.Nearest(p, a, b); p.Dist(q) < best.Dist && ok(k) {
			best = Hit{Road: k, Place: q, Dir: b.Sub(a).Unit(), Dist: p.Dist(q)}
		}
		return true
	})
	return best, best.Road >= 0
}

// Ahead returns the first place where the straight way a-b meets a road that ok
// allows.
func (w *Ways) Ahead(a, b plane.Vec, ok func(road int) bool) (Hit, bool) {
	best := Hit{Road: -1, At: 2}
	lo, hi := plane.Ring{a, b}.Envelope()
	w.cells.Find(lo, hi, func(id int) bool {
		k, i := w.parts[id][0], w.parts[id][1]
		l := w.Roads[k].Line
		if t, _, meets := plane.Cross(a, b, l[i], l[i+1]); meets && t < best.At && ok(k) {
			best = Hit{Road: k, Place: a.Lerp(b, t), Dir: l[i+1].Sub(l[i]).Unit(), Dist: a.Dist(b) * t, At: t}
		}
		return true
	})
	return best, best.Road >= 0
}

// Clear reports whether ring keeps margin metres from the surface of every road.
func (w *Ways) Clear(ring plane.Ring, margin float64) bool {
	lo, hi := ring.Envelope()
	reach := 13 + margin
	clear := true
	w.cells.Find(plane.Vec{X: lo.X - reach, Y: lo.Y - reach}, plane.Vec{X: hi.X + reach, Y: hi.Y + reach}, func(id int) bool {
		k, i := w.parts[id][0], w.parts[id][1]
		r := &w.Roads[k]
		clear = gapToRing(r.Line[i], r.Line[i+1], ring) >= r.Half+margin
		return clear
	})
	return clear
}

func gapToRing(a, b plane.Vec, ring plane.Ring) float64 {
	if ring.Contains(a) {
		return 0
	}
	best := a.Dist(ring[0])
	for i, p := range ring {
		best = min(best, plane.GapSegments(a, b, p, ring[(i+1)%len(ring)]))
	}
	return best
}
