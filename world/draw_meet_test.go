package world_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
	"quanxi/world"
)

// An edge is a stretch of outline in tile units, from the smaller end.
type edge [2]orb.Point

func edgesOf(g orb.Geometry) []edge {
	var rings []orb.Ring
	switch g := g.(type) {
	case orb.Polygon:
		rings = g
	case orb.MultiPolygon:
		for _, p := range g {
			rings = append(rings, p...)
		}
	}
	var out []edge
	for _, r := range rings {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
				a, b = b, a
			}
			out = append(out, edge{a, b})
		}
	}
	return out
}

// onCut reports whether an edge runs along where the tile was cut.
func onCut(e edge) bool {
	for axis := range 2 {
		for _, at := range []float64{-tiles.Buffer, tiles.Extent + tiles.Buffer} {
			if e[0][axis] == at && e[1][axis] == at {
				return true
			}
		}
	}
	return false
}

// patches are side×side divisions of 4 km, by codes below one, whose borders wander by metres
// and by hundreds of metres, so that each zoom shows other vertices.
func patches(t *rapid.T, side int, below grid.Code) []*grid.Division {
	const size = 400 // of at
	wobble := func(p geo.Point, by int32) geo.Point {
		r := rapid.Int32Range(-by, by)
		return geo.Point{Lon: p.Lon + r.Draw(t, "east"), Lat: p.Lat + r.Draw(t, "north")}
	}
	corners := make(map[[2]int]geo.Point)
	for i := range side + 1 {
		for j := range side + 1 {
			corners[[2]int{i, j}] = wobble(at(i*size, j*size), 60_000)
		}
	}
	borders := make(map[[4]int]geo.Line)
	border := func(i, j, k, l int) geo.Line {
		if line, ok := borders[[4]int{k, l, i, j}]; ok {
			back := slices.Clone(line)
			slices.Reverse(back)
			return back
		}
		a, b, line := corners[[2]int{i, j}], corners[[2]int{k, l}], geo.Line{}
		for n := range int32(12) {
			p := geo.Point{Lon: a.Lon + (b.Lon-a.Lon)/12*n, Lat: a.Lat + (b.Lat-a.Lat)/12*n}
			if n > 0 {
				p = wobble(p, 1<<rapid.IntRange(1, 13).Draw(t, "bend"))
			}
			line = append(line, p)
		}
		line = append(line, b)
		borders[[4]int{i, j, k, l}] = line
		return line
	}
	var out []*grid.Division
	for i := range side {
		for j := range side {
			ring := geo.Ring{corners[[2]int{i, j}]}
			for _, line := range []geo.Line{border(i, j, i+1, j), border(i+1, j, i+1, j+1), border(i+1, j+1, i, j+1), border(i, j+1, i, j)} {
				ring = append(ring, line[1:]...)
			}
			n := i*side + j + 1
			code := below + grid.Code(fmt.Sprintf("%03d", n))
			out = append(out, &grid.Division{Head: grid.Head{ID: int64(n), Revision: 1}, Level: code.Level(), Code: code, Name: "区划", Boundary: geo.MultiPolygon{{ring}}})
		}
	}
	return out
}

func entities(all []*grid.Division) (out []grid.Entity) {
	for _, d := range all {
		out = append(out, d)
	}
	return out
}

// Far out a town has no vertices for what lies in it: where two of its communities end at its
// border there is none, unless the border itself turns there.
func TestFarOutATownIsDrawnAsIfNothingLayInIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const side = 2
		towns := patches(rt, side, "500999")
		all := entities(towns)
		for _, town := range towns {
			ring := town.Boundary[0][0]
			from := rapid.IntRange(0, len(ring)-4).Draw(rt, "from")
			to := rapid.IntRange(from+2, len(ring)-2).Draw(rt, "to")
			halves := []geo.Ring{append(slices.Clone(ring[from:to+1]), ring[from]), append(slices.Concat(ring[to:], ring[1:from+1]), ring[to])}
			for i, half := range halves {
				all = append(all, &grid.Division{Head: grid.Head{ID: 10*town.ID + int64(i), Revision: 1}, Level: grid.CommunityLevel,
					Code: town.Code + grid.Code(fmt.Sprintf("%03d", i+1)), Name: "社区", Boundary: geo.MultiPolygon{{half}}})
			}
		}
		drawn := func(what []grid.Entity, id tiles.ID) []byte {
			w := world.New(world.Options{Now: func() time.Time { return monday }})
			if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, steps(what...)); err != nil {
				rt.Fatal(err)
			}
			return w.Snapshot().DrawTile(tiles.NewEncoder(), id, of(everywhere), "divisions")
		}
		p := at(rapid.IntRange(0, side*400).Draw(rt, "tile x"), rapid.IntRange(0, side*400).Draw(rt, "tile y"))
		id := tiles.Holding(geo.Project(p), rapid.Uint8Range(8, 10).Draw(rt, "zoom"))
		if with, without := drawn(all, id), drawn(entities(towns), id); !bytes.Equal(with, without) {
			rt.Errorf("%v has %d bytes, with nothing in the towns %d", id, len(with), len(without))
		}
	})
}

