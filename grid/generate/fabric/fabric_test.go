package fabric

import (
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
)

func square(x, y, side int32) geo.Ring {
	return geo.Ring{{Lon: x, Lat: y}, {Lon: x + side, Lat: y}, {Lon: x + side, Lat: y + side}, {Lon: x, Lat: y + side}, {Lon: x, Lat: y}}
}

func line(class uint8, at ...int32) []Segment {
	var out []Segment
	for i := 2; i+1 < len(at); i += 2 {
		out = append(out, Segment{geo.Point{Lon: at[i-2], Lat: at[i-1]}, geo.Point{Lon: at[i], Lat: at[i+1]}, class})
	}
	return out
}

func TestBuildCutsARing(t *testing.T) {
	ring := square(100_000, 100_000, 100_000)
	both := append(line(3, 100_000, 100_000, 200_000, 200_000), line(5, 200_000, 100_000, 100_000, 200_000)...)
	for _, tc := range []struct {
		name  string
		lines []Segment
		faces int
	}{
		{"no line leaves one face", nil, 1},
		{"a diagonal makes two", line(3, 100_000, 100_000, 200_000, 200_000), 2},
		{"two that cross make four", both, 4},
		{"a dead end is left out", line(3, 100_000, 100_000, 150_000, 160_000), 1},
		{"a line that misses a corner by less than eps is tied to it", line(3, 100_050, 100_040, 199_960, 199_970), 2},
		{"a line through the ring is left out", line(3, 100_000, 100_000, 150_000, 250_000), 1},
		{"a large island is tied to the ring", line(3, 120_000, 120_000, 180_000, 130_000, 160_000, 180_000, 120_000, 120_000), 3},
		{"the same line twice counts once", append(line(3, 100_000, 100_000, 200_000, 200_000), line(4, 200_000, 200_000, 100_000, 100_000)...), 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := Build(geo.Polygon{ring}, tc.lines, 110)
			if err != nil {
				t.Fatal(err)
			}
			if len(g.Faces) != tc.faces {
				t.Errorf("%d faces, want %d", len(g.Faces), tc.faces)
			}
			checkExact(t, ring, g)
		})
	}
}

// checkExact holds what every fabric promises: the faces fill the ring without
// gap or overlap, and the ring comes back vertex for vertex.
func checkExact(t interface{ Errorf(string, ...any) }, ring geo.Ring, g *Graph) {
	sum := int64(0)
	for f := range g.Faces {
		r := g.Ring(f)
		if a := DoubleArea(r); a <= 0 || a != g.Faces[f].Area2 {
			t.Errorf("face %d has area %d", f, a)
		}
		sum += DoubleArea(r)
		seen := map[geo.Point]bool{}
		for _, p := range r[1:] {
			if seen[p] {
				t.Errorf("face %d meets itself at %v", f, p)
			}
			seen[p] = true
		}
	}
	if sum != DoubleArea(ring) {
		t.Errorf("faces cover %d, the ring %d", sum, DoubleArea(ring))
	}
	outer := 0
	for h := range g.Origin {
		if g.Face[h] == Outside {
			outer++
		}
	}
	if outer != len(ring)-1 {
		t.Errorf("%d edges outside, the ring has %d", outer, len(ring)-1)
	}
}

func TestAnyLinesMakeAnExactFabric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := square(100_000, 100_000, 60_000)
		at := rapid.Int32Range(100_000, 160_000)
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Segment {
			return Segment{geo.Point{Lon: at.Draw(t, "x"), Lat: at.Draw(t, "y")}, geo.Point{Lon: at.Draw(t, "x"), Lat: at.Draw(t, "y")}, 3}
		}), 0, 24).Draw(t, "lines")
		for _, c := range []int{0, 1, 2, 3} { // some that hold on to the ring
			lines = append(lines, Segment{ring[c], geo.Point{Lon: at.Draw(t, "x"), Lat: at.Draw(t, "y")}, 4})
		}
		g, err := Build(geo.Polygon{ring}, lines, 110)
		if err != nil {
			t.Fatal(err)
		}
		checkExact(t, ring, g)
		label := make([]int32, len(g.Faces))
		for f := range label {
			label[f] = rapid.Int32Range(0, 2).Draw(t, "label")
		}
		sum := int64(0)
		for _, m := range g.Dissolve(label, 3) {
			for _, p := range m {
				for _, r := range p {
					sum += DoubleArea(r)
				}
			}
		}
		if sum != DoubleArea(ring) {
			t.Errorf("regions cover %d, the ring %d", sum, DoubleArea(ring))
		}
	})
}

