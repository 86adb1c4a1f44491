package build

import (
	"math"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// steepLane is the grade from which on a lane becomes a flight of stairs.
const steepLane = 0.14

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

// climb draws stairs across a block too steep to walk round, in a zig-zag.
func (g *Ground) climb(k int, rnd *chance.Stream) {
	p := &g.Parcels[k]
	box := p.Ring.SmallestBox()
	if g.Site.Value(g.Site.Slope, box.C) < 0.16 || box.L < 30 || 2*box.W > 160 {
		return
	}
	a, b, ok := chord(p.Ring, box.Place(box.L*rnd.Spread(0.3), 0), box.U.Left())
	if !ok || a.Dist(b) < 20 || a.Dist(b) > 160 {
		return
	}
	line := plane.Line{a}
	n := int(a.Dist(b) / 12)
	side := 3.5
	for i := 1; i < n; i++ {
		q := a.Lerp(b, float64(i)/float64(n)).Along(box.U, side)
		side = -side
		if !p.Ring.Contains(q) {
			return
		}
		line = append(line, q)
	}
	g.Ways.Add(layout.Road{Line: append(line, b), Class: layout.Stairs, Half: 1.1})
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

// inner draws the loop road of a larger 小区, with a gate to the street.
func (g *Ground) inner(k int, depth float64) {
	r := g.Parcels[k].Ring
	box := r.SmallestBox()
	if box.W < depth+22 || box.L < depth+30 {
		return
	}
	loop := shrink(r, depth)
	if loop == nil {
		return
	}
	line := append(plane.Line(loop), loop[0]).Smooth(2)
	g.Ways.Add(layout.Road{Line: line, Class: layout.Lane, Half: 2.2})
	from := line[0]
	best, to := math.Inf(1), from
	for _, v := range line {
		if hit, ok := g.Ways.Nearest(v, depth+14, func(i int) bool {
			c := g.Ways.Roads[i].Class
			return c == layout.Minor || c == layout.Major
		}); ok && hit.Dist < best {
			best, from, to = hit.Dist, v, hit.Place
		}
	}
	if from != to {
		g.Ways.Add(layout.Road{Line: plane.Line{from, to}, Class: layout.Lane, Half: 2.2})
	}
}

// shrink returns r pulled inwards by depth, or nil where that does not work.
func shrink(r plane.Ring, depth float64) plane.Ring {
	l := append(plane.Line(r), r[0]).Simplify(4)
	l = l[:len(l)-1]
	if len(l) < 3 {
		return nil
	}
	var out plane.Ring
	for i, p := range l {
		a, b := p.Sub(l[(i+len(l)-1)%len(l)]).Unit(), l[(i+1)%len(l)].Sub(p).Unit()
		side := a.Left().Add(b.Left())
		k := side.Dot(a.Left())
		if k < 0.5 {
			return nil
		}
		q := p.Along(side, depth/k)
		if !r.Contains(q) || r.EdgeDist(q) < 0.8*depth {
			continue
		}
		out = append(out, q)
	}
	if len(out) < 3 || out.Area() < 900 {
		return nil
	}
	return out
}
