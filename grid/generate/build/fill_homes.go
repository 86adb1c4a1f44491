package build

import (
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

const unitLength = 17.5 // metres of slab for one stair

// fillSlabs builds rows of six or seven floors; in most parcels mixed buildings
// with shops stand along the streets.
func (g *Ground) fillSlabs(k int, rnd *chance.Stream) {
	const depth = 11.5
	if rnd.Happens(0.75) {
		g.alongStreets(k, depth, 4, func(s side, at, u plane.Vec) float64 {
			if s.half < layout.HalfWidth(layout.Minor) {
				return 1e9
			}
			return g.slab(k, at, u, depth, rule{2, 3.5, 8}, rnd, 1)
		})
	}
	aisles := g.rows(k, depth, 19, 5, func(box plane.Box, x, y float64) float64 {
		return g.slab(k, box.Place(x, y), box.U, depth, rule{2.5, 3, 10}, rnd, 0)
	})
	g.inner(k, aisles)
}

// slab tries the longest slab of up to four units from at on and returns how far it reaches.
func (g *Ground) slab(k int, at, u plane.Vec, depth float64, r rule, rnd *chance.Stream, shops int) float64 {
	for units := rnd.Range(2, 4); units > 0; units-- {
		long := float64(units) * unitLength
		b := Building{Kind: Slab, Floors: rnd.Range(6, 7+shops), Units: units, Each: 2, Shops: shops, Year: g.year(k, rnd)}
		plan := func(box plane.Box) plane.Ring { return notched(box, units) }
		if shops > 0 {
			plan = nil
		}
		if g.place(k, boxFrom(at, u, long, depth), r, b, plan) {
			return long + rnd.Between(8, 12)
		}
	}
	return 4
}

// fillMids builds rows of eleven to eighteen floors, shops along the streets after.
func (g *Ground) fillMids(k int, rnd *chance.Stream) {
	const depth = 13
	floors := chance.Pick(rnd, []int{11, 14, 18})
	aisles := g.rows(k, depth, 30, 9, func(box plane.Box, x, y float64) float64 {
		for units := rnd.Range(2, 3); units > 0; units-- {
			long := float64(units) * unitLength
			b := Building{Kind: Mid, Floors: floors, Units: units, Each: 2, Year: g.year(k, rnd)}
			plan := func(box plane.Box) plane.Ring { return notched(box, units) }
			if g.place(k, boxFrom(box.Place(x, y), box.U, long, depth), rule{4, 5, 13}, b, plan) {
				return long + rnd.Between(14, 20)
			}
		}
		return 5
	})
	g.inner(k, aisles)
	g.shops(k, rnd, 2)
}

// fillTowers builds point blocks, staggered, with podiums along the streets after.
func (g *Ground) fillTowers(k int, rnd *chance.Stream) {
	shape := rnd.Int(3)
	floors := rnd.Range(24, 33)
	step := rnd.Between(46, 54)
	row, last := 0, -1e9
	aisles := g.rows(k, 21, 26, 9, func(box plane.Box, x, y float64) float64 {
		if y != last { // every other row stands half a step on
			row, last = row+1, y
			if row%2 == 0 {
				return step / 2
			}
		}
		at := box.Place(x, y)
		b := Building{Kind: Tower, Floors: floors - rnd.Int(3), Units: 1, Each: rnd.Range(4, 6), Year: g.year(k, rnd)}
		if rnd.Happens(0.3) {
			b.Units, b.Each = 2, 3
		}
		plan := func(box plane.Box) plane.Ring { return point(box, shape) }
		if g.place(k, boxFrom(at, box.U, 27, 21), rule{5, 5, 17}, b, plan) {
			return step
		}
		return 4
	})
	g.inner(k, aisles)
	g.shops(k, rnd, rnd.Range(2, 3))
}

// fillOld builds small houses along the lanes and then in rows behind them.
func (g *Ground) fillOld(k int, rnd *chance.Stream) {
	house := func(at, u plane.Vec, shop int) float64 {
		if rnd.Happens(0.12) {
			return rnd.Between(3, 9)
		}
		long, wide := rnd.Between(6.5, 12), rnd.Between(7, 9.5)
		u = u.Turn(rnd.Spread(0.05))
		floors := rnd.Range(1, 3)
		b := Building{Kind: Old, Floors: floors, Units: 1, Each: 1, Year: g.year(k, rnd)}
		if shop > 0 && floors > 1 && rnd.Happens(0.5) {
			b.Shops = 1
		}
		if g.place(k, boxFrom(at, u, long, wide), rule{1.2, 0.9, 0.7}, b, nil) {
			return long + rnd.Between(0.8, 1.6)
		}
		return 2
	}
	g.alongStreets(k, 8.5, 1.2, func(s side, at, u plane.Vec) float64 {
		shop := 0
		if s.half >= layout.HalfWidth(layout.Minor) {
			shop = 1
		}
		return house(at, u, shop)
	})
	g.rows(k, 8.5, 3.2, 2, func(box plane.Box, x, y float64) float64 { return house(box.Place(x, y), box.U, 0) })
}
