package generate

import (
	"math"
	"testing"

	"quanxi/grid"
	"quanxi/grid/generate/people"
)

// What thirty towns of the city must come to, eight streets, seventeen towns and five
// townships from all of it; without a soak one of a kind, whose ages are
// their own.
func TestTownsOfTheCityComeToTheRightSums(t *testing.T) {
	g := mustCity(t)
	wanted, slack, least := map[string]int{KindStreet: 1, KindTown: ofAKind, KindTownship: ofAKind}, math.Inf(1), 0.85
	if soak() {
		wanted, slack, least = map[string]int{KindStreet: 8, KindTown: 17, KindTownship: 5}, 1, 0.94
	}
	var norms Norms
	var sum census
	for _, town := range spreadOver(g.Towns(), wanted) {
		r, err := g.Town(t.Context(), town.Code)
		if err != nil {
			t.Error(err)
			continue
		}
		norms.Urban, norms.Met = norms.Urban+r.Norms.Urban, norms.Met+r.Norms.Met
		for _, off := range r.Norms.Off {
			t.Logf("%s: %d homes: %s", off.Code, off.Homes, off.Why)
		}
		sum.add(&r)
		t.Logf("%s %s: %d buildings, %d homes, %d people", town.Code, town.Kind, len(r.Buildings), len(r.Dwellings), len(r.People))
	}
	if float64(norms.Met) < least*float64(norms.Urban) {
		t.Errorf("%d of %d urban grids have 300 to 500 homes", norms.Met, norms.Urban)
	}
	if soak() && sum.special == 0 {
		t.Error("there is no special grid")
	}
	young, old := sum.aims()
	for _, a := range []struct {
		name      string
		got, want float64
	}{
		{"under 15", sum.share(sum.young), young},
		{"15 to 59", sum.share(sum.living - sum.young - sum.old), 100 - young - old},
		{"60 and over", sum.share(sum.old), old},
	} {
		t.Logf("%s: %.1f %%, wanted %.1f", a.name, a.got, a.want)
		if math.Abs(a.got-a.want) > slack {
			t.Errorf("%s: %.1f %%, want %.1f", a.name, a.got, a.want)
		}
	}
	t.Logf("%d of %d urban grids, %d special, %d living in %d homes", norms.Met, norms.Urban, sum.special, sum.living, sum.homes)
}

// spreadOver takes so many towns of each kind, as far apart in the list as can be.
func spreadOver(all []Town, wanted map[string]int) []Town {
	byKind := map[string][]Town{}
	for _, t := range all {
		byKind[t.Kind] = append(byKind[t.Kind], t)
	}
	var out []Town
	for _, kind := range []string{KindStreet, KindTown, KindTownship} {
		list, n := byKind[kind], wanted[kind]
		for i := range n {
			out = append(out, list[(2*i+1)*len(list)/(2*n)])
		}
	}
	return out
}

// A census counts the living by age, and those in villages.
type census struct{ homes, living, young, old, villagers, special int }

// aims are the shares under 15 and from 60 on that the pyramids ask for, given how
// many live in blocks and how many in villages.
func (c *census) aims() (young, old float64) {
	for _, k := range []struct {
		village bool
		n       int
	}{{false, c.living - c.villagers}, {true, c.villagers}} {
		p := people.Pyramid(k.village)
		all, below, above := 0.0, 0.0, 0.0
		for i, share := range p {
			all += share
			if i < 3 {
				below += share
			}
			if i >= 12 {
				above += share
			}
		}
		young, old = young+c.share(k.n)*below/all, old+c.share(k.n)*above/all
	}
	return young, old
}

func (c *census) add(r *TownResult) {
	day := grid.DateOf(options(1, 1).Reference)
	c.homes += len(r.Dwellings)
	for _, d := range r.Divisions {
		if d.Level == grid.GridLevel && d.DivisionKind == "special" {
			c.special++
		}
	}
	farm := map[int64]bool{}
	for _, b := range r.Buildings {
		farm[b.ID] = b.Use == grid.Farmhouse
	}
	village := map[int64]bool{}
	for _, h := range r.Dwellings {
		village[h.ID] = farm[h.Building]
	}
	for _, p := range r.People {
		if p.Residence == grid.RegisteredOnly {
			continue
		}
		c.living++
		if village[p.Dwelling] {
			c.villagers++
		}
		switch age := p.Born.Years(day); {
		case age < 15:
			c.young++
		case age >= 60:
			c.old++
		}
	}
}

func (c *census) share(n int) float64 { return 100 * float64(n) / float64(max(c.living, 1)) }
