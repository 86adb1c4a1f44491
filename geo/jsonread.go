package geo

import "fmt"

// positionReader turns decoded GeoJSON positions into lattice points. Its errors
// begin with the index path of the place, as in "[0][17]: …".
type positionReader struct {
	toDegrees func(x, y float64) (lon, lat float64) // nil: already degrees
}

func (r positionReader) point(pos []float64) (Point, error) {
	if len(pos) < 2 {
		return Point{}, fmt.Errorf(": %w: position of %d numbers", ErrGeoJSON, len(pos))
	}
	lon, lat := pos[0], pos[1]
	if r.toDegrees != nil {
		lon, lat = r.toDegrees(lon, lat)
	}
	if err := CheckDegrees(lon, lat); err != nil {
		return Point{}, fmt.Errorf(": %w", err)
	}
	return At(lon, lat), nil
}

func (r positionReader) line(wire [][]float64) (Line, error) { return many[Line](r.point)(wire) }

func (r positionReader) ring(wire [][]float64) (Ring, error) { return many[Ring](r.point)(wire) }

func (r positionReader) polygon(wire [][][]float64) (Polygon, error) {
	return many[Polygon](r.ring)(wire)
}

// many lifts a converter of elements to one of lists.
func many[S ~[]T, W, T any](convert func(W) (T, error)) func([]W) (S, error) {
	return func(wire []W) (S, error) {
		out := make(S, len(wire))
		for i, w := range wire {
			v, err := convert(w)
			if err != nil {
				return nil, fmt.Errorf("[%d]%w", i, err)
			}
			out[i] = v
		}
		return out, nil
	}
}

// one lifts a converter of an element to one that returns a list of it alone.
func one[S ~[]T, W, T any](convert func(W) (T, error)) func(W) (S, error) {
	return func(wire W) (S, error) {
		v, err := convert(wire)
		if err != nil {
			return nil, err
		}
		return S{v}, nil
	}
}
