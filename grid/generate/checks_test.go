package generate

import (
	"slices"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/people"
	"quanxi/grid/generate/plane"
)

func TestNothingIsBuiltAcrossABorder(t *testing.T) {
	for _, d := range mustDrafts(t) {
		for i, b := range d.ground.Buildings {
			atom := d.graph.Ring(int(d.atomOf[i]))
			if !fabric.Holds(atom, b.Ring.Lattice()) {
				t.Fatalf("building %d crosses its atom", i)
			}
		}
	}
}

func TestNothingIsBuiltOnRoadsWaterOrOtherBuildings(t *testing.T) {
	for _, d := range mustDrafts(t) {
		lo, hi := d.site.Outline.Ring.Envelope()
		cells := plane.NewCells(lo, hi, 60)
		for i, b := range d.ground.Buildings {
			a, z := b.Ring.Envelope()
			cells.Find(a, z, func(j int) bool {
				if plane.GapRings(b.Ring, d.ground.Buildings[j].Ring) < 0.3 {
					t.Fatalf("buildings %d and %d meet", i, j)
				}
				return true
			})
			cells.Add(i, a, z)
			if !d.ground.Ways.Clear(b.Ring, 0.4) {
				t.Errorf("building %d (%s) stands on a road", i, b.Kind)
			}
			for _, p := range b.Ring {
				if d.site.Value(d.site.Bank, p) < 1 {
					t.Fatalf("building %d stands in the water", i)
				}
			}
		}
	}
}

func TestHomesAddUp(t *testing.T) {
	for _, r := range mustResults(t) {
		in := map[grid.Code]bool{}
		for _, d := range r.Divisions {
			in[d.Code] = true
		}
		homes := map[int64]int{}
		for _, h := range r.Dwellings {
			homes[h.Building]++
		}
		total := 0
		for _, b := range r.Buildings {
			if b.Area.Level() != grid.MicroGridLevel || !in[b.Area] {
				t.Fatalf("building %d lies in %q", b.ID, b.Area)
			}
			total += homes[b.ID]
		}
		if total != len(r.Dwellings) {
			t.Errorf("%d homes in buildings of %d", total, len(r.Dwellings))
		}
	}
}

func TestGridsMeetTheirNorm(t *testing.T) {
	good, all, borders, onRoads := 0, 0, 0.0, 0.0
	for _, d := range mustDrafts(t) {
		n := d.norms()
		all, good = all+n.Urban, good+n.Met
		if n.Met+len(n.Off) != n.Urban {
			t.Errorf("%s: %d urban grids, %d meet the norm, %d are named", d.plan.Name, n.Urban, n.Met, len(n.Off))
		}
		for i := range d.areas.grids {
			if g := &d.areas.grids[i]; !g.special && roundness(g) < 0.2 {
				t.Errorf("grid %s: compactness %.2f", g.code, roundness(g))
			}
		}
		for _, b := range d.graph.Borders(d.areas.gridOf, metres) {
			borders += b.Length
			onRoads += b.On
		}
	}
	if float64(good) < 0.95*float64(all) {
		t.Errorf("%d of %d urban grids have 300 to 500 homes", good, all)
	}
	if onRoads < 0.6*borders {
		t.Errorf("%.0f %% of grid borders run on roads and banks", 100*onRoads/borders)
	}
}

func roundness(a *division) float64 { return plane.RingFrom(a.ground[0][0]).Compactness() }

func TestEveryGridHasItsStaff(t *testing.T) {
	for _, r := range mustResults(t) {
		roles := map[grid.Code]map[string]bool{}
		for _, w := range r.Workers {
			if roles[w.Area] == nil {
				roles[w.Area] = map[string]bool{}
			}
			roles[w.Area][w.Role] = true
		}
		want := map[grid.Level][]string{
			grid.CommunityLevel: {"secretary"}, grid.GridLevel: {"grid-lead", "grid-worker"}, grid.MicroGridLevel: {"micro-grid-lead"},
		}
		for _, d := range r.Divisions {
			for _, role := range want[d.Level] {
				if !roles[d.Code][role] {
					t.Errorf("%s has no %s", d.Code, role)
				}
			}
		}
	}
}

