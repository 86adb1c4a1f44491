package plane

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
)

func TestLatticeAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{Lon: rapid.Int32Range(1_052_000_000, 1_102_000_000).Draw(t, "lon"), Lat: rapid.Int32Range(281_000_000, 323_000_000).Draw(t, "lat")}
		if got := From(p).Lattice(); got != p {
			t.Fatalf("%v came back as %v", p, got)
		}
	})
}

func TestSplitKeepsTheArea(t *testing.T) {
	r := Ring{{0, 0}, {40, 0}, {50, 30}, {20, 45}, {-5, 20}}
	rapid.Check(t, func(t *rapid.T) {
		p := Vec{rapid.Float64Range(5, 35).Draw(t, "x"), rapid.Float64Range(5, 25).Draw(t, "y")}
		d := Heading(rapid.Float64Range(0, math.Pi).Draw(t, "angle"))
		left, right, ok := r.Split(p, d)
		if !ok {
			t.Fatal("a line through the inside of a convex ring cuts it")
		}
		if off := left.Area() + right.Area() - r.Area(); math.Abs(off) > 1e-6 {
			t.Fatalf("off by %g", off)
		}
		if d.Cross(left.Inner().Sub(p)) < 0 || d.Cross(right.Inner().Sub(p)) > 0 {
			t.Fatal("left and right changed places")
		}
	})
}

func TestSplitRefusesThreePieces(t *testing.T) {
	comb := Ring{{0, 0}, {30, 0}, {30, 20}, {20, 20}, {20, 5}, {10, 5}, {10, 20}, {0, 20}}
	if _, _, ok := comb.Split(Vec{0, 10}, Vec{1, 0}); ok {
		t.Error("a line across both teeth makes three pieces")
	}
}

func TestSmallestBox(t *testing.T) {
	want := Box{C: Vec{10, 20}, U: Heading(0.4), L: 30, W: 12}
	got := want.Ring().SmallestBox()
	if got.C.Dist(want.C) > 1e-6 || math.Abs(got.L-30) > 1e-6 || math.Abs(got.W-12) > 1e-6 || math.Abs(got.U.Cross(want.U)) > 1e-6 {
		t.Errorf("got %+v", got)
	}
}

func TestInnerLiesInside(t *testing.T) {
	for _, r := range []Ring{
		{{0, 0}, {10, 0}, {10, 10}, {0, 10}},
		{{0, 0}, {100, 0}, {100, 4}, {4, 4}, {4, 100}, {0, 100}}, // an L whose centre of gravity lies outside
	} {
		if p := r.Inner(); !r.Contains(p) || r.EdgeDist(p) < 1 {
			t.Errorf("inner place %v of %v", p, r)
		}
	}
}

func TestSimplifyKeepsWithinTolerance(t *testing.T) {
	var l Line
	for i := range 200 {
		l = append(l, Vec{float64(i), 10 * math.Sin(float64(i)/15)})
	}
	s := l.Simplify(0.5)
	if len(s) >= len(l)/4 || s[0] != l[0] || s[len(s)-1] != l[len(l)-1] {
		t.Errorf("%d of %d vertices left", len(s), len(l))
	}
	for _, v := range l {
		best := math.Inf(1)
		for i := 1; i < len(s); i++ {
			best = min(best, DistSegment(v, s[i-1], s[i]))
		}
		if best > 0.5001 {
			t.Fatalf("%v lies %.2f m off", v, best)
		}
	}
}

func TestGapRings(t *testing.T) {
	a := Box{C: Vec{0, 0}, U: Vec{1, 0}, L: 5, W: 5}
	for _, tc := range []struct {
		name string
		x    float64
		want float64
	}{{"apart", 14, 4}, {"touching", 10, 0}, {"overlapping", 6, 0}, {"one within the other", 0, 0}} {
		b := Box{C: Vec{tc.x, 0}, U: Vec{1, 0}, L: 5, W: 5}
		if tc.x == 0 {
			b.L, b.W = 2, 2
		}
		if got := GapRings(a.Ring(), b.Ring()); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%s: %g", tc.name, got)
		}
	}
}

func TestOutlineAgreesWithItsRing(t *testing.T) {
	var r Ring
	for k := range 90 {
		a := 2 * math.Pi * float64(k) / 90
		r = append(r, Heading(a).Mul(800+200*math.Sin(5*a)))
	}
	o := NewOutline(r)
	rapid.Check(t, func(t *rapid.T) {
		p := Vec{rapid.Float64Range(-1100, 1100).Draw(t, "x"), rapid.Float64Range(-1100, 1100).Draw(t, "y")}
		if o.Contains(p) != r.Contains(p) {
			t.Fatalf("%v: outline says %v", p, o.Contains(p))
		}
		if got, want := o.Clear(p, 40), r.Contains(p) && r.EdgeDist(p) >= 40; got != want {
			t.Fatalf("%v: clear %v, want %v", p, got, want)
		}
	})
}

func TestInsideTiesCutEnds(t *testing.T) {
	r := Ring{{0, 0}, {500, 0}, {1000, 0}, {1000, 500}, {1000, 1000}, {0, 1000}}
	o := NewOutline(r)
	got := o.Inside(Line{{500, 500}, {1500, 500}}, 16)
	if len(got) != 1 || got[0][0] != (Vec{500, 500}) || got[0][len(got[0])-1] != (Vec{1000, 500}) {
		t.Errorf("got %v", got)
	}
	if got := o.Inside(Line{{100, 100}, {900, 900}}, 16); len(got) != 1 || len(got[0]) != 2 {
		t.Errorf("a line within changed: %v", got)
	}
}
