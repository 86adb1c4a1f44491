package world

import (
	"slices"

	"quanxi/geo"
)

// partMark is set in the length of a part that begins a new polygon.
const partMark = 1 << 31

// store puts a geometry into the arenas as pixels; old is kept if it is the same.
//
// Only pixels are kept. They are finer than the lattice, so that unprojecting
// gives back each vertex exactly, and the rare exact question pays for that
// instead of 8 bytes a vertex. Divisions, whose borders are asked all the time,
// keep their lattice points.
func (d *draft) store(old shape, g geo.Geometry) (s shape, isLines bool) {
	var points []geo.Pixel
	var parts []uint32
	chain := func(chain []geo.Point, mark uint32) {
		for _, p := range chain {
			points = append(points, geo.Project(p))
		}
		parts = append(parts, uint32(len(chain))|mark)
	}
	switch g := g.(type) {
	case geo.MultiPolygon:
		for _, p := range g {
			for i, r := range p {
				if i == 0 {
					chain(r, partMark)
				} else {
					chain(r, 0)
				}
			}
		}
	case geo.MultiLine:
		isLines = true
		for _, l := range g {
			chain(l, partMark)
		}
	}
	if d.same(old, points, parts) {
		return old, isLines
	}
	s = shape{points: d.pixels.add(points), n: uint32(len(points))}
	if len(parts) > 1 {
		s.parts = d.parts.add(append([]uint32{uint32(len(parts))}, parts...))
	}
	return s, isLines
}

func (d *draft) same(s shape, points []geo.Pixel, parts []uint32) bool {
	if !slices.Equal(d.pixels.run(s.points, s.n), points) {
		return false
	}
	if s.parts == 0 {
		return len(parts) <= 1
	}
	return slices.Equal(d.partsOf(s), parts)
}

// partsOf returns the lengths of a shape's parts, nil if there is one part.
func (s *state) partsOf(sh shape) []uint32 {
	if sh.parts == 0 {
		return nil
	}
	n := s.parts.run(sh.parts, 1)[0]
	return s.parts.run(sh.parts+1, n)
}

// rings calls visit with each ring or line of a shape; first says that it begins
// a polygon. The pixels are shared and must not be written.
func (s *state) rings(sh shape, visit func(ring []geo.Pixel, first bool)) {
	points := s.pixels.run(sh.points, sh.n)
	parts := s.partsOf(sh)
	if parts == nil {
		if len(points) > 0 {
			visit(points, true)
		}
		return
	}
	for _, part := range parts {
		n := part &^ partMark
		visit(points[:n:n], part&partMark != 0)
		points = points[n:]
	}
}

// box returns the envelope of a shape.
func (s *state) box(sh shape) (geo.Envelope, bool) {
	if sh.n == 0 {
		return geo.Envelope{}, false
	}
	points := s.pixels.run(sh.points, sh.n)
	low, high := points[0], points[0]
	for _, p := range points[1:] {
		low = geo.Pixel{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
		high = geo.Pixel{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
	}
	return geo.Envelope{
		Min: geo.Unproject(geo.Pixel{X: low.X, Y: high.Y}),
		Max: geo.Unproject(geo.Pixel{X: high.X, Y: low.Y}),
	}, true
}

// polygons returns a shape's polygons on the lattice.
func (s *state) polygons(sh shape) geo.MultiPolygon {
	var out geo.MultiPolygon
	s.rings(sh, func(pixels []geo.Pixel, first bool) {
		ring := make(geo.Ring, len(pixels))
		for i, p := range pixels {
			ring[i] = geo.Unproject(p)
		}
		if first {
			out = append(out, geo.Polygon{ring})
		} else {
			out[len(out)-1] = append(out[len(out)-1], ring)
		}
	})
	return out
}

// lines returns a shape's lines on the lattice.
func (s *state) lines(sh shape) geo.MultiLine {
	var out geo.MultiLine
	s.rings(sh, func(pixels []geo.Pixel, _ bool) {
		line := make(geo.Line, len(pixels))
		for i, p := range pixels {
			line[i] = geo.Unproject(p)
		}
		out = append(out, line)
	})
	return out
}
