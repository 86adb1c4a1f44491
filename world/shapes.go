package world

import (
	"math"
	"slices"

	"quanxi/geo"
)

// A shape says where in the arena of strokes a geometry lies; 0 if there is none.
//
// It is kept as pixels. They are finer than the lattice, so that unprojecting gives
// back each vertex exactly, and the rare exact question pays for that instead of 8
// bytes a vertex. Divisions, whose borders are asked all the time, keep their lattice
// points.
//
// It begins with how many parts it has. Each part begins with its number of vertices
// and what it is; each vertex is the way from the one before, to the east and to the
// south, two words of 16 bits, or the word far and the pixel itself. The last vertex of
// a closed part, which is its first, is left out.
type shape uint32

const (
	far = math.MinInt16 // in place of a way: the pixel follows in four words

	// The bits below the number of vertices of a part.
	isFirst  = 1 // it begins a polygon, or is a line
	isClosed = 2
	partBits = 2

	// longCount is set in the first of two words that a great number takes.
	longCount = 1 << 15
)

// store puts a geometry into the arena; old is kept if it is the same.
func (d *draft) store(old shape, g geo.Geometry) (s shape, isLines bool) {
	w := &d.quill
	w.words, w.at = w.words[:0], geo.Pixel{}
	switch g := g.(type) {
	case geo.MultiPolygon:
		w.polygons(g)
	case geo.MultiLine:
		isLines = true
		w.count(uint32(len(g)))
		for _, line := range g {
			w.part(line, isFirst)
		}
	}
	switch {
	case len(w.words) == 0 || w.words[0] == 0:
		return 0, isLines
	case d.strokes.has(uint32(old), w.words):
		return old, isLines
	}
	return shape(d.strokes.add(w.words)), isLines
}

// A quill writes a geometry.
type quill struct {
	words []uint16
	at    geo.Pixel
}

func (q *quill) polygons(g geo.MultiPolygon) {
	rings := 0
	for _, polygon := range g {
		rings += len(polygon)
	}
	q.count(uint32(rings))
	for _, polygon := range g {
		for i, ring := range polygon {
			if i == 0 {
				q.part(ring, isFirst)
			} else {
				q.part(ring, 0)
			}
		}
	}
}

func (q *quill) part(points []geo.Point, what uint32) {
	if n := len(points); n > 1 && points[0] == points[n-1] {
		what, points = what|isClosed, points[:n-1]
	}
	q.count(uint32(len(points))<<partBits | what)
	for _, p := range points {
		q.vertex(geo.Project(p))
	}
}

func (q *quill) count(n uint32) {
	if n < longCount {
		q.words = append(q.words, uint16(n))
	} else {
		q.words = append(q.words, longCount|uint16(n>>16), uint16(n))
	}
}

func (q *quill) vertex(p geo.Pixel) {
	east, south := int32(p.X-q.at.X), int32(p.Y-q.at.Y)
	if near(east) && near(south) {
		q.words = append(q.words, uint16(east), uint16(south))
	} else {
		q.words = append(q.words, 1<<15, uint16(p.X>>16), uint16(p.X), uint16(p.Y>>16), uint16(p.Y))
	}
	q.at = p
}

// near reports whether a way fits into a word that is not far.
func near(way int32) bool { return -math.MaxInt16 <= way && way <= math.MaxInt16 }

// A stylus reads a geometry.
type stylus struct {
	words []uint16
	at    geo.Pixel
}

// stylus returns one at the beginning of a geometry that is there.
func (s *state) stylus(sh shape) stylus { return stylus{words: s.strokes.from(uint32(sh))} }

func (s *stylus) count() uint32 {
	n := uint32(s.words[0])
	if n < longCount {
		s.words = s.words[1:]
		return n
	}
	n = n&^longCount<<16 | uint32(s.words[1])
	s.words = s.words[2:]
	return n
}

// part returns the number of vertices that follow, and what they are.
func (s *stylus) part() (n, what uint32) {
	head := s.count()
	return head >> partBits, head
}

