package build

import (
	"math"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// The grades from which on a lane between parcels, and a way within one or to houses,
// becomes a flight of stairs.
const (
	steepLane = 0.14
	steepWay  = 0.18
)

// cutLane returns the road along the cut by which left was cut off: the chord
// through p along d.
func (g *Ground) cutLane(left plane.Ring, p, d plane.Vec, kind string) layout.Road {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range left {
		if off := v.Sub(p); math.Abs(off.Cross(d)) < 1e-6 {
			lo, hi = min(lo, off.Dot(d)), max(hi, off.Dot(d))
		}
	}
	line := plane.Line{p.Along(d, lo), p.Along(d, hi)}
	road := layout.Road{Line: line, Class: layout.Lane, Half: 2.5, Old: kind == Old}
	if road.Old {
		road.Half = 1.4
	}
	if g.Site.Grade(line[0], line[1]) > steepLane {
		road.Class, road.Half = layout.Stairs, 1.3
	}
	return road
}

// climb draws stairs across a block too steep to walk round, in a zig-zag
// between the buildings.
func (g *Ground) climb(k int, rnd *chance.Stream) {
	box := g.Parcels[k].Ring.SmallestBox()
	if g.Site.Value(g.Site.Slope, box.C) < 0.16 || box.L < 30 || 2*box.W > 160 {
		return
	}
	for range 8 {
		at := box.Place(box.L*rnd.Spread(0.5), 0)
		for _, sway := range []float64{3.5, 1.5, 0} {
			if line := g.zigzag(g.Parcels[k].Ring, at, box.U, sway); line != nil {
				g.Ways.Add(layout.Road{Line: line, Class: layout.Stairs, Half: 1.1})
				return
			}
		}
	}
}

// zigzag returns a line across r through at, swaying along u; nil if it would
// leave r or touch a building.
func (g *Ground) zigzag(r plane.Ring, at, u plane.Vec, sway float64) plane.Line {
	a, b, ok := chord(r, at, u.Left())
	if !ok || a.Dist(b) < 20 || a.Dist(b) > 160 {
		return nil
	}
	line := plane.Line{a}
	n := int(a.Dist(b) / 12)
	for i := 1; i <= n; i++ {
		q := b
		if i < n {
			q = a.Lerp(b, float64(i)/float64(n)).Along(u, sway)
			sway = -sway
		}
		if !r.Contains(line[len(line)-1].Lerp(q, 0.5)) || !g.open(line[len(line)-1], q) {
			return nil
		}
		line = append(line, q)
	}
	return line
}

// chord returns where the straight line through p along d leaves r on both
// sides; false if it does so more than once.
func chord(r plane.Ring, p, d plane.Vec) (a, b plane.Vec, ok bool) {
	var at []float64
	far := 4000.0
	for i, v := range r {
		if t, _, meets := plane.Cross(p.Along(d, -far), p.Along(d, far), v, r[(i+1)%len(r)]); meets {
			at = append(at, (2*t-1)*far)
		}
	}
	if len(at) != 2 {
		return a, b, false
	}
	return p.Along(d, min(at[0], at[1])), p.Along(d, max(at[0], at[1])), true
}

// innerHalf is half the width of a road within a 小区, in metres.
const innerHalf = 2.2

// inner draws the roads of a larger 小区 along the aisles between its rows, and
// joins neighbouring ones near their ends to a loop.
func (g *Ground) inner(k int, aisles []float64) {
	r := g.Parcels[k].Ring
	box := r.SmallestBox()
	if r.Area() < 6000 {
		return
	}
	var last plane.Line
	for i, y := range aisles {
		if len(aisles) > 3 && i%2 == 1 {
			continue
		}
		a, b, ok := chord(r, box.Place(0, y), box.U)
		if !ok || a.Dist(b) < 60 || !g.open(a, b) {
			continue
		}
		line := plane.Line{a, b}
		g.Ways.Add(g.way(a, b))
		for _, at := range []float64{0.06, 0.5, 0.94} {
			if last == nil {
				break
			}
			if p, q := last[0].Lerp(last[1], at), a.Lerp(b, at); g.open(p, q) && r.Contains(p.Lerp(q, 0.5)) {
				g.Ways.Add(g.way(p, q))
			}
		}
		last = line
	}
}

// way returns the straight road from a to b within a 小区.
func (g *Ground) way(a, b plane.Vec) layout.Road {
	road := layout.Road{Line: plane.Line{a, b}, Class: layout.Lane, Half: innerHalf}
	if g.Site.Grade(a, b) > steepWay {
		road.Class, road.Half = layout.Stairs, 1.3
	}
	return road
}

// open reports whether a road from a to b keeps clear of the buildings.
func (g *Ground) open(a, b plane.Vec) bool {
	lo, hi := plane.Ring{a, b}.Envelope()
	margin := plane.Vec{X: innerHalf + 2, Y: innerHalf + 2}
	free := true
	g.cells.Find(lo.Sub(margin), hi.Add(margin), func(id int) bool {
		free = !meetsBox(a, b, g.Buildings[id].Box.Ring(), innerHalf+1.2)
		return free
	})
	return free
}

// meetsBox reports whether the straight way a-b comes within gap of a box.
func meetsBox(a, b plane.Vec, ring plane.Ring, gap float64) bool {
	if ring.Contains(a) {
		return true
	}
	for i, p := range ring {
		if plane.GapSegments(a, b, p, ring[(i+1)%len(ring)]) <= gap {
			return true
		}
	}
	return false
}
