package layout

import (
	"math"

	"quanxi/grid/generate/plane"
)

// townWidth is how wide the streets of a market town are against a city's.
const townWidth = 0.72

const stride = 8 // metres between samples of a streamline

// A grade says how streets of one class are spread.
type grade struct {
	class    string
	apart    [2]float64 // metres between neighbours of the major and the minor family
	shortest float64
	tries    int
	stop     float64 // share of apart at which a street ends beside its like
	ahead    float64 // how far its end looks for a street to meet
}

func grades() []grade {
	return []grade{
		{Main, [2]float64{900, 1000}, 350, 60, 0.24, 430},
		{Major, [2]float64{360, 420}, 160, 200, 0.42, 160},
		{Minor, [2]float64{125, 165}, 60, 1500, 0.42, 130},
	}
}

// A sample is a place on a streamline.
type sample struct {
	p      plane.Vec
	family int
	rank   int // of its grade; wider roads have lower ranks
}

// A weaver draws the streets of the core.
type weaver struct {
	*Site
	field   *tensorField
	ways    *Ways
	samples []sample
	cells   *plane.Cells
}

// Streets returns the streets of the core: none of them ends blind.
func Streets(s *Site) *Ways {
	lo, hi := s.Outline.Ring.Envelope()
	w := &weaver{Site: s, field: newTensorField(s), ways: NewWays(lo, hi), cells: plane.NewCells(lo, hi, 60)}
	w.riverside()
	w.bridge()
	for rank, g := range grades() {
		rnd := s.Chance("streets", uint64(rank))
		for try := range g.tries {
			p := s.Centre.Along(plane.Heading(rnd.Spread(math.Pi)), 1.25*s.Radius*math.Sqrt(rnd.Float()))
			if family := try % 2; s.InCore(p) && !w.crowded(p, family, rank, g.apart[family]) {
				w.keep(w.both(plane.Line{p}, family, rank, g), rank, g)
			}
		}
	}
	return settleEnds(s, w.ways)
}

// riverside draws the road behind the bank, the most convincing line of the map.
func (w *weaver) riverside() {
	for _, l := range w.Contour(w.Bank, 34) {
		var run plane.Line
		flush := func() {
			if run.Length() > 260 {
				w.add(Road{Line: run.Smooth(2).Simplify(0.8), Class: Major, Half: HalfWidth(Major), Riverside: true}, 0)
			}
			run = nil
		}
		for _, p := range l {
			if p.Dist(w.Centre) < 1.12*w.Radius && w.Outline.Clear(p, 40) && w.Value(w.Slope, p) < 0.5 {
				run = append(run, p)
			} else {
				flush()
			}
		}
		flush()
	}
}

// bridge starts a main road across the river if the core lies on both sides.
func (w *weaver) bridge() {
	p := w.Centre
	for range 80 { // walk to the water
		if w.Value(w.Bank, p) < 5 {
			break
		}
		g := w.field.slopeOf(w.Bank, w.Node(p)).Unit()
		p = p.Along(g, -20)
	}
	across := w.field.slopeOf(w.Middle, w.Node(p)).Unit()
	if w.Value(w.Middle, p) > 0 {
		across = across.Mul(-1)
	}
	near, far := p, p
	for k := 0; k < 12 && w.Value(w.Bank, near) < 20; k++ {
		near = near.Along(across, -10)
	}
	for k := 0; k < 56 && w.Value(w.Bank, far) < 20; k++ {
		far = far.Along(across, 10)
	}
	if near.Dist(far) < 100 || w.Value(w.Bank, far) < 15 || !w.Outline.Clear(far, 60) || near.Dist(w.Centre) > w.Radius {
		return
	}
	w.keep(w.both(plane.Line{near, far}, w.field.familyOf(near, across), 0, grades()[0]), 0, grades()[0])
}

