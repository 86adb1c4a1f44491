package build

import (
	"math"

	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
)

func (g *Ground) fillOffices(k int, rnd *chance.Stream) {
	g.rows(k, 34, 14, 6, func(box plane.Box, x, y float64) float64 {
		long := rnd.Between(34, 46)
		b := Building{Kind: Office, Floors: rnd.Range(18, 39), Units: 1, Year: g.year(k, rnd)}
		if g.place(k, boxFrom(box.Place(x, y), box.U, long, rnd.Between(28, 34)), rule{6, 6, 13}, b, nil) {
			return long + 14
		}
		return 6
	})
	g.shops(k, rnd, 3)
}

// fillSchool lays the running track first, then rows of class rooms.
func (g *Ground) fillSchool(k int, rnd *chance.Stream) {
	r := g.Parcels[k].Ring
	box := r.SmallestBox()
	for _, size := range [][2]float64{{150, 78}, {110, 58}, {72, 40}} {
		if g.track(k, box, size[0], size[1]) {
			break
		}
	}
	g.rows(k, 12, 22, 6, func(box plane.Box, x, y float64) float64 {
		long := rnd.Between(36, 62)
		b := Building{Kind: School, Floors: rnd.Range(4, 5), Units: 1, Year: g.year(k, rnd)}
		if g.place(k, boxFrom(box.Place(x, y), box.U, long, 12), rule{4, 5, 12}, b, nil) {
			return long + 12
		}
		return 5
	})
}

// track lays an oval at one end of the parcel and keeps it free.
func (g *Ground) track(k int, box plane.Box, long, wide float64) bool {
	for _, end := range []float64{1, -1, 0} {
		c := box.Place(end*(box.L-long/2-14), 0)
		oval := make(plane.Ring, 0, 28)
		o := plane.Box{C: c, U: box.U, L: long / 2, W: wide / 2}
		for i := range 28 {
			a := 2 * math.Pi * (float64(i) + 0.5) / 28
			x := math.Copysign(o.L-o.W, math.Cos(a))
			oval = append(oval, o.Place(x+o.W*math.Cos(a), o.W*math.Sin(a)))
		}
		if !g.fits(oval, g.Parcels[k].Ring, rule{8, 6, 6}) {
			continue
		}
		g.Pitches = append(g.Pitches, oval)
		lo, hi := oval.Envelope()
		// A pitch keeps buildings off as a building would, but is none.
		g.cells.Add(len(g.Buildings), lo, hi)
		g.Buildings = append(g.Buildings, Building{Kind: pitch, Box: o, Ring: oval, Parcel: k, Group: -1})
		return true
	}
	return false
}

// pitch marks the room that a running track takes; see Finish.
const pitch = "pitch"

// Finish drops the marks that only kept room free. No building may be placed after it.
func (g *Ground) Finish() {
	kept := g.Buildings[:0]
	for _, b := range g.Buildings {
		if b.Kind != pitch {
			kept = append(kept, b)
		}
	}
	g.Buildings, g.cells = kept, nil
}

func (g *Ground) fillHospital(k int, rnd *chance.Stream) {
	g.rows(k, 20, 22, 8, func(box plane.Box, x, y float64) float64 {
		long := rnd.Between(40, 70)
		b := Building{Kind: Hospital, Floors: rnd.Range(5, 14), Units: 1, Year: g.year(k, rnd)}
		if g.place(k, boxFrom(box.Place(x, y), box.U, long, 20), rule{6, 6, 12}, b, nil) {
			return long + 14
		}
		return 6
	})
}

func (g *Ground) fillIndustry(k int, rnd *chance.Stream) {
	wide := rnd.Between(24, 34)
	g.rows(k, wide, 16, 8, func(box plane.Box, x, y float64) float64 {
		for _, long := range []float64{rnd.Between(45, 95), 45, 30} {
			b := Building{Kind: Industry, Floors: rnd.Range(1, 2), Units: 1, Year: g.year(k, rnd)}
			if g.place(k, boxFrom(box.Place(x, y), box.U, long, wide), rule{6, 6, 12}, b, nil) {
				return long + rnd.Between(12, 20)
			}
		}
		return 8
	})
}

// fillMarket puts one hall in the middle and shops with homes above round it.
func (g *Ground) fillMarket(k int, rnd *chance.Stream) {
	box := g.Parcels[k].Ring.SmallestBox()
	for _, share := range []float64{0.6, 0.5, 0.4, 0.3} {
		hall := plane.Box{C: box.C, U: box.U, L: box.L * share, W: box.W * share * 0.92}
		b := Building{Kind: Market, Floors: rnd.Range(1, 2), Units: 1, Year: g.year(k, rnd)}
		if g.place(k, hall, rule{12, 12, 8}, b, nil) {
			break
		}
	}
	g.alongStreets(k, 9, 2, func(_ side, at, u plane.Vec) float64 {
		long := rnd.Between(12, 20)
		b := Building{Kind: Shop, Floors: 3, Units: 1, Each: 2, Shops: 1, Year: g.year(k, rnd)}
		if g.place(k, boxFrom(at, u, long, 9), rule{1.5, 1.8, 1.5}, b, nil) {
			return long + rnd.Between(1.6, 3)
		}
		return 3
	})
}
