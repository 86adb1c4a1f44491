package geo

// Membership is half-open: a point on a border belongs to the side that lies a
// hair to its east; where the border itself runs due east-west, to the side to
// its north. Put exactly: p counts as p+(δ, ε) with 0 < ε ≪ δ ≪ 1 lattice unit.
// That place lies on no border at all, hence in exactly one cell of any
// partition, be p inside an edge, on a vertex where many cells meet, or on the
// rim of a hole. Nothing but the ring's points enters the answer, so every node
// and every store gives the same one.

// Contains reports whether p lies in the polygon and in none of its holes, by
// the half-open rule above. Direction and order of the rings do not matter.
func (g Polygon) Contains(p Point) bool {
	inside := false
	for _, r := range g {
		if r.encloses(p) {
			inside = !inside
		}
	}
	return inside
}

// Contains reports whether any of m's polygons contains p, by the half-open
// rule: of neighbours that share an edge or a vertex, exactly one contains it.
func (m MultiPolygon) Contains(p Point) bool {
	for _, g := range m {
		if g.Contains(p) {
			return true
		}
	}
	return false
}

// encloses counts the edges that a ray from p to the east crosses. An edge is
// taken with its lower end and without its upper one (ε), and only if it passes
// strictly east of p (δ).
func (r Ring) encloses(p Point) bool {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a.Lat > p.Lat) == (b.Lat > p.Lat) {
			continue
		}
		if a.Lat > b.Lat {
			a, b = b, a
		}
		if Orient(a, b, p) > 0 {
			odd = !odd
		}
	}
	return odd
}
