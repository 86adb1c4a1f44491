package arcs

import (
	"iter"
	"slices"

	"quanxi/geo"
)

// A field holds vertices, each once, and finds those within an envelope.
type field struct {
	points []geo.Point
	owner  []int32 // the arc whose interior the vertex is in, or noArc
	place  []int32 // its place in that arc
	number map[geo.Point]uint32
	index  geo.Index
}

const noArc = -1

// add puts p in unless it is there already; a vertex that is offered by several
// arcs belongs to none.
func (f *field) add(p geo.Point, owner, place int32) {
	if f.number == nil {
		f.number = make(map[geo.Point]uint32)
	}
	if n, ok := f.number[p]; ok {
		if f.owner[n] != owner {
			f.owner[n] = noArc
		}
		return
	}
	f.number[p] = uint32(len(f.points))
	f.points = append(f.points, p)
	f.owner = append(f.owner, owner)
	f.place = append(f.place, place)
}

// seal makes the field ready to be searched.
func (f *field) seal() {
	f.number = nil
	f.index.Load(func(yield func(uint32, geo.Envelope) bool) {
		for i, p := range f.points {
			if !yield(uint32(i), geo.Envelope{Min: p, Max: p}) {
				return
			}
		}
	})
}

// within yields the numbers of the vertices in env.
func (f *field) within(env geo.Envelope) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for n := range f.index.Search(env) {
			if env.Contains(f.points[n]) && !yield(n) {
				return
			}
		}
	}
}

// split returns chain with the field's vertices that lie on its edges put in.
// It returns chain itself if there are none.
func (f *field) split(chain []geo.Point) []geo.Point {
	out := chain[:1:1]
	for i := 1; i < len(chain); i++ {
		a, b := chain[i-1], chain[i]
		out = append(out, f.between(a, b)...)
		out = append(out, b)
	}
	if len(out) == len(chain) {
		return chain
	}
	return out
}

// between returns the vertices strictly inside the edge a–b, in order from a.
func (f *field) between(a, b geo.Point) []geo.Point {
	if gcd(int64(b.Lon)-int64(a.Lon), int64(b.Lat)-int64(a.Lat)) < 2 {
		return nil
	}
	var on []geo.Point
	for n := range f.within(envelope([]geo.Point{a, b})) {
		if p := f.points[n]; p != a && p != b && geo.Orient(a, b, p) == 0 {
			on = append(on, p)
		}
	}
	slices.SortFunc(on, comparePoints)
	if comparePoints(a, b) > 0 {
		slices.Reverse(on)
	}
	return on
}
