package generate

import (
	"cmp"
	"math"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"quanxi/grid"
	"quanxi/grid/generate/people"
)

// Every town holds its checks, is the same made again, and all together come to what the
// census of 2020 and the norms of grids ask for: one town of a kind, whose ages are their
// own; in a soak all of the city, twice each, in half an hour on two cores, or about as
// many as QUANXI_SOAK says. No more than the towns in work are held at a time.
func TestTownsOfTheCityComeToTheRightSums(t *testing.T) {
	g := mustCity(t)
	again := anew(g)
	inCity := map[string]int{}
	for _, town := range g.Towns() {
		inCity[town.Kind]++
	}
	wanted := sampleSize(inCity)
	towns := spreadOver(g.Towns(), wanted)
	var sum census
	var turn sync.Mutex // a town is added at a time
	eachTown(towns, func(town Town) {
		d, err := g.draft(town.Code)
		if err != nil {
			t.Error(err)
			return
		}
		m := made{d, d.write()}
		for _, c := range checks() {
			t.Run(string(town.Code)+"/"+c.name, func(t *testing.T) { c.holds(t, m) })
		}
		if soak() {
			t.Run(string(town.Code)+"/3 made again it is the same", func(t *testing.T) { isMadeAgain(t, again, m.r) })
		}
		turn.Lock()
		defer turn.Unlock()
		sum.add(&m, float64(inCity[town.Kind])/float64(wanted[town.Kind]))
		for _, off := range m.r.Norms.Off {
			t.Logf("%s: %d homes: %s", off.Code, off.Homes, off.Why)
		}
	})
	sum.check(t, len(towns) > 20)
}

// eachTown calls do with every town in order, two at a time.
func eachTown(towns []Town, do func(Town)) {
	jobs := make(chan Town)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for town := range jobs {
				do(town)
			}
		})
	}
	for _, town := range towns {
		jobs <- town
	}
	close(jobs)
	workers.Wait()
}

// anew returns a generator of the same city that plans its counties anew.
func anew(g *Generator) *Generator {
	again := &Generator{opt: g.opt, city: g.city, lists: g.lists}
	again.counties.make = g.city.county
	return again
}

func isMadeAgain(t *testing.T, again *Generator, want TownResult) {
	got, err := again.Town(t.Context(), want.Town.Code)
	if err != nil {
		t.Fatal(err)
	}
	if digest(got) != digest(want) {
		t.Error("made again it is another town")
	}
}

// sampleSize is how many towns of each kind are made.
func sampleSize(inCity map[string]int) map[string]int {
	if !soak() {
		return map[string]int{KindStreet: 1, KindTown: ofAKind, KindTownship: ofAKind}
	}
	n, err := strconv.Atoi(os.Getenv("QUANXI_SOAK"))
	if err != nil || n < 2 {
		n = soakTowns
	}
	out := map[string]int{}
	for kind, all := range inCity {
		out[kind] = min(all, max(1, (n*all+CityTowns/2)/CityTowns))
	}
	return out
}

