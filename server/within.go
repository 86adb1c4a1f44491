package server

import (
	"fmt"

	"quanxi/geo"
)

// shape reads the one area that a request gives.
func (in *withinInput) shape() (geo.MultiPolygon, error) {
	b := &in.Body
	given := 0
	for _, there := range []bool{b.Rectangle != nil, b.Circle != nil, b.Polygon != nil, b.Buffer != nil} {
		if there {
			given++
		}
	}
	if given != 1 {
		return nil, fmt.Errorf("%w: give one of rectangle, circle, polygon and buffer", errRequest)
	}
	switch {
	case b.Rectangle != nil:
		return rectangle(*b.Rectangle)
	case b.Circle != nil:
		return circle(*b.Circle)
	case b.Buffer != nil:
		return buffer(*b.Buffer)
	}
	return polygon(b.Polygon)
}

func rectangle(corners [4]float64) (geo.MultiPolygon, error) {
	e, err := envelopeOf(corners)
	if err != nil {
		return nil, err
	}
	a, c := e.Min, e.Max
	return checked(geo.MultiPolygon{{{a, {Lon: c.Lon, Lat: a.Lat}, c, {Lon: a.Lon, Lat: c.Lat}, a}}})
}

func circle(c circleBody) (geo.MultiPolygon, error) {
	if err := geo.CheckDegrees(c.Lon, c.Lat); err != nil {
		return nil, fmt.Errorf("%w: circle: %w", errRequest, err)
	}
	return geo.Circle(geo.At(c.Lon, c.Lat), c.Radius), nil
}

func buffer(b bufferBody) (geo.MultiPolygon, error) {
	line, err := points(b.Line)
	if err != nil {
		return nil, err
	}
	around, err := geo.Buffer(geo.MultiLine{line}, b.Radius)
	if err != nil {
		return nil, fmt.Errorf("%w: buffer: %w", errRequest, err)
	}
	return around, nil
}

// polygon closes the ring for hand-drawn shapes, which end where the pen left off.
func polygon(pairs []degreesPair) (geo.MultiPolygon, error) {
	ring, err := points(pairs)
	if err != nil {
		return nil, err
	}
	if len(ring) > 2 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	return checked(geo.MultiPolygon{{geo.Ring(ring)}})
}

func checked(m geo.MultiPolygon) (geo.MultiPolygon, error) {
	if err := geo.Check(m); err != nil {
		return nil, fmt.Errorf("%w: %w", errRequest, err)
	}
	return m.Normalized(), nil
}

func points(pairs []degreesPair) ([]geo.Point, error) {
	line := make([]geo.Point, 0, len(pairs))
	for i, p := range pairs {
		if err := geo.CheckDegrees(p[0], p[1]); err != nil {
			return nil, fmt.Errorf("%w: point %d: %w", errRequest, i+1, err)
		}
		if at := geo.At(p[0], p[1]); len(line) == 0 || line[len(line)-1] != at {
			line = append(line, at)
		}
	}
	return line, nil
}
