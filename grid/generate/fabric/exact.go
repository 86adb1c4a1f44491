package fabric

import (
	"math"

	"quanxi/geo"
)

// Differences within a city stay below 2^26 units, so products fit int64.

func less(a, b geo.Point) bool { return a.Lon < b.Lon || a.Lon == b.Lon && a.Lat < b.Lat }

func dist2(a, b geo.Point) int64 {
	dx, dy := int64(a.Lon)-int64(b.Lon), int64(a.Lat)-int64(b.Lat)
	return dx*dx + dy*dy
}

// turn is positive if a, b, c turn left, 0 if they are in line.
func turn(a, b, c geo.Point) int64 {
	return (int64(b.Lon)-int64(a.Lon))*(int64(c.Lat)-int64(a.Lat)) -
		(int64(b.Lat)-int64(a.Lat))*(int64(c.Lon)-int64(a.Lon))
}

// along grows as p moves along s.
func along(s Segment, p geo.Point) int64 {
	return (int64(s.B.Lon)-int64(s.A.Lon))*(int64(p.Lon)-int64(s.A.Lon)) +
		(int64(s.B.Lat)-int64(s.A.Lat))*(int64(p.Lat)-int64(s.A.Lat))
}

func sign(d int64) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

// within reports whether p lies beside the inside of s, at most eps away.
func within(s Segment, p geo.Point, eps int64) bool {
	t, l := along(s, p), dist2(s.A, s.B)
	if t <= 0 || t >= l {
		return false
	}
	off := math.Abs(float64(turn(s.A, s.B, p)))
	return off <= float64(eps)*math.Sqrt(float64(l))
}

// crosses reports whether the insides of a and b cross.
func crosses(a, b Segment) bool {
	return sign(turn(a.A, a.B, b.A))*sign(turn(a.A, a.B, b.B)) < 0 &&
		sign(turn(b.A, b.B, a.A))*sign(turn(b.A, b.B, a.B)) < 0
}

// crossing returns the lattice point nearest to where a and b cross.
func crossing(a, b Segment) geo.Point {
	u, v := float64(turn(b.A, b.B, a.A)), float64(turn(b.A, b.B, a.B))
	t := u / (u - v)
	return geo.Point{
		Lon: a.A.Lon + int32(math.Round(t*float64(a.B.Lon-a.A.Lon))),
		Lat: a.A.Lat + int32(math.Round(t*float64(a.B.Lat-a.A.Lat))),
	}
}

type box struct{ x0, y0, x1, y1 int64 }

func envelope(s Segment) box {
	return box{int64(min(s.A.Lon, s.B.Lon)), int64(min(s.A.Lat, s.B.Lat)),
		int64(max(s.A.Lon, s.B.Lon)), int64(max(s.A.Lat, s.B.Lat))}
}

func (b box) holds(p geo.Point) bool {
	return b.x0 <= int64(p.Lon) && int64(p.Lon) <= b.x1 && b.y0 <= int64(p.Lat) && int64(p.Lat) <= b.y1
}

func (b box) grow(by int64) box { return box{b.x0 - by, b.y0 - by, b.x1 + by, b.y1 + by} }

// DoubleArea returns twice the area of a closed ring in square units, positive
// if it is counter-clockwise. It is exact.
func DoubleArea(r geo.Ring) int64 {
	sum := int64(0)
	for i := 2; i < len(r); i++ {
		sum += turn(r[0], r[i-1], r[i])
	}
	return sum
}

// Inside reports whether p lies in the closed ring. A point on an edge belongs
// to the ring on one side of it and not to the ring on the other.
func Inside(r geo.Ring, p geo.Point) bool {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) {
			if b.Lat < a.Lat {
				a, b = b, a
			}
			if turn(a, b, p) > 0 {
				in = !in
			}
		}
	}
	return in
}

func length(a, b geo.Point) float64 { return math.Sqrt(float64(dist2(a, b))) }

// Holds reports whether ring inner lies wholly inside ring outer, without
// touching its edge.
func Holds(outer, inner geo.Ring) bool {
	for _, p := range inner {
		if !Inside(outer, p) {
			return false
		}
	}
	e := ringBox(inner)
	for i := 1; i < len(outer); i++ {
		s := Segment{A: outer[i-1], B: outer[i]}
		if b := envelope(s); b.x1 < e.x0 || b.x0 > e.x1 || b.y1 < e.y0 || b.y0 > e.y1 {
			continue
		}
		for j := 1; j < len(inner); j++ {
			if meets(s, Segment{A: inner[j-1], B: inner[j]}) {
				return false
			}
		}
	}
	return true
}

func ringBox(r geo.Ring) box {
	b := envelope(Segment{A: r[0], B: r[0]})
	for _, p := range r[1:] {
		b = box{min(b.x0, int64(p.Lon)), min(b.y0, int64(p.Lat)), max(b.x1, int64(p.Lon)), max(b.y1, int64(p.Lat))}
	}
	return b
}

// meets reports whether closed segments a and b share a point.
func meets(a, b Segment) bool {
	d1, d2 := sign(turn(a.A, a.B, b.A)), sign(turn(a.A, a.B, b.B))
	d3, d4 := sign(turn(b.A, b.B, a.A)), sign(turn(b.A, b.B, a.B))
	if d1*d2 < 0 && d3*d4 < 0 {
		return true
	}
	return d1 == 0 && between(a, b.A) || d2 == 0 && between(a, b.B) || d3 == 0 && between(b, a.A) || d4 == 0 && between(b, a.B)
}

// between reports whether p, in line with s, lies on it.
func between(s Segment, p geo.Point) bool {
	return envelope(s).holds(p)
}
