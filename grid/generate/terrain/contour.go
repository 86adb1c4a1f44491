package terrain

import (
	"math"

	"quanxi/grid/generate/plane"
)

// Contour returns the lines along which values equal level, the higher side to
// the left. A closed line ends where it begins.
func (r *Raster) Contour(values []float64, level float64) []plane.Line {
	return r.Contours(values, level, 0, 1)[0]
}

// Contours returns the lines of n levels, step apart, from first on. It walks
// the raster once, however many levels there are.
func (r *Raster) Contours(values []float64, first, step float64, n int) [][]plane.Line {
	pieces := make([][]piece, n)
	for j := range r.H - 1 {
		for i := range r.W - 1 {
			k := j*r.W + i
			a, b, c, d := values[k], values[k+1], values[k+r.W+1], values[k+r.W]
			from, to := 0, 0
			if step > 0 {
				from = int(math.Ceil((min(a, b, c, d) - first) / step))
				to = int(math.Floor((max(a, b, c, d) - first) / step))
			}
			for l := max(from, 0); l <= min(to, n-1); l++ {
				pieces[l] = append(pieces[l], r.square(k, [4]float64{a, b, c, d}, first+float64(float64(l)*step))...)
			}
		}
	}
	out := make([][]plane.Line, n)
	for l := range out {
		out[l] = r.chain(pieces[l], values, first+float64(float64(l)*step))
	}
	return out
}

// A piece of contour goes from one edge of the raster to another. Edge 2k runs
// east from node k, edge 2k+1 north.
type piece struct{ from, to int32 }

// square returns the pieces within the cell whose south-west node is k. Corner
// values come counter-clockwise from there.
func (r *Raster) square(k int, v [4]float64, level float64) []piece {
	edge := [4]int32{int32(2 * k), int32(2*(k+1) + 1), int32(2 * (k + r.W)), int32(2*k + 1)}
	// Walking round counter-clockwise, the line enters where we climb above the
	// level and leaves where we sink below: higher ground stays to its left.
	var up, down []int32
	for i := range 4 {
		a, b := v[i] >= level, v[(i+1)%4] >= level
		if !a && b {
			up = append(up, edge[i])
		} else if a && !b {
			down = append(down, edge[i])
		}
	}
	switch len(up) {
	case 1:
		return []piece{{down[0], up[0]}}
	case 2: // a saddle: keep the high corners apart
		if v[0] >= level {
			return []piece{{down[0], up[1]}, {down[1], up[0]}}
		}
		return []piece{{down[0], up[0]}, {down[1], up[1]}}
	}
	return nil
}

// chain joins pieces to lines.
func (r *Raster) chain(pieces []piece, values []float64, level float64) []plane.Line {
	next, has := make(map[int32]int32, len(pieces)), make(map[int32]bool, len(pieces))
	for _, p := range pieces {
		next[p.from] = p.to
		has[p.to] = true
	}
	var out []plane.Line
	follow := func(start int32) {
		line := plane.Line{r.onEdge(values, start, level)}
		for at := start; ; {
			to, ok := next[at]
			if !ok {
				break
			}
			delete(next, at)
			line, at = append(line, r.onEdge(values, to, level)), to
		}
		if len(line) > 1 {
			out = append(out, line)
		}
	}
	for _, p := range pieces { // open lines first, then what is left is closed
		if !has[p.from] {
			follow(p.from)
		}
	}
	for _, p := range pieces {
		follow(p.from)
	}
	return out
}

// onEdge returns where values pass level on an edge.
func (r *Raster) onEdge(values []float64, edge int32, level float64) plane.Vec {
	a := int(edge / 2)
	b := a + 1
	if edge%2 == 1 {
		b = a + r.W
	}
	t := 0.5
	if d := values[b] - values[a]; d != 0 {
		t = min(max((level-values[a])/d, 0.02), 0.98)
	}
	return r.Place(a).Lerp(r.Place(b), t)
}
