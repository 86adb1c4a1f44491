package geo

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// The values were computed with geod of PROJ 9 on GRS 80.
func TestDistanceAgreesWithPROJ(t *testing.T) {
	home := At(106.55, 29.56)
	for name, row := range map[string]struct {
		to     Point
		metres float64
		within float64
	}{
		"down the street":      {At(106.5512, 29.5605), 128.8222, 0.001},
		"into the next town":   {At(107.3, 30.1), 94007.7045, 2},
		"all the way to 北京":    {At(116.4, 39.9), 1457253.3776, 20},
		"nowhere":              {home, 0, 0},
		"the other end":        {At(-73.45, -29.56), 2.0003931e7, 40_000},
		"from pole to equator": {At(106.55, 90), 1e7 - 3271000, 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			if got := DistanceM(home, row.to); math.Abs(got-row.metres) > row.within {
				t.Errorf("DistanceM = %.4f, want %.4f", got, row.metres)
			}
		})
	}
}

func TestBearing(t *testing.T) {
	home := At(106.55, 29.56)
	for name, row := range map[string]struct {
		to   Point
		want float64
	}{
		"itself":               {home, 0},
		"north":                {At(106.55, 29.57), 0},
		"east":                 {At(106.56, 29.56), 90},
		"west":                 {At(106.54, 29.56), 270},
		"a hair west of north": {Point{home.Lon - 1, home.Lat + 1e7}, 360},
		"down the street":      {At(106.5512, 29.5605), 64.5179},
	} {
		t.Run(name, func(t *testing.T) {
			got := BearingDegrees(home, row.to)
			if math.Abs(got-row.want) > 0.01 || got >= 360 {
				t.Errorf("BearingDegrees = %v, want %v", got, row.want)
			}
		})
	}
}

// A hectare measured by sides must be one measured by area, and a county's worth
// of land must agree with the sum of its pieces.
func TestArea(t *testing.T) {
	a, b := At(106.55, 29.56), At(106.551, 29.561)
	field := MultiPolygon{{ring(a.Lon, a.Lat, b.Lon, a.Lat, b.Lon, b.Lat, a.Lon, b.Lat)}}
	sides := DistanceM(a, Point{b.Lon, a.Lat}) * DistanceM(a, Point{a.Lon, b.Lat})
	if got := AreaM2(field); math.Abs(got/sides-1) > 2e-5 {
		t.Errorf("AreaM2 = %v, sides give %v", got, sides)
	}
	var sum float64
	for i := range int32(10) {
		sum += AreaM2(MultiPolygon{{ring(1065000000+i*100000, 295000000, 1065000000+(i+1)*100000, 295000000,
			1065000000+(i+1)*100000, 296000000, 1065000000+i*100000, 296000000)}})
	}
	whole := AreaM2(MultiPolygon{{ring(1065000000, 295000000, 1066000000, 295000000, 1066000000, 296000000, 1065000000, 296000000)}})
	if math.Abs(sum/whole-1) > 1e-12 {
		t.Errorf("pieces have %v m², the whole %v", sum, whole)
	}
	hole := MultiPolygon{{square(0, 0, 1000), square(0, 0, 500)}}
	if got, want := AreaM2(hole), 3*AreaM2(MultiPolygon{{square(0, 0, 500)}}); math.Abs(got/want-1) > 1e-6 {
		t.Errorf("with a quarter cut out: %v, want %v", got, want)
	}
}

func TestGapM(t *testing.T) {
	at := At(106.5, 29.5)
	east := func(metres float64) Point { return planeAt(at).point(metres, 0) }
	house := MultiPolygon{{ring(east(10).Lon, at.Lat-1000, east(20).Lon, at.Lat-1000, east(20).Lon, at.Lat+1000, east(10).Lon, at.Lat+1000)}}
	for name, row := range map[string]struct {
		g    Geometry
		r    float64
		want bool
	}{
		"a lamp 5 m away, asked for 6": {east(5), 6, true},
		"a lamp 5 m away, asked for 4": {east(5), 4, false},
		"a house 10 m away":            {house, 10.01, true},
		"a house farther than asked":   {house, 9.9, false},
		"a street passing 5 m off":     {MultiLine{{{east(5).Lon, at.Lat - 5000}, {east(5).Lon, at.Lat + 5000}}}, 5.01, true},
		"inside a park":                {MultiPolygon{{square(at.Lon-1000, at.Lat-1000, 2000)}}, 0, true},
		"something without any points": {MultiLine{}, 1e9, false},
		"the point that is no place":   {Point{}, 1e9, false},
		"no geometry":                  {nil, 1e9, false},
	} {
		t.Run(name, func(t *testing.T) {
			if gap := GapM(row.g, at); gap <= row.r != row.want {
				t.Errorf("%v m away, asked for %v", gap, row.r)
			}
		})
	}
}

