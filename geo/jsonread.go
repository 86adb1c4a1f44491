package geo

import (
	"fmt"
	"strconv"
)

// coordinateReader reads the coordinates of a GeoJSON geometry. The text is
// known to be JSON, so only its shape is in question. Errors begin with the
// index path of the place, as in "[0][17]: …".
type coordinateReader struct {
	text      []byte
	at        int
	toDegrees func(x, y float64) (lon, lat float64) // nil: already degrees
}

// peek returns the next byte that is not blank, 0 at the end.
func (r *coordinateReader) peek() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return c
		}
	}
	return 0
}

// readList reads the array that follows, its elements with one.
func readList[S ~[]T, T any](r *coordinateReader, one func() (T, error)) (S, error) {
	if r.peek() != '[' {
		return nil, fmt.Errorf(": %w: want a list", ErrGeoJSON)
	}
	r.at++
	out := S{}
	for r.peek() != ']' {
		if r.peek() == ',' {
			r.at++
		}
		v, err := one()
		if err != nil {
			return nil, fmt.Errorf("[%d]%w", len(out), err)
		}
		out = append(out, v)
	}
	r.at++
	return out, nil
}

func (r *coordinateReader) line() (Line, error) { return readList[Line](r, r.point) }

func (r *coordinateReader) ring() (Ring, error) { return readList[Ring](r, r.point) }

func (r *coordinateReader) polygon() (Polygon, error) { return readList[Polygon](r, r.ring) }

// point reads a position: two numbers and perhaps more, which are read over.
func (r *coordinateReader) point() (Point, error) {
	if r.peek() != '[' {
		return Point{}, fmt.Errorf(": %w: want a position", ErrGeoJSON)
	}
	r.at++
	var numbers [2]float64
	count := 0
	for ; r.peek() != ']'; count++ {
		if r.peek() == ',' {
			r.at++
		}
		v, err := r.number()
		if err != nil {
			return Point{}, err
		}
		if count < len(numbers) {
			numbers[count] = v
		}
	}
	r.at++
	if count < len(numbers) {
		return Point{}, fmt.Errorf(": %w: position of %d numbers", ErrGeoJSON, count)
	}
	return r.place(numbers[0], numbers[1])
}

func (r *coordinateReader) number() (float64, error) {
	r.peek()
	start := r.at
	for r.at < len(r.text) && isNumberByte(r.text[r.at]) {
		r.at++
	}
	v, err := strconv.ParseFloat(string(r.text[start:r.at]), 64)
	if err != nil {
		return 0, fmt.Errorf(": %w: want a number", ErrGeoJSON)
	}
	return v, nil
}

func isNumberByte(c byte) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (r *coordinateReader) place(lon, lat float64) (Point, error) {
	if r.toDegrees != nil {
		lon, lat = r.toDegrees(lon, lat)
	}
	if err := CheckDegrees(lon, lat); err != nil {
		return Point{}, fmt.Errorf(": %w", err)
	}
	return At(lon, lat), nil
}
