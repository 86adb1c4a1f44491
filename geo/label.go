package geo

import (
	"container/heap"
	"math"
)

// LabelPoint returns a place well inside m's largest polygon, about as far from
// its border as any: where a label sits best. It lies in m by the half-open rule
// unless the polygon is thinner than the lattice, when a vertex is returned. It
// is the zero Point if m has no points.
func (m MultiPolygon) LabelPoint() Point {
	g := m.largest()
	if len(g) == 0 || len(g[0]) == 0 {
		return Point{}
	}
	s := newLabelSearch(g)
	if p := s.best(); g.Contains(p) {
		return p
	}
	for _, p := range g[0] {
		for _, q := range [...]Point{{p.Lon - 1, p.Lat}, {p.Lon, p.Lat - 1}, {p.Lon - 1, p.Lat - 1}, p} {
			if g.Contains(q) {
				return q
			}
		}
	}
	return g[0][0]
}

func (m MultiPolygon) largest() Polygon {
	var best Polygon
	var most int64 = -1
	for _, g := range m {
		if area := (MultiPolygon{g}).DoubleArea(); area > most {
			best, most = g, area
		}
	}
	return best
}

// A labelSearch halves squares, most promising first, until none can hold a
// place notably farther from the border than the best found (Agafonkin's
// polylabel). It works in metres on a plane, or east-west would count double in
// the north.
type labelSearch struct {
	plane plane
	rings [][][2]float64
	queue labelQueue
	found labelCell
	slack float64 // metres of improvement not worth another halving
}

type labelCell struct {
	x, y, half float64 // centre and half side, in metres
	inset      float64 // distance from centre to border, negative outside
}

// reach is the farthest from the border that any place of the cell can be.
func (c labelCell) reach() float64 { return c.inset + c.half*math.Sqrt2 }

func newLabelSearch(g Polygon) *labelSearch {
	env, _ := EnvelopeOf(g[0])
	s := &labelSearch{plane: planeAt(env.Middle())}
	for _, r := range g {
		ring := make([][2]float64, len(r))
		for i, p := range r {
			ring[i][0], ring[i][1] = s.plane.metres(p)
		}
		s.rings = append(s.rings, ring)
	}
	s.cover(env)
	return s
}

// cover fills the queue with squares over env, and takes the centre of mass of
// the corners as a first guess.
func (s *labelSearch) cover(env Envelope) {
	x0, y0 := s.plane.metres(env.Min)
	x1, y1 := s.plane.metres(env.Max)
	side := max(min(x1-x0, y1-y0), max(x1-x0, y1-y0)/64)
	s.slack = max(side/100, 0.02)
	s.found = s.cell((x0+x1)/2, (y0+y1)/2, 0)
	if side <= 0 {
		return
	}
	for x := x0; x < x1; x += side {
		for y := y0; y < y1; y += side {
			s.push(s.cell(x+side/2, y+side/2, side/2))
		}
	}
}

func (s *labelSearch) push(c labelCell) {
	if c.inset > s.found.inset {
		s.found = c
	}
	if c.reach() > s.found.inset+s.slack {
		heap.Push(&s.queue, c)
	}
}

func (s *labelSearch) best() Point {
	for s.queue.Len() > 0 {
		c := heap.Pop(&s.queue).(labelCell)
		if c.reach() <= s.found.inset+s.slack {
			break
		}
		h := c.half / 2
		s.push(s.cell(c.x-h, c.y-h, h))
		s.push(s.cell(c.x+h, c.y-h, h))
		s.push(s.cell(c.x-h, c.y+h, h))
		s.push(s.cell(c.x+h, c.y+h, h))
	}
	return s.plane.point(s.found.x, s.found.y)
}

func (s *labelSearch) cell(x, y, half float64) labelCell {
	return labelCell{x, y, half, s.inset(x, y)}
}

// inset returns the signed distance from a place to the border.
func (s *labelSearch) inset(x, y float64) float64 {
	inside, nearest := false, math.Inf(1)
	for _, r := range s.rings {
		for i := 1; i < len(r); i++ {
			ax, ay, bx, by := r[i-1][0]-x, r[i-1][1]-y, r[i][0]-x, r[i][1]-y
			if (ay > 0) != (by > 0) && ax-ay*(bx-ax)/(by-ay) > 0 {
				inside = !inside
			}
			nearest = min(nearest, squaredGap(ax, ay, bx, by))
		}
	}
	if inside {
		return math.Sqrt(nearest)
	}
	return -math.Sqrt(nearest)
}

// squaredGap returns the squared distance from the origin to segment a–b.
func squaredGap(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	if length2 := dx*dx + dy*dy; length2 > 0 {
		t := min(max(-(ax*dx+ay*dy)/length2, 0), 1)
		ax, ay = ax+t*dx, ay+t*dy
	}
	return ax*ax + ay*ay
}

type labelQueue []labelCell

func (q labelQueue) Len() int           { return len(q) }
func (q labelQueue) Less(i, j int) bool { return q[i].reach() > q[j].reach() }
func (q labelQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *labelQueue) Push(c any)        { *q = append(*q, c.(labelCell)) }
func (q *labelQueue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	*q = (*q)[:last]
	return c
}
