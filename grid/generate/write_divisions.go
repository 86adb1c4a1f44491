package generate

import (
	"fmt"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
)

// cityCode is the code of Chongqing.
const cityCode grid.Code = "5000"

// City returns the division of the city, without a border: all that it needs is
// below it.
func (g *Generator) City() *grid.Division {
	return &grid.Division{
		Head: grid.Head{ID: id(500_000_000, 1)}, Code: cityCode, Name: "重庆市", Level: grid.CityLevel,
		DivisionKind: "city", Label: geo.At(106.55, 29.57),
	}
}

// County returns the division of a county of the plan.
func (g *Generator) County(code grid.Code) (*grid.Division, error) {
	c, err := g.counties.get(string(code))
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return &grid.Division{
		Head: grid.Head{ID: id(countyNum(c.fact.code)*1000, 1)}, Code: code, Name: c.fact.name, Level: grid.CountyLevel,
		DivisionKind: "county", Parent: cityCode, Boundary: c.border,
		Label: plane.RingFrom(c.shape[0]).Inner().Lattice(),
	}, nil
}

func countyNum(code string) uint64 {
	n := uint64(0)
	for _, r := range code {
		n = n*10 + uint64(r-'0')
	}
	return n
}

// divisions writes the town and what it is divided into, parents first.
func (w *writer) divisions() {
	d := w.d
	w.division(grid.Division{
		Code: d.plan.Code, Name: d.plan.Name, DivisionKind: d.plan.Kind, Parent: d.plan.County,
		Boundary: d.plan.boundary(), Label: d.site.Centre.Lattice(),
	})
	for _, c := range d.areas.communities {
		kind := "neighbourhood"
		if c.village {
			kind = "village"
		}
		w.division(grid.Division{Code: c.code, Name: c.name, DivisionKind: kind, Parent: d.plan.Code, Boundary: c.ground, Label: c.label})
	}
	for i := range d.areas.grids {
		g := &d.areas.grids[i]
		one := grid.Division{Code: g.code, Name: g.name, DivisionKind: "general", Parent: g.code[:12], Boundary: g.ground, Label: g.label, NormLow: 300, NormHigh: 500}
		if g.special {
			one.DivisionKind, one.NormLow, one.NormHigh = "special", 0, 0
			if g.owner >= 0 && d.ground.Parcels[g.owner].Name != "" {
				g.name = d.ground.Parcels[g.owner].Name + "专属网格"
				one.Name = g.name
			}
		} else if d.rural[g.atoms[0]]*2 > g.homes || w.villagers(g) {
			one.NormLow, one.NormHigh = 50, 300
		}
		w.division(one)
	}
	for _, m := range d.areas.micros {
		w.division(grid.Division{Code: m.code, Name: m.name, Parent: m.code[:15], Boundary: m.ground, Label: m.label, NormLow: 50, NormHigh: 80})
	}
}

// villagers reports whether most homes of a grid are farmhouses.
func (w *writer) villagers(g *division) bool {
	n := 0
	for _, a := range g.atoms {
		n += w.d.rural[a]
	}
	return 2*n > g.homes
}

func (w *writer) division(e grid.Division) {
	e.ID = id(w.d.num, len(w.out.Divisions)+1)
	e.Level = e.Code.Level()
	w.out.Divisions = append(w.out.Divisions, &e)
}

// homes writes the homes of each building and who belongs to them, from a stream
// of the building's own.
func (w *writer) homes() {
	d := w.d
	for i, b := range d.ground.Buildings {
		w.first = append(w.first, len(w.out.Dwellings))
		if b.Homes == 0 {
			continue
		}
		rnd := chance.New(d.county.seed, "p", d.num, uint64(i))
		if b.Group >= 0 {
			w.farmHomes(i, rnd)
		} else {
			w.flats(i, rnd)
		}
	}
}
