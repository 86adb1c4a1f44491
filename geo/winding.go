package geo

// outline returns the steps that part what all the steps together wind around, at
// least once, from the rest, with the inside to their left. The steps meet at ends
// only and come with how often they are walked. It looks at each against each: a
// drawing has a few thousand. The error is ErrTooFine for one of half the earth.
func outline(net map[step]int) (map[step]bool, error) {
	out := make(map[step]bool)
	for s, n := range net {
		left, right, ok := sides(s, n, net)
		switch {
		case !ok:
			return nil, ErrTooFine
		case left > 0 && right <= 0:
			out[s] = true
		case right > 0 && left <= 0:
			out[step{s.to, s.from}] = true
		}
	}
	return out, nil
}

// A vector is twice a difference of points, so that middles are whole.
type vector struct{ x, y int64 }

// longest keeps the products of two vectors within int64.
const longest = 1 << 30

// sides returns how often the steps wind around what lies just left and just right
// of the middle of s, which is walked n times: a ray from there goes east, and each
// step that it meets on the way up counts once, on the way down less once. Where s
// itself lies along the ray everything is turned by a right angle.
func sides(s step, n int, net map[step]int) (left, right int, ok bool) {
	middle := vector{int64(s.from.Lon) + int64(s.to.Lon), int64(s.from.Lat) + int64(s.to.Lat)}
	turned := s.from.Lat == s.to.Lat
	from := func(p Point) vector {
		v := vector{2*int64(p.Lon) - middle.x, 2*int64(p.Lat) - middle.y}
		if turned {
			v = vector{v.y, -v.x}
		}
		return v
	}
	others := 0
	for other, times := range net {
		if other == s {
			continue
		}
		a, b := from(other.from), from(other.to)
		if max(abs64(a.x), abs64(a.y), abs64(b.x), abs64(b.y)) >= longest {
			return 0, 0, false
		}
		others += times * crossing(a, b)
	}
	if a, b := from(s.from), from(s.to); a.y < b.y {
		return others + n, others, true // its left is west: the ray meets it on the way up
	}
	return others, others - n, true
}

// crossing returns 1 if the way from a to b crosses the ray from the origin east
// on its way up, -1 on its way down, 0 if it does not.
func crossing(a, b vector) int {
	side := a.x*b.y - a.y*b.x // above zero if the origin is to the left
	switch {
	case a.y <= 0 && b.y > 0 && side > 0:
		return 1
	case b.y <= 0 && a.y > 0 && side < 0:
		return -1
	}
	return 0
}