func TestIntersects(t *testing.T) {
	big := MultiPolygon{{square(0, 0, 100), square(20, 20, 60)}}
	for name, row := range map[string]struct {
		other MultiPolygon
		want  bool
	}{
		"over the border":        {MultiPolygon{{square(90, 40, 30)}}, true},
		"wholly inside":          {MultiPolygon{{square(2, 2, 3)}}, true},
		"wholly around":          {MultiPolygon{{square(-10, -10, 300)}}, true},
		"touching at a corner":   {MultiPolygon{{square(100, 100, 5)}}, true},
		"in the hole":            {MultiPolygon{{square(40, 40, 5)}}, false},
		"a hand's breadth apart": {MultiPolygon{{square(101, 0, 5)}}, false},
		"nothing":                {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if Intersects(big, row.other) != row.want || Intersects(row.other, big) != row.want {
				t.Errorf("Intersects is not %v both ways", row.want)
			}
		})
	}
}

func TestMergeTouching(t *testing.T) {
	for name, row := range map[string]struct {
		pieces   []Polygon
		polygons int
		area     int64
	}{
		"two halves of a house":        {[]Polygon{{square(0, 0, 10)}, {square(10, 0, 10)}}, 1, 400},
		"a cut that overlaps":          {[]Polygon{{square(0, 0, 10)}, {square(8, 0, 10)}}, 1, 360},
		"a house in four tiles":        {[]Polygon{{square(0, 0, 10)}, {square(10, 0, 10)}, {square(0, 10, 10)}, {square(10, 10, 10)}}, 1, 800},
		"wings that touch at a corner": {[]Polygon{{square(0, 0, 10)}, {square(10, 10, 10)}}, 2, 400},
		"two houses with one id":       {[]Polygon{{square(0, 0, 10)}, {square(50, 50, 10)}}, 2, 400},
		"one clockwise piece":          {[]Polygon{{square(0, 0, 10).Reversed()}}, 1, 200},
		"four wings around a yard":     {[]Polygon{{ring(0, 0, 30, 0, 30, 10, 0, 10)}, {ring(0, 20, 30, 20, 30, 30, 0, 30)}, {ring(0, 10, 10, 10, 10, 20, 0, 20)}, {ring(20, 10, 30, 10, 30, 20, 20, 20)}}, 1, 1600},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := MergeTouching(row.pieces)
			if err != nil || len(got) != row.polygons || got.DoubleArea() != row.area || Check(got) != nil {
				t.Errorf("MergeTouching = %v, %v; Check: %v", got, err, Check(got))
			}
			if len(got) > 0 && !got[0][0].IsCCW() {
				t.Error("outer ring runs clockwise")
			}
		})
	}
}

func TestLabelPointLiesInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A comb: a spine along the bottom and teeth of random height.
		r := Ring{{1065000000, 295000000}}
		r = append(r, Point{1065000000 + 8*1000, 295000000})
		for x := int32(7); x >= 0; x-- {
			h := 100 + rapid.Int32Range(0, 20000).Draw(t, "tooth")
			r = append(r, Point{1065000000 + x*1000 + 1000, 295000000 + h}, Point{1065000000 + x*1000 + 1, 295000000 + h})
		}
		r = append(r, r[0])
		m := MultiPolygon{{r}}
		if Check(m) != nil {
			return
		}
		if p := m.LabelPoint(); !m.Contains(p) {
			t.Fatalf("%v lies outside", p)
		}
	})
}

