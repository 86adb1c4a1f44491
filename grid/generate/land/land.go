// Package land invents the open country: woods, paddies, terraces, dry fields,
// their terrace lines and bunds, ponds and groves.
//
// It knows terrain and where buildings stand, nothing else.
package land

import (
	"math"

	"quanxi/geo"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
	"quanxi/grid/generate/spread"
)

// A Class is what covers a piece of open land.
type Class int32

// The classes of open land.
const (
	Town Class = iota // covered by blocks
	River
	Wood
	Paddy
	Terrace
	Field // dry field
	classes
)

// A Cover is one piece of open land.
type Cover struct {
	Class Class
	Area  geo.MultiPolygon
}

// A Country is the open land of a town.
type Country struct {
	Covers   []Cover
	Terraces []plane.Line
	Bunds    []plane.Line
	Ponds    []plane.Ring
	Groves   []plane.Ring
}

// landEps is how near lines of the land may come before they become one: 3.3 m.
const landEps = 300

type lander struct {
	s     *layout.Site
	ways  *layout.Ways
	built []bool
	label []int32
}

// Invent returns the open land of a site around its roads, the blocks that cover
// the nodes marked as built, and the places of its farmhouses.
func Invent(s *layout.Site, ways *layout.Ways, built []bool, houses []plane.Vec) (Country, error) {
	l := &lander{s: s, ways: ways, built: built}
	l.classify()
	var c Country
	var err error
	if c.Covers, err = l.covers(); err != nil {
		return c, err
	}
	l.terraces(&c)
	l.ponds(&c, houses)
	l.groves(&c, houses)
	return c, nil
}

// classify labels each node by smoothed slope and noise.
func (l *lander) classify() {
	s := l.s
	slope := blur(s.Slope, s.W, s.H, 2)
	raw := make([]float64, len(slope))
	l.label = make([]int32, len(slope))
	for i := range slope {
		p := s.Place(i)
		raw[i] = slope[i] + 0.075*s.Rough(30, p, 620) + 0.035*s.Rough(31, p, 210)
		raw[i] += 0.11 * max(0, (s.Height[i]-430)/200)
		l.label[i] = int32(l.class(i, raw[i]))
	}
}

func (l *lander) class(i int, v float64) Class {
	s := l.s
	switch {
	case s.Bank[i] < 0:
		return River
	case l.built[i]:
		return Town
	case v > 0.235:
		return Wood
	case v < 0.075 && s.Bank[i] > 30:
		return Paddy
	case v < 0.17:
		return Terrace
	}
	return Field
}

// blur averages values over squares of 2r+1 nodes, along each axis in turn.
func blur(values []float64, w, h, r int) []float64 {
	pass := func(in []float64, n, m, dn, dm int) []float64 {
		out := make([]float64, len(in))
		for j := range m {
			for i := range n {
				lo, hi := max(i-r, 0), min(i+r, n-1)
				sum := 0.0
				for k := lo; k <= hi; k++ {
					sum += in[j*dm+k*dn]
				}
				out[j*dm+i*dn] = sum / float64(hi-lo+1)
			}
		}
		return out
	}
	return pass(pass(values, w, h, 1, w), h, w, w, 1)
}

