package server

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"quanxi/access"
	"quanxi/geo"
)

// shape reads the one area that a request gives.
func (in *withinInput) shape() (access.Area, error) {
	b := &in.Body
	given := 0
	for _, there := range []bool{b.Rectangle != nil, b.Circle != nil, b.Polygon != nil, b.Buffer != nil} {
		if there {
			given++
		}
	}
	if given != 1 {
		return nil, misdrawn("", errors.New("give one of rectangle, circle, polygon and buffer"))
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

func rectangle(corners [4]float64) (access.Area, error) {
	e, err := envelopeOf(corners)
	if err != nil {
		return nil, misdrawn("rectangle", err)
	}
	return checked("rectangle", geo.MultiPolygon{{e.Ring()}})
}

func circle(c circleBody) (access.Area, error) {
	if err := geo.CheckDegrees(c.Lon, c.Lat); err != nil {
		return nil, misdrawn("circle", err)
	}
	return geo.Around([]geo.Point{geo.At(c.Lon, c.Lat)}, c.Radius), nil
}

// maxReachM is over how far a buffer is true to its radius.
const maxReachM = 100_000

func buffer(b bufferBody) (access.Area, error) {
	line, err := points(b.Line)
	if err != nil {
		return nil, misdrawn("buffer.line", err)
	}
	if env, ok := geo.EnvelopeOf(line); ok && geo.DistanceM(env.Min, env.Max) > maxReachM {
		return nil, misdrawn("buffer.line", fmt.Errorf("must not reach over more than %d km", maxReachM/1000))
	}
	return geo.Around(line, b.Radius), nil
}

// polygon closes the ring for hand-drawn shapes, which end where the pen left off.
func polygon(pairs []degreesPair) (access.Area, error) {
	ring, err := points(pairs)
	if err != nil {
		return nil, misdrawn("polygon", err)
	}
	if len(ring) > 2 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	return checked("polygon", geo.MultiPolygon{{geo.Ring(ring)}})
}

func checked(field string, m geo.MultiPolygon) (access.Area, error) {
	if err := geo.Check(m); err != nil {
		return nil, misdrawn(field, err)
	}
	return m.Normalized(), nil
}

func points(pairs []degreesPair) ([]geo.Point, error) {
	line := make([]geo.Point, 0, len(pairs))
	for i, p := range pairs {
		if err := geo.CheckDegrees(p[0], p[1]); err != nil {
			return nil, fmt.Errorf("point %d: %w", i+1, err)
		}
		if at := geo.At(p[0], p[1]); len(line) == 0 || line[len(line)-1] != at {
			line = append(line, at)
		}
	}
	return line, nil
}

// misdrawn answers a shape that is none, naming its field of the body; without a
// field it is the body itself. No polygon is a person: places may be repeated.
func misdrawn(field string, err error) error {
	why := strings.TrimPrefix(err.Error(), errRequest.Error()+": ")
	p := newProblem(http.StatusUnprocessableEntity, why)
	p.Errors = []ProblemField{{Location: strings.TrimSuffix("body."+field, "."), Message: why}}
	return p
}