// vertices reads as many as there are in to. All that is drawn comes through here.
func (s *stylus) vertices(to []geo.Pixel) {
	words, at := s.words, s.at
	for i := range to {
		if east := int16(words[0]); east != far {
			at.X += uint32(east)
			at.Y += uint32(int16(words[1]))
			words = words[2:]
		} else {
			at.X = uint32(words[1])<<16 | uint32(words[2])
			at.Y = uint32(words[3])<<16 | uint32(words[4])
			words = words[5:]
		}
		to[i] = at
	}
	s.words, s.at = words, at
}

// sound reports whether a geometry ends within the words, begins a polygon first and
// closes nothing that is empty: whatever else the words say, they can be drawn.
func (s *stylus) sound() bool {
	var one [1]geo.Pixel
	if !s.counts() {
		return false
	}
	for i := range s.count() {
		if !s.counts() {
			return false
		}
		n, what := s.part()
		if n == 0 && what&isClosed != 0 || i == 0 && what&isFirst == 0 {
			return false
		}
		for range n {
			if len(s.words) < 2 || int16(s.words[0]) == far && len(s.words) < 5 {
				return false
			}
			s.vertices(one[:])
		}
	}
	return true
}

// counts reports whether there are the words of a number.
func (s *stylus) counts() bool {
	return len(s.words) > 1 || len(s.words) == 1 && s.words[0] < longCount
}

// rings are the rings, or lines, of a geometry as they are drawn. The zero rings are
// empty; they keep their memory from one geometry to the next.
type rings struct {
	pixels []geo.Pixel
	parts  []ring
}

// A ring is a part of rings.
type ring struct {
	from, to int // in the pixels
	first    bool
}

// ringsOf reads a geometry into to, and returns that.
func (s *state) ringsOf(sh shape, to *rings) *rings {
	to.pixels, to.parts = to.pixels[:0], to.parts[:0]
	if sh == 0 {
		return to
	}
	pen := s.stylus(sh)
	for range pen.count() {
		from := len(to.pixels)
		n, what := pen.part()
		to.pixels = slices.Grow(to.pixels, int(n)+1)[:from+int(n)]
		pen.vertices(to.pixels[from:])
		if what&isClosed != 0 {
			to.pixels = append(to.pixels, to.pixels[from])
		}
		to.parts = append(to.parts, ring{from, len(to.pixels), what&isFirst != 0})
	}
	return to
}

// each calls visit with each ring or line; first says that it begins a polygon, or is
// a line. The pixels are those of r, until it is used for another geometry.
func (r *rings) each(visit func(ring []geo.Pixel, first bool)) {
	for _, part := range r.parts {
		visit(r.pixels[part.from:part.to:part.to], part.first)
	}
}

// first returns the first ring or line, nil if there is none.
func (r *rings) first() []geo.Pixel {
	if len(r.parts) == 0 {
		return nil
	}
	return r.pixels[:r.parts[0].to]
}

// box returns the envelope of a shape.
func (s *state) box(sh shape) (geo.Envelope, bool) {
	if sh == 0 {
		return geo.Envelope{}, false
	}
	low, high := geo.Pixel{X: math.MaxUint32, Y: math.MaxUint32}, geo.Pixel{}
	pen := s.stylus(sh)
	for range pen.count() {
		var some [16]geo.Pixel
		for n, _ := pen.part(); n > 0; {
			few := some[:min(n, uint32(len(some)))]
			pen.vertices(few)
			for _, p := range few {
				low = geo.Pixel{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
				high = geo.Pixel{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
			}
			n -= uint32(len(few))
		}
	}
	return geo.Envelope{
		Min: geo.Unproject(geo.Pixel{X: low.X, Y: high.Y}),
		Max: geo.Unproject(geo.Pixel{X: high.X, Y: low.Y}),
	}, true
}

// polygons returns a shape's polygons on the lattice.
func (s *state) polygons(sh shape) geo.MultiPolygon {
	var out geo.MultiPolygon
	s.ringsOf(sh, new(rings)).each(func(pixels []geo.Pixel, first bool) {
		if ring := geo.Ring(unprojected(pixels)); first {
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
	s.ringsOf(sh, new(rings)).each(func(pixels []geo.Pixel, _ bool) { out = append(out, unprojected(pixels)) })
	return out
}

func unprojected(pixels []geo.Pixel) []geo.Point {
	out := make([]geo.Point, len(pixels))
	for i, p := range pixels {
		out[i] = geo.Unproject(p)
	}
	return out
}
