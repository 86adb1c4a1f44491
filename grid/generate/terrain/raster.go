package terrain

import (
	"math"

	"quanxi/grid/generate/plane"
)

// A Raster is the terrain sampled on a square lattice that is aligned to the
// city, not to the town, so that two towns sample the same places.
type Raster struct {
	Terrain
	Lo   plane.Vec // place of node (0, 0)
	Cell float64   // metres between nodes
	W, H int       // nodes

	Height []float64 // metres above sea level
	Middle []float64 // signed distance to the middle of the river
	Bank   []float64 // distance to the bank, negative on the river
	Stream []float64 // zero in the middle of a stream
	Slope  []float64 // rise over run
}

// Sample returns the raster that covers lo-hi and a margin of two cells.
func (t Terrain) Sample(lo, hi plane.Vec, cell float64) *Raster {
	x0, y0 := math.Floor(lo.X/cell)-2, math.Floor(lo.Y/cell)-2
	r := &Raster{Terrain: t, Lo: plane.Vec{X: x0 * cell, Y: y0 * cell}, Cell: cell}
	r.W, r.H = int(math.Ceil(hi.X/cell)-x0)+3, int(math.Ceil(hi.Y/cell)-y0)+3
	n := r.W * r.H
	r.Height, r.Middle, r.Bank = make([]float64, n), make([]float64, n), make([]float64, n)
	r.Stream, r.Slope = make([]float64, n), make([]float64, n)
	r.sampleRiver()
	for i := range n {
		p := r.Place(i)
		r.Bank[i] = math.Abs(r.Middle[i]) - t.HalfWidth(p)
		r.Stream[i] = t.stream(p)
		r.Height[i] = t.height(p, r.Middle[i], r.Stream[i])
	}
	r.sampleSlope()
	return r
}

// sampleRiver takes the gradient of the potential from neighbouring nodes,
// which costs a third of what Terrain.Middle does at each.
func (r *Raster) sampleRiver() {
	w, h := r.W+2, r.H+2
	n := make([]float64, w*h)
	for j := range h {
		for i := range w {
			n[j*w+i] = r.potential(plane.Vec{X: r.Lo.X + float64(i-1)*r.Cell, Y: r.Lo.Y + float64(j-1)*r.Cell})
		}
	}
	for j := range r.H {
		for i := range r.W {
			k := (j+1)*w + i + 1
			dx, dy := (n[k+1]-n[k-1])/(2*r.Cell), (n[k+w]-n[k-w])/(2*r.Cell)
			r.Middle[j*r.W+i] = n[k] / max(math.Sqrt(float64(dx*dx)+float64(dy*dy)), gradientFloor)
		}
	}
}

func (r *Raster) sampleSlope() {
	for j := range r.H {
		for i := range r.W {
			x0, x1 := max(i-1, 0), min(i+1, r.W-1)
			y0, y1 := max(j-1, 0), min(j+1, r.H-1)
			dx := (r.Height[j*r.W+x1] - r.Height[j*r.W+x0]) / (float64(x1-x0) * r.Cell)
			dy := (r.Height[y1*r.W+i] - r.Height[y0*r.W+i]) / (float64(y1-y0) * r.Cell)
			r.Slope[j*r.W+i] = math.Sqrt(float64(dx*dx) + float64(dy*dy))
		}
	}
}

// Place returns the place of node i.
func (r *Raster) Place(i int) plane.Vec {
	return plane.Vec{X: r.Lo.X + float64(i%r.W)*r.Cell, Y: r.Lo.Y + float64(i/r.W)*r.Cell}
}

// Node returns the node nearest to p, clamped to the raster.
func (r *Raster) Node(p plane.Vec) int {
	i := min(max(int(math.Round((p.X-r.Lo.X)/r.Cell)), 0), r.W-1)
	j := min(max(int(math.Round((p.Y-r.Lo.Y)/r.Cell)), 0), r.H-1)
	return j*r.W + i
}

// Value returns values at p, interpolated between nodes.
func (r *Raster) Value(values []float64, p plane.Vec) float64 {
	x := min(max((p.X-r.Lo.X)/r.Cell, 0), float64(r.W)-1.001)
	y := min(max((p.Y-r.Lo.Y)/r.Cell, 0), float64(r.H)-1.001)
	i, j := int(x), int(y)
	u, v := x-float64(i), y-float64(j)
	k := j*r.W + i
	low := values[k] + float64(u*(values[k+1]-values[k]))
	top := values[k+r.W] + float64(u*(values[k+r.W+1]-values[k+r.W]))
	return low + float64(v*(top-low))
}

// Downhill returns the unit vector of steepest descent at p.
func (r *Raster) Downhill(p plane.Vec) plane.Vec {
	d := r.Cell
	return plane.Vec{
		X: r.Value(r.Height, plane.Vec{X: p.X - d, Y: p.Y}) - r.Value(r.Height, plane.Vec{X: p.X + d, Y: p.Y}),
		Y: r.Value(r.Height, plane.Vec{X: p.X, Y: p.Y - d}) - r.Value(r.Height, plane.Vec{X: p.X, Y: p.Y + d}),
	}.Unit()
}

// Grade returns the rise over run between a and b.
func (r *Raster) Grade(a, b plane.Vec) float64 {
	d := a.Dist(b)
	if d == 0 {
		return 0
	}
	return math.Abs(r.Value(r.Height, a)-r.Value(r.Height, b)) / d
}
