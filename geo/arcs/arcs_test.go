package arcs_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/geo/arcs"
)

func at(lon, lat int32) geo.Point { return geo.Point{Lon: lon, Lat: lat} }

// A patchwork is a town of side×side cells with crooked borders, and room to
// move any inner crossing without a cell turning inside out.
type patchwork struct {
	side   int
	corner map[[2]int]geo.Point
	bends  map[[3]int]geo.Line // of the edge that leaves a corner east (0) or north (1)
}

const cell = 40_000 // lattice units, 400 m

func drawPatchwork(t *rapid.T, side int) *patchwork {
	w := &patchwork{side: side, corner: make(map[[2]int]geo.Point), bends: make(map[[3]int]geo.Line)}
	for i := range side + 1 {
		for j := range side + 1 {
			w.moveCorner(t, i, j)
		}
	}
	for i := range side + 1 {
		for j := range side + 1 {
			w.bend(t, i, j)
		}
	}
	return w
}

func (w *patchwork) moveCorner(t *rapid.T, i, j int) {
	wobble := rapid.Int32Range(-cell/8, cell/8)
	w.corner[[2]int{i, j}] = at(1_065_000_000+int32(i)*cell+wobble.Draw(t, "x"), 295_000_000+int32(j)*cell+wobble.Draw(t, "y"))
}

// bend draws the two edges that leave a corner east and north, each within a
// strip of its own.
func (w *patchwork) bend(t *rapid.T, i, j int) {
	for way := range 2 {
		to := [2]int{i + 1, j}
		if way == 1 {
			to = [2]int{i, j + 1}
		}
		a, b := w.corner[[2]int{i, j}], w.corner[to]
		if b == (geo.Point{}) {
			continue
		}
		n := int32(rapid.IntRange(0, 9).Draw(t, "bends"))
		var line geo.Line
		for k := int32(1); k <= n; k++ {
			p := at(a.Lon+(b.Lon-a.Lon)/(n+1)*k, a.Lat+(b.Lat-a.Lat)/(n+1)*k)
			off := rapid.Int32Range(-cell/12, cell/12).Draw(t, "off")
			if way == 0 {
				p.Lat += off
			} else {
				p.Lon += off
			}
			line = append(line, p)
		}
		w.bends[[3]int{i, j, way}] = line
	}
}

// edge returns the points from one corner to the next, without the last.
func (w *patchwork) edge(i, j, way int, backward bool) geo.Line {
	to := [2]int{i + 1, j}
	if way == 1 {
		to = [2]int{i, j + 1}
	}
	line := append(geo.Line{w.corner[[2]int{i, j}]}, w.bends[[3]int{i, j, way}]...)
	if !backward {
		return line
	}
	out := geo.Line{w.corner[to]}
	for k := len(line) - 1; k > 0; k-- {
		out = append(out, line[k])
	}
	return out
}

func (w *patchwork) cell(i, j int) geo.Polygon {
	var r geo.Ring
	r = append(r, w.edge(i, j, 0, false)...)
	r = append(r, w.edge(i+1, j, 1, false)...)
	r = append(r, w.edge(i, j+1, 0, true)...)
	r = append(r, w.edge(i, j, 1, true)...)
	return geo.Polygon{append(r, r[0])}
}

// around returns the ring around a block of cells.
func (w *patchwork) around(i0, j0, i1, j1 int) geo.Polygon {
	var r geo.Ring
	for i := i0; i < i1; i++ {
		r = append(r, w.edge(i, j0, 0, false)...)
	}
	for j := j0; j < j1; j++ {
		r = append(r, w.edge(i1, j, 1, false)...)
	}
	for i := i1 - 1; i >= i0; i-- {
		r = append(r, w.edge(i, j1, 0, true)...)
	}
	for j := j1 - 1; j >= j0; j-- {
		r = append(r, w.edge(i0, j, 1, true)...)
	}
	return geo.Polygon{append(r, r[0])}
}

const town = 1000 // number of the face around all cells

