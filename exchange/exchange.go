// Package exchange brings data in from files and out to files: it recognises
// the format by content, maps columns to fields, finds the coordinate system,
// merges the pieces of one building, and pumps the result into a bulk load that
// becomes visible whole or not at all.
//
// It knows nothing of SQL, HTTP or viewers: export is given what may leave.
package exchange

import (
	"errors"
	"fmt"
	"iter"

	"quanxi/geo"
)

// Errors that a reader wraps with the file's name and the place in it.
var (
	ErrFormat    = errors.New("format not recognised")
	ErrEncoding  = errors.New("text is neither UTF-8 nor GBK")
	ErrTruncated = errors.New("file ends in the middle")
)

// A Record is one feature or row of a file, before anybody knows what it means.
type Record struct {
	Number     int    // counts from 1
	Place      string // where to look: "line 12", "feature 7 (id 4711)"
	ID         string // the feature's own id; empty if it has none
	Properties map[string]any
	Geometry   geo.Geometry // nil if the record has none
}

// A Transform turns a position of a file into degrees of longitude and latitude.
type Transform func(x, y float64) (lon, lat float64)

// A Source is an opened file of one layer. Records may be called more than once
// and starts at the beginning each time. Close removes what Open laid aside.
type Source interface {
	// Records yields the records in the order of the file, every position passed
	// through to. A record whose geometry is wrong comes with a Problem, and the
	// sequence goes on; any other error ends it.
	Records(to Transform) iter.Seq2[Record, error]
	// Format names the format, for the report: "GeoJSON", "CSV (GBK)" …
	Format() string
	// CRS is the coordinate system that the file itself declares; empty if it does not.
	CRS() string
	// Share is how much of the file the running Records has read, 0 to 1. It is for
	// the goroutine that runs Records.
	Share() float64
	Close() error
}

// A Problem is one record that cannot be stored.
type Problem struct {
	Place string `json:"place"`
	Field string `json:"field,omitempty"`
	Why   string `json:"why"`
}

func (p Problem) Error() string {
	if p.Field == "" {
		return fmt.Sprintf("%s: %s", p.Place, p.Why)
	}
	return fmt.Sprintf("%s: %s: %s", p.Place, p.Field, p.Why)
}
