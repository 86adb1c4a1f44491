package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"regexp"

	"quanxi/geo/geojson"
)

// geoJSONSource reads a FeatureCollection or a sequence of features.
type geoJSONSource struct{ *textFile }

func openGeoJSON(path string) (Source, error) {
	file, err := openText(path)
	return geoJSONSource{file}, err
}

func (s geoJSONSource) Format() string { return "GeoJSON (" + s.encoding + ")" }

// CRS is what a crs member before the features says, as GeoJSON had it until RFC 7946.
// One that says WGS 84, or none, declares nothing: files with GCJ-02 are common.
func (s geoJSONSource) CRS() string {
	declared := ""
	_ = s.pass(func(text *bufio.Reader) error { // what cannot be read is reported by Records
		head, _ := text.Peek(crsWithin)
		if m := crsMember.FindSubmatch(head); m != nil {
			declared = "EPSG:" + string(m[1])
		}
		return nil
	})
	if declared == "EPSG:4326" {
		return ""
	}
	return declared
}

// crsWithin is how far into a file its crs member is looked for.
const crsWithin = 2048

var crsMember = regexp.MustCompile(`"crs"\s*:\s*\{[^}]*"name"\s*:\s*"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d+)"`)

func (s geoJSONSource) Records(to Transform) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		err := s.pass(func(text *bufio.Reader) error { s.features(text, to, yield); return nil })
		if err != nil {
			yield(Record{}, err)
		}
	}
}

func (s geoJSONSource) features(text *bufio.Reader, to Transform, yield func(Record, error) bool) {
	for f, err := range geojson.Read(text, to) {
		record := Record{Number: f.Number, ID: f.ID, Properties: f.Properties, Geometry: f.Geometry, Place: placeOf(f)}
		if !yield(record, geoJSONProblem(record, err)) {
			return
		}
	}
}

// placeOf names the feature by its id, which many sources keep among the properties.
func placeOf(f geojson.Feature) string {
	id := f.ID
	if given, ok := f.Properties["id"]; ok && id == "" {
		id = fmt.Sprint(given)
	}
	if id == "" {
		return fmt.Sprintf("feature %d (line %d)", f.Number, f.Line)
	}
	return fmt.Sprintf("feature %d (id %s)", f.Number, id)
}

// geoJSONProblem tells what is wrong with one feature from what ends the file.
func geoJSONProblem(record Record, err error) error {
	var at *geojson.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, geojson.ErrSyntax), errors.Is(err, geojson.ErrTooLarge), !errors.As(err, &at):
		return err
	}
	return Problem{record.Place, at.Field, at.Err.Error()}
}