// covers makes an exact fabric of the borders between classes. Closed islands
// come as polygons of their own, to be drawn on top.
func (l *lander) covers() ([]Cover, error) {
	s := l.s
	half := plane.Vec{X: s.Lo.X - s.Cell/2, Y: s.Lo.Y - s.Cell/2}
	lines := spread.Borders(l.label, s.W, s.H, func(i, j int) plane.Vec {
		return plane.Vec{X: half.X + float64(i)*s.Cell, Y: half.Y + float64(j)*s.Cell}
	})
	var parts []fabric.Segment
	var out []Cover
	for _, line := range lines {
		closed := line[0] == line[len(line)-1]
		line = line.Smooth(4).Simplify(3)
		inside := s.Outline.Inside(line, 8)
		if closed && len(inside) == 1 && len(inside[0]) > 4 && inside[0][0] == inside[0][len(inside[0])-1] {
			ring := plane.Ring(inside[0][:len(inside[0])-1])
			if math.Abs(ring.Area()) > 1500 {
				out = append(out, Cover{Class(l.label[s.Node(ring.Inner())]), geo.MultiPolygon{l.around(ring)}})
			}
			continue
		}
		for _, part := range inside {
			for i := 1; i < len(part); i++ {
				parts = append(parts, fabric.Segment{A: part[i-1].Lattice(), B: part[i].Lattice(), Class: 1})
			}
		}
	}
	g, err := fabric.Build(s.Shape, parts, landEps)
	if err != nil {
		return nil, err
	}
	label := make([]int32, len(g.Faces))
	closed := g.In(s.Shape[1:])
	for f := range label {
		if closed[f] {
			label[f] = fabric.Closed
			continue
		}
		label[f] = int32(l.most(plane.RingFrom(g.Ring(f))))
	}
	var under []Cover
	for class, area := range g.Dissolve(label, int(classes)) {
		for _, p := range area {
			under = append(under, Cover{Class(class), geo.MultiPolygon{p}})
		}
	}
	return append(under, largestFirst(out)...), nil
}

// around returns an island without the holes of the site that it surrounds.
func (l *lander) around(island plane.Ring) geo.Polygon {
	out := geo.Polygon{island.Lattice()}
	for _, hole := range l.s.Shape[1:] {
		if island.Contains(plane.From(hole[0])) {
			out = append(out, hole)
		}
	}
	return out
}

// most returns the class that covers most of a ring, islands and all.
func (l *lander) most(r plane.Ring) Class {
	lo, hi := r.Envelope()
	const n = 14
	var count [classes]int
	count[l.label[l.s.Node(r.Inner())]]++
	for i := range n * n {
		p := plane.Vec{
			X: lo.X + (hi.X-lo.X)*(float64(i%n)+0.5)/n,
			Y: lo.Y + (hi.Y-lo.Y)*(float64(i/n)+0.5)/n,
		}
		if r.Contains(p) {
			count[l.label[l.s.Node(p)]]++
		}
	}
	best := Town
	for c := range classes {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// terraceStep is the rise from one terrace to the next, in metres.
const terraceStep = 2.6

// terraces draws the contour lines inside paddies and terraces, and bunds down
// the slope between them. They carry the whole rural picture.
func (l *lander) terraces(c *Country) {
	s := l.s
	rnd := s.Chance("bunds")
	for _, lines := range s.Contours(s.Height, 160, terraceStep, 260) {
		for _, line := range lines {
			var run plane.Line
			flush := func() {
				if run.Length() > 45 {
					run = run.Smooth(1).Simplify(1.2)
					c.Terraces = append(c.Terraces, run)
					l.bunds(c, run, rnd)
				}
				run = nil
			}
			for _, p := range line {
				if l.farmed(p) {
					run = append(run, p)
				} else {
					flush()
				}
			}
			flush()
		}
	}
}

func (l *lander) farmed(p plane.Vec) bool {
	class := Class(l.label[l.s.Node(p)])
	return (class == Paddy || class == Terrace) && l.s.Outline.Clear(p, 12)
}

// bunds runs down the slope from a terrace line to about the next.
func (l *lander) bunds(c *Country, line plane.Line, rnd *chance.Stream) {
	s := l.s
	for d := rnd.Between(6, 40); d < line.Length(); d += rnd.Between(18, 60) {
		p, _ := line.At(d)
		steep := max(s.Value(s.Slope, p), 0.03)
		to := p.Along(s.Downhill(p), min(terraceStep/steep, 42))
		if l.farmed(to) {
			c.Bunds = append(c.Bunds, plane.Line{p, to})
		}
	}
}
