// Package grid holds the domain of grassroots governance: divisions from city to
// micro-grid, buildings, dwellings, households and people, organisations,
// components, devices, cameras, service points, workers and the base map; how
// each is checked; and what a store must do with them.
//
// It knows nothing of SQL, HTTP, tiles or viewers, and holds no key: personal
// fields reach it sealed.
package grid

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"quanxi/geo"
)

// Errors that stores and validation report, wrapped with the kind, the id and
// the field concerned.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed by someone else")
	ErrInvalid  = errors.New("invalid")
	// ErrKeyUsed reports an idempotency key that came with another request before.
	ErrKeyUsed = fmt.Errorf("idempotency key was used for something else: %w", ErrConflict)
	// ErrUnavailable reports that the database takes no writes now; try again later.
	ErrUnavailable = errors.New("store unavailable")
)

// A Kind names one sort of entity: its table, its API path and its import name.
type Kind string

// The kinds of this package, in an order in which each comes after those that it refers to.
const (
	Divisions     Kind = "divisions"
	LandUses      Kind = "landuse"
	Waters        Kind = "water"
	Greens        Kind = "green"
	Roads         Kind = "roads"
	Buildings     Kind = "buildings"
	Dwellings     Kind = "dwellings"
	Households    Kind = "households"
	People        Kind = "people"
	Organisations Kind = "organisations"
	Components    Kind = "components"
	Devices       Kind = "devices"
	Cameras       Kind = "cameras"
	ServicePoints Kind = "service"
	Workers       Kind = "workers"
)

// Kinds lists every kind of this package in the order above.
func Kinds() []Kind {
	return []Kind{Divisions, LandUses, Waters, Greens, Roads, Buildings, Dwellings, Households, People,
		Organisations, Components, Devices, Cameras, ServicePoints, Workers}
}

// New returns an empty entity of the given kind, or an error that wraps ErrInvalid.
func New(kind Kind) (Entity, error) {
	switch kind {
	case Divisions:
		return new(Division), nil
	case LandUses:
		return new(LandUse), nil
	case Waters:
		return new(Water), nil
	case Greens:
		return new(Green), nil
	case Roads:
		return new(Road), nil
	case Buildings:
		return new(Building), nil
	case Dwellings:
		return new(Dwelling), nil
	case Households:
		return new(Household), nil
	case People:
		return new(Person), nil
	case Organisations:
		return new(Organisation), nil
	case Components:
		return new(Component), nil
	case Devices:
		return new(Device), nil
	case Cameras:
		return new(Camera), nil
	case ServicePoints:
		return new(ServicePoint), nil
	case Workers:
		return new(Worker), nil
	}
	return nil, fmt.Errorf("kind %q: %w", kind, ErrInvalid)
}

// A Head is what every entity begins with.
type Head struct {
	// ID is assigned by the store, below 2^53 (JavaScript's safe range), and the
	// same on every node. Zero means not stored yet.
	ID int64
	// Revision counts stored edits; zero means not stored yet. It never restarts,
	// not even after a removal.
	Revision int64
	// External is the entity's id where it came from, such as "osm:40778072";
	// empty if it has none. It is unique within a kind: an import that brings it
	// again updates.
	External string
}

// Entity returns h itself, so that embedding a Head is enough.
func (h *Head) Entity() *Head { return h }

// An Entity is one record of the domain: a plain struct that embeds Head.
type Entity interface {
	Entity() *Head
	Kind() Kind

	// Columns binds the entity's stored fields, except head and geometry, to
	// column names in a fixed order. A store reads and writes through the
	// pointers, which are *string, *int32, *int64, *bool, *time.Time, *[]byte,
	// *[]string, *[]Entrance, *Date or *geo.Point. The names serve SQL, JSON and
	// import alike.
	Columns() []Column

	// Geometry returns the stored geometry, or nil if there is none or the kind
	// has none.
	Geometry() geo.Geometry

	// SetGeometry replaces the geometry; the error wraps ErrInvalid and names the
	// type of geometry that the kind takes.
	SetGeometry(geo.Geometry) error

	// Validate checks the fields alone, without looking at other entities. The
	// error wraps ErrInvalid and names the field.
	Validate() error
}

