package exchange

import (
	"errors"

	"quanxi/geo"
	"quanxi/grid"
)

// Tile edges cut one thing into pieces with one id. These errors say why pieces
// are not of one thing.
var (
	errRepeated = errors.New("the id occurs twice in the file")
	errApart    = errors.New("two buildings with one id that do not touch")
	errMixed    = errors.New("lines and areas with one id")
)

// mergePieces puts the pieces of one thing together and says where their
// properties differ. Pieces of a building must touch; of a road, water or land
// they need not. Any other repeated id is an error. The pieces stay as they are.
func mergePieces(pieces []grid.Entity) (whole grid.Entity, differing []string, err error) {
	switch lead := mostSaid(pieces).(type) {
	case *grid.Building:
		out := *lead
		out.Footprint, err = geo.MergeTouching(polygonsOf(pieces))
		if err == nil && len(out.Footprint) > 1 {
			err = errApart
		}
		return &out, differences(lead, pieces), err
	case *grid.Road:
		out := *lead
		out.Line = linesOf(pieces)
		return &out, differences(lead, pieces), nil
	case *grid.Water:
		out := *lead
		out.Body, err = mergeBodies(pieces)
		return &out, differences(lead, pieces), err
	case *grid.LandUse:
		out := *lead
		out.Body, err = mergeBodies(pieces)
		return &out, differences(lead, pieces), err
	case *grid.Green:
		out := *lead
		out.Area, err = geo.MergeTouching(polygonsOf(pieces))
		return &out, differences(lead, pieces), err
	}
	return nil, nil, errRepeated
}

func mergeBodies(pieces []grid.Entity) (geo.Geometry, error) {
	polygons, lines := polygonsOf(pieces), linesOf(pieces)
	switch {
	case len(polygons) > 0 && len(lines) > 0:
		return nil, errMixed
	case len(lines) > 0:
		return lines, nil
	}
	return geo.MergeTouching(polygons)
}

func polygonsOf(pieces []grid.Entity) []geo.Polygon {
	var all []geo.Polygon
	for _, p := range pieces {
		if m, ok := p.Geometry().(geo.MultiPolygon); ok {
			all = append(all, m...)
		}
	}
	return all
}

func linesOf(pieces []grid.Entity) geo.MultiLine {
	var all geo.MultiLine
	for _, p := range pieces {
		if m, ok := p.Geometry().(geo.MultiLine); ok {
			all = append(all, m...)
		}
	}
	return all
}

// mostSaid returns the piece that fills the most fields; the first of equals.
func mostSaid(pieces []grid.Entity) grid.Entity {
	lead := pieces[0]
	for _, p := range pieces[1:] {
		if said(p) > said(lead) {
			lead = p
		}
	}
	return lead
}

func said(e grid.Entity) int {
	n := 0
	for _, c := range e.Columns() {
		switch v := c.Value.(type) {
		case *string:
			n += min(1, len(*v))
		case *int32:
			n += int(min(1, max(*v, -*v)))
		}
	}
	return n
}

// differences names the columns in which a piece does not say what lead says.
func differences(lead grid.Entity, pieces []grid.Entity) []string {
	var names []string
	for i, c := range lead.Columns() {
		for _, p := range pieces {
			if !sameValue(c.Value, p.Columns()[i].Value) {
				names = append(names, c.Name)
				break
			}
		}
	}
	return names
}

func sameValue(a, b any) bool {
	switch a := a.(type) {
	case *string:
		return *a == *b.(*string)
	case *int32:
		return *a == *b.(*int32)
	case *bool:
		return *a == *b.(*bool)
	}
	return true
}
