package grid

import "quanxi/geo"

// A Dwelling is one home 房屋: a place, not the people in it.
type Dwelling struct {
	Head
	Building int64
	Unit     int32
	Floor    int32  // 1 is the first at street level, -1 the first below
	Room     string // "5-2"
	Use      string
	State    DwellingState
	AreaDM2  int32 // 0.01 m²
}

// A DwellingState says how a home is used.
type DwellingState string

// The states of dwellings.
const (
	OwnerOccupied DwellingState = "own"
	Rented        DwellingState = "rented"
	Vacant        DwellingState = "vacant"
	InBusiness    DwellingState = "business"
)

// DwellingStates lists every state; the index is the code by which the World keeps it.
func DwellingStates() []DwellingState {
	return []DwellingState{OwnerOccupied, Rented, Vacant, InBusiness}
}

// Kind returns Dwellings.
func (*Dwelling) Kind() Kind { return Dwellings }

// Columns implements Entity.
func (d *Dwelling) Columns() []Column {
	return []Column{
		{"building", &d.Building}, {"unit", &d.Unit}, {"floor", &d.Floor}, {"room", &d.Room},
		{"dwelling_use", &d.Use}, {"state", (*string)(&d.State)}, {"area_dm2", &d.AreaDM2},
	}
}

// Geometry returns nil: a dwelling is found in space through its building.
func (*Dwelling) Geometry() geo.Geometry { return nil }

// SetGeometry refuses anything but nil.
func (*Dwelling) SetGeometry(g geo.Geometry) error { return noGeometry(Dwellings, g) }

// Validate implements Entity.
func (d *Dwelling) Validate() error {
	switch {
	case d.Building == 0:
		return invalid(Dwellings, "building", "must name a building")
	case d.Floor == 0 || d.Floor < -20 || d.Floor > 200:
		return invalid(Dwellings, "floor", "must be between -20 and 200, and not 0")
	case d.Unit < 0 || d.Unit > 1000:
		return invalid(Dwellings, "unit", "must be between 0 and 1000")
	}
	return oneOf(Dwellings, "state", d.State, DwellingStates())
}

func noGeometry(kind Kind, g geo.Geometry) error {
	if g != nil {
		return invalid(kind, "geometry", "this kind has none")
	}
	return nil
}

func oneOf[T ~string](kind Kind, field string, value T, allowed []T) error {
	for _, a := range allowed {
		if a == value {
			return nil
		}
	}
	return invalid(kind, field, "is not one of the known values")
}
