package grid

import "quanxi/geo"

// A Division is any node of the tree of areas: city, county 区县, town 镇街,
// community 村(社区), grid 网格 or micro-grid 微网格.
type Division struct {
	Head
	Code  Code
	Name  string
	Level Level
	// DivisionKind tells kinds of one level apart: "street", "town", "township";
	// "neighbourhood" 社区, "village" 村; "general" 综合网格, "special" 专属网格.
	DivisionKind string
	// Parent is the division that manages this one; empty if unknown, and then the
	// division stands on the list “to be placed”, unless it is the city.
	Parent Code
	// Boundary may be empty: a division without a polygon keeps its label point.
	Boundary geo.MultiPolygon
	Label    geo.Point
	// Norm is the number of households that the division should have; zero if none is set.
	NormLow  int32
	NormHigh int32
	// From and To bound the time in which the division is in force; zero is open.
	From Date
	To   Date
}

// Kind returns Divisions.
func (*Division) Kind() Kind { return Divisions }

// Columns implements Entity.
func (d *Division) Columns() []Column {
	return []Column{
		{"code", (*string)(&d.Code)}, {"name", &d.Name}, {"level", (*int32)(&d.Level)}, {"kind", &d.DivisionKind},
		{"parent", (*string)(&d.Parent)}, {"label", &d.Label},
		{"norm_low", &d.NormLow}, {"norm_high", &d.NormHigh}, {"valid_from", &d.From}, {"valid_to", &d.To},
	}
}

// Geometry returns the boundary.
func (d *Division) Geometry() geo.Geometry { return polygons(d.Boundary) }

// SetGeometry replaces the boundary.
func (d *Division) SetGeometry(g geo.Geometry) error { return setPolygons(Divisions, &d.Boundary, g) }

// Meets reports whether there is a day on which both are in force. To is the first
// day on which a division is not any more.
func (d *Division) Meets(other *Division) bool {
	return (d.To == 0 || other.From < d.To) && (other.To == 0 || d.From < other.To)
}

// Validate implements Entity.
func (d *Division) Validate() error {
	switch {
	case !d.Code.Valid():
		return invalid(Divisions, "code", "must be 4, 6, 9, 12, 15 or 17 digits")
	case d.Level != d.Code.Level():
		return invalid(Divisions, "level", "does not fit the length of the code")
	case d.Name == "":
		return invalid(Divisions, "name", "must not be empty")
	case d.Parent != "" && d.Parent.Level() >= d.Level:
		return invalid(Divisions, "parent", "must be a division of a higher level")
	}
	return nil
}
