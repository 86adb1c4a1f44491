package tiles

import "slices"

// A Layer is what one name in a tile URL stands for.
type Layer struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	MinZoom     uint8  `json:"minzoom"`
	MaxZoom     uint8  `json:"maxzoom"`
	// Scoped says that the content depends on who is asking.
	Scoped bool `json:"scoped"`
	// Parts are the layers inside the tile, in the order in which they are drawn.
	Parts []VectorLayer `json:"vector_layers"`
}

// Drawn reports whether the layer has tiles at a zoom.
func (l Layer) Drawn(zoom uint8) bool { return l.MinZoom <= zoom && zoom <= l.MaxZoom }

// A VectorLayer describes one layer inside a tile, as TileJSON does.
type VectorLayer struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	MinZoom     uint8  `json:"minzoom"`
	MaxZoom     uint8  `json:"maxzoom"`
	// Fields names the properties; the text says their type, "Number", "String" or
	// "Boolean", and their unit.
	Fields map[string]string `json:"fields"`
}

// A TileJSON describes a tile set to any client, by TileJSON 3.0.0.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Tiles        []string      `json:"tiles"`
	VectorLayers []VectorLayer `json:"vector_layers"`
	Name         string        `json:"name"`
	Description  string        `json:"description,omitempty"`
	Attribution  string        `json:"attribution,omitempty"`
	Scheme       string        `json:"scheme"`
	MinZoom      uint8         `json:"minzoom"`
	MaxZoom      uint8         `json:"maxzoom"`
	// Bounds is west, south, east, north in degrees.
	Bounds *[4]float64 `json:"bounds,omitempty"`
	// Center is longitude, latitude, zoom.
	Center *[3]float64 `json:"center,omitempty"`
}

// NewTileJSON describes the tiles of several layers under one URL template with
// {z}, {x} and {y}. There is at least one layer.
func NewTileJSON(template string, layers ...Layer) TileJSON {
	doc := TileJSON{
		TileJSON: "3.0.0", Tiles: []string{template}, Scheme: "xyz",
		MinZoom: MaxZoom, VectorLayers: []VectorLayer{},
	}
	for i, l := range layers {
		if i > 0 {
			doc.Name += ","
		}
		doc.Name += l.Name
		doc.MinZoom, doc.MaxZoom = min(doc.MinZoom, l.MinZoom), max(doc.MaxZoom, l.MaxZoom)
		doc.VectorLayers = slices.Concat(doc.VectorLayers, l.Parts)
	}
	return doc
}
