package grid

import "quanxi/geo"

// A Road is a line of the base map, from 大道 to a flight of stairs.
type Road struct {
	Head
	Name    string
	Class   string // of RoadClasses
	WidthCM int32
	Bridge  bool
	Line    geo.MultiLine
}

// RoadClasses lists the classes of roads, widest first; the index is the code by
// which the World keeps it.
func RoadClasses() []string {
	return []string{"main", "major", "minor", "lane", "county", "village", "path", "stairs", "metro"}
}

// Kind returns Roads.
func (*Road) Kind() Kind { return Roads }

// Columns implements Entity.
func (r *Road) Columns() []Column {
	return []Column{{"name", &r.Name}, {"class", &r.Class}, {"width_cm", &r.WidthCM}, {"bridge", &r.Bridge}}
}

// Geometry returns the line.
func (r *Road) Geometry() geo.Geometry { return lines(r.Line) }

// SetGeometry replaces the line.
func (r *Road) SetGeometry(g geo.Geometry) error { return setLines(Roads, &r.Line, g) }

// Validate implements Entity.
func (r *Road) Validate() error {
	if len(r.Line) == 0 {
		return invalid(Roads, "geometry", "a road needs a line")
	}
	return oneOf(Roads, "class", r.Class, RoadClasses())
}

// A Water is a river, a lake, a pond (polygons) or a stream (lines).
type Water struct {
	Head
	Name  string
	Class string       // river, lake, pond, stream
	Body  geo.Geometry // MultiPolygon or MultiLine; read and written as geometry
}

// Kind returns Waters.
func (*Water) Kind() Kind { return Waters }

// Columns implements Entity.
func (w *Water) Columns() []Column { return []Column{{"name", &w.Name}, {"class", &w.Class}} }

// Geometry returns the body.
func (w *Water) Geometry() geo.Geometry { return w.Body }

// SetGeometry replaces the body.
func (w *Water) SetGeometry(g geo.Geometry) error { return setBody(Waters, &w.Body, g) }

// Validate implements Entity.
func (w *Water) Validate() error {
	if w.Body == nil {
		return invalid(Waters, "geometry", "must be lines or polygons")
	}
	return oneOf(Waters, "class", w.Class, []string{"river", "lake", "pond", "stream"})
}

// A Green is a park, a bank, a wood.
type Green struct {
	Head
	Name  string
	Class string // park, belt, bank, forest
	Area  geo.MultiPolygon
}

// Kind returns Greens.
func (*Green) Kind() Kind { return Greens }

// Columns implements Entity.
func (g *Green) Columns() []Column { return []Column{{"name", &g.Name}, {"class", &g.Class}} }

// Geometry returns the area.
func (g *Green) Geometry() geo.Geometry { return polygons(g.Area) }

// SetGeometry replaces the area.
func (g *Green) SetGeometry(shape geo.Geometry) error { return setPolygons(Greens, &g.Area, shape) }

// Validate implements Entity.
func (g *Green) Validate() error {
	if len(g.Area) == 0 {
		return invalid(Greens, "geometry", "must be polygons")
	}
	return oneOf(Greens, "class", g.Class, []string{"park", "belt", "bank", "forest"})
}

// A LandUse is a parcel of one use, or a line of the ground: a contour, a terrace line, a bund.
type LandUse struct {
	Head
	Name  string
	Class string       // of LandUseClasses
	Body  geo.Geometry // MultiPolygon or MultiLine
}

// LandUseClasses lists the classes of land; the index is the code by which the
// World keeps it. The last three are lines.
func LandUseClasses() []string {
	return []string{"housing", "old", "commerce", "office", "school", "hospital", "square", "industry",
		"paddy", "terrace", "field", "pitch", "contour", "terrace-line", "bund"}
}

// Kind returns LandUses.
func (*LandUse) Kind() Kind { return LandUses }

// Columns implements Entity.
func (l *LandUse) Columns() []Column { return []Column{{"name", &l.Name}, {"class", &l.Class}} }

// Geometry returns the parcel or the line.
func (l *LandUse) Geometry() geo.Geometry { return l.Body }

// SetGeometry replaces the parcel or the line.
func (l *LandUse) SetGeometry(g geo.Geometry) error { return setBody(LandUses, &l.Body, g) }

// Validate implements Entity.
func (l *LandUse) Validate() error {
	if l.Body == nil {
		return invalid(LandUses, "geometry", "must be lines or polygons")
	}
	return oneOf(LandUses, "class", l.Class, LandUseClasses())
}

func setBody(kind Kind, to *geo.Geometry, g geo.Geometry) error {
	if _, ok := g.(geo.Point); ok {
		return invalid(kind, "geometry", "must be lines or polygons")
	}
	*to = g
	return nil
}
