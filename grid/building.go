package grid

import "quanxi/geo"

// A Building is a structure 楼栋 or farmhouse 农房. Its id does not depend on
// grids: grids move, buildings do not.
type Building struct {
	Head
	Code      string // number painted on it or in the ledger
	Name      string // "锦绣花园3幢"
	Address   string
	Quarter   string // 小区 or 院落
	Footprint geo.MultiPolygon
	HeightCM  int32
	Floors    int32 // above street level
	Below     int32 // below street level
	Units     int32
	Entrances []Entrance
	Use       Use
	Year      int32 // built in; zero if not known
	Steward   int64 // worker id of the 楼栋长; zero if none
	// Area is the finest division that holds the building: micro-grid, or grid
	// where there are none. The store's writer stamps it; empty means outside every grid.
	Area Code
}

// An Entrance is a way into a building, at a floor: 0 is street level, -2 two below.
type Entrance struct {
	Place geo.Point `json:"place"`
	Level int32     `json:"level"`
	Unit  int32     `json:"unit,omitempty"`
}

// A Use says what a building is for.
type Use string

// The uses of buildings.
const (
	Housing    Use = "housing"
	Farmhouse  Use = "farmhouse"
	Commerce   Use = "commerce"
	Office     Use = "office"
	School     Use = "school"
	Hospital   Use = "hospital"
	Government Use = "government"
	Industry   Use = "industry"
	Market     Use = "market"
	OtherUse   Use = "other"
)

// Uses lists every use; the index is the code by which the World keeps it.
func Uses() []Use {
	return []Use{OtherUse, Housing, Farmhouse, Commerce, Office, School, Hospital, Government, Industry, Market}
}

// Kind returns Buildings.
func (*Building) Kind() Kind { return Buildings }

// Columns implements Entity.
func (b *Building) Columns() []Column {
	return []Column{
		{"code", &b.Code}, {"name", &b.Name}, {"address", &b.Address}, {"quarter", &b.Quarter},
		{"height_cm", &b.HeightCM}, {"floors", &b.Floors}, {"floors_below", &b.Below}, {"units", &b.Units},
		{"entrances", &b.Entrances}, {"building_use", (*string)(&b.Use)}, {"year", &b.Year},
		{"steward", &b.Steward}, {"area", (*string)(&b.Area)},
	}
}

// Geometry returns the footprint.
func (b *Building) Geometry() geo.Geometry { return polygons(b.Footprint) }

// SetGeometry replaces the footprint.
func (b *Building) SetGeometry(g geo.Geometry) error { return setPolygons(Buildings, &b.Footprint, g) }

// Place returns the point that stands for the building when it is asked in which
// division it lies: the middle of its first polygon's envelope if that is inside,
// else the label point. It is computed in integers, so that every writer and node
// gives the same answer. It is the zero Point if there is no footprint.
func (b *Building) Place() geo.Point {
	if len(b.Footprint) == 0 || len(b.Footprint[0]) == 0 {
		return geo.Point{}
	}
	env, ok := geo.EnvelopeOf(b.Footprint[0][0])
	if !ok {
		return geo.Point{}
	}
	mid := geo.Point{
		Lon: int32((int64(env.Min.Lon) + int64(env.Max.Lon)) / 2),
		Lat: int32((int64(env.Min.Lat) + int64(env.Max.Lat)) / 2),
	}
	if b.Footprint[0].Contains(mid) {
		return mid
	}
	return b.Footprint.LabelPoint()
}

// Validate implements Entity.
func (b *Building) Validate() error {
	switch {
	case len(b.Footprint) == 0:
		return invalid(Buildings, "geometry", "a building needs a footprint")
	case tooWide(b.Footprint):
		return invalid(Buildings, "geometry", "no building is larger than 0.05 degrees, about 5 km")
	case b.HeightCM < 0 || b.HeightCM > 100_000:
		return invalid(Buildings, "height_cm", "must be between 0 and 100000 (1 km)")
	case b.Floors < 0 || b.Floors > 200:
		return invalid(Buildings, "floors", "must be between 0 and 200")
	case b.Below < 0 || b.Below > 20:
		return invalid(Buildings, "floors_below", "must be between 0 and 20")
	case b.Units < 0 || b.Units > 1000:
		return invalid(Buildings, "units", "must be between 0 and 1000")
	case b.Use == "":
		return nil
	}
	return oneOf(Buildings, "building_use", b.Use, Uses())
}

// widest is how far a footprint may reach in either direction: longer than any
// factory hall, and far too small to cover a town by mistake.
const widest = geo.PerDegree / 20

func tooWide(footprint geo.MultiPolygon) bool {
	env, ok := footprint.Envelope()
	return ok && (int64(env.Max.Lon)-int64(env.Min.Lon) > widest || int64(env.Max.Lat)-int64(env.Min.Lat) > widest)
}
