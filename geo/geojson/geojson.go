// Package geojson reads and writes GeoJSON (RFC 7946) as a stream, one feature at
// a time: collections of any size, sequences with a feature to a line or after a
// record separator (RFC 8142), and single features or geometries.
//
// It knows nothing of what features mean, of files, or of encodings other than
// UTF-8.
package geojson

import (
	"errors"
	"fmt"

	"quanxi/geo"
)

// Errors that Read yields, wrapped in an *Error. After those marked final the
// sequence ends; after any other it goes on with the next feature.
var (
	ErrSyntax   = errors.New("malformed JSON")             // final
	ErrTooLarge = errors.New("feature is too large")       // final
	ErrFeature  = errors.New("not a GeoJSON feature")      // the value is not what RFC 7946 calls one
	ErrEncoding = errors.New("text is not valid in UTF-8") // perhaps GBK
)

// A Feature is one thing on the map.
type Feature struct {
	ID         string         // numbers are kept as written; "" if there is none
	Properties map[string]any // numbers are json.Number; nil if there are none
	Geometry   geo.Geometry   // nil if there is none

	// Where Read found it; Write ignores these.
	Number int   // counts the stream's features from 1
	Line   int   // the line where it begins, from 1
	Offset int64 // the byte where it begins, from 0
}

// An Error names the feature and the member that gave trouble.
type Error struct {
	Number int    // counts the stream's features from 1
	Line   int    // the line where the feature begins, from 1
	Offset int64  // the byte where it begins, from 0; for syntax, where reading stopped
	ID     string // the feature's id, "" if it has none or was not read
	Field  string // "geometry", "id" …; "" if the whole is meant
	Err    error
}

// Error tells the place, the member and the cause.
func (e *Error) Error() string {
	text := fmt.Sprintf("feature %d (line %d, byte %d)", e.Number, e.Line, e.Offset)
	if e.Field != "" {
		text += " " + e.Field
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Limits of one feature, so that no input makes us hold more.
const (
	maxFeature = 64 << 20 // bytes
	maxMembers = 100      // beside each other, not in properties
)
