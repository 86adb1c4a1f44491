package build

import (
	"math"
	"testing"

	"quanxi/grid/generate/plane"
)

func TestSplitAlongKeepsTheArea(t *testing.T) {
	r := plane.Ring{{X: 0, Y: 0}, {X: 40, Y: 0}, {X: 40, Y: 30}, {X: 0, Y: 30}}
	bent := plane.Line{{X: 10, Y: 0}, {X: 15, Y: 20}, {X: 25, Y: 20}, {X: 30, Y: 30}} // from edge 0 to edge 2
	one, two := splitAlong(r, bent, 0, 2)
	if one.Area() <= 0 || two.Area() <= 0 || math.Abs(one.Area()+two.Area()-r.Area()) > 1e-9 {
		t.Errorf("parts of %.1f and %.1f of %.1f", one.Area(), two.Area(), r.Area())
	}
}

func TestChord(t *testing.T) {
	r := plane.Ring{{X: 0, Y: 0}, {X: 40, Y: 0}, {X: 40, Y: 30}, {X: 0, Y: 30}}
	a, b, ok := chord(r, plane.Vec{X: 10, Y: 10}, plane.Vec{Y: 1})
	if !ok || a.Dist(plane.Vec{X: 10, Y: 0}) > 1e-6 || b.Dist(plane.Vec{X: 10, Y: 30}) > 1e-6 {
		t.Errorf("chord %v %v %v", a, b, ok)
	}
	comb := plane.Ring{{X: 0, Y: 0}, {X: 30, Y: 0}, {X: 30, Y: 20}, {X: 20, Y: 20}, {X: 20, Y: 5}, {X: 10, Y: 5}, {X: 10, Y: 20}, {X: 0, Y: 20}}
	if _, _, ok := chord(comb, plane.Vec{X: 5, Y: 10}, plane.Vec{X: 1}); ok {
		t.Error("a line across both teeth is no chord")
	}
}

func TestShapesStayInTheirBox(t *testing.T) {
	box := plane.Box{C: plane.Vec{X: 5, Y: 7}, U: plane.Heading(0.3), L: 14, W: 10}
	for name, ring := range map[string]plane.Ring{
		"butterfly": point(box, 0), "cross": point(box, 1), "T": point(box, 2),
		"L": house(box, 1), "U": house(box, 2), "slab": notched(box, 3),
	} {
		if ring.Area() < 0.4*4*box.L*box.W {
			t.Errorf("%s covers %.0f m², counter-clockwise", name, ring.Area())
		}
		for _, p := range ring {
			if q := box.Local(p); math.Abs(q.X) > box.L+1e-9 || math.Abs(q.Y) > box.W+1e-9 {
				t.Errorf("%s leaves its box at %v", name, q)
			}
		}
		lattice := ring.Lattice()
		for i := range lattice[1:] {
			for j := i + 2; j < len(lattice)-1; j++ {
				a, b, c, d := plane.From(lattice[i]), plane.From(lattice[i+1]), plane.From(lattice[j]), plane.From(lattice[j+1])
				if _, _, ok := plane.Cross(a, b, c, d); ok && !(i == 0 && j == len(lattice)-2) {
					t.Errorf("%s crosses itself", name)
				}
			}
		}
	}
}
