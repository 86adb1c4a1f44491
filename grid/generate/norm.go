package generate

import (
	"fmt"

	"quanxi/grid"
)

// Norms tell how the urban grids of a town meet the norm of 300 to 500 households.
// A grid is urban if four of five homes are in blocks; special ones have no norm.
type Norms struct {
	Urban, Met int
	Off        []OffNorm
}

// An OffNorm is an urban grid outside the norm, and why.
type OffNorm struct {
	Code  grid.Code
	Homes int
	Why   string
}

const normLow, normHigh = 300, 500

// isUrban reports whether four of five homes are in blocks.
func isUrban(urban, homes int) bool { return homes > 0 && 10*urban >= 8*homes }

// norms counts the urban grids.
func (d *draft) norms() Norms {
	var n Norms
	for i := range d.areas.grids {
		g := &d.areas.grids[i]
		if g.special || !isUrban(d.urbanHomes(g.atoms), g.homes) {
			continue
		}
		n.Urban++
		if normLow <= g.homes && g.homes <= normHigh {
			n.Met++
		} else {
			n.Off = append(n.Off, OffNorm{g.code, g.homes, d.whyOff(g)})
		}
	}
	return n
}

// whyOff says what keeps a grid from its norm.
func (d *draft) whyOff(g *division) string {
	largest := 0
	for _, a := range g.atoms {
		largest = max(largest, d.urban[a]+d.rural[a])
	}
	rest, grids := 0, 0
	for i := range d.areas.grids {
		if o := &d.areas.grids[i]; o.code[:12] == g.code[:12] && !o.special {
			rest += o.homes
			grids++
		}
	}
	switch {
	case largest > normHigh:
		return fmt.Sprintf("one piece of ground has %d homes and is not cut", largest)
	case grids == 1:
		return fmt.Sprintf("the community has %d homes and no other general grid", rest)
	case d.urbanHomes(g.atoms) < g.homes:
		return "village and town meet in it"
	case unwhole(rest, 0) > 0:
		return fmt.Sprintf("the %d homes of the community do not make whole grids", rest)
	}
	return fmt.Sprintf("no cut of the community leaves all its grids in the norm; the largest piece of this one has %d homes", largest)
}

func (d *draft) urbanHomes(atoms []int32) int {
	n := 0
	for _, a := range atoms {
		n += d.urban[a]
	}
	return n
}
