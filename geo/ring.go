package geo

import "slices"

// DoubleArea returns twice r's signed area in square lattice units: positive if
// r runs counter-clockwise. It is exact for rings up to two thirds of the globe.
func (r Ring) DoubleArea() int64 {
	if len(r) < 3 {
		return 0
	}
	var sum int64
	for i := 1; i+1 < len(r); i++ {
		sum += cross(r[0], r[i], r[i+1])
	}
	return sum
}

// IsCCW reports whether r runs counter-clockwise. A ring without area does not.
func (r Ring) IsCCW() bool { return r.DoubleArea() > 0 }

// Reversed returns a copy of r that runs the other way.
func (r Ring) Reversed() Ring {
	out := slices.Clone(r)
	slices.Reverse(out)
	return out
}

// DoubleArea returns twice the area in square lattice units: outer rings minus
// holes, whichever way they run. It is exact, so areas of neighbours add up.
func (m MultiPolygon) DoubleArea() int64 {
	var sum int64
	for _, p := range m {
		for i, r := range p {
			if area := abs64(r.DoubleArea()); i == 0 {
				sum += area
			} else {
				sum -= area
			}
		}
	}
	return sum
}

// Clone returns a copy that shares no memory with m.
func (m MultiPolygon) Clone() MultiPolygon {
	if m == nil {
		return nil
	}
	out := make(MultiPolygon, len(m))
	for i, p := range m {
		out[i] = make(Polygon, len(p))
		for j, r := range p {
			out[i][j] = slices.Clone(r)
		}
	}
	return out
}

// Normalized returns a copy of m with every outer ring counter-clockwise and
// every hole clockwise. Vertices and their start stay as they are.
func (m MultiPolygon) Normalized() MultiPolygon {
	out := m.Clone()
	for _, p := range out {
		for i, r := range p {
			if ccw := r.IsCCW(); ccw != (i == 0) {
				slices.Reverse(r)
			}
		}
	}
	return out
}

func abs64(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}