// A Column binds a column name to the place of its value.
type Column struct {
	Name  string
	Value any
}

// WithColumns returns an entity with other columns, for whoever writes it to a file. A type
// switch does not see what it is of.
func WithColumns(e Entity, columns []Column) Entity { return columned{e, columns} }

type columned struct {
	entity  // under a name that is not that of its method
	columns []Column
}

type entity = Entity

// Columns implements Entity.
func (c columned) Columns() []Column { return c.columns }

// A Shape says which geometry a kind takes.
type Shape int

// The shapes of geometry.
const (
	NoShape Shape = iota
	PointShape
	LineShape
	PolygonShape
	AnyShape // lines or polygons
)

// ShapeOf returns the geometry that a kind takes.
func ShapeOf(kind Kind) Shape {
	switch kind {
	case Divisions, Greens, Buildings:
		return PolygonShape
	case Roads:
		return LineShape
	case Waters, LandUses:
		return AnyShape
	case Organisations, Components, Devices, Cameras, ServicePoints, "events":
		return PointShape
	}
	return NoShape
}

// A Ref names one entity, at one revision where that matters.
type Ref struct {
	Kind     Kind
	ID       int64
	Revision int64
}

// invalid reports a field that may not be stored.
func invalid(kind Kind, field, why string) error {
	return &FieldError{Kind: kind, Field: field, Why: why}
}

// A FieldError names the field that may not be stored and why. It wraps ErrInvalid.
type FieldError struct {
	Kind  Kind
	Field string
	Why   string
}

func (e *FieldError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Kind, e.Field, e.Why) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// mostText is how many characters one text field may hold: names and addresses,
// not essays that push everything else off a panel.
const mostText = 200

// CheckTexts refuses texts of an entity as CheckText does.
func CheckTexts(e Entity) error {
	for _, c := range append(e.Columns(), Column{"external", &e.Entity().External}) {
		text, ok := c.Value.(*string)
		if !ok {
			continue
		}
		if err := CheckText(e.Kind(), c.Name, *text); err != nil {
			return err
		}
	}
	return nil
}

// CheckText refuses a text that is too long, or holds characters that nobody sees and that
// break a line or turn its direction around, and so what stands beside it. The error wraps
// ErrInvalid and names the field.
func CheckText(kind Kind, field, text string) error {
	switch {
	case utf8.RuneCountInString(text) > mostText:
		return invalid(kind, field, fmt.Sprintf("must not be longer than %d characters", mostText))
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
		return invalid(kind, field, "must not hold control characters, nor such as turn the direction of writing")
	}
	return nil
}

// setPoint, setLines and setPolygons are the common bodies of SetGeometry.
func setPoint(kind Kind, to *geo.Point, g geo.Geometry) error {
	switch g := g.(type) {
	case nil:
		*to = geo.Point{}
	case geo.Point:
		*to = g
	default:
		return invalid(kind, "geometry", "must be a Point")
	}
	return nil
}

func setLines(kind Kind, to *geo.MultiLine, g geo.Geometry) error {
	switch g := g.(type) {
	case nil:
		*to = nil
	case geo.MultiLine:
		*to = g
	default:
		return invalid(kind, "geometry", "must be a LineString or MultiLineString")
	}
	return nil
}

func setPolygons(kind Kind, to *geo.MultiPolygon, g geo.Geometry) error {
	switch g := g.(type) {
	case nil:
		*to = nil
	case geo.MultiPolygon:
		*to = g
	default:
		return invalid(kind, "geometry", "must be a Polygon or MultiPolygon")
	}
	return nil
}

// point returns p as a Geometry, nil if it is no place.
func point(p geo.Point) geo.Geometry {
	if p.IsZero() {
		return nil
	}
	return p
}

func lines(m geo.MultiLine) geo.Geometry {
	if len(m) == 0 {
		return nil
	}
	return m
}

func polygons(m geo.MultiPolygon) geo.Geometry {
	if len(m) == 0 {
		return nil
	}
	return m
}
