// Package terrain invents hills and water as pure functions of place and seed:
// nothing is stored, so every town sees the same river at its border.
//
// It knows nothing of towns, roads or people.
package terrain

import (
	"math"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
)

// A Terrain is one landscape. It is a value; copies are the same landscape.
type Terrain struct {
	seed  uint64
	shift plane.Vec // moves the whole landscape, see Anchored
}

// New returns the landscape of a seed.
func New(seed uint64) Terrain { return Terrain{seed: seed} }

// Anchored returns the landscape moved so that its river passes within a
// kilometre or so of place. A county with an invented border stands alone, and
// a map without a river would be the poorer.
func (t Terrain) Anchored(place plane.Vec) Terrain {
	for k := range 400 {
		angle, r := float64(k)*2.399963, 350*math.Sqrt(float64(k))
		moved := Terrain{t.seed, t.shift.Along(plane.Heading(angle), r)}
		d := math.Abs(moved.Middle(place))
		if d > 500 && d < 1000 && moved.steady(place) {
			return moved
		}
	}
	return t
}

// steady reports whether the river near place runs on, instead of closing to a
// small loop: it is still near some kilometres off in two directions.
func (t Terrain) steady(place plane.Vec) bool {
	hits := 0
	for k := range 16 {
		a := plane.Heading(float64(k) * math.Pi / 8)
		b := plane.Heading(float64(k+1) * math.Pi / 8)
		if (t.Middle(place.Along(a, 6000)) > 0) != (t.Middle(place.Along(b, 6000)) > 0) {
			hits++
		}
	}
	return hits == 2
}

func (t Terrain) noise(n uint64, p plane.Vec, wave float64) float64 {
	return chance.Noise(t.seed*31+n, p.X/wave, p.Y/wave)
}

// warp returns p pushed about by noise of one wavelength.
func (t Terrain) warp(n uint64, p plane.Vec, wave, by float64) plane.Vec {
	return plane.Vec{X: p.X + float64(by*t.noise(n, p, wave)), Y: p.Y + float64(by*t.noise(n+1, p, wave))}
}

// potential is zero in the middle of the river.
func (t Terrain) potential(p plane.Vec) float64 {
	p = p.Add(t.shift)
	return t.noise(5, t.warp(3, t.warp(1, p, 3600, 900), 1100, 260), 15000)
}

// gradientFloor keeps saddles of the potential from becoming lakes.
const gradientFloor = 2.5e-5

// Middle returns the signed distance to the middle of the river, to first
// order, in metres.
func (t Terrain) Middle(p plane.Vec) float64 {
	const h = 30
	n := t.potential(p)
	dx := (t.potential(plane.Vec{X: p.X + h, Y: p.Y}) - n) / h
	dy := (t.potential(plane.Vec{X: p.X, Y: p.Y + h}) - n) / h
	return n / max(math.Sqrt(float64(dx*dx)+float64(dy*dy)), gradientFloor)
}

// HalfWidth returns half the width of the river near p, in metres.
func (t Terrain) HalfWidth(p plane.Vec) float64 {
	return 115 + 45*t.noise(7, p.Add(t.shift), 2500)
}

// stream is zero in the middle of a stream.
func (t Terrain) stream(p plane.Vec) float64 {
	return t.noise(10, t.warp(8, p.Add(t.shift), 800, 220), 3300)
}

// height returns metres above sea level at p, which lies middle metres from the
// middle of the river and has stream potential s. Valleys follow the water
// because the height contains the distance to it.
func (t Terrain) height(p plane.Vec, middle, s float64) float64 {
	q := p.Add(t.shift)
	d := math.Abs(middle)
	// Ridges run from northeast to southwest, as in eastern Sichuan.
	along, across := (q.X+q.Y)*math.Sqrt2/2, (q.X-q.Y)*math.Sqrt2/2
	ridge := max(0, 0.75-math.Abs(chance.Noise(t.seed*31+12, along/17000, across/5200))*1.4)
	h := 175 + 45*step((d-110)/420)
	h += step((d-160)/2600) * (60 + 330*ridge*ridge)
	h += step((d-200)/900) * 75 * step(math.Abs(s)/0.45)
	return h + step((d-120)/600)*(34*t.noise(13, q, 900)+15*t.noise(14, q, 350))
}

// step rises smoothly from 0 at 0 to 1 at 1.
func step(t float64) float64 {
	t = min(max(t, 0), 1)
	return t * t * (3 - 2*t)
}

// Rough returns noise of about ±1 with features of wave metres; n tells one use
// of it from another.
func (t Terrain) Rough(n uint64, p plane.Vec, wave float64) float64 {
	return t.noise(100+n, p.Add(t.shift), wave)
}