// Results on the lattice must be fit to store, whatever rounding did to them.
func TestOverlaysGiveValidGeometry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		home, spread := At(106.5, 29.5), rapid.SampledFrom([]int32{30, 3000, 100_000}).Draw(t, "spread")
		point := rapid.Custom(func(t *rapid.T) Point {
			return Point{home.Lon + rapid.Int32Range(0, spread).Draw(t, "x"), home.Lat + rapid.Int32Range(0, spread).Draw(t, "y")}
		})
		var pieces []Polygon
		for range rapid.IntRange(2, 5).Draw(t, "pieces") {
			r := Ring(rapid.SliceOfN(point, 3, 3).Draw(t, "corners"))
			r = append(r, r[0])
			if checkRing(r) == nil {
				pieces = append(pieces, Polygon{r})
			}
		}
		if len(pieces) == 0 {
			return
		}
		merged, err := MergeTouching(pieces)
		if errors.Is(err, ErrTooFine) {
			return // rapid is fond of slivers a centimetre wide
		}
		if err != nil || Check(merged) != nil {
			t.Fatalf("MergeTouching %v: %v; Check: %v", pieces, err, Check(merged))
		}
	})
}

// Pieces the size of wings and houses must always merge, however they lie.
func TestHousesAlwaysMerge(t *testing.T) {
	chance := rand.New(rand.NewPCG(7, 7))
	for i := range 1000 {
		var pieces []Polygon
		for range 2 + i%3 {
			x, y, angle := 1065e6+chance.Float64()*2000, 295e6+chance.Float64()*2000, chance.Float64()
			sin, cos := math.Sincos(angle)
			var r Ring
			for _, c := range [][2]float64{{0, 0}, {1500, 0}, {1500, 800}, {0, 800}, {0, 0}} {
				r = append(r, nearestPoint(x+c[0]*cos-c[1]*sin, y+c[0]*sin+c[1]*cos))
			}
			pieces = append(pieces, Polygon{r})
		}
		merged, err := MergeTouching(pieces)
		if err != nil || Check(merged) != nil {
			t.Fatalf("MergeTouching %v: %v; Check: %v", pieces, err, Check(merged))
		}
		if area := merged.DoubleArea(); area < 2*1500*800-10000 || area > int64(len(pieces))*2*1500*800+10000 {
			t.Fatalf("%d pieces merge into %d square units", len(pieces), area/2)
		}
	}
}

func TestLabelPointIsFarFromTheBorder(t *testing.T) {
	const x, y, m = 1065000000, 295000000, 100 // m: about a metre
	at := func(xy ...int32) Ring {
		for i := range xy {
			xy[i] = xy[i]*m + [2]int32{x, y}[i%2]
		}
		return ring(xy...)
	}
	for name, row := range map[string]struct {
		shape  MultiPolygon
		metres float64 // at least so far from the border
	}{
		"a square":                          {MultiPolygon{{at(0, 0, 100, 0, 100, 100, 0, 100)}}, 47},
		"an L takes one of its legs":        {MultiPolygon{{at(0, 0, 100, 0, 100, 20, 20, 20, 20, 100, 0, 100)}}, 9.5},
		"a square with a hole in its heart": {MultiPolygon{{at(0, 0, 100, 0, 100, 100, 0, 100), at(40, 40, 40, 60, 60, 60, 60, 40)}}, 20},
		"a bottle, not its neck":            {MultiPolygon{{at(0, 0, 200, 0, 200, 5, 60, 5, 60, 60, 0, 60)}}, 27},
		"the larger of two":                 {MultiPolygon{{at(0, 0, 4, 0, 4, 4, 0, 4)}, {at(10, 0, 110, 0, 110, 100, 10, 100)}}, 47},
		"a sliver of a centimetre":          {MultiPolygon{{Ring{{x, y}, {x + 9, y}, {x + 9, y + 1}, {x, y}}}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := row.shape.LabelPoint()
			var border MultiLine
			for _, g := range row.shape {
				for _, r := range g {
					border = append(border, Line(r))
				}
			}
			if gap := GapM(border, p); !row.shape.Contains(p) || gap < row.metres*0.95 {
				t.Errorf("label at %v, inside %v, %.1f m from the border", p, row.shape.Contains(p), gap)
			}
		})
	}
	if p := (MultiPolygon)(nil).LabelPoint(); !p.IsZero() {
		t.Errorf("nothing has its label at %v", p)
	}
}