// At every zoom, in every tile, each edge inside is drawn by exactly two divisions: neighbours
// meet in every vertex, far out the towns of a county, and close up the grids of a community.
func TestNeighboursMeetInEveryTile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const side = 3
		below := rapid.SampledFrom([]grid.Code{"500999", "500999001001"}).Draw(rt, "below")
		first := uint8(8)
		if len(below) > 6 {
			first = 11
		}
		w := world.New(world.Options{Now: func() time.Time { return monday }})
		if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, steps(entities(patches(rt, side, below))...)); err != nil {
			rt.Fatal(err)
		}
		zoom := rapid.Uint8Range(first, deepestZoom).Draw(rt, "zoom")
		p := at(rapid.IntRange(0, side*400).Draw(rt, "tile x"), rapid.IntRange(0, side*400).Draw(rt, "tile y"))
		id := tiles.Holding(geo.Project(p), zoom)
		uses := make(map[edge][]uint64)
		for _, f := range tilestest.Decode(t, w.Snapshot().DrawTile(tiles.NewEncoder(), id, of(everywhere), "divisions"))["divisions"] {
			for _, e := range edgesOf(f.Geometry) {
				if !onCut(e) {
					uses[e] = append(uses[e], f.ID)
				}
			}
		}
		for e, by := range uses {
			if outermost := len(by) == 1 && bordersOutside(by[0], side); len(by) != 2 && !outermost {
				rt.Fatalf("at zoom %d, tile %v, edge %v is drawn by %v", zoom, id, e, by)
			}
		}
	})
}

const deepestZoom = 20

// bordersOutside reports whether a grid lies at the edge of the town.
func bordersOutside(id uint64, side int) bool {
	i, j := int(id-1)/side, int(id-1)%side
	return i == 0 || j == 0 || i == side-1 || j == side-1
}

func steps(entities ...grid.Entity) []world.Step {
	var out []world.Step
	for _, e := range entities {
		out = append(out, world.Step{Entity: e})
	}
	return out
}

// A tile whose version is the same must be the same: else a screen keeps what is
// no longer true. This holds for every layer and whatever changes.
func TestTilesOfOneVersionAreTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now := monday
		w := world.New(world.Options{Now: func() time.Time { return now }})
		revision := int64(0)
		change := func() {
			revision++
			kind := rapid.SampledFrom(events.Kinds()).Draw(rt, "kind")
			e := drawEntity(rt, kind)
			e.Entity().ID, e.Entity().Revision = rapid.Int64Range(1, 4).Draw(rt, "id"), revision
			step := world.Step{Entity: e}
			if rapid.IntRange(0, 4).Draw(rt, "removal") == 0 {
				step = world.Step{Remove: grid.Ref{Kind: kind, ID: e.Entity().ID, Revision: revision}}
			}
			if _, err := w.Apply(world.Position{Epoch: "test", Pos: revision}, []world.Step{step}); err != nil {
				rt.Fatal(err)
			}
		}
		for range 15 {
			change()
		}
		for range 5 {
			before := w.Snapshot()
			change()
			after := w.Snapshot()
			layer := rapid.SampledFrom(layerNames()).Draw(rt, "layer")
			p := at(rapid.IntRange(0, ground).Draw(rt, "x"), rapid.IntRange(0, ground).Draw(rt, "y"))
			for zoom := uint8(0); zoom <= deepestZoom; zoom++ {
				id := tiles.Holding(geo.Project(p), zoom)
				if before.TileVersion(layer, id) != after.TileVersion(layer, id) {
					continue
				}
				was := drawLayer(before, layer, id)
				if is := drawLayer(after, layer, id); !bytes.Equal(was, is) {
					rt.Fatalf("%s %v changed, but not its version:\n%s\n%s", layer, id, tilestest.Text(t, was), tilestest.Text(t, is))
				}
			}
		}
	})
}

