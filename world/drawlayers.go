package world

import (
	"slices"
	"strings"

	"quanxi/grid"
	"quanxi/tiles"
)

// The names of the tile layers.
const (
	baseLayer       = "base"
	divisionsLayer  = "divisions"
	buildingsLayer  = "buildings"
	shadowLayer     = "shadow"
	dwellingsLayer  = "dwellings"
	componentsLayer = "components"
	devicesLayer    = "devices"
	camerasLayer    = "cameras"
	serviceLayer    = "service"
	eventsLayer     = "events"
	workersLayer    = "workers"
	peopleLayer     = "people"
)

// deepest is the last zoom of every layer; renderers enlarge its tiles.
const deepest = 20

// Layers returns what can be drawn, from below to above. The caller must not write
// to the maps of fields.
func Layers() []tiles.Layer { return slices.Clone(table[:]) }

// table is in the order of layerNumber.
var table = [layers]tiles.Layer{
	layer(baseLayer, "land, water, green and ways", 0, open,
		part("landuse", "parcels", parcelStart, "class"),
		part("green", "parks, banks and woods", greenStart, "class", "name"),
		part("water", "rivers, lakes and streams", 0, "class", "name"),
		part("ground_line", "contours, terrace lines and bunds", 14, "class"),
		part("road", "roads, lanes, paths and stairs", 8, "class", "name", "bridge:Boolean", "width:Number, m")),
	layer(divisionsLayer, "areas from city to micro-grid", 0, open,
		part("divisions", "their polygons", 0, "code", "name", "level:Number, 1 to 6", "kind"),
		part("division_borders", "each stretch of border once", 0, "level:Number, highest that it bounds"),
		part("division_labels", "a point well inside each", 0, "code", "name", "level:Number, 1 to 6", "kind")),
	layer(buildingsLayer, "footprints", 13, open,
		part("buildings", "footprints", 13, "name", "use", "floors:Number", "below:Number", "height:Number, m", "h:String, code of the area")),
	layer(shadowLayer, "where buildings shade the ground", 13, open,
		part("shadow", "the shade of each", 13)),
	layer(dwellingsLayer, "one slab a home", 17, scoped,
		part("dwellings", "slabs", 17, "building:Number", "floor:Number", "unit:Number", "room", "base:Number, m", "top:Number, m", "state")),
	layer(componentsLayer, "things of the city and public devices", 14, open,
		part("components", "things of the city", 14, "category", "state"),
		part("public_devices", "devices that are bound to no home", 14, "category", "state")),
	layer(devicesLayer, "devices bound to homes", 15, scoped,
		part("devices", "devices", 15, "category", "state")),
	layer(camerasLayer, "public cameras", 12, scoped,
		part("cameras", "cameras", 12, "azimuth:Number, degrees from north", "view:Number, degrees", "state", "name")),
	layer(serviceLayer, "where residents get something done", 12, open,
		part("service", "service points", 12, "category", "name", "hours")),
	layer(eventsLayer, "open events, below zoom 12 counted by area", 0, scoped,
		part("events", "events, or counts", 0, "category", "mark", "state", "urgency", "due:Number, Unix seconds", "area",
			"code", "count:Number", "red:Number", "amber:Number", "blue:Number", "green:Number")),
	layer(workersLayer, "who is on duty, where last heard of", 12, scoped,
		part("workers", "workers", 12, "name", "role", "area")),
	layer(peopleLayer, "numbers of people by area, from zoom 17 by building", 0, scoped,
		part("people", "numbers", 0, "code", "building:Number", "people:Number", "living:Number", "aged60:Number", "care:Number")),
}

// A reach says on whom the content of a layer depends.
type reach bool

const (
	open   reach = false // the same for all who may see it
	scoped reach = true
)

func layer(name, description string, from uint8, who reach, parts ...tiles.VectorLayer) tiles.Layer {
	return tiles.Layer{Name: name, Description: description, MinZoom: from, MaxZoom: deepest, Scoped: bool(who), Parts: parts}
}

// part describes a layer inside a tile; a field is "name:type", a text if it is a
// name alone.
func part(id, description string, from uint8, fields ...string) tiles.VectorLayer {
	l := tiles.VectorLayer{ID: id, Description: description, MinZoom: from, MaxZoom: deepest, Fields: make(map[string]string)}
	for _, f := range fields {
		name, kind, ok := strings.Cut(f, ":")
		if !ok {
			kind = "String"
		}
		l.Fields[name] = kind
	}
	return l
}

// A start is the lowest zooms that show divisions of a level.
type start struct{ polygon, border, label uint8 }

// startOf returns the lowest zooms of a level. Polygons of grids begin before
// their borders, because the state of a grid is a colour long before its shape
// can be followed.
func startOf(level grid.Level) start {
	switch level {
	case grid.TownLevel:
		return start{8, 8, 8}
	case grid.CommunityLevel:
		return start{11, 11, 12}
	case grid.GridLevel:
		return start{11, 13, 14}
	case grid.MicroGridLevel:
		return start{16, 16, 16}
	}
	return start{}
}

// roadStart returns the lowest zoom that shows a class of roads.
func roadStart(class string) uint8 {
	switch class {
	case "main":
		return 8
	case "county":
		return 10
	case "major":
		return 11
	case "village", "metro":
		return 12
	case "minor":
		return 13
	}
	return 14
}

// countedLevel returns the level of the areas for which things are counted at a
// zoom; a World of one area counts for no higher one.
func (s *state) countedLevel(zoom uint8) grid.Level {
	level := grid.GridLevel
	switch {
	case zoom < 9:
		level = grid.CountyLevel
	case zoom < 12:
		level = grid.TownLevel
	case zoom < 14:
		level = grid.CommunityLevel
	}
	return max(level, s.own.Level())
}

// countedZooms returns the zooms below one at which things are counted for the areas
// of a level, as bits.
func (s *state) countedZooms(level grid.Level, below uint8) uint32 {
	var zooms uint32
	for z := range below {
		if s.countedLevel(z) == level {
			zooms |= 1 << z
		}
	}
	return zooms
}
