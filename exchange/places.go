package exchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"quanxi/geo"
	"quanxi/geo/wkt"
)

// placeColumns are the columns of a table that hold where its rows are.
type placeColumns struct {
	x, y string // names of the columns; empty if there are none
	wkt  string
	crs  string // what the names themselves declare; empty if nothing
}

// pairs are the names of columns with a place, the surest first.
var pairs = []placeColumns{
	{x: "lng_wgs84", y: "lat_wgs84", crs: "wgs84"}, {x: "lon_wgs84", y: "lat_wgs84", crs: "wgs84"},
	{x: "lng_gcj02", y: "lat_gcj02", crs: "gcj02"}, {x: "lng_bd09", y: "lat_bd09", crs: "bd09"},
	{x: "lon", y: "lat"}, {x: "lng", y: "lat"}, {x: "longitude", y: "latitude"}, {x: "经度", y: "纬度"},
	{x: "x坐标", y: "y坐标"}, {x: "x", y: "y"},
}

// wholePlaces are the names of columns with a place as WKT, the surest first.
var wholePlaces = []string{"wkt", "geometry", "geom", "the_geom"}

// findPlaces chooses the columns of a header that hold a place.
func findPlaces(header []string) placeColumns {
	folded := make([]string, len(header))
	for i, name := range header {
		folded[i] = fold(name)
	}
	original := func(name string) (string, bool) {
		i := slices.Index(folded, name)
		if i < 0 {
			return "", false
		}
		return strings.TrimSpace(header[i]), true
	}
	for _, name := range wholePlaces {
		if column, ok := original(name); ok {
			return placeColumns{wkt: column}
		}
	}
	for _, p := range pairs {
		x, okX := original(p.x)
		y, okY := original(p.y)
		if okX && okY {
			return placeColumns{x: x, y: y, crs: p.crs}
		}
	}
	return placeColumns{}
}

// locate sets the record's geometry from its columns; a row may have none.
func (p placeColumns) locate(record *Record, to Transform) error {
	if text, ok := record.Properties[p.wkt].(string); ok && p.wkt != "" {
		delete(record.Properties, p.wkt)
		g, err := wkt.Parse(text)
		if err == nil {
			record.Geometry, err = moved(g, to)
		}
		if err != nil {
			return Problem{record.Place, p.wkt, err.Error()}
		}
		return nil
	}
	xText, okX := record.Properties[p.x].(string)
	yText, okY := record.Properties[p.y].(string)
	if !okX || !okY {
		return nil
	}
	x, errX := strconv.ParseFloat(xText, 64)
	y, errY := strconv.ParseFloat(yText, 64)
	if errX != nil || errY != nil {
		return Problem{record.Place, p.x, fmt.Sprintf("%q, %q is not a pair of numbers", xText, yText)}
	}
	lon, lat := to(x, y)
	if err := geo.CheckDegrees(lon, lat); err != nil {
		return Problem{record.Place, p.x, err.Error()}
	}
	record.Geometry = geo.At(lon, lat)
	return nil
}

// moved passes every point of g, read as degrees, through to.
func moved(g geo.Geometry, to Transform) (geo.Geometry, error) {
	var wrong error
	move := func(p geo.Point) geo.Point {
		lon, lat := to(p.Degrees())
		if err := geo.CheckDegrees(lon, lat); err != nil && wrong == nil {
			wrong = err
		}
		return geo.At(lon, lat)
	}
	var out geo.Geometry
	switch g := g.(type) {
	case geo.Point:
		out = move(g)
	case geo.MultiLine:
		lines := make(geo.MultiLine, len(g))
		for i, line := range g {
			lines[i] = movedChain(line, move)
		}
		out = lines
	case geo.MultiPolygon:
		polygons := make(geo.MultiPolygon, len(g))
		for i, polygon := range g {
			polygons[i] = make(geo.Polygon, len(polygon))
			for k, ring := range polygon {
				polygons[i][k] = movedChain(ring, move)
			}
		}
		out = polygons
	}
	return out, wrong
}

func movedChain[C ~[]geo.Point](chain C, move func(geo.Point) geo.Point) C {
	out := make(C, len(chain))
	for i, p := range chain {
		out[i] = move(p)
	}
	return out
}
