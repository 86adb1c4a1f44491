package geo

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Errors that Check and CheckDegrees wrap together with the place concerned.
var (
	ErrRange    = errors.New("coordinate out of range")
	ErrSwapped  = errors.New("longitude and latitude look swapped")
	ErrTooFew   = errors.New("too few points")
	ErrUnclosed = errors.New("ring is not closed")
	ErrNoArea   = errors.New("ring has no area")
	ErrCrossing = errors.New("border crosses or touches itself")
	ErrOutside  = errors.New("hole lies outside its outer ring")
	ErrOverlaps = errors.New("parts overlap")
	ErrNoPlace  = errors.New("geometry has no points")
)

// Limits of the lattice.
const (
	maxLon = 180 * PerDegree
	maxLat = 90 * PerDegree
)

// CheckDegrees returns an error that wraps ErrRange if lon or lat is NaN,
// infinite or beyond ±180 or ±90. If exchanging them would give a valid place,
// the error wraps ErrSwapped as well.
func CheckDegrees(lon, lat float64) error {
	switch {
	case inDegrees(lon, lat):
		return nil
	case inDegrees(lat, lon):
		return fmt.Errorf("longitude %v, latitude %v: %w: %w", lon, lat, ErrRange, ErrSwapped)
	}
	return fmt.Errorf("longitude %v, latitude %v: %w", lon, lat, ErrRange)
}

// inDegrees is false for NaN, as every comparison with it is.
func inDegrees(lon, lat float64) bool {
	return math.Abs(lon) <= 180 && math.Abs(lat) <= 90
}

// Check reports the first thing that makes g unfit to store, naming the place:
// ErrRange, ErrTooFew, ErrUnclosed, ErrNoArea, ErrCrossing (edges of one ring
// cross, overlap or touch), ErrOutside, ErrOverlaps (rings or polygons cover the
// same ground), ErrNoPlace (no points, or nil). Rings of one polygon may touch
// at single points, and so may polygons. The direction of rings is not checked:
// see MultiPolygon.Normalized. The answer is exact, in O(n log n) for the
// borders that occur on maps.
func Check(g Geometry) error {
	switch g := g.(type) {
	case Point:
		return checkPoint(g)
	case MultiLine:
		return checkLines(g)
	case MultiPolygon:
		return checkPolygons(g)
	}
	return ErrNoPlace
}

func checkPoint(p Point) error {
	if p.IsZero() {
		return ErrNoPlace
	}
	return checkPoints([]Point{p})
}

func checkLines(m MultiLine) error {
	if len(m) == 0 {
		return ErrNoPlace
	}
	for i, l := range m {
		if len(l) < 2 {
			return fmt.Errorf("line %d: %w: %d, need 2", i+1, ErrTooFew, len(l))
		}
		if err := checkPoints(l); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

func checkPoints(points []Point) error {
	for i, p := range points {
		if p.Lon < -maxLon || p.Lon > maxLon || p.Lat < -maxLat || p.Lat > maxLat {
			return fmt.Errorf("point %d %v: %w", i+1, p, ErrRange)
		}
	}
	return nil
}

func checkPolygons(m MultiPolygon) error {
	if len(m) == 0 {
		return ErrNoPlace
	}
	for i, p := range m {
		if err := checkPolygon(p); err != nil {
			return fmt.Errorf("polygon %d: %w", i+1, err)
		}
	}
	return checkDisjoint(m)
}

func checkPolygon(g Polygon) error {
	if len(g) == 0 {
		return ErrNoPlace
	}
	for i, r := range g {
		if err := checkRing(r); err != nil {
			return fmt.Errorf("%s: %w", ringName(i), err)
		}
	}
	return checkRingsTogether(g)
}

func checkRing(r Ring) error {
	if len(r) < 4 {
		return fmt.Errorf("%w: %d, need 4", ErrTooFew, len(r))
	}
	if err := checkPoints(r); err != nil {
		return err
	}
	if first, last := r[0], r[len(r)-1]; first != last {
		return fmt.Errorf("begins at %v, ends at %v: %w", first, last, ErrUnclosed)
	}
	if flat(r) {
		return fmt.Errorf("at %v: %w", r[0], ErrNoArea)
	}
	return checkSimple(r)
}

// flat reports whether all points lie on one line. Area does not tell: the equal
// halves of a bow tie cancel out, and its fault is that it crosses itself.
func flat(r Ring) bool {
	away := slices.IndexFunc(r, func(p Point) bool { return p != r[0] })
	return away < 0 || !slices.ContainsFunc(r, func(p Point) bool { return Orient(r[0], r[away], p) != 0 })
}

func ringName(i int) string {
	if i == 0 {
		return "outer ring"
	}
	return fmt.Sprintf("hole %d", i)
}
