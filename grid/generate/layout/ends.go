package layout

import (
	"math"
	"slices"

	"quanxi/grid/generate/plane"
)

// settleEnds returns the same streets without blind ends: an end is led to a
// street nearby, or cut back to the last one that it met. Streets that meet
// nothing, or that the largest net does not reach, are left out.
func settleEnds(s *Site, in *Ways) *Ways {
	roads := in.Roads
	for range 6 {
		e := newEnds(s, roads)
		next, changed := e.round()
		roads = next
		if !changed {
			break
		}
	}
	roads = largestNet(s, newEnds(s, roads).demote())
	lo, hi := s.Outline.Ring.Envelope()
	out := NewWays(lo, hi)
	for _, r := range roads {
		out.Add(r)
	}
	return out
}

type ends struct {
	s    *Site
	ways *Ways
}

func newEnds(s *Site, roads []Road) *ends {
	lo, hi := s.Outline.Ring.Envelope()
	e := &ends{s, NewWays(lo, hi)}
	for _, r := range roads {
		e.ways.Add(r)
	}
	return e
}

const touching = 1.5 // metres at which lines meet

func (e *ends) attached(k int, p plane.Vec) bool {
	_, ok := e.ways.Nearest(p, touching, func(road int) bool { return road != k })
	return ok
}

func (e *ends) round() (out []Road, changed bool) {
	for k, r := range e.ways.Roads {
		for range 2 {
			l := r.Line
			if len(l) > 1 && !e.attached(k, l[len(l)-1]) {
				r.Line, changed = e.mend(k, l), true
			}
			r.Line = r.Line.Reverse()
		}
		if len(r.Line) > 1 && r.Line.Length() > 28 {
			out = append(out, r)
		} else {
			changed = true
		}
	}
	return out, changed
}

// mend leads the last end of l on to a street, or cuts it back.
func (e *ends) mend(k int, l plane.Line) plane.Line {
	n := len(l)
	p, d := l[n-1], l[n-1].Sub(l[n-2]).Unit()
	best, to := math.Inf(1), plane.Vec{}
	for _, a := range []float64{0, 0.35, -0.35, 0.7, -0.7, 1.05, -1.05} {
		v := d.Turn(a)
		hit, ok := e.ways.Ahead(p.Along(v, 1), p.Along(v, 210), func(road int) bool { return road != k })
		if cost := hit.Dist * (1 + math.Abs(a)); ok && cost < best && !e.s.wet(p, hit.Place) {
			best, to = cost, hit.Place
		}
	}
	if !math.IsInf(best, 1) {
		return append(append(plane.Line(nil), l...), to)
	}
	return e.cutBack(k, l)
}

// cutBack returns l up to the last place where another street meets it.
func (e *ends) cutBack(k int, l plane.Line) plane.Line {
	kept, _ := e.lastMeeting(k, l, func(int) bool { return true })
	return kept
}

// lastMeeting cuts l at the last place where another street that ok allows meets
// it: it returns the line up to there and what is beyond, nil if there is none.
func (e *ends) lastMeeting(k int, l plane.Line, ok func(road int) bool) (kept, beyond plane.Line) {
	for i := len(l) - 1; i > 0; i-- {
		a, b := l[i-1], l[i]
		at := -1.0
		e.ways.Near(a.Lerp(b, 0.5), a.Dist(b)/2+touching, func(road int, c, d plane.Vec) bool {
			if road == k || !ok(road) {
				return true
			}
			if t, _, ok := plane.Cross(a, b, c, d); ok {
				at = max(at, t)
			}
			for _, end := range [2]plane.Vec{c, d} { // a street that ends on ours
				if q, t := plane.Nearest(end, a, b); q.Dist(end) < touching {
					at = max(at, t)
				}
			}
			return true
		})
		if at >= 0 && !(i == 1 && at*a.Dist(b) < 1) {
			cut := a.Lerp(b, at)
			return append(append(plane.Line(nil), l[:i]...), cut), append(plane.Line{cut}, l[i:]...)
		}
	}
	return nil, l
}

// demote makes the ends of main roads that meet only lesser streets major ones:
// a main road runs from one greater road to another, or out of the town.
func (e *ends) demote() []Road {
	var out []Road
	greater := func(road int) bool {
		c := e.ways.Roads[road].Class
		return c == Main || c == Major
	}
	for k, r := range e.ways.Roads {
		if r.Class != Main {
			out = append(out, r)
			continue
		}
		for range 2 {
			if end := r.Line[len(r.Line)-1]; end.Dist(e.s.Centre) < 0.82*e.s.Radius {
				kept, beyond := e.lastMeeting(k, r.Line, greater)
				if kept.Length() < 200 {
					r.Class, r.Half = Major, r.Half*HalfWidth(Major)/HalfWidth(Main)
				} else {
					r.Line = kept
					if beyond.Length() > 20 {
						out = append(out, Road{Line: beyond, Class: Major, Half: r.Half * HalfWidth(Major) / HalfWidth(Main)})
					}
				}
			}
			r.Line = r.Line.Reverse()
		}
		out = append(out, r)
	}
	return out
}

// largestNet keeps the streets that hang together with the longest net.
func largestNet(s *Site, roads []Road) []Road {
	e := newEnds(s, roads)
	root := make([]int, len(roads))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	for k, r := range roads {
		e.ways.Meeting(r.Line, touching, func(road int) { root[find(k)] = find(road) })
	}
	total := make([]float64, len(roads))
	for k, r := range roads {
		total[find(k)] += r.Line.Length()
	}
	best := slices.Index(total, slices.Max(append(total, 0)))
	var out []Road
	for k, r := range roads {
		if find(k) == best {
			out = append(out, r)
		}
	}
	return out
}
