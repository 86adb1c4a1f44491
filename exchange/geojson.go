package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"iter"

	"quanxi/geo/geojson"
)

// geoJSONSource reads a FeatureCollection or a sequence of features.
type geoJSONSource struct{ *textFile }

func openGeoJSON(path string) (Source, error) {
	file, err := openText(path)
	return geoJSONSource{file}, err
}

func (s geoJSONSource) Format() string { return "GeoJSON (" + s.encoding + ")" }

// CRS is not declared: RFC 7946 says WGS 84, but files with GCJ-02 are common.
func (s geoJSONSource) CRS() string { return "" }

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
