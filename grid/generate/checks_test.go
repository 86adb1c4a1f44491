package generate

import (
	"slices"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/people"
	"quanxi/grid/generate/plane"
)

// A made town is a draft and what was written of it.
type made struct {
	*draft
	r TownResult
}

// checks are what every town must hold, here two towns and in a soak all of the city:
// the numbers are those of the list of checks in the method of the generator.
func checks() []check {
	return []check{
		{"1 every level partitions its parent exactly", partsFillTheirParents},
		{"1 a point on a border lies in one grid", bordersBelongToOneGrid},
		{"2 the town has its ring vertex for vertex", keepsItsRing},
		{"2 nothing is drawn over ground of another county", staysOutOfHoles},
		{"4 nothing is built across a border", buildsWithinAtoms},
		{"4 nothing is built on roads, water or other buildings", buildsOnFreeGround},
		{"4 every building lies in one micro-grid and homes add up", homesAddUp},
		{"4 cuts run between buildings", cutsPassBuildings},
		{"5 no grid surrounds another or is drawn out", gridsAreRound},
		{"5 urban grids that miss their norm are named", normsAreNamed},
		{"5 every grid has its staff", gridsHaveStaff},
		{"6 roads hang together and none is a stub or crosses itself", roadsHangTogether},
		{"6 what is built later hangs on them", laterRoadsHangOnThem},
		{"6 what is steeper than a lane may be is stairs", lanesAreNotSteep},
		{"6 a lane reaches every group", lanesReachGroups},
		{"6 a road reaches every quarter", roadsReachQuarters},
		{"6 bridges stand over water only", bridgesStandOverWater},
		{"8 no child is alone", noChildIsAlone},
		{"8 nobody can be real", nobodyCanBeReal},
		{"8 care goes with age and home", careGoesWithAge},
	}
}

type check struct {
	name  string
	holds func(t *testing.T, m made)
}

func TestTownsHoldTheirChecks(t *testing.T) {
	rs := mustResults(t)
	for i, d := range mustDrafts(t) {
		for _, c := range checks() {
			t.Run(d.plan.Name+"/"+c.name, func(t *testing.T) { c.holds(t, made{d, rs[i]}) })
		}
	}
}