func drawLayer(s *world.Snapshot, layer string, id tiles.ID) []byte {
	return s.DrawTile(tiles.NewEncoder(), id, of(everywhere), layer)
}

func layerNames() []string {
	var out []string
	for _, l := range world.Layers() {
		out = append(out, l.Name)
	}
	return slices.DeleteFunc(out, func(name string) bool { return name == "workers" })
}

// The number of people stands at the label of the grid, not at the house.
func TestANumberMovesTheTileOfItsLabel(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	wide := &grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Level: grid.GridLevel, Code: "500999001001001", Name: "宽网格",
		Boundary: box(0, 0, 4000, 400), Label: at(200, 200)}
	house := &grid.Building{Head: grid.Head{ID: 2, Revision: 1}, Footprint: box(3900, 200, 1, 1)}
	home := &grid.Dwelling{Head: grid.Head{ID: 3, Revision: 1}, Building: 2, Floor: 1, State: grid.OwnerOccupied}
	person := &grid.Person{Head: grid.Head{ID: 4, Revision: 1}, Dwelling: 3, Residence: grid.LivesRegistered}
	id := tiles.Holding(geo.Project(at(200, 200)), 15)
	var versions []uint64
	for i, e := range []grid.Entity{wide, house, home, person} {
		if _, err := w.Apply(world.Position{Epoch: "test", Pos: int64(i)}, steps(e)); err != nil {
			t.Fatal(err)
		}
		versions = append(versions, w.Snapshot().TileVersion("people", id))
	}
	if versions[3] <= versions[2] {
		t.Errorf("versions %v: a person came, and the label's tile did not move", versions)
	}
	if len(drawLayer(w.Snapshot(), "people", id)) == 0 {
		t.Error("the label's tile shows no number")
	}
}

// Tables of divisions often come without polygons, with a point at best.
func TestADivisionWithoutPolygonKeepsItsLabel(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	village := &grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Level: grid.CommunityLevel, Code: "500999001001", Name: "无界村", Label: at(5, 5)}
	shown := func() []tilestest.Feature {
		id := tiles.Holding(geo.Project(at(5, 5)), 14)
		return tilestest.Decode(t, drawLayer(w.Snapshot(), "divisions", id))["division_labels"]
	}
	if _, err := w.Apply(world.Position{Epoch: "test", Pos: 1}, steps(village)); err != nil {
		t.Fatal(err)
	}
	if got := shown(); len(got) != 1 || got[0].Properties["name"] != "无界村" {
		t.Errorf("labels %v", got)
	}
	gone := []world.Step{{Remove: grid.Ref{Kind: grid.Divisions, ID: 1, Revision: 2}}}
	if _, err := w.Apply(world.Position{Epoch: "test", Pos: 2}, gone); err != nil {
		t.Fatal(err)
	}
	if got := shown(); len(got) != 0 {
		t.Errorf("labels %v after the removal", got)
	}
}

// A boundary that crosses itself has no place in the net of borders, and is drawn beside
// it; one that comes later has.
func TestABoundaryThatCrossesItselfIsDrawnByItself(t *testing.T) {
	bow := geo.MultiPolygon{{{at(0, 0), at(32, 32), at(32, 0), at(0, 24), at(0, 0)}}}
	for _, tt := range []struct {
		name     string
		boundary geo.MultiPolygon
	}{
		{"a bow", bow},
		{"a square", box(0, 0, 32, 32)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world.New(world.Options{Now: func() time.Time { return monday }})
			steps := []world.Step{
				{Entity: &grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "500101001001001", Name: "网格", Level: grid.GridLevel, Boundary: tt.boundary}},
				{Entity: &grid.Division{Head: grid.Head{ID: 2, Revision: 1}, Code: "500101001001002", Name: "邻格", Level: grid.GridLevel, Boundary: box(40, 0, 8, 8)}},
			}
			if _, err := w.Apply(world.Position{Epoch: "e", Pos: 1}, steps); err != nil {
				t.Fatal(err)
			}
			id := tiles.Holding(geo.Project(at(16, 8)), 16)
			if got := len(tilestest.Decode(t, drawLayer(w.Snapshot(), "divisions", id))["divisions"]); got != 2 {
				t.Errorf("%d of 2 divisions are drawn", got)
			}
		})
	}
}