func (w *patchwork) number(i, j int) uint32 { return uint32(i*w.side + j) }

func (w *patchwork) faces() []arcs.Face {
	out := []arcs.Face{{ID: town, Boundary: geo.MultiPolygon{w.around(0, 0, w.side, w.side)}}}
	for i := range w.side {
		for j := range w.side {
			out = append(out, arcs.Face{ID: w.number(i, j), Boundary: geo.MultiPolygon{w.cell(i, j)}})
		}
	}
	return out
}

type edge struct{ from, to geo.Point }

// checkTiling proves that at every zoom the cells fill the town without gap or
// overlap: their areas add up to its own, each edge inside is walked once each
// way, and what is left is the town's border.
func checkTiling(t *rapid.T, n *arcs.Net) {
	for zoom := uint8(0); zoom <= arcs.FullZoom; zoom++ {
		left := make(map[edge]int)
		var area int64
		for id := range n.Faces() {
			m, sign := n.Polygon(id, zoom), 1
			if id == town {
				sign = -1
			}
			if err := geo.Check(m); err != nil {
				t.Fatalf("face %d at zoom %d: %v", id, zoom, err)
			}
			if !reflect.DeepEqual(m, m.Normalized()) {
				t.Fatalf("face %d at zoom %d has turned over", id, zoom)
			}
			area += int64(sign) * m.DoubleArea()
			for _, p := range m {
				for _, r := range p {
					for i := 1; i < len(r); i++ {
						left[edge{r[i-1], r[i]}] += sign
						left[edge{r[i], r[i-1]}] -= sign
					}
				}
			}
		}
		if area != 0 {
			t.Fatalf("at zoom %d the cells have %d more than the town", zoom, area)
		}
		for e, n := range left {
			if n != 0 {
				t.Fatalf("at zoom %d edge %v is walked %d times too often", zoom, e, n)
			}
		}
	}
}

func TestFacesTileAtEveryZoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawPatchwork(t, rapid.IntRange(1, 5).Draw(t, "side"))
		n, err := arcs.Build(w.faces())
		if err != nil {
			t.Fatal(err)
		}
		checkTiling(t, n)
		for _, f := range w.faces() {
			got := n.Polygon(f.ID, arcs.FullZoom)
			if got.DoubleArea() != f.Boundary.DoubleArea() || len(got[0][0]) != len(f.Boundary[0][0]) {
				t.Fatalf("face %d has changed at full zoom", f.ID)
			}
		}
	})
}

// same reports what differs between two nets, face by face and zoom by zoom.
func same(got, want *arcs.Net) error {
	if got.Len() != want.Len() {
		return fmt.Errorf("%d faces, want %d", got.Len(), want.Len())
	}
	for id := range want.Faces() {
		for zoom := uint8(0); zoom <= arcs.FullZoom; zoom++ {
			a, b := got.Polygon(id, zoom), want.Polygon(id, zoom)
			if !reflect.DeepEqual(a, b) {
				return fmt.Errorf("face %d differs at zoom %d: %d and %d points", id, zoom, len(a[0][0]), len(b[0][0]))
			}
		}
	}
	return nil
}

