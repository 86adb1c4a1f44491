package world

import (
	"math"
	"slices"

	"quanxi/geo"
)

// earthM is the length of the equator, which pixels divide by 2^32.
const earthM = 2 * math.Pi * 6378137

// pixelsPerMetre returns how many pixels a metre takes at a place; the projection
// widens towards the poles.
func pixelsPerMetre(p geo.Pixel) float64 {
	return (1 << 32) / earthM * math.Cosh(math.Pi*(1-2*float64(p.Y)/(1<<32)))
}

// hull returns the convex hull of points (Andrew's monotone chain). It sorts
// points and returns memory of its own.
func hull(points []geo.Pixel) []geo.Pixel {
	slices.SortFunc(points, comparePixels)
	out := make([]geo.Pixel, 0, len(points))
	chain := func(p geo.Pixel, least int) {
		for len(out) >= least+2 && turn(out[len(out)-2], out[len(out)-1], p) <= 0 {
			out = out[:len(out)-1]
		}
		out = append(out, p)
	}
	for _, p := range points {
		chain(p, 0)
	}
	lower := len(out) - 1
	for i := len(points) - 2; i >= 0; i-- {
		chain(points[i], lower)
	}
	return out
}

// turn is positive if a–b–c bends to one side, negative to the other.
func turn(a, b, c geo.Pixel) int64 {
	abX, abY := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	acX, acY := int64(c.X)-int64(a.X), int64(c.Y)-int64(a.Y)
	return abX*acY - abY*acX
}

// A slicer cuts a footprint across its long axis into strips of equal width, as
// homes lie side by side on a floor.
type slicer struct {
	origin     geo.Pixel
	dirX, dirY float64 // unit vector of the long axis
	from, to   float64 // reach of the footprint along it
}

// newSlicer takes the direction of the longest edge of the first ring as the axis,
// or what is square to it if the footprint reaches farther that way.
func newSlicer(ring []geo.Pixel) slicer {
	s := slicer{origin: ring[0], dirX: 1}
	var longest float64
	for i := 1; i < len(ring); i++ {
		dx, dy := float64(ring[i].X)-float64(ring[i-1].X), float64(ring[i].Y)-float64(ring[i-1].Y)
		if length := math.Hypot(dx, dy); length > longest {
			longest, s.dirX, s.dirY = length, dx/length, dy/length
		}
	}
	along := s.reach(ring)
	across := slicer{origin: s.origin, dirX: -s.dirY, dirY: s.dirX}
	if wide := across.reach(ring); wide.to-wide.from > along.to-along.from {
		return wide
	}
	return along
}

// reach returns s with the reach of a ring along its axis.
func (s slicer) reach(ring []geo.Pixel) slicer {
	s.from, s.to = math.Inf(1), math.Inf(-1)
	for _, p := range ring {
		s.from, s.to = min(s.from, s.at(p)), max(s.to, s.at(p))
	}
	return s
}

// at returns how far p lies along the axis.
func (s slicer) at(p geo.Pixel) float64 {
	return (float64(p.X)-float64(s.origin.X))*s.dirX + (float64(p.Y)-float64(s.origin.Y))*s.dirY
}

// A station is a vertex with its place along the axis: strip i reaches from i to
// i+1.
type station struct {
	geo.Pixel
	at float64
}

// stations returns a closed ring with a vertex added wherever it crosses from one
// of n strips to the next. Each crossing is computed once, so that strips side by
// side share it.
func (s slicer) stations(ring []geo.Pixel, n int) []station {
	place := func(p geo.Pixel) station {
		at := (s.at(p) - s.from) / (s.to - s.from) * float64(n)
		return station{p, min(max(at, 0), float64(n))}
	}
	var out []station
	for i := 1; i < len(ring); i++ {
		a, b := place(ring[i-1]), place(ring[i])
		out = append(out, a)
		if a.at < b.at {
			for k := math.Floor(a.at) + 1; k < b.at; k++ {
				out = append(out, crossing(a, b, k))
			}
		} else {
			for k := math.Ceil(a.at) - 1; k > b.at; k-- {
				out = append(out, crossing(a, b, k))
			}
		}
	}
	return out
}

func crossing(a, b station, k float64) station {
	return station{between(a.Pixel, b.Pixel, (k-a.at)/(b.at-a.at)), k}
}

// strip returns the part of a closed ring in the i-th of n strips, closed, or
// empty if there is none.
func (s slicer) strip(ring []geo.Pixel, i, n int) []geo.Pixel {
	var out []geo.Pixel
	for _, v := range s.stations(ring, n) {
		if float64(i) <= v.at && v.at <= float64(i+1) {
			out = append(out, v.Pixel)
		}
	}
	if len(out) > 0 {
		out = append(out, out[0])
	}
	return out
}

// between returns the pixel at a part of the way from a to b.
func between(a, b geo.Pixel, part float64) geo.Pixel {
	return geo.Pixel{
		X: uint32(math.Round(float64(a.X) + (float64(b.X)-float64(a.X))*part)),
		Y: uint32(math.Round(float64(a.Y) + (float64(b.Y)-float64(a.Y))*part)),
	}
}
