package exchange

import (
	"quanxi/geo"
	"quanxi/grid"
)

func road(r *row) (grid.Entity, error) {
	line, ok := r.Geometry.(geo.MultiLine)
	if !ok {
		return nil, Skipped("not a line")
	}
	class := r.oneOf("class", roadClasses, r.oneOf("group", roadClasses, ""))
	if class == "" {
		return nil, Skipped("not a road that the map draws")
	}
	width := r.whole("width_cm")
	if r.has("width_m") {
		width = r.scaled("width_m", 100)
	}
	bridge := r.oneOf("bridge", map[string]string{"true": "yes", "1": "yes", "yes": "yes", "是": "yes"}, "")
	return &grid.Road{Name: r.text("name"), Class: class, WidthCM: width, Bridge: bridge == "yes", Line: line}, nil
}

// roadClasses maps the classes of public map data and of ledgers to ours.
var roadClasses = map[string]string{
	"main": "main", "motorway": "main", "trunk": "main", "primary": "main", "motorway_link": "main", "trunk_link": "main",
	"primary_link": "main", "快速路": "main", "主干路": "main", "major": "major", "secondary": "major", "secondary_link": "major",
	"tertiary": "major", "tertiary_link": "major", "major_road": "major", "次干路": "major", "minor": "minor",
	"residential": "minor", "unclassified": "minor", "minor_road": "minor", "living_street": "minor", "支路": "minor",
	"lane": "lane", "service": "lane", "county": "county", "village": "village", "track": "village", "村道": "village",
	"path": "path", "footway": "path", "pedestrian": "path", "cycleway": "path", "stairs": "stairs", "steps": "stairs",
	"梯道": "stairs", "metro": "metro", "subway": "metro", "light_rail": "metro", "monorail": "metro",
}

func water(r *row) (grid.Entity, error) {
	if outline, _ := r.Properties["boundary"].(bool); outline {
		return nil, Skipped("the outline of water, not water")
	}
	switch r.Geometry.(type) {
	case geo.MultiLine:
		return &grid.Water{Name: r.text("name"), Class: "stream", Body: r.Geometry}, nil
	case geo.MultiPolygon:
		return &grid.Water{Name: r.text("name"), Class: r.oneOf("class", waterClasses, "lake"), Body: r.Geometry}, nil
	}
	return nil, Skipped("a label, not water")
}

var waterClasses = map[string]string{
	"river": "river", "riverbank": "river", "canal": "river", "lake": "lake", "water": "lake", "pond": "pond",
	"fountain": "pond", "swimming_pool": "pond", "basin": "pond", "stream": "stream",
}

// ground builds land use or green: files of land hold both.
func ground(r *row) (grid.Entity, error) {
	if class := r.oneOf("class", greenClasses, ""); class != "" {
		area, ok := r.Geometry.(geo.MultiPolygon)
		if !ok {
			return nil, Skipped("not an area")
		}
		return &grid.Green{Name: r.text("name"), Class: class, Area: area}, nil
	}
	class := r.oneOf("class", landClasses, "")
	if class == "" {
		return nil, Skipped("not a use of land that the map draws")
	}
	_, isArea := r.Geometry.(geo.MultiPolygon)
	_, isLine := r.Geometry.(geo.MultiLine)
	if isArea == lineClasses[class] || isLine != lineClasses[class] {
		return nil, Skipped("a " + class + " of another shape")
	}
	return &grid.LandUse{Name: r.text("name"), Class: class, Body: r.Geometry}, nil
}

var lineClasses = map[string]bool{"contour": true, "terrace-line": true, "bund": true}

var greenClasses = map[string]string{
	"park": "park", "garden": "park", "recreation_ground": "park", "playground": "park", "grass": "belt", "belt": "belt",
	"village_green": "belt", "meadow": "belt", "bank": "bank", "forest": "forest", "natural_wood": "forest", "wood": "forest",
	"scrub": "forest", "protected_area": "park",
}

var landClasses = map[string]string{
	"housing": "housing", "residential": "housing", "old": "old", "commerce": "commerce", "commercial": "commerce",
	"retail": "commerce", "office": "office", "school": "school", "university": "school", "college": "school",
	"library": "school", "hospital": "hospital", "square": "square", "pedestrian": "square", "parking": "square", "fuel": "square",
	"industry": "industry", "industrial": "industry", "railway": "industry", "pier": "industry", "paddy": "paddy",
	"terrace": "terrace", "field": "field", "farmland": "field", "orchard": "field", "pitch": "pitch", "track": "pitch",
	"contour": "contour", "terrace-line": "terrace-line", "bund": "bund",
}