func TestJoinMakesEachLabelOnePiece(t *testing.T) {
	ring := square(100_000, 100_000, 100_000)
	ring = geo.Ring{ring[0], {Lon: 130_000, Lat: 100_000}, {Lon: 170_000, Lat: 100_000}, ring[1], ring[2], {Lon: 170_000, Lat: 200_000}, {Lon: 130_000, Lat: 200_000}, ring[3], ring[0]}
	lines := append(line(3, 130_000, 100_000, 130_000, 200_000), line(3, 170_000, 100_000, 170_000, 200_000)...)
	g, err := Build(geo.Polygon{ring}, lines, 110)
	if err != nil {
		t.Fatal(err)
	}
	label := make([]int32, len(g.Faces))
	for f := range label { // the two outer strips carry label 0, the middle 1
		if Inside(g.Ring(f), geo.Point{Lon: 150_000, Lat: 150_000}) {
			label[f] = 1
		}
	}
	g.Join(label, 2)
	for l, m := range g.Dissolve(label, 2) {
		if len(m) != 1 {
			t.Errorf("label %d has %d pieces", l, len(m))
		}
	}
}

func TestAPointOnASharedEdgeHasOneOwner(t *testing.T) {
	left := geo.Ring{{Lon: 0, Lat: 0}, {Lon: 100, Lat: 0}, {Lon: 130, Lat: 90}, {Lon: 0, Lat: 90}, {Lon: 0, Lat: 0}}
	right := geo.Ring{{Lon: 100, Lat: 0}, {Lon: 200, Lat: 0}, {Lon: 200, Lat: 90}, {Lon: 130, Lat: 90}, {Lon: 100, Lat: 0}}
	for lat := int32(0); lat < 90; lat += 3 {
		p := geo.Point{Lon: 100 + lat/3, Lat: lat}
		if Inside(left, p) == Inside(right, p) {
			t.Errorf("%v belongs to both or neither", p)
		}
	}
}

func TestHolds(t *testing.T) {
	outer := square(0, 0, 1000)
	for _, tc := range []struct {
		name  string
		inner geo.Ring
		want  bool
	}{
		{"well inside", square(100, 100, 50), true},
		{"across the edge", square(980, 100, 50), false},
		{"outside", square(1100, 100, 50), false},
		{"touching the edge", square(950, 100, 50), false},
	} {
		if got := Holds(outer, tc.inner); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestAHoleIsAFaceOfItsOwn(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []Segment
		open  int // faces beside the hole
	}{
		{"nothing else inside", nil, 2},
		{"a line passes beside it and is crossed by what ties the hole", []Segment{{A: geo.Point{Lon: 0, Lat: 2000}, B: geo.Point{Lon: 10_000, Lat: 2000}, Class: 3}}, 4},
		{"a line would cross it", []Segment{{A: geo.Point{Lon: 0, Lat: 5000}, B: geo.Point{Lon: 10_000, Lat: 5000}, Class: 3}}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outer := geo.Ring{{}, {Lon: 5000}, {Lon: 10_000}, {Lon: 10_000, Lat: 2000}, {Lon: 10_000, Lat: 5000}, {Lon: 10_000, Lat: 10_000}, {Lat: 10_000}, {Lat: 5000}, {Lat: 2000}, {}}
			hole := geo.Ring{{Lon: 4000, Lat: 4000}, {Lon: 4000, Lat: 6000}, {Lon: 6000, Lat: 6000}, {Lon: 6000, Lat: 4000}, {Lon: 4000, Lat: 4000}}
			g, err := Build(geo.Polygon{outer, hole}, tt.lines, 110)
			if err != nil {
				t.Fatal(err)
			}
			area, open := int64(0), 0
			label := make([]int32, len(g.Faces))
			for f, in := range g.In([]geo.Ring{hole}) {
				if in {
					area += g.Faces[f].Area2
					label[f] = Closed
				} else {
					open++
				}
			}
			if area != -DoubleArea(hole) || open != tt.open {
				t.Errorf("the hole has %d of %d, beside it are %d faces", area, -DoubleArea(hole), open)
			}
			g.Join(label, 1)
			if m := g.Dissolve(label, 1)[0]; len(m) != 1 || len(m[0]) != 2 || DoubleArea(m[0][1]) != DoubleArea(hole) {
				t.Errorf("around it lies %v", m)
			}
		})
	}
}