// both prolongs a line at both ends along the field.
func (w *weaver) both(l plane.Line, family, rank int, g grade) plane.Line {
	d := w.field.dir(l[0], family)
	if len(l) > 1 {
		d = l[len(l)-1].Sub(l[len(l)-2]).Unit()
	}
	l = w.prolong(l, d, family, rank, g)
	back := d.Mul(-1)
	if len(l) > 1 {
		back = l[0].Sub(l[1]).Unit()
	}
	return w.prolong(l.Reverse(), back, family, rank, g)
}

// prolong follows the field from the end of l and then looks for a street to meet.
func (w *weaver) prolong(l plane.Line, d plane.Vec, family, rank int, g grade) plane.Line {
	first := d
	for range 420 {
		p := l[len(l)-1]
		f := w.field.dir(p, family)
		if f.Dot(d) < 0 {
			f = f.Mul(-1)
		}
		if math.Abs(f.Dot(d)) < 0.5 { // the families changed places: keep straight
			f = d
		}
		d = d.Mul(0.4).Along(f, 0.6).Unit()
		q := p.Along(d, stride)
		if rank == 0 && d.Dot(first) < 0.1 { // a main road does not turn back
			break
		}
		if w.Value(w.Bank, q) < 14 && rank == 0 {
			if far, ok := w.span(q, d); ok {
				l = append(l, far)
				continue
			}
		}
		if !w.InCore(q) || !w.Outline.Clear(q, 30) || w.crowded(q, family, rank, g.stop*g.apart[family]) || own(l, q, min(0.3*g.apart[family], 110)) {
			break
		}
		l = append(l, q)
	}
	return w.meet(l, d, g)
}

// span returns the place where a bridge from the bank at p along d comes down.
func (w *weaver) span(p, d plane.Vec) (plane.Vec, bool) {
	for s := 40.0; s <= 480; s += 10 {
		q := p.Along(d, s)
		if !w.Outline.Clear(q, 40) {
			return q, false
		}
		if w.Value(w.Bank, q) > 22 {
			return q, w.InCore(q.Along(d, 40))
		}
	}
	return p, false
}

// own reports whether q comes back to an earlier part of its own trail.
func own(l plane.Line, q plane.Vec, apart float64) bool {
	for i := 0; i < len(l)-28; i++ {
		if l[i].Dist(q) < apart {
			return true
		}
	}
	return false
}

// crowded reports whether a street of the same family, as wide or wider, runs
// nearer than apart.
func (w *weaver) crowded(p plane.Vec, family, rank int, apart float64) bool {
	hit := false
	w.cells.Near(p, apart, func(id int) bool {
		s := &w.samples[id]
		hit = s.family == family && s.rank <= rank && s.p.Dist(p) < apart
		return !hit
	})
	return hit
}

// meet lengthens the end of l to the first street ahead.
func (w *weaver) meet(l plane.Line, d plane.Vec, g grade) plane.Line {
	p := l[len(l)-1]
	hit, ok := w.ways.Ahead(p.Along(d, 0.5), p.Along(d, g.ahead), func(int) bool { return true })
	if !ok || g.class != Main && w.wet(p, hit.Place) {
		return l
	}
	return append(l, hit.Place)
}

// wet reports whether the straight way a-b touches the river.
func (s *Site) wet(a, b plane.Vec) bool {
	n := int(a.Dist(b)/15) + 1
	for k := range n + 1 {
		if s.Value(s.Bank, a.Lerp(b, float64(k)/float64(n))) < 4 {
			return true
		}
	}
	return false
}

// keep adds a line as a street if it is long enough.
func (w *weaver) keep(l plane.Line, rank int, g grade) {
	if len(l) < 2 || l.Length() < g.shortest {
		return
	}
	w.add(Road{Line: l.Simplify(0.9), Class: g.class, Half: HalfWidth(g.class)}, rank)
}

func (w *weaver) add(r Road, rank int) {
	if !w.Want.Street {
		r.Half *= townWidth
	}
	w.ways.Add(r)
	l := r.Line.Dense(stride)
	for i := 1; i < len(l); i++ {
		id := len(w.samples)
		w.samples = append(w.samples, sample{l[i], w.field.familyOf(l[i], l[i].Sub(l[i-1]).Unit()), rank})
		w.cells.Add(id, l[i], l[i])
	}
}
