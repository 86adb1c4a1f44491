package world_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// worldOf returns a World of entities, which get their place in the list as id.
func worldOf(t testing.TB, entities ...grid.Entity) *world.World {
	t.Helper()
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	var steps []world.Step
	for i, e := range entities {
		e.Entity().ID, e.Entity().Revision = int64(i+1), 1
		steps = append(steps, world.Step{Entity: e})
	}
	if _, err := w.Apply(world.Position{Pos: 1}, steps); err != nil {
		t.Fatal(err)
	}
	return w
}

// street is a small town to be searched.
func street(t testing.TB) *world.World {
	division := func(code grid.Code, name string, x, w int) *grid.Division {
		parent := map[grid.Level]grid.Code{2: "5000", 3: "500106", 4: "500106001"}[code.Level()]
		return &grid.Division{Code: code, Level: code.Level(), Name: name, Parent: parent, Boundary: box(x, 0, w, 64)}
	}
	building := func(name, address string, x int) *grid.Building {
		return &grid.Building{Name: name, Address: address, Quarter: "锦绣花园", Code: fmt.Sprintf("002%02d", x), Footprint: box(x, 1, 1, 1)}
	}
	return worldOf(t,
		division("5000", "重庆市", 0, 64), division("500106", "沙坪坝区", 0, 64), division("500106001", "锦绣街道", 0, 64),
		division("500106001001", "长风社区", 0, 32), division("500106001002", "锦绣社区", 32, 32),
		building("锦绣花园3幢", "锦绣路12号", 2), building("锦绣花园13幢", "锦绣路22号", 4), building("", "长安路7号", 40),
		&grid.ServicePoint{Name: "长风社区卫生站", Category: "clinic", Place: at(6, 6)},
		&grid.Organisation{Name: "Tower Books", Category: "shop", Place: at(7, 7)},
		&grid.Road{Name: "银杏路", Class: "major", Line: geo.MultiLine{{at(0, 5), at(60, 5)}}},
		&grid.Worker{Name: "秦小越", Role: "grid-worker", Area: "500106001001"},
		&grid.Worker{Name: "秦大明", Role: "grid-worker", Area: "500106001002"},
	)
}

func TestSearch(t *testing.T) {
	everywhere := grid.Everywhere()
	west := grid.NewScope(grid.Under("500106001001"))
	s := street(t).Snapshot()
	for _, tt := range []struct {
		name  string
		query string
		scope grid.Scope
		want  string // names, best first
	}{
		{"a name in full comes first", "长风社区", everywhere, "长风社区 长风社区卫生站"},
		{"pinyin with spaces is one word", "chang feng", everywhere, "长风社区 长风社区卫生站"},
		{"words of another language are several", "books tower", everywhere, "Tower Books"},
		{"a part in the middle", "风社", everywhere, "长风社区 长风社区卫生站"},
		{"a building by name and number", "锦绣花园3幢", everywhere, "锦绣花园3幢"},
		{"a number within a number", "园3", everywhere, "锦绣花园3幢"},
		{"an address", "锦绣路22号", everywhere, "锦绣花园13幢"},
		{"a number alone", "22号", everywhere, "锦绣花园13幢"},
		{"a code as statistics write it, with zeros behind", "500106001000", everywhere, "锦绣街道 长风社区 锦绣社区"},
		{"such a code while it is being typed", "50010600100", everywhere, "锦绣街道 长风社区 锦绣社区"},
		{"a county's so", "500106000000", everywhere, "沙坪坝区 锦绣街道 长风社区 锦绣社区"},
		{"two words in any order", "22号 锦绣花园", everywhere, "锦绣花园13幢"},
		{"words of which one is nowhere", "锦绣花园 北京", everywhere, ""},
		{"pinyin in full", "yinxinglu", everywhere, "银杏路"},
		{"pinyin still being typed", "yinxin", everywhere, "银杏路"},
		{"initials", "yxl", everywhere, "银杏路"},
		{"initials from the middle", "cfs", everywhere, "长风社区 长风社区卫生站"},
		{"initials and full mixed, with a number", "jxhuay3", everywhere, "锦绣花园3幢"},
		{"a character read in two ways, as it is read here", "chongqing", everywhere, "重庆市"},
		{"capitals and full-width letters", "ＴＯＷＥＲ", everywhere, "Tower Books"},
		{"a code", "500106001001", everywhere, "长风社区"},
		{"a building by its code", "00204", everywhere, "锦绣花园13幢"},
		{"buildings by the beginning of their codes", "0020", everywhere, "锦绣花园3幢 锦绣花园13幢"},
		{"the beginning of a code, the highest first", "500106", everywhere, "沙坪坝区 锦绣街道 长风社区 锦绣社区"},
		{"a building without a name, by its address", "长安路", everywhere, "长安路7号"},
		{"workers of the scope", "秦", west, "秦小越"},
		{"workers to somebody without a scope", "秦", grid.Scope{}, ""},
		{"buildings to somebody without a scope", "锦绣花园3幢", grid.Scope{}, "锦绣花园3幢"},
		{"nothing", "  ", everywhere, ""},
		{"what is not there", "北京", everywhere, ""},
		{"odd characters", "%_\\*\x00", everywhere, ""},
		{"a very long question", strings.Repeat("锦", 10_000), everywhere, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, hit := range s.Search(tt.query, 10, of(tt.scope)) {
				got = append(got, hit.Name)
				if !hit.There || hit.ID == 0 {
					t.Errorf("%s has no place or no id: %+v", hit.Name, hit)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("found %v, want %s", got, tt.want)
			}
		})
	}
}