func TestStreetsHangTogether(t *testing.T) {
	for _, d := range mustDrafts(t) {
		roads := d.ground.Ways.Roads[:d.laid]
		for k, r := range roads {
			if r.Line.Length() < 8 {
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
		if n := pieces(d.ground.Ways, roads); n != 1 {
			t.Errorf("%s: the roads fall into %d pieces", d.plan.Name, n)
		}
	}
}

// pieces counts the connected parts of the net.
func pieces(w *layout.Ways, roads []layout.Road) int {
	seen := make([]bool, len(roads))
	n := 0
	for start := range roads {
		if seen[start] {
			continue
		}
		n++
		seen[start] = true
		for stack := []int{start}; len(stack) > 0; {
			k := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			l := roads[k].Line
			for i := 1; i < len(l); i++ {
				w.Near(l[i-1].Lerp(l[i], 0.5), l[i].Dist(l[i-1])/2+3, func(j int, a, b plane.Vec) bool {
					if j < len(roads) && !seen[j] && plane.GapSegments(l[i-1], l[i], a, b) < 3 {
						seen[j] = true
						stack = append(stack, j)
					}
					return true
				})
			}
		}
	}
	return n
}

func TestBridgesStandOverWaterOnly(t *testing.T) {
	rs := mustResults(t)
	for i, d := range mustDrafts(t) {
		for _, r := range rs[i].Roads {
			if !r.Bridge {
				continue
			}
			l := r.Line[0]
			mid, _ := lineOf(l).At(lineOf(l).Length() / 2)
			if d.site.Value(d.site.Bank, mid) > 6 {
				t.Errorf("bridge %q over dry ground", r.Name)
			}
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

func TestNobodyCanBeReal(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range mustResults(t) {
		check := func(who Identity) {
			if who.IDNumber != "" {
				n := who.IDNumber
				if len(n) != 18 || n[:4] != "9900" || people.IDCheck(n[:17]) != n[17] || seen[n] {
					t.Fatal("an ID number is wrong or given twice")
				}
				seen[n] = true
			}
			if p := who.Phone; p != "" && (len(p) != 11 || p[0] != '1' || p[1] != '0' || seen[p]) {
				t.Fatal("a phone is wrong or given twice")
			}
			seen[who.Phone] = true
		}
		for i, who := range r.PeopleIdentity {
			check(who)
			if who.IDNumber[6:14] != r.People[i].Born.String()[:4]+r.People[i].Born.String()[5:7]+r.People[i].Born.String()[8:] {
				t.Fatal("an ID number tells another birthday")
			}
		}
		for _, who := range r.WorkerIdentity {
			check(who)
		}
	}
}

func TestCareGoesWithAgeAndHome(t *testing.T) {
	for _, r := range mustResults(t) {
		living := map[int64]int{}
		for _, p := range r.People {
			if p.Residence != grid.RegisteredOnly {
				living[p.Dwelling]++
			}
		}
		devices := map[int64]int{}
		for _, d := range r.Devices {
			if d.Dwelling != 0 {
				devices[d.Dwelling]++
			}
		}
		for _, p := range r.People {
			alone := slices.Contains(p.Care, "living-alone")
			if alone && (living[p.Dwelling] != 1 || p.Residence == grid.RegisteredOnly) {
				t.Fatal("somebody lives alone in company")
			}
			if alone && devices[p.Dwelling] < 2 {
				t.Fatal("an old person alone has no detector and contact")
			}
		}
	}
}

func TestCutsRunBetweenBuildings(t *testing.T) {
	for _, d := range mustDrafts(t) {
		cuts := d.ground.Cuts()
		if len(cuts) == 0 {
			t.Errorf("%s: no block is cut", d.plan.Name)
		}
		for _, l := range cuts {
			for i := 1; i < len(l); i++ {
				for _, b := range d.ground.Buildings {
					if b.Parcel >= 0 && b.Box.C.Dist(l[i]) < 60 && plane.GapRings(plane.Ring{l[i-1], l[i]}, b.Box.Ring()) < 1.2 {
						t.Fatalf("a cut passes a building at %v", b.Box.C)
					}
				}
			}
		}
	}
}

func TestALaneReachesEveryGroup(t *testing.T) {
	for _, d := range mustDrafts(t) {
		for i, g := range d.country.Groups {
			if _, ok := d.ground.Ways.Nearest(g.Place, 60, func(k int) bool { return k < d.laid }); !ok {
				t.Errorf("%s: no lane reaches group %d", d.plan.Name, i)
			}
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