// spreadOver takes so many towns of each kind, as far apart in the list as can be, in the
// order of their codes: each county is planned once.
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
	slices.SortFunc(out, func(a, b Town) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

// A census sums up what towns have.
type census struct {
	towns, grids   int
	norms          Norms
	special, drawn int             // general grids that are drawn out
	numbers        map[string]bool // ID numbers, a million of them
	twice          int

	occupied, living, men, young, old, villagers float64
	borders, onRoads                             float64 // metres of borders of urban grids
	lanes, steep                                 float64 // metres of lanes in the country, and of them too steep

	// Sums over the city.
	all, communities, general, buildings, homes, people float64
}

func (c *census) add(m *made, weight float64) {
	c.towns++
	c.norms.Urban, c.norms.Met = c.norms.Urban+m.r.Norms.Urban, c.norms.Met+m.r.Norms.Met
	for _, d := range m.r.Divisions {
		if d.Level == grid.GridLevel && d.DivisionKind == "special" {
			c.special++
		}
	}
	c.addBorders(m)
	c.addLanes(m)
	c.addNumbers(m)
	c.all += weight
	c.communities += weight * float64(len(m.areas.communities))
	c.general += weight * float64(len(m.areas.grids))
	c.buildings += weight * float64(len(m.r.Buildings))
	c.homes += weight * float64(len(m.r.Dwellings))
	c.people += weight * float64(len(m.r.People))
	farm, village, lived := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for _, b := range m.r.Buildings {
		farm[b.ID] = b.Use == grid.Farmhouse
	}
	for _, h := range m.r.Dwellings {
		village[h.ID] = farm[h.Building]
	}
	day := grid.DateOf(m.gen.opt.Reference)
	for _, p := range m.r.People {
		if p.Residence == grid.RegisteredOnly {
			continue
		}
		c.living += weight
		if !lived[p.Dwelling] {
			lived[p.Dwelling] = true
			c.occupied += weight
		}
		if p.Sex == "m" {
			c.men += weight
		}
		if village[p.Dwelling] {
			c.villagers += weight
		}
		switch age := p.Born.Years(day); {
		case age < 15:
			c.young += weight
		case age >= 60:
			c.old += weight
		}
	}
}

// addBorders measures what urban grids share with other grids, and counts those that are
// drawn out.
func (c *census) addBorders(m *made) {
	urban := func(i int32) bool {
		g := &m.areas.grids[i]
		return !g.special && isUrban(m.urbanHomes(g.atoms), g.homes)
	}
	for i := range m.areas.grids {
		if g := &m.areas.grids[i]; !g.special {
			c.grids++
			if roundness(g) < raggedGrid {
				c.drawn++
			}
		}
	}
	for _, b := range m.graph.Borders(m.areas.gridOf, metres) {
		if urban(b.A) || urban(b.B) {
			c.borders, c.onRoads = c.borders+b.Length, c.onRoads+b.On
		}
	}
}

// addLanes measures the lanes of the country, 50 m at a time.
func (c *census) addLanes(m *made) {
	const step = 50
	for _, r := range m.country.Roads {
		for at := 0.0; at+step < r.Line.Length(); at += step {
			a, _ := r.Line.At(at)
			b, _ := r.Line.At(at + step)
			c.lanes += step
			if m.site.Grade(a, b) > steepestLane {
				c.steep += step
			}
		}
	}
}

// addNumbers looks for ID numbers that were given out before, of the first million.
func (c *census) addNumbers(m *made) {
	if c.numbers == nil {
		c.numbers = map[string]bool{}
	}
	for _, who := range m.r.PeopleIdentity {
		if c.numbers[who.IDNumber] {
			c.twice++
		}
		if len(c.numbers) < 1_000_000 {
			c.numbers[who.IDNumber] = true
		}
	}
}

// A bound is a figure of a census and what it may be.
type bound struct {
	name           string
	got, low, high float64
	ofMany         bool // it says something only of many towns
}

// check holds the census against the norms of grids and, of many towns, the census of 2020.
func (c *census) check(t *testing.T, many bool) {
	t.Helper()
	percent := func(n float64) float64 { return 100 * n / c.living }
	for _, b := range []bound{
		{"urban grids of 300 to 500 homes, %", 100 * float64(c.norms.Met) / float64(c.norms.Urban), 95, 100, false},
		{"borders of urban grids on roads and banks, %", 100 * c.onRoads / c.borders, 60, 100, false},
		{"grids that are not drawn out, %", 100 * float64(c.grids-c.drawn) / float64(c.grids), 99, 100, true},
		{"ID numbers given twice", float64(c.twice), 0, 0, false},
		{"communities of a town", c.communities / c.all, 0.97 * 11, 1.03 * 11, true},
		{"grids of a town", c.general / c.all, 0.97 * 63, 1.03 * 63, true},
		{"buildings of a town", c.buildings / c.all, 0.97 * 2900, 1.03 * 2900, true},
		{"homes of a town", c.homes / c.all, 0.97 * 9700, 1.03 * 9700, true},
		{"people of a town", c.people / c.all, 0.97 * 31_000, 1.03 * 31_000, true},
		{"lanes of the country that are too steep, %", 100 * c.steep / c.lanes, 0, 5, true},
		{"special grids", float64(c.special), 1, math.Inf(1), true},
		{"under 15, %", percent(c.young), 14.9, 16.9, true},
		{"15 to 59, %", percent(c.living - c.young - c.old), 61.2, 63.2, true},
		{"60 and over, %", percent(c.old), 20.9, 22.9, true},
		{"men to 100 women", 100 * c.men / (c.living - c.men), 101, 104, true},
		{"living in a home", c.living / c.occupied, 2.35, 2.55, false},
		{"living in villages, %", percent(c.villagers), 100*people.VillageShare - 2, 100*people.VillageShare + 2, true},
	} {
		t.Logf("of %d towns: %s: %.2f", c.towns, b.name, b.got)
		if (many || !b.ofMany) && (b.got < b.low || b.got > b.high) {
			t.Errorf("%s: %.2f, want %.2f to %.2f", b.name, b.got, b.low, b.high)
		}
	}
}