// Who types the beginning of a county's long name means the county, not the village
// that is called so in three letters; who types all of the village's name means that.
func TestTheHigherDivisionIsMeant(t *testing.T) {
	named := func(code grid.Code, name string) *grid.Division {
		return &grid.Division{Code: code, Level: code.Level(), Name: name}
	}
	s := worldOf(t, named("500114100201", "石柱村"), named("500240", "石柱土家族自治县"), named("500101100203", "石柱子社区")).Snapshot()
	for query, want := range map[string]string{"石柱": "石柱土家族自治县", "shizhu": "石柱土家族自治县", "石柱村": "石柱村"} {
		if hits := s.Search(query, 3, of(grid.Everywhere())); len(hits) == 0 || hits[0].Name != want {
			t.Errorf("%s: %v, want %s first", query, hits, want)
		}
	}
}

func TestSearchFollowsChanges(t *testing.T) {
	w := street(t)
	before := w.Snapshot()
	step := world.Step{Entity: &grid.Building{Head: grid.Head{ID: 6, Revision: 2}, Name: "望江楼", Footprint: box(2, 1, 1, 1)}}
	if _, err := w.Apply(world.Position{Pos: 2}, []world.Step{step, {Remove: grid.Ref{Kind: grid.Roads, ID: 11, Revision: 2}}}); err != nil {
		t.Fatal(err)
	}
	found := func(s *world.Snapshot, q string) int { return len(s.Search(q, 10, of(grid.Everywhere()))) }
	for _, tt := range []struct {
		query         string
		before, after int
	}{{"望江", 0, 1}, {"锦绣花园3幢", 1, 0}, {"锦绣花园13幢", 1, 1}, {"银杏路", 1, 0}} {
		if a, b := found(before, tt.query), found(w.Snapshot(), tt.query); a != tt.before || b != tt.after {
			t.Errorf("%s: %d hits before and %d after, want %d and %d", tt.query, a, b, tt.before, tt.after)
		}
	}
}

func TestIdentify(t *testing.T) {
	w := street(t)
	first := []world.Step{
		{Entity: &grid.Dwelling{Head: grid.Head{ID: 1, Revision: 1}, Building: 6, Floor: 2, Room: "2-1", State: grid.Vacant}},
		{Entity: &grid.Building{Head: grid.Head{ID: 6, Revision: 2}, Name: "锦绣花园3幢", Footprint: box(2, 1, 1, 1), Steward: 13}},
	}
	if _, err := w.Apply(world.Position{Pos: 2}, first); err != nil {
		t.Fatal(err)
	}
	inside := geo.Point{Lon: at(2, 1).Lon + unit/2, Lat: at(2, 1).Lat + unit/2}
	for _, tt := range []struct {
		name    string
		place   geo.Point
		scope   grid.Scope
		chain   string
		homes   bool
		workers string
	}{
		{"the city sees the chain, the homes, the steward and who answers", inside, grid.Everywhere(),
			"重庆市 沙坪坝区 锦绣街道 长风社区", true, "秦大明 秦小越"},
		{"a neighbour sees the building, and nobody who answers", inside, grid.NewScope(grid.Under("500106001002")),
			"重庆市 沙坪坝区 锦绣街道 长风社区", false, ""},
		{"a point on a shared border belongs to the east", at(32, 10), grid.Everywhere(),
			"重庆市 沙坪坝区 锦绣街道 锦绣社区", false, "秦大明"},
		{"outside every division", at(-5, 0), grid.Everywhere(), "", false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.Snapshot().Identify(tt.place, of(tt.scope))
			var chain, workers []string
			for _, d := range got.Chain {
				chain = append(chain, d.Name())
			}
			for _, one := range got.Workers {
				workers = append(workers, one.Name())
			}
			if strings.Join(chain, " ") != tt.chain || got.Homes != tt.homes || strings.Join(workers, " ") != tt.workers {
				t.Errorf("chain %v, homes %v, workers %v", chain, got.Homes, workers)
			}
			if got.Found != (tt.place == inside) {
				t.Errorf("a building is found: %v", got.Found)
			}
		})
	}
}

