package generate

import (
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
)

// soak reports whether the long forms of the tests are to run.
func soak() bool { return os.Getenv("QUANXI_SOAK") != "" }

// wholeCity is the invented city, planned once; with QUANXI_NAMES in a soak the one
// that has the real borders and names of that folder.
var wholeCity = sync.OnceValues(func() (*Generator, error) {
	opt := options(CityTowns, 2)
	opt.County = ""
	if folder := os.Getenv("QUANXI_NAMES"); folder != "" && soak() {
		var err error
		if opt.Names, err = ReadNames(os.DirFS(folder)); err != nil {
			return nil, err
		}
	}
	return New(opt)
})

func mustCity(t *testing.T) *Generator {
	t.Helper()
	g, err := wholeCity()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestCountiesPartitionTheCity(t *testing.T) {
	g := mustCity(t)
	var parts []geo.MultiPolygon
	sum := int64(0)
	for _, f := range counties() {
		b := g.city.borders[f.code]
		if ring := fullest(b)[0]; g.opt.Names == nil && !fabric.Inside(ring, f.centre) {
			t.Errorf("%s does not lie around its seat", f.name)
		}
		parts, sum = append(parts, b), sum+areaOfAll(b)
	}
	if got := areaAround(outerEdges(t, parts)); got != sum {
		t.Errorf("the counties cover %d, their common border encloses %d", sum, got)
	}
}

// areaAround returns twice the area that directed edges enclose.
func areaAround(edges map[edge]bool) int64 {
	sum := int64(0)
	for e := range edges {
		const lon, lat = 1_065_000_000, 300_000_000 // products stay small near the city
		sum += int64(e.a.Lon-lon)*int64(e.b.Lat-lat) - int64(e.b.Lon-lon)*int64(e.a.Lat-lat)
	}
	return sum
}

// neighbours are two counties side by side in the midst of the city.
var neighbours = []string{"500103", "500105"}

func TestTownsOfTheCityPartitionTheirCounties(t *testing.T) {
	g := mustCity(t)
	codes := neighbours
	if soak() {
		codes = slices.Collect(func(yield func(string) bool) {
			for _, f := range counties() {
				if !yield(f.code) {
					return
				}
			}
		})
	}
	planned := map[grid.Code]bool{}
	for _, code := range codes {
		for _, p := range fillsCounty(t, g, code).towns {
			planned[p.Code] = true
		}
	}
	for _, town := range g.Towns() {
		if slices.Contains(codes, string(town.County)) && !planned[town.Code] {
			t.Errorf("%s %s has no ground", town.Code, town.Name)
		}
	}
}

func TestTheCityHasAllItsTowns(t *testing.T) {
	g := mustCity(t)
	kinds, seen := map[string]int{}, map[grid.Code]bool{}
	for _, town := range g.Towns() {
		kinds[town.Kind]++
		seen[town.Code] = true
	}
	if len(g.Counties()) != CityCounties {
		t.Errorf("%d counties", len(g.Counties()))
	}
	if want := map[string]int{KindStreet: 245, KindTown: 625, KindTownship: 161}; !maps.Equal(kinds, want) || len(seen) != CityTowns {
		t.Errorf("%d towns: %v", len(seen), kinds)
	}
	slots := map[int]bool{}
	for _, code := range neighbours {
		c, err := g.counties.get(code)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range c.towns {
			slots[c.slot(p.Code)] = true
		}
	}
	if len(slots) != 11+12 {
		t.Errorf("%d towns of two counties have ID numbers of their own", len(slots))
	}
}

func TestCountiesAgreeOnTheirGates(t *testing.T) {
	g := mustCity(t)
	var plans []*county
	vertices := make([]map[geo.Point]bool, len(neighbours))
	for i, code := range neighbours {
		c, err := g.counties.get(code)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, c)
		vertices[i] = map[geo.Point]bool{}
		for _, p := range c.shape[0] {
			vertices[i][p] = true
		}
	}
	common := 0
	for i, c := range plans {
		other := plans[1-i]
		for p := range c.gates {
			if vertices[1-i][p] {
				common++
				if !other.gates[p] {
					t.Errorf("%s opens a gate at %v that %s does not", c.fact.name, p, other.fact.name)
				}
			}
			if !slices.ContainsFunc(c.towns, func(t townPlan) bool { return slices.Contains(t.gates, p) }) {
				t.Errorf("no town of %s takes the gate at %v", c.fact.name, p)
			}
		}
	}
	if common == 0 {
		t.Error("no road leads from county to county")
	}
}

// Two towns, each made alone, on either side of a county's border.
func TestRoadsPassFromCountyToCounty(t *testing.T) {
	g := mustCity(t)
	a, err := g.counties.get(neighbours[0])
	if err != nil {
		t.Fatal(err)
	}
	b, err := g.counties.get(neighbours[1])
	if err != nil {
		t.Fatal(err)
	}
	met, gates := 0, 0
	for _, p := range slices.SortedFunc(maps.Keys(a.gates), func(p, q geo.Point) int { return int(p.Lon - q.Lon) }) {
		if !b.gates[p] || gates == 1 && !soak() {
			continue
		}
		gates++
		if leadsTo(t, g, a, p) && leadsTo(t, g, b, p) {
			met++
		}
	}
	if met == 0 {
		t.Errorf("roads of both counties meet at none of %d gates", gates)
	}
	t.Logf("roads of both counties meet at %d of %d gates", met, gates)
}

// leadsTo reports whether a road of one of the county's towns leads to a gate.
func leadsTo(t *testing.T, g *Generator, c *county, gate geo.Point) bool {
	t.Helper()
	i := slices.IndexFunc(c.towns, func(p townPlan) bool { return slices.Contains(p.gates, gate) })
	if i < 0 {
		return false
	}
	d, err := g.draft(c.towns[i].Code)
	if err != nil {
		t.Fatal(err)
	}
	_, ok := d.ground.Ways.Nearest(plane.From(gate), 0.05, func(int) bool { return true })
	return ok
}

func TestATownOfTheCityIsTheSameAlone(t *testing.T) {
	code := grid.Code("500103003")
	r, err := mustCity(t).Town(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	isMadeAgain(t, anew(mustCity(t)), r)
}

func TestPartOfTheCityIsRefused(t *testing.T) {
	opt := options(300, 1)
	opt.County = ""
	if _, err := New(opt); !errors.Is(err, ErrPartOfCity) {
		t.Errorf("300 towns: %v", err)
	}
	opt = options(CityTowns, 1)
	opt.County = ""
	opt.Names = &Names{Counties: map[string]geo.MultiPolygon{"500106": {{{{Lon: 1}}}}}}
	if _, err := New(opt); !errors.Is(err, ErrNames) {
		t.Errorf("a border for one county: %v", err)
	}
}

func TestPlansOfCountiesAreDroppedAgain(t *testing.T) {
	made := 0
	c := cache{make: func(code string) (*county, error) {
		made++
		return &county{fact: countyFact{code: code}}, nil
	}}
	for _, tt := range []struct {
		code string
		made int
	}{{"a", 1}, {"a", 1}, {"b", 2}, {"c", 3}, {"a", 3}, {"d", 4}, {"a", 4}, {"b", 5}} {
		if got, err := c.get(tt.code); err != nil || got.fact.code != tt.code || made != tt.made {
			t.Errorf("%s: %d made, want %d", tt.code, made, tt.made)
		}
	}
}
