package generate

import (
	"strings"
	"testing"
)

// looseEnds is a county in which a road to a gate began beside a lane that was smoothed
// past its place: it hung in the air.
const looseEnds = "500110"

// Every town has one net of roads, which reaches its groups: the towns of a county, in a
// soak those of the whole city, laid out only.
func TestRoadsOfATownAreOneNet(t *testing.T) {
	g := mustCity(t)
	var towns []Town
	for _, town := range g.Towns() {
		if strings.HasPrefix(string(town.Code), looseEnds) || soak() && soakTowns == CityTowns {
			towns = append(towns, town)
		}
	}
	eachTown(towns, func(town Town) {
		t.Run(string(town.Code), func(t *testing.T) {
			d, err := g.begin(town.Code)
			if err != nil {
				t.Fatal(err)
			}
			d.layOut()
			m := made{draft: d}
			roadsHangTogether(t, m)
			lanesReachGroups(t, m)
		})
	})
}

// A school lay within one grid of this town.
func TestNoGridSurroundsASpecialOne(t *testing.T) {
	d, err := mustCity(t).draft("500110006")
	if err != nil {
		t.Fatal(err)
	}
	gridsAreRound(t, made{draft: d})
}
