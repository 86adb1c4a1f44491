package geo

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// ring builds a closed ring from lon, lat pairs in lattice units.
func ring(xy ...int32) Ring {
	var r Ring
	for i := 0; i+1 < len(xy); i += 2 {
		r = append(r, Point{xy[i], xy[i+1]})
	}
	return append(r, r[0])
}

func square(x, y, side int32) Ring { return ring(x, y, x+side, y, x+side, y+side, x, y+side) }

func TestCheck(t *testing.T) {
	bowtie := ring(0, 0, 10, 10, 10, 0, 0, 10)
	for name, row := range map[string]struct {
		g    Geometry
		want error
	}{
		"no geometry at all":                            {nil, ErrNoPlace},
		"the point that is no place":                    {Point{}, ErrNoPlace},
		"a point in town":                               {At(106.5, 29.5), nil},
		"a point beyond the pole":                       {Point{0, 91 * PerDegree}, ErrRange},
		"a line of one point":                           {MultiLine{{{1, 1}}}, ErrTooFew},
		"a line of two points":                          {MultiLine{{{1, 1}, {2, 2}}}, nil},
		"a square":                                      {MultiPolygon{{square(0, 0, 10)}}, nil},
		"a clockwise square is merely not normal":       {MultiPolygon{{square(0, 0, 10).Reversed()}}, nil},
		"a polygon of two points":                       {MultiPolygon{{{{0, 0}, {1, 1}}}}, ErrTooFew},
		"a ring left open":                              {MultiPolygon{{square(0, 0, 10)[:4]}}, ErrUnclosed},
		"a ring squashed flat":                          {MultiPolygon{{ring(0, 0, 5, 5, 10, 10)}}, ErrNoArea},
		"a bow tie":                                     {MultiPolygon{{bowtie}}, ErrCrossing},
		"a lopsided bow tie":                            {MultiPolygon{{ring(0, 0, 10, 10, 10, 0, 0, 12)}}, ErrCrossing},
		"a ring with a spike":                           {MultiPolygon{{ring(0, 0, 10, 0, 10, 10, 10, 20, 10, 10, 0, 10)}}, ErrCrossing},
		"a ring that touches its own edge":              {MultiPolygon{{ring(0, 0, 10, 0, 10, 10, 5, 0, 0, 10)}}, ErrCrossing},
		"a repeated point is no fault":                  {MultiPolygon{{ring(0, 0, 10, 0, 10, 0, 10, 10, 0, 10)}}, nil},
		"a corner in line with its neighbours":          {MultiPolygon{{ring(0, 0, 5, 0, 10, 0, 10, 10, 0, 10)}}, nil},
		"a hole":                                        {MultiPolygon{{square(0, 0, 10), square(2, 2, 3)}}, nil},
		"a hole that touches the outer ring":            {MultiPolygon{{square(0, 0, 10), ring(0, 5, 3, 3, 3, 7)}}, nil},
		"a hole outside":                                {MultiPolygon{{square(0, 0, 10), square(20, 2, 3)}}, ErrOutside},
		"a hole around everything":                      {MultiPolygon{{square(0, 0, 10), square(-2, -2, 30)}}, ErrOutside},
		"a hole that pokes out":                         {MultiPolygon{{square(0, 0, 10), ring(5, 5, 15, 4, 15, 6)}}, ErrOverlaps},
		"a hole that leaves through a corner":           {MultiPolygon{{square(0, 0, 10), ring(5, 5, 10, 10, 15, 12, 10, 10, 6, 5)}}, ErrCrossing},
		"a hole that passes out exactly at a vertex":    {MultiPolygon{{ring(0, 0, 10, 0, 10, 5, 10, 10, 0, 10), ring(5, 5, 10, 5, 20, 7, 20, 3, 10, 4)}}, ErrOutside},
		"a hole that shares an edge with the outer one": {MultiPolygon{{square(0, 0, 10), ring(0, 2, 3, 2, 3, 5, 0, 5)}}, ErrOverlaps},
		"a hole in a hole":                              {MultiPolygon{{square(0, 0, 10), square(1, 1, 8), square(3, 3, 2)}}, ErrOverlaps},
		"holes that touch at a corner":                  {MultiPolygon{{square(0, 0, 10), square(1, 1, 2), square(3, 3, 2)}}, nil},
		"an island in the hole of another":              {MultiPolygon{{square(0, 0, 10), square(2, 2, 5)}, {square(3, 3, 2)}}, nil},
		"two polygons over the same ground":             {MultiPolygon{{square(0, 0, 10)}, {square(2, 2, 5)}}, ErrOverlaps},
		"the same polygon twice":                        {MultiPolygon{{square(0, 0, 10)}, {square(0, 0, 10)}}, ErrOverlaps},
		"two polygons that meet at a corner":            {MultiPolygon{{square(0, 0, 10)}, {square(10, 10, 5)}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if err := Check(row.g); !errors.Is(err, row.want) {
				t.Errorf("Check = %v, want %v", err, row.want)
			}
		})
	}
}

func TestCheckDegrees(t *testing.T) {
	for name, row := range map[string]struct {
		lon, lat float64
		want     error
	}{
		"a place in Chongqing":      {106.5, 29.5, nil},
		"the corner of the map":     {-180, -90, nil},
		"latitude first":            {29.5, 106.5, ErrSwapped},
		"not a number":              {math.NaN(), 29.5, ErrRange},
		"an infinite latitude":      {106.5, math.Inf(1), ErrRange},
		"metres instead of degrees": {36500000, 3265000, ErrRange},
		"not a number, not swapped": {29.5, math.NaN(), ErrRange},
	} {
		t.Run(name, func(t *testing.T) {
			if err := CheckDegrees(row.lon, row.lat); !errors.Is(err, row.want) {
				t.Errorf("CheckDegrees = %v, want %v", err, row.want)
			}
		})
	}
	if errors.Is(CheckDegrees(math.NaN(), 1), ErrSwapped) {
		t.Error("NaN is reported as swapped")
	}
}

// A square cut by random chains from west to east is a partition: each point of
// it, and above all each vertex and point of an edge, belongs to one strip.
func TestEachPointBelongsToOneCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const width, strips = 12, 4
		var levels [strips + 1]Line
		for k := range levels {
			for x := int32(0); x <= width; x += 2 {
				y := int32(k) * 8
				if k > 0 && k < strips {
					y += rapid.Int32Range(-3, 3).Draw(t, "bend")
				}
				levels[k] = append(levels[k], Point{x, y})
			}
		}
		var cells []Polygon
		for k := range strips {
			r := Ring(append(Line{}, levels[k]...))
			for i := len(levels[k+1]) - 1; i >= 0; i-- {
				r = append(r, levels[k+1][i])
			}
			cells = append(cells, Polygon{append(r, r[0])})
		}
		for x := int32(-1); x <= width+1; x++ {
			for y := int32(-1); y <= 8*strips+1; y++ {
				owners := 0
				for _, c := range cells {
					if c.Contains(Point{x, y}) {
						owners++
					}
				}
				want := 0
				if x >= 0 && x < width && y >= 0 && y < 8*strips {
					want = 1
				}
				if owners != want {
					t.Fatalf("point %d,%d has %d owners, want %d", x, y, owners, want)
				}
			}
		}
	})
}

func TestProjectReturnsEveryLatticePoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Point{rapid.Int32Range(-maxLon, maxLon-1).Draw(t, "lon"), rapid.Int32Range(-850_000_000, 850_000_000).Draw(t, "lat")}
		if q := Unproject(Project(p)); q != p {
			t.Fatalf("%v came back as %v", p, q)
		}
	})
}
