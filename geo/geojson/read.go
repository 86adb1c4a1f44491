package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"quanxi/geo"
)

// Read yields the features of r in order, holding one at a time in memory.
// toDegrees turns coordinates into degrees as they are read (see
// geo.CRS.ToDegrees); nil means that they are degrees. Geometry is not checked
// beyond the range of coordinates: see geo.Check. Each error is an *Error, or
// the reader's own, which ends the sequence. The caller may keep the features.
func Read(r io.Reader, toDegrees func(x, y float64) (lon, lat float64)) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		s := &stream{scan: newScanner(r), toDegrees: toDegrees, yield: yield}
		s.run()
	}
}

// stream carries one pass over the input.
type stream struct {
	scan      *scanner
	toDegrees func(x, y float64) (lon, lat float64)
	yield     func(Feature, error) bool
	number    int
}

// errStopped ends the pass because the caller has seen enough.
var errStopped = errors.New("stopped")

func (s *stream) run() {
	err := s.values()
	if err == nil || errors.Is(err, errStopped) {
		return
	}
	if errors.Is(err, ErrSyntax) || errors.Is(err, ErrTooLarge) {
		err = &Error{Number: s.number + 1, Line: s.scan.line, Offset: s.scan.offset, Err: err}
	}
	s.yield(Feature{}, err)
}

// values reads one value after another: one for a collection, many for a
// sequence.
func (s *stream) values() error {
	if err := s.scan.skipMark(); err != nil {
		return err
	}
	for {
		c, err := s.scan.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if c != '{' {
			return fmt.Errorf("%w: found %q, want an object", ErrSyntax, c)
		}
		if err := s.object(); err != nil {
			return err
		}
	}
}

// object reads a top-level object member by member. It need not know beforehand
// what the object is: an array named features is streamed at once, and whatever
// else there is makes up a feature at the end.
func (s *stream) object() error {
	at := s.scan.mark()
	members := make(map[string][]byte)
	isCollection := false
	err := s.scan.members(func(name string) error {
		if c, err := s.scan.next(); err != nil {
			return err
		} else if name == "features" && c == '[' {
			isCollection = true
			return s.collection()
		}
		return s.keep(members, name)
	})
	if err != nil || isCollection {
		return err
	}
	return s.feature(at, members)
}

// keep takes the next value into members, if all of them together stay small
// enough for one feature.
func (s *stream) keep(members map[string][]byte, name string) error {
	raw, err := s.scan.value()
	if err != nil {
		return err
	}
	size := len(name) + len(raw)
	for other, text := range members {
		size += len(other) + len(text)
	}
	if size > maxFeature || len(members) >= maxMembers {
		return fmt.Errorf("%w: more than %d MB or %d members", ErrTooLarge, maxFeature>>20, maxMembers)
	}
	members[name] = bytes.Clone(raw)
	return nil
}

// collection reads the elements of a features array.
func (s *stream) collection() error {
	return s.scan.elements(func() error {
		at := s.scan.mark()
		c, err := s.scan.next()
		if err != nil {
			return err
		}
		if c != '{' {
			raw, err := s.scan.value()
			if err != nil {
				return err
			}
			return s.emit(at, Feature{}, &Error{Err: fmt.Errorf("%w: found %.20s", ErrFeature, raw)})
		}
		members := make(map[string][]byte, 4)
		err = s.scan.members(func(name string) error { return s.keep(members, name) })
		if err != nil {
			return err
		}
		return s.feature(at, members)
	})
}

// feature yields the feature made of members.
func (s *stream) feature(at mark, members map[string][]byte) error {
	f, err := assemble(members, s.toDegrees)
	return s.emit(at, f, err)
}

func (s *stream) emit(at mark, f Feature, err *Error) error {
	s.number++
	f.Number, f.Line, f.Offset = s.number, at.line, at.offset
	if err == nil {
		if !s.yield(f, nil) {
			return errStopped
		}
		return nil
	}
	err.Number, err.Line, err.Offset, err.ID = f.Number, f.Line, f.Offset, f.ID
	if !s.yield(Feature{ID: f.ID, Properties: f.Properties, Number: f.Number, Line: f.Line, Offset: f.Offset}, err) {
		return errStopped
	}
	return nil
}

// geometryTypes are the types of a bare geometry, which counts as a feature
// without id and properties.
func isGeometryType(name string) bool {
	switch name {
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection":
		return true
	}
	return false
}

func parseGeometry(raw []byte, toDegrees func(x, y float64) (lon, lat float64)) (geo.Geometry, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	return geo.ParseGeoJSONWith(raw, toDegrees)
}
