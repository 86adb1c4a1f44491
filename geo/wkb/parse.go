package wkb

import (
	"encoding/binary"
	"fmt"
	"math"

	"quanxi/geo"
)

// Parse reads one geometry in WKB or EWKB that fills data exactly. An SRID, if
// there is one, must be 4490 or 4326 (the same at this accuracy). Empty input
// and the empty point give nil. Errors wrap ErrSyntax, ErrKind, ErrSRID or
// geo.ErrRange.
func Parse(data []byte) (geo.Geometry, error) {
	r := &reader{data: data}
	if len(data) == 0 {
		return nil, nil
	}
	g := r.geometry()
	if r.err == nil && r.at != len(data) {
		r.fail(fmt.Errorf("%w: %d bytes too many", ErrSyntax, len(data)-r.at))
	}
	if r.err != nil {
		return nil, r.err
	}
	return g, nil
}

// reader walks over data. After the first error it reads zeros, so that callers
// check once at the end.
type reader struct {
	data  []byte
	at    int
	order binary.ByteOrder
	err   error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("byte %d: %w", r.at, err)
	}
	r.at = len(r.data)
}

// take returns the next n bytes, or n zeros after an error; n is small.
func (r *reader) take(n int) []byte {
	if r.err == nil && len(r.data)-r.at < n {
		r.fail(fmt.Errorf("%w: ends early", ErrSyntax))
	}
	if r.err != nil {
		return make([]byte, n)
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) uint32() uint32 { return r.order.Uint32(r.take(4)) }

func (r *reader) float() float64 { return math.Float64frombits(r.order.Uint64(r.take(8))) }

// count reads a number of elements of at least size bytes each, and refuses one
// that the remaining input cannot hold, so that no lie makes us allocate.
func (r *reader) count(size int) int {
	n := uint64(r.uint32())
	if n*uint64(size) > uint64(len(r.data)-r.at) {
		r.fail(fmt.Errorf("%w: count %d does not fit", ErrSyntax, n))
		return 0
	}
	return int(n)
}

// A header says what follows: the kind without flags, and how many numbers make
// up a position.
type header struct {
	kind uint32
	dims int
}

func (r *reader) header() header {
	switch order := r.take(1)[0]; {
	case r.err != nil:
		r.order = binary.LittleEndian
	case order == 0:
		r.order = binary.BigEndian
	case order == 1:
		r.order = binary.LittleEndian
	default:
		r.order = binary.LittleEndian
		r.fail(fmt.Errorf("%w: byte order %d", ErrSyntax, order))
	}
	code := r.uint32()
	if code&flagSRID != 0 {
		if srid := r.uint32(); !isDegrees(int64(srid)) && r.err == nil {
			r.fail(fmt.Errorf("%w: %d", ErrSRID, srid))
		}
	}
	return splitCode(code)
}

// splitCode understands the flags of EWKB and the thousands of ISO WKB.
func splitCode(code uint32) header {
	h := header{code &^ (flagZ | flagM | flagSRID), 2}
	if code&flagZ != 0 {
		h.dims++
	}
	if code&flagM != 0 {
		h.dims++
	}
	if h.kind >= 1000 && h.kind < 4000 && h.dims == 2 {
		h.dims += map[uint32]int{1: 1, 2: 1, 3: 2}[h.kind/1000]
		h.kind %= 1000
	}
	return h
}

// isDegrees reports whether srid is one whose coordinates are our own.
func isDegrees(srid int64) bool { return srid == SRID || srid == 4326 }

func (r *reader) geometry() geo.Geometry {
	switch h := r.header(); h.kind {
	case kindPoint:
		return r.point(h)
	case kindMultiPoint:
		return r.loneMember()
	case kindLineString:
		return geo.MultiLine{r.chain(h)}
	case kindPolygon:
		return geo.MultiPolygon{r.polygon(h)}
	case kindMultiLineString:
		m := make(geo.MultiLine, r.count(9))
		for i := range m {
			m[i] = r.chain(r.member(kindLineString))
		}
		return m
	case kindMultiPolygon:
		m := make(geo.MultiPolygon, r.count(9))
		for i := range m {
			m[i] = r.polygon(r.member(kindPolygon))
		}
		return m
	default:
		r.fail(fmt.Errorf("%w: code %d", ErrKind, h.kind))
		return nil
	}
}

// member reads the header of one part of a set.
func (r *reader) member(kind uint32) header {
	h := r.header()
	if h.kind != kind {
		r.fail(fmt.Errorf("%w: part of kind %d, want %d", ErrSyntax, h.kind, kind))
	}
	return h
}

// loneMember reads a set of points that holds exactly one.
func (r *reader) loneMember() geo.Geometry {
	if n := r.count(21); n != 1 {
		r.fail(fmt.Errorf("%w: set of %d points", ErrKind, n))
		return nil
	}
	return r.point(r.member(kindPoint))
}

// point gives nil for the empty point.
func (r *reader) point(h header) geo.Geometry {
	at := r.at
	lon, lat := r.float(), r.float()
	r.skip(h.dims - 2)
	if math.IsNaN(lon) && math.IsNaN(lat) {
		return nil
	}
	return r.lattice(lon, lat, at)
}

func (r *reader) polygon(h header) geo.Polygon {
	p := make(geo.Polygon, r.count(4))
	for i := range p {
		p[i] = geo.Ring(r.chain(h))
	}
	return p
}

func (r *reader) chain(h header) geo.Line {
	chain := make(geo.Line, r.count(8*h.dims))
	for i := range chain {
		at := r.at
		lon, lat := r.float(), r.float()
		r.skip(h.dims - 2)
		chain[i] = r.lattice(lon, lat, at)
	}
	return chain
}

func (r *reader) skip(numbers int) {
	for range numbers {
		r.take(8)
	}
}

func (r *reader) lattice(lon, lat float64, at int) geo.Point {
	if err := geo.CheckDegrees(lon, lat); err != nil && r.err == nil {
		r.at = at
		r.fail(err)
		return geo.Point{}
	}
	if r.err != nil {
		return geo.Point{}
	}
	return geo.At(lon, lat)
}