// An edit must give what building from scratch gives, and leave the old net as
// it was.
func TestWithEqualsBuild(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawPatchwork(t, 4)
		n, err := arcs.Build(w.faces())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			before, _ := arcs.Build(w.faces())
			old := n
			i, j := rapid.IntRange(1, 3).Draw(t, "i"), rapid.IntRange(1, 3).Draw(t, "j")
			w.moveCorner(t, i, j)
			for _, k := range [][2]int{{i, j}, {i - 1, j}, {i, j - 1}} {
				w.bend(t, k[0], k[1])
			}
			var changed []arcs.Face
			for _, k := range [][2]int{{i, j}, {i - 1, j}, {i, j - 1}, {i - 1, j - 1}} {
				changed = append(changed, arcs.Face{ID: w.number(k[0], k[1]), Boundary: geo.MultiPolygon{w.cell(k[0], k[1])}})
			}
			outer := geo.MultiPolygon{w.around(0, 0, w.side, w.side)}
			if i == 1 || j == 1 { // bending an outer edge bends the town's border
				changed = append(changed, arcs.Face{ID: town, Boundary: outer})
			}
			for _, side := range [][2]int{{i - 2, j}, {i - 2, j - 1}, {i, j - 2}, {i - 1, j - 2}} {
				if side[0] >= 0 && side[1] >= 0 {
					changed = append(changed, arcs.Face{ID: w.number(side[0], side[1]), Boundary: geo.MultiPolygon{w.cell(side[0], side[1])}})
				}
			}
			if n, err = n.With(changed...); err != nil {
				t.Fatal(err)
			}
			fresh, err := arcs.Build(w.faces())
			if err != nil {
				t.Fatal(err)
			}
			if err := same(n, fresh); err != nil {
				t.Fatalf("after the edit: %v", err)
			}
			if err := same(old, before); err != nil {
				t.Fatalf("the old net: %v", err)
			}
			checkTiling(t, n)
		}
	})
}

func TestFacesComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawPatchwork(t, 3)
		all := w.faces()
		present := make(map[uint32]arcs.Face)
		n := new(arcs.Net)
		for range 6 {
			var changed []arcs.Face
			for _, k := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(all)-1), 1, 4, rapid.ID).Draw(t, "faces") {
				f := all[k]
				if _, there := present[f.ID]; there {
					delete(present, f.ID)
					f.Boundary = nil
				} else {
					present[f.ID] = f
				}
				changed = append(changed, f)
			}
			var err error
			if n, err = n.With(changed...); err != nil {
				t.Fatal(err)
			}
			var faces []arcs.Face
			for _, f := range present {
				faces = append(faces, f)
			}
			fresh, err := arcs.Build(faces)
			if err != nil {
				t.Fatal(err)
			}
			if err := same(n, fresh); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func ring(xy ...int32) geo.Ring {
	var r geo.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, at(xy[i], xy[i+1]))
	}
	return append(r, r[0])
}

func face(id uint32, rings ...geo.Ring) arcs.Face {
	return arcs.Face{ID: id, Boundary: geo.MultiPolygon{rings}}
}

func TestBuild(t *testing.T) {
	for name, row := range map[string]struct {
		faces []arcs.Face
		arcs  int
		err   error
	}{
		"nothing":                  {nil, 0, nil},
		"a face without boundary":  {[]arcs.Face{{ID: 1}}, 0, nil},
		"a lone square is one arc": {[]arcs.Face{face(1, ring(0, 0, 10, 0, 10, 10, 0, 10))}, 1, nil},
		"two neighbours share one of three": {[]arcs.Face{
			face(1, ring(0, 0, 10, 0, 10, 10, 0, 10)), face(2, ring(10, 0, 20, 0, 20, 10, 10, 10))}, 3, nil},
		"a town around them uses the same arcs": {[]arcs.Face{
			face(1, ring(0, 0, 10, 0, 10, 10, 0, 10)), face(2, ring(10, 0, 20, 0, 20, 10, 10, 10)),
			face(3, ring(0, 0, 10, 0, 20, 0, 20, 10, 10, 10, 0, 10))}, 3, nil},
		"a vertex in the middle of the neighbour's edge": {[]arcs.Face{
			face(1, ring(0, 0, 10, 0, 10, 10, 0, 10)), face(2, ring(10, 0, 20, 0, 20, 10, 10, 10, 10, 5))}, 3, nil},
		"two neighbours along one long edge": {[]arcs.Face{
			face(1, ring(0, 0, 10, 0, 10, 10, 0, 10)), face(2, ring(10, 0, 20, 0, 20, 4, 10, 4)),
			face(3, ring(10, 4, 20, 4, 20, 10, 10, 10))}, 6, nil},
		"an enclave is one arc": {[]arcs.Face{
			face(1, ring(0, 0, 10, 0, 10, 10, 0, 10), ring(3, 3, 3, 6, 6, 6, 6, 3)), face(2, ring(3, 3, 6, 3, 6, 6, 3, 6))}, 2, nil},
		"the same number twice": {[]arcs.Face{face(1, ring(0, 0, 1, 0, 1, 1)), face(1, ring(5, 5, 6, 5, 6, 6))}, 0, arcs.ErrDuplicate},
		"a ring left open":      {[]arcs.Face{face(1, ring(0, 0, 10, 0, 10, 10, 0, 10)[:4])}, 0, geo.ErrUnclosed},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := arcs.Build(row.faces)
			if !errors.Is(err, row.err) {
				t.Fatalf("Build: %v, want %v", err, row.err)
			}
			if err != nil {
				return
			}
			count := 0
			for range n.Arcs() {
				count++
			}
			if count != row.arcs {
				t.Errorf("%d arcs, want %d", count, row.arcs)
			}
			for _, f := range row.faces {
				if got := n.Polygon(f.ID, arcs.FullZoom); got.DoubleArea() != f.Boundary.DoubleArea() {
					t.Errorf("face %d came back as %v", f.ID, got)
				}
			}
		})
	}
}

