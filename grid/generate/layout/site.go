// Package layout lays out a town: where its core lies, how its roads run, which
// villages it has and how lanes reach them.
//
// It knows terrain and rings, but neither buildings nor people.
package layout

import (
	"math"
	"slices"

	"quanxi/geo"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/terrain"
)

// A Site is the ground of one town and what is wanted there. It is read only.
type Site struct {
	*terrain.Raster
	Outline *plane.Outline
	Shape   geo.Polygon // the outer ring, and holes that belong to others
	Seed    uint64
	Town    uint64 // the code as a number: the key of every stream
	Gates   []geo.Point
	Want    Wanted

	Centre plane.Vec
	Radius float64 // of the core, metres

	need []float64 // by node: the radius from which on the core holds it
}

// Wanted says how much of what a town should have.
type Wanted struct {
	UrbanHomes int     // homes in the core
	RuralHomes int     // homes in villages
	Density    float64 // homes for each km² of the core
	Street     bool    // a street town: wider core, facilities of a city
}

// NewSite samples the terrain and chooses the core near seat.
func NewSite(land terrain.Terrain, shape geo.Polygon, seat plane.Vec, gates []geo.Point, seed, town uint64, want Wanted) *Site {
	rings := make([]plane.Ring, len(shape))
	for i, r := range shape {
		rings[i] = plane.RingFrom(r)
	}
	outline := plane.NewOutline(rings[0], rings[1:]...)
	lo, hi := outline.Ring.Envelope()
	cell := 20.0
	if (hi.X-lo.X)*(hi.Y-lo.Y) > 160e6 {
		cell = 40
	}
	s := &Site{Raster: land.Sample(lo, hi, cell), Outline: outline, Shape: shape, Seed: seed, Town: town, Gates: gates, Want: want}
	s.chooseCentre(seat)
	s.chooseRadius()
	return s
}

// Chance returns the stream of one purpose in this town.
func (s *Site) Chance(tag string, index ...uint64) *chance.Stream {
	return chance.New(s.Seed, tag, append([]uint64{s.Town}, index...)...)
}

// chooseCentre takes the best of many places: flat, near a bank but not on it,
// near where the county wants it, away from the border.
func (s *Site) chooseCentre(seat plane.Vec) {
	rnd := s.Chance("centre")
	lo, hi := s.Outline.Ring.Envelope()
	best := math.Inf(1)
	s.Centre = seat
	for range 400 {
		p := plane.Vec{X: rnd.Between(lo.X, hi.X), Y: rnd.Between(lo.Y, hi.Y)}
		if !s.Outline.Clear(p, 150) || s.Value(s.Bank, p) < 120 {
			continue
		}
		bank := math.Abs(s.Value(s.Bank, p)-300) / 900
		if s.Want.Street { // cities stand on rivers
			bank = min(2*bank, 2.5)
		}
		score := 4*s.meanSlope(p, 500) + bank + p.Dist(seat)/4000
		for _, margin := range []float64{500, 800} {
			if !s.Outline.Clear(p, margin) {
				score += 0.4
			}
		}
		if score < best {
			best, s.Centre = score, p
		}
	}
}

func (s *Site) meanSlope(p plane.Vec, r float64) float64 {
	sum := 0.0
	for k := range 24 {
		sum += s.Value(s.Slope, p.Along(plane.Heading(float64(k)*2.4), r*math.Sqrt(float64(k)/24)))
	}
	return sum / 24
}

// chooseRadius widens the core until its dry ground holds the homes wanted.
func (s *Site) chooseRadius() {
	s.need = make([]float64, s.W*s.H)
	var dry []float64
	for i := range s.need {
		p := s.Place(i)
		s.need[i] = p.Dist(s.Centre) / (1 + 0.3*s.Rough(3, p, 700))
		if s.buildable(p) {
			dry = append(dry, s.need[i])
		}
	}
	slices.Sort(dry)
	want := int(float64(s.Want.UrbanHomes) / s.Want.Density * 1e6 / (s.Cell * s.Cell))
	if len(dry) > 0 {
		s.Radius = dry[min(want, len(dry)-1)]
	}
}

func (s *Site) buildable(p plane.Vec) bool {
	return s.Value(s.Bank, p) > 12 && s.Value(s.Slope, p) < 0.42 && s.Outline.Contains(p)
}

// InCore reports whether p is ground that the core builds on.
func (s *Site) InCore(p plane.Vec) bool {
	return s.Value(s.need, p) < s.Radius && s.buildable(p)
}