// TestWithinTellsNothingOfHomesOutsideTheScope holds RULES C1.
func TestWithinTellsNothingOfHomesOutsideTheScope(t *testing.T) {
	w := street(t)
	var steps []world.Step
	for i := int64(1); i <= 9; i++ {
		steps = append(steps,
			world.Step{Entity: &grid.Dwelling{Head: grid.Head{ID: i, Revision: 1}, Building: 6 + i%3, Floor: 1, State: grid.Rented}},
			world.Step{Entity: &grid.Person{Head: grid.Head{ID: i, Revision: 1}, Dwelling: i, Residence: grid.LivesOnly}},
			world.Step{Entity: &grid.Device{Head: grid.Head{ID: i, Revision: 1}, Dwelling: i, State: "online", Place: at(5, 5)}})
	}
	if _, err := w.Apply(world.Position{Pos: 2}, steps); err != nil {
		t.Fatal(err)
	}
	s, everything := w.Snapshot(), box(0, 0, 64, 64)
	for _, tt := range []struct {
		name  string
		scope grid.Scope
		homes int32
	}{
		{"the city", grid.Everywhere(), 9},
		{"the west", grid.NewScope(grid.Under("500106001001")), 6},
		{"the east", grid.NewScope(grid.Under("500106001002")), 3},
		{"nobody", grid.Scope{}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := within(t, s, everything, tt.scope)
			if c.Buildings != 3 || c.Dwellings != tt.homes || c.People != tt.homes || c.Rented != tt.homes || c.Devices != tt.homes {
				t.Errorf("counted %+v", c)
			}
			for _, kind := range []grid.Kind{grid.Dwellings, grid.People, grid.Devices} {
				if ids := list(t, s, kind, everything, tt.scope, 0, 100); int32(len(ids)) != tt.homes {
					t.Errorf("%s listed: %v", kind, ids)
				}
			}
		})
	}
}

func TestListGoesOnBehindTheCursor(t *testing.T) {
	s, everything := street(t).Snapshot(), box(0, 0, 64, 64)
	var got []int64
	for after := int64(0); ; {
		page := list(t, s, grid.Buildings, everything, grid.Everywhere(), after, 2)
		if len(page) == 0 {
			break
		}
		got, after = append(got, page...), page[len(page)-1]
	}
	if want := []int64{6, 7, 8}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

func TestScopeFollowsTheManagementTree(t *testing.T) {
	division := func(code, parent grid.Code) *grid.Division {
		return &grid.Division{Code: code, Level: code.Level(), Name: "某地", Parent: parent}
	}
	// The zone 500191 runs the town 500106002 of another county, and in it one
	// community stays with the county's other town. The county 500229 stands alone.
	s := worldOf(t, division("5000", ""), division("500106", "5000"), division("500191", "5000"),
		division("500106001", "500106"), division("500106002", "500191"), division("500106002001", "500106002"),
		division("500106002002", "500106001"), division("500106003", ""), division("500229", "")).Snapshot()
	for _, tt := range []struct {
		root grid.Code
		held string
		not  string
	}{
		{"5000", "5000 500106 500191 500106001 500106002 500106002001 500106002002 500106001007", "500106003 500106003001"},
		{"500106", "500106 500106001 500106002002 50010600200200101 500106009", "5000 500106002 500106002001 500106002009 500106003 500191"},
		{"500191", "500191 500106002 500106002001 500106002009 500191001", "500106 500106001 500106002002 500106002002003"},
		{"500106002", "500106002 500106002001 500106002009", "500106002002 500191"},
		{"500106003", "500106003 500106003001", "500106"},
		{"500199", "", "500199 5000"},
	} {
		scope := s.ScopeOf(tt.root)
		for _, c := range strings.Fields(tt.held) {
			if !scope.Holds(grid.Code(c)) {
				t.Errorf("the scope of %s lacks %s: %v", tt.root, c, scope.Ranges())
			}
		}
		for _, c := range strings.Fields(tt.not) {
			if scope.Holds(grid.Code(c)) {
				t.Errorf("the scope of %s holds %s: %v", tt.root, c, scope.Ranges())
			}
		}
	}
	var placed []string
	for _, d := range s.ToBePlaced() {
		placed = append(placed, string(d.Code()))
	}
	if fmt.Sprint(placed) != "[500106003]" {
		t.Errorf("to be placed: %v", placed)
	}
}

func TestPositionsKeepTheLatest(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	here, there := world.WorkerPosition{Worker: 7, Place: at(1, 1), At: monday}, world.WorkerPosition{Worker: 7, Place: at(9, 9), At: monday.Add(time.Second)}
	for _, tt := range []struct {
		p    world.WorkerPosition
		news bool
	}{{there, true}, {here, false}, {there, false}} {
		if got := w.SetPosition(tt.p); got != tt.news {
			t.Errorf("%v is news: %v", tt.p.At, got)
		}
	}
	env := geo.Envelope{Min: at(0, 0), Max: at(20, 20)}
	if got := slices.Collect(w.Positions(env, monday)); !slices.Equal(got, []world.WorkerPosition{there}) {
		t.Errorf("positions: %v", got)
	}
	if got := slices.Collect(w.Positions(env, monday.Add(time.Minute))); got != nil {
		t.Errorf("positions off duty: %v", got)
	}
}
