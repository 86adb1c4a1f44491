package layout

import (
	"math"

	"quanxi/grid/generate/plane"
)

// A tensorField gives every place two directions at right angles, the major and
// the minor one. It is a sum of simple fields, kept as (cos 2θ, sin 2θ) so that
// opposite directions are the same.
type tensorField struct {
	s    *Site
	a, b []float64
}

// A gridBasis is a patch where streets cross at one angle.
type gridBasis struct {
	at    plane.Vec
	angle float64
}

func newTensorField(s *Site) *tensorField {
	n := s.W * s.H
	f := &tensorField{s, make([]float64, n), make([]float64, n)}
	rnd := s.Chance("tensor")
	patches := make([]gridBasis, 3)
	for i := range patches {
		away := plane.Heading(rnd.Spread(math.Pi)).Mul(s.Radius * rnd.Between(0.2, 0.8))
		patches[i] = gridBasis{s.Centre.Add(away), rnd.Spread(math.Pi / 2)}
	}
	for i := range n {
		if p := s.Place(i); p.Dist(s.Centre) < 1.8*s.Radius {
			f.a[i], f.b[i] = f.sum(i, p, patches)
		}
	}
	return f
}

func (f *tensorField) sum(i int, p plane.Vec, patches []gridBasis) (a, b float64) {
	add := func(d plane.Vec, w float64) {
		a += w * (float64(d.X*d.X) - float64(d.Y*d.Y))
		b += w * 2 * d.X * d.Y
	}
	d := math.Abs(f.s.Bank[i])
	add(f.slopeOf(f.s.Middle, i).Left().Unit(), 1.5*math.Exp(-(d/420)*(d/420)))
	add(f.slopeOf(f.s.Height, i).Left().Unit(), min(1.3, 5.5*f.s.Slope[i]))
	for _, g := range patches {
		r := p.Dist(g.at) / (0.6 * f.s.Radius)
		add(plane.Heading(g.angle), 0.8*math.Exp(-r*r))
	}
	turn := 2 * 0.25 * f.s.Rough(4, p, 350)
	v := plane.Vec{X: a, Y: b}.Turn(turn)
	return v.X, v.Y
}

// slopeOf returns the gradient of values at node i.
func (f *tensorField) slopeOf(values []float64, i int) plane.Vec {
	x, y := i%f.s.W, i/f.s.W
	x0, x1, y0, y1 := max(x-1, 0), min(x+1, f.s.W-1), max(y-1, 0), min(y+1, f.s.H-1)
	return plane.Vec{
		X: values[y*f.s.W+x1] - values[y*f.s.W+x0],
		Y: values[y1*f.s.W+x] - values[y0*f.s.W+x],
	}
}

// The two families of directions.
const (
	majorFamily = 0
	minorFamily = 1
)

// dir returns the direction of a family at p.
func (f *tensorField) dir(p plane.Vec, family int) plane.Vec {
	a, b := f.s.Value(f.a, p), f.s.Value(f.b, p)
	d := plane.Heading(math.Atan2(b, a) / 2)
	if family == minorFamily {
		return d.Left()
	}
	return d
}

// familyOf returns the family that d at p belongs to.
func (f *tensorField) familyOf(p, d plane.Vec) int {
	if math.Abs(f.dir(p, majorFamily).Dot(d)) >= math.Sqrt2/2 {
		return majorFamily
	}
	return minorFamily
}
