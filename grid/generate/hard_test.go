package generate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"quanxi/geo"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
)

// A hardRing draws the border of a county that is hard to divide, in metres around its
// seat, the outer ring of each part first.
type hardRing struct {
	name  string
	towns int
	draw  func(rnd *chance.Stream) [][]plane.Ring
}

func hardRings() []hardRing {
	one := func(r plane.Ring) [][]plane.Ring { return [][]plane.Ring{{r}} }
	return []hardRing{
		{"two lobes and a neck between them", 2, func(rnd *chance.Stream) [][]plane.Ring { return one(dumbbell(rnd)) }},
		{"spikes of a few metres", 1, func(rnd *chance.Stream) [][]plane.Ring { return one(spiked(rnd)) }},
		{"a strip of twelve kilometres", 2, func(rnd *chance.Stream) [][]plane.Ring {
			return one(ragged(rnd, rectangle(6000, rnd.Between(300, 500)), 0.08))
		}},
		{"a comb", 1, func(rnd *chance.Stream) [][]plane.Ring { return one(comb(rnd)) }},
		{"eleven towns in 23 km²", 11, func(rnd *chance.Stream) [][]plane.Ring {
			return one(ragged(rnd, rectangle(3800, 1500), 0.1))
		}},
		{"a hole close to the edge", 2, func(rnd *chance.Stream) [][]plane.Ring {
			hole := rectangle(rnd.Between(200, 600), rnd.Between(200, 500))
			for i := range hole {
				hole[i].X += 3000 - 700 - rnd.Between(40, 60)
			}
			return [][]plane.Ring{{ragged(rnd, rectangle(3000, 2500), 0), hole}}
		}},
		{"several rings", 2, func(rnd *chance.Stream) [][]plane.Ring {
			out := one(ragged(rnd, rectangle(3000, 2500), 0.1))
			for k := range 3 {
				far := rectangle(rnd.Between(50, 400), rnd.Between(50, 400))
				for i := range far {
					far[i].X += 5000 + 1500*float64(k)
				}
				out = append(out, []plane.Ring{far})
			}
			return out
		}},
		{"a border as rough as a coast", 3, func(rnd *chance.Stream) [][]plane.Ring {
			return one(ragged(rnd, rectangle(4000, 3500), 0.2))
		}},
	}
}

func rectangle(east, north float64) plane.Ring {
	return plane.Ring{{X: -east, Y: -north}, {X: east, Y: -north}, {X: east, Y: north}, {X: -east, Y: north}}
}

// dumbbell has a neck that may be narrower than what the fabric takes for one line.
func dumbbell(rnd *chance.Stream) plane.Ring {
	w := rnd.Between(2, 60)
	return plane.Ring{
		{X: -5000, Y: -2000}, {X: -800, Y: -1800}, {X: -700, Y: -w}, {X: 700, Y: -w}, {X: 800, Y: -1800}, {X: 5000, Y: -2200},
		{X: 5200, Y: 1900}, {X: 800, Y: 2000}, {X: 700, Y: w}, {X: -700, Y: w}, {X: -900, Y: 2100}, {X: -5100, Y: 1800},
	}
}

func spiked(rnd *chance.Stream) plane.Ring {
	var out plane.Ring
	for k := range 12 {
		a := 2 * math.Pi * float64(k) / 12
		long, wide := rnd.Between(2600, 5000), rnd.Between(0.0004, 0.02)
		out = append(out, plane.Heading(a-wide).Mul(2500), plane.Heading(a).Mul(long), plane.Heading(a+wide).Mul(2500))
	}
	return out
}

func comb(rnd *chance.Stream) plane.Ring {
	out := plane.Ring{{X: -3000, Y: -2000}, {X: 3000, Y: -2000}}
	for x := 3000.0; x > -3000; {
		tooth, gap := rnd.Between(20, 500), rnd.Between(3, 300)
		up := rnd.Between(0, 2500)
		out = append(out, plane.Vec{X: x, Y: up}, plane.Vec{X: x - tooth, Y: up}, plane.Vec{X: x - tooth, Y: -1000}, plane.Vec{X: x - tooth - gap, Y: -1000})
		x -= tooth + gap
	}
	last := out[len(out)-1]
	return append(out[:len(out)-1], plane.Vec{X: min(last.X, -3001), Y: -1000})
}

// ragged bends the sides of a ring outwards and inwards, by turns, without crossing.
func ragged(rnd *chance.Stream, r plane.Ring, share float64) plane.Ring {
	var out plane.Ring
	for i, a := range r {
		b := r[(i+1)%len(r)]
		n := max(2, int(a.Dist(b)/90))
		for k := range n {
			p := a.Lerp(b, float64(k)/float64(n))
			if k > 0 {
				most := min(share*min(a.Dist(b), 900), 0.4*min(p.Dist(a), p.Dist(b))) // or two sides would cross
				p = p.Along(b.Sub(a).Unit().Left(), rnd.Spread(most))
			}
			out = append(out, p)
		}
	}
	return out
}

// at places the rings around a county's seat.
func (h hardRing) at(seat geo.Point, rnd *chance.Stream) geo.MultiPolygon {
	c := plane.From(seat)
	var out geo.MultiPolygon
	for _, part := range h.draw(rnd) {
		var p geo.Polygon
		for i, r := range part {
			for k := range r {
				r[k] = r[k].Add(c)
			}
			ring := r.Lattice()
			if i > 0 {
				slices.Reverse(ring)
			}
			p = append(p, ring)
		}
		out = append(out, p)
	}
	return out
}

// hardestSeeds are a rough coast whose lines went on cutting each other, and a strip
// where one of two towns was crowded out.
var hardestSeeds = []uint64{103, 130}

// Whatever the border and the seed, a town is made, and its micro-grids fill it exactly.
func TestHardRingsAndSeeds(t *testing.T) {
	first := uint64(hardSeeds)
	if soak() {
		first = 200
	}
	for seed := range uint64(200) {
		if seed >= first && !slices.Contains(hardestSeeds, seed) {
			continue
		}
		h := hardRings()[seed%uint64(len(hardRings()))]
		t.Run(fmt.Sprintf("%s/seed %d", h.name, seed), func(t *testing.T) {
			opt := options(h.towns, 1)
			opt.Seed = 1000 + 17*seed
			opt.County = []string{"500106", "500233", "500243"}[seed%3]
			fact, _ := countyOf(opt.County)
			opt.Names = &Names{Counties: map[string]geo.MultiPolygon{opt.County: h.at(fact.centre, chance.New(opt.Seed, "hard"))}}
			g, err := New(opt)
			if err != nil {
				t.Fatal(err)
			}
			towns := fillsCounty(t, g, opt.County).towns
			d, err := g.draft(towns[int(seed)%len(towns)].Code)
			if err != nil {
				t.Fatal(err)
			}
			var parts []geo.MultiPolygon
			for i := range d.areas.micros {
				parts = append(parts, d.areas.micros[i].ground)
			}
			partitions(t, d.plan.boundary(), parts)
		})
	}
}