func partsFillTheirParents(t *testing.T, m made) {
	children := map[grid.Code][]geo.MultiPolygon{}
	for _, d := range m.r.Divisions[1:] {
		children[d.Parent] = append(children[d.Parent], d.Boundary)
	}
	for _, d := range m.r.Divisions {
		for _, p := range d.Boundary {
			for _, r := range p {
				isSimple(t, d.Code, r)
			}
		}
		if d.Level < grid.MicroGridLevel {
			partitions(t, d.Boundary, children[d.Code])
		}
		if err := d.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// isSimple checks that a ring comes to no vertex twice. Edges meet at vertices only.
func isSimple(t *testing.T, code grid.Code, r geo.Ring) {
	seen := map[geo.Point]bool{}
	for _, p := range r[1:] {
		if seen[p] {
			t.Errorf("a ring of %s comes twice to %v", code, p)
		}
		seen[p] = true
	}
}

func bordersBelongToOneGrid(t *testing.T, m made) {
	rnd := chance.New(1, "points")
	var grids []*grid.Division
	for _, d := range m.r.Divisions {
		if d.Level == grid.GridLevel {
			grids = append(grids, d)
		}
	}
	for range 50 {
		ring := chance.Pick(rnd, grids).Boundary[0][0]
		k := 1 + rnd.Int(len(ring)-1)
		p := ring[k]
		q := geo.Point{Lon: (ring[k-1].Lon + p.Lon) / 2, Lat: (ring[k-1].Lat + p.Lat) / 2}
		for _, at := range []geo.Point{p, q} {
			owners := 0
			for _, g := range grids {
				if lies(g.Boundary, at) {
					owners++
				}
			}
			if inTown := lies(m.r.Divisions[0].Boundary, at); (owners == 1) != inTown {
				t.Errorf("%v lies in %d grids, in the town %v", at, owners, inTown)
			}
		}
	}
}

// lies reports whether a point lies in a division; on an edge, of which of two.
func lies(m geo.MultiPolygon, at geo.Point) bool {
	for _, p := range m {
		in := false
		for _, r := range p {
			in = in != fabric.Inside(r, at)
		}
		if in {
			return true
		}
	}
	return false
}

func keepsItsRing(t *testing.T, m made) {
	edges := outerEdges(t, []geo.MultiPolygon{m.r.Divisions[0].Boundary})
	for _, r := range append(m.plan.holes, m.plan.ring) {
		for i := 1; i < len(r); i++ {
			if !edges[edge{r[i-1], r[i]}] {
				t.Fatalf("edge %v-%v of the ring is lost", r[i-1], r[i])
			}
		}
	}
}

func buildsWithinAtoms(t *testing.T, m made) {
	for i, b := range m.ground.Buildings {
		atom := m.graph.Ring(int(m.atomOf[i]))
		if !fabric.Holds(atom, b.Ring.Lattice()) {
			t.Fatalf("building %d crosses its atom", i)
		}
	}
}

func buildsOnFreeGround(t *testing.T, m made) {
	lo, hi := m.site.Outline.Ring.Envelope()
	cells := plane.NewCells(lo, hi, 60)
	for i, b := range m.ground.Buildings {
		a, z := b.Ring.Envelope()
		cells.Find(a, z, func(j int) bool {
			if plane.GapRings(b.Ring, m.ground.Buildings[j].Ring) < 0.3 {
				t.Fatalf("buildings %d and %d meet", i, j)
			}
			return true
		})
		cells.Add(i, a, z)
		if !m.ground.Ways.Clear(b.Ring, 0.4) {
			t.Errorf("building %d (%s) stands on a road", i, b.Kind)
		}
		for _, p := range b.Ring {
			if m.site.Value(m.site.Bank, p) < 1 {
				t.Fatalf("building %d stands in the water", i)
			}
		}
	}
}

func homesAddUp(t *testing.T, m made) {
	in := map[grid.Code]bool{}
	for _, d := range m.r.Divisions {
		in[d.Code] = true
	}
	homes := map[int64]int{}
	for _, h := range m.r.Dwellings {
		homes[h.Building]++
	}
	total := 0
	for _, b := range m.r.Buildings {
		if b.Area.Level() != grid.MicroGridLevel || !in[b.Area] {
			t.Fatalf("building %d lies in %q", b.ID, b.Area)
		}
		total += homes[b.ID]
	}
	if total != len(m.r.Dwellings) {
		t.Errorf("%d homes in buildings of %d", total, len(m.r.Dwellings))
	}
}

func cutsPassBuildings(t *testing.T, m made) {
	inBlocks := 0
	for _, homes := range m.urban {
		inBlocks += homes
	}
	if len(m.cuts) == 0 && inBlocks > normHigh {
		t.Error("no block is cut")
	}
	lo, hi := m.site.Outline.Ring.Envelope()
	cells := plane.NewCells(lo, hi, 60)
	for i, b := range m.ground.Buildings {
		if b.Parcel >= 0 {
			a, z := b.Box.Ring().Envelope()
			cells.Add(i, a, z)
		}
	}
	for _, l := range m.cuts {
		for i := 1; i < len(l); i++ {
			way := plane.Ring{l[i-1], l[i]}
			a, z := way.Envelope()
			cells.Find(a, z, func(k int) bool {
				if b := m.ground.Buildings[k]; plane.GapRings(way, b.Box.Ring()) < 1.2 {
					t.Fatalf("a cut passes a building at %v", b.Box.C)
				}
				return true
			})
		}
	}
}

// What the compactness (Polsby and Popper) of a grid should not be below, and what it may
// not be: a few lie where the border of the town is a thread itself.
const (
	raggedGrid = 0.2
	threadGrid = 0.08
)

func gridsAreRound(t *testing.T, m made) {
	for i := range m.areas.grids {
		g := &m.areas.grids[i]
		if got := roundness(g); !g.special && got < threadGrid {
			t.Errorf("grid %s: compactness %.2f", g.code, got)
		}
	}
	for _, list := range [][]division{m.areas.communities, m.areas.grids, m.areas.micros} {
		for i := range list {
			for _, hole := range list[i].ground[0][1:] {
				if !slices.ContainsFunc(m.plan.holes, func(own geo.Ring) bool { return on(own, hole[0]) }) {
					t.Errorf("%s surrounds another", list[i].code)
				}
			}
			if len(list[i].ground) > 1+len(m.plan.exclaves) {
				t.Errorf("%s has %d pieces", list[i].code, len(list[i].ground))
			}
		}
	}
}

func roundness(a *division) float64 { return plane.RingFrom(a.ground[0][0]).Compactness() }

func normsAreNamed(t *testing.T, m made) {
	n := m.norms()
	if n.Met+len(n.Off) != n.Urban {
		t.Errorf("%d urban grids, %d meet the norm, %d are named", n.Urban, n.Met, len(n.Off))
	}
	for _, off := range n.Off {
		if off.Why == "" || normLow <= off.Homes && off.Homes <= normHigh {
			t.Errorf("grid %s: %d homes, %q", off.Code, off.Homes, off.Why)
		}
	}
}

func gridsHaveStaff(t *testing.T, m made) {
	roles := map[grid.Code]map[string]bool{}
	for _, w := range m.r.Workers {
		if roles[w.Area] == nil {
			roles[w.Area] = map[string]bool{}
		}
		roles[w.Area][w.Role] = true
	}
	want := map[grid.Level][]string{
		grid.CommunityLevel: {"secretary"}, grid.GridLevel: {"grid-lead", "grid-worker"}, grid.MicroGridLevel: {"micro-grid-lead"},
	}
	for _, d := range m.r.Divisions {
		for _, role := range want[d.Level] {
			if !roles[d.Code][role] {
				t.Errorf("%s has no %s", d.Code, role)
			}
		}
	}
}

// Metres at which roads meet: those that are laid out, and what is built between them,
// which ends on the lines of the fabric.
const (
	meeting      = 1.5
	meetingLater = 3
)

func roadsHangTogether(t *testing.T, m made) {
	roads := m.ground.Ways.Roads[:m.laid]
	for k, r := range roads {
		if r.Line.Length() < shortest && (endsBlind(&m, k, r.Line[0]) || endsBlind(&m, k, r.Line[len(r.Line)-1])) {
			t.Errorf("road %d is a stub of %.0f m", k, r.Line.Length())
		}
		if r.Class != layout.Main {
			continue
		}
		for i := 1; i < len(r.Line); i++ {
			for j := i + 2; j < len(r.Line); j++ {
				if _, _, ok := plane.Cross(r.Line[i-1], r.Line[i], r.Line[j-1], r.Line[j]); ok {
					t.Errorf("main road %d crosses itself", k)
				}
			}
		}
	}
	if n := pieces(m.ground.Ways, m.laid, meeting); n != 1 {
		t.Errorf("the roads fall into %d pieces", n)
	}
}

// shortest is how long, in metres, a road is at least that leads nowhere.
const shortest = 30

// endsBlind reports whether nothing is at an end of a road: no other road, no village
// group, no gate.
func endsBlind(m *made, road int, end plane.Vec) bool {
	_, met := m.ground.Ways.Nearest(end, meeting, func(k int) bool { return k != road })
	return !met && !slices.ContainsFunc(m.country.Groups, func(g layout.Group) bool { return g.Place.Dist(end) < 1 }) &&
		!slices.ContainsFunc(m.plan.gates, func(p geo.Point) bool { return plane.From(p).Dist(end) < 1 })
}

func laterRoadsHangOnThem(t *testing.T, m made) {
	if n := pieces(m.ground.Ways, len(m.ground.Ways.Roads), meetingLater); n != 1 {
		t.Errorf("roads, lanes, stairs and paths fall into %d pieces", n)
	}
}

// pieces counts the connected parts of the first n roads.
func pieces(w *layout.Ways, n int, gap float64) int {
	seen := make([]bool, len(w.Roads))
	parts := 0
	for start := range n {
		if seen[start] {
			continue
		}
		parts++
		seen[start] = true
		for stack := []int{start}; len(stack) > 0; {
			k := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			w.Meeting(w.Roads[k].Line, gap, func(j int) {
				if j < n && !seen[j] {
					seen[j] = true
					stack = append(stack, j)
				}
			})
		}
	}
	return parts
}

// steepestLane is the grade that a lane may have from end to end.
const steepestLane = 0.18

func lanesAreNotSteep(t *testing.T, m made) {
	for k, r := range m.ground.Ways.Roads[m.laid:] {
		if grade := m.site.Grade(r.Line[0], r.Line[len(r.Line)-1]); r.Class != layout.Stairs && grade > steepestLane {
			t.Errorf("%s %d climbs %.0f %%", r.Class, m.laid+k, 100*grade)
		}
	}
}

func lanesReachGroups(t *testing.T, m made) {
	for i, g := range m.country.Groups {
		if _, ok := m.ground.Ways.Nearest(g.Place, 3*m.site.Cell, func(k int) bool { return k < m.laid }); !ok {
			t.Errorf("no lane reaches group %d", i)
		}
	}
}

func roadsReachQuarters(t *testing.T, m made) {
	for i, p := range m.ground.Parcels {
		lo, hi := p.Ring.Envelope()
		reached := false
		m.ground.Ways.Near(lo.Lerp(hi, 0.5), lo.Dist(hi)/2+30, func(_ int, a, b plane.Vec) bool {
			for k, q := range p.Ring {
				reached = reached || plane.GapSegments(a, b, q, p.Ring[(k+1)%len(p.Ring)]) < 30
			}
			return !reached
		})
		if !reached {
			t.Errorf("no road reaches parcel %d (%s)", i, p.Kind)
		}
	}
}

func bridgesStandOverWater(t *testing.T, m made) {
	for _, r := range m.r.Roads {
		if !r.Bridge {
			continue
		}
		l := lineOf(r.Line[0])
		if mid, _ := l.At(l.Length() / 2); m.site.Value(m.site.Bank, mid) > 6 {
			t.Errorf("bridge %q over dry ground", r.Name)
		}
	}
}

func lineOf(l geo.Line) plane.Line {
	out := make(plane.Line, len(l))
	for i, p := range l {
		out[i] = plane.From(p)
	}
	return out
}

func noChildIsAlone(t *testing.T, m made) {
	day := grid.DateOf(m.gen.opt.Reference)
	oldest := map[int64]int{}
	for _, p := range m.r.People {
		if p.Residence != grid.RegisteredOnly {
			oldest[p.Dwelling] = max(oldest[p.Dwelling], p.Born.Years(day))
		}
	}
	for home, age := range oldest {
		if age < 18 {
			t.Errorf("in home %d nobody is of age", home)
		}
	}
}

func nobodyCanBeReal(t *testing.T, m made) {
	seen := map[string]bool{}
	check := func(who Identity) {
		if n := who.IDNumber; n != "" {
			if len(n) != 18 || n[:4] != "9900" || people.IDCheck(n[:17]) != n[17] || seen[n] {
				t.Fatal("an ID number is wrong or given twice")
			}
			seen[n] = true
		}
		// A mobile begins with 13 to 19.
		if p := who.Phone; p != "" && (len(p) != 11 || p[:2] != "10" || seen[p]) {
			t.Fatal("a phone is wrong or given twice")
		}
		seen[who.Phone] = true
	}
	for i, who := range m.r.PeopleIdentity {
		check(who)
		born := m.r.People[i].Born.String()
		if who.IDNumber[6:14] != born[:4]+born[5:7]+born[8:] {
			t.Fatal("an ID number tells another birthday")
		}
	}
	for _, who := range m.r.WorkerIdentity {
		check(who)
	}
}

func careGoesWithAge(t *testing.T, m made) {
	living := map[int64]int{}
	for _, p := range m.r.People {
		if p.Residence != grid.RegisteredOnly {
			living[p.Dwelling]++
		}
	}
	devices := map[int64]int{}
	for _, d := range m.r.Devices {
		if d.Dwelling != 0 {
			devices[d.Dwelling]++
		}
	}
	for _, p := range m.r.People {
		alone := slices.Contains(p.Care, "living-alone")
		if alone && (living[p.Dwelling] != 1 || p.Residence == grid.RegisteredOnly) {
			t.Fatal("somebody lives alone in company")
		}
		if alone && devices[p.Dwelling] < 2 {
			t.Fatal("an old person alone has no detector and contact")
		}
	}
}

func TestRoadsMeetAtGates(t *testing.T) {
	ds := mustDrafts(t)
	shared := 0
	for _, gate := range ds[0].plan.gates {
		if !slices.Contains(ds[1].plan.gates, gate) {
			continue
		}
		shared++
		for _, d := range ds {
			if _, ok := d.ground.Ways.Nearest(plane.From(gate), 0.05, func(int) bool { return true }); !ok {
				t.Logf("%s: no road leads to the gate %v", d.plan.Name, gate)
				shared--
				break
			}
		}
	}
	if shared < 1 {
		t.Error("no road leads from town to town")
	}
}
