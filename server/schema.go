package server

import (
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quanxi/access"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// filterable reports whether a list may be narrowed by a column: never by one
// that is masked or sealed (RULES C5).
func filterable(kind grid.Kind, column string) bool {
	columns := map[grid.Kind][]string{
		grid.Buildings:     {"area", "quarter"},
		grid.Dwellings:     {"building", "state"},
		grid.Households:    {"dwelling"},
		grid.People:        {"dwelling", "household"},
		grid.Organisations: {"building", "category"},
		grid.Components:    {"category", "state"},
		grid.Devices:       {"building", "dwelling", "category", "state"},
		grid.Cameras:       {"state"},
		grid.ServicePoints: {"category"},
		grid.Workers:       {"area", "role"},
		grid.Roads:         {"class"},
		grid.Waters:        {"class"},
		grid.Greens:        {"class"},
		grid.LandUses:      {"class"},
		events.Events:      {"state", "category", "area"},
	}
	return slices.Contains(columns[kind], column)
}

// entitySchema describes an entity's JSON as a viewer gets it.
func entitySchema(kind grid.Kind) *huma.Schema {
	schema := commandSchema(kind)
	integer := &huma.Schema{Type: huma.TypeInteger, Format: "int64"}
	schema.Properties["id"], schema.Properties["revision"] = integer, integer
	schema.Properties["applied"] = &huma.Schema{Type: huma.TypeBoolean, Description: "in replies to writes: this node shows it already"}
	if access.IdentityFields(kind) != nil {
		schema.Properties["shown"] = &huma.Schema{Type: huma.TypeString, Enum: []any{"hidden", "masked", "open"}, Description: "how close name, ID number, phone and day of birth are shown; hidden: of a minor, to the end of the year of coming of age"}
		schema.Properties["may_unmask"] = &huma.Schema{Type: huma.TypeBoolean, Description: "whether you may ask to see them in the open, with a reason"}
	}
	if kind == grid.People {
		schema.Properties["born"] = shownDay("of masked records the year alone, yyyy; empty while hidden")
		schema.Properties["since"] = shownDay("of masked records the year alone, yyyy, if it is that of birth; empty while hidden")
	}
	schema.Required = []string{"id", "revision"}
	return schema
}

// shownDay describes a day as a viewer gets it, who may be shown less than the day.
func shownDay(what string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([0-9]{4}(-[0-9]{2}-[0-9]{2})?)?$`, Description: "yyyy-mm-dd, or empty; " + what}
}

// commandSchema describes what may be sent to create or edit an entity.
func commandSchema(kind grid.Kind) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"external": {Type: huma.TypeString, Description: "id where it came from"},
	}}
	e, err := events.New(kind)
	if err != nil {
		panic(err) // kinds come from events.Kinds
	}
	for _, column := range e.Columns() {
		if !access.IsSealed(column.Name) && access.MaySet(kind, column.Name) {
			schema.Properties[column.Name] = columnSchema(column.Value)
		}
	}
	for _, name := range access.IdentityFields(kind) {
		schema.Properties[name] = &huma.Schema{Type: huma.TypeString, Description: "masked in replies"}
	}
	addGeometry(schema, grid.ShapeOf(kind))
	return schema
}

func listSchema(kind grid.Kind) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"items": {Type: huma.TypeArray, Items: entitySchema(kind)},
		"next":  {Type: huma.TypeString, Nullable: true, Description: "cursor of the next page; null at the end"},
	}}
}

func columnSchema(value any) *huma.Schema {
	switch value.(type) {
	case *int32:
		return &huma.Schema{Type: huma.TypeInteger, Format: "int32"}
	case *int64:
		return &huma.Schema{Type: huma.TypeInteger, Format: "int64"}
	case *bool:
		return &huma.Schema{Type: huma.TypeBoolean}
	case *time.Time:
		return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	case *grid.Date:
		return &huma.Schema{Type: huma.TypeString, Pattern: `^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`, Description: "yyyy-mm-dd, or empty"}
	case *[]string:
		return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
	case *[]grid.Entrance:
		return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject}}
	case *geo.Point:
		return geometrySchema("Point")
	}
	return &huma.Schema{Type: huma.TypeString}
}

func addGeometry(schema *huma.Schema, shape grid.Shape) {
	names := map[grid.Shape]string{
		grid.PointShape: "Point", grid.LineShape: "LineString, MultiLineString",
		grid.PolygonShape: "Polygon, MultiPolygon", grid.AnyShape: "lines or polygons",
	}
	if shape == grid.NoShape {
		return
	}
	schema.Properties["geometry"] = geometrySchema(names[shape])
	if shape == grid.PointShape {
		degrees := &huma.Schema{Type: huma.TypeNumber, Description: "degrees; lon and lat may stand in place of geometry"}
		schema.Properties["lon"], schema.Properties["lat"] = degrees, degrees
	}
}

func geometrySchema(types string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Description: "GeoJSON geometry (RFC 7946): " + types}
}