// A lake and its island must both survive at zoom 0, and a sliver between two
// banks must not close.
func TestNothingCollapses(t *testing.T) {
	faces := []arcs.Face{
		face(1, ring(0, 0, 1000, 0, 1000, 1000, 0, 1000), ring(500, 500, 500, 502, 502, 502, 502, 500)),
		face(2, ring(500, 500, 502, 500, 502, 502, 500, 502)),
		face(3, ring(0, 1000, 1000, 1000, 500, 1001)),
	}
	n, err := arcs.Build(faces)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faces {
		if err := geo.Check(n.Polygon(f.ID, 0)); err != nil {
			t.Errorf("face %d at zoom 0: %v", f.ID, err)
		}
	}
	if got := len(n.Polygon(2, 0)[0][0]); got != 4 {
		t.Errorf("the island has %d points at zoom 0, want a triangle", got)
	}
}

func TestCrossings(t *testing.T) {
	square := func(id uint32, x, y int32) arcs.Face {
		return face(id, ring(x, y, x+10, y, x+10, y+10, x, y+10))
	}
	for name, row := range map[string]struct {
		faces []arcs.Face
		want  int
	}{
		"neighbours that share vertices":   {[]arcs.Face{square(1, 0, 0), square(2, 10, 0)}, 0},
		"a vertex on the neighbour's edge": {[]arcs.Face{square(1, 0, 0), square(2, 10, 5)}, 0},
		"two squares over one another":     {[]arcs.Face{square(1, 0, 0), square(2, 5, 5)}, 1},
		"apart":                            {[]arcs.Face{square(1, 0, 0), square(2, 50, 0)}, 0},
		"a border redrawn askew":           {[]arcs.Face{square(1, 0, 0), face(2, ring(11, 0, 20, 0, 20, 10, 9, 10))}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := arcs.Build(row.faces)
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for range n.Crossings() {
				got++
			}
			if got != row.want {
				t.Errorf("%d crossings, want %d", got, row.want)
			}
		})
	}
}

// Two towns with a common border of three crooked points: far out it is drawn
// straight, and still by both alike.
func ExampleNet_Polygon() {
	west := face(1, ring(0, 0, 4000, 0, 4100, 500, 3900, 1000, 4000, 1500, 0, 1500))
	east := face(2, ring(4000, 0, 8000, 0, 8000, 1500, 4000, 1500, 3900, 1000, 4100, 500))
	n, err := arcs.Build([]arcs.Face{west, east})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, zoom := range []uint8{20, 13} {
		w, e := n.Polygon(1, zoom), n.Polygon(2, zoom)
		fmt.Println(zoom, len(w[0][0]), len(e[0][0]), w.DoubleArea()+e.DoubleArea())
	}
	// Output:
	// 20 7 7 24000000
	// 13 6 6 24000000
}
