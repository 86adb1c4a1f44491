package tiles

import (
	"errors"
	"fmt"
	"strconv"

	"quanxi/geo"
)

// ErrAddress reports an address that names no tile.
var ErrAddress = errors.New("no such tile address")

// An ID is the address of a tile: zoom, column from 180° W, row from the north.
type ID struct {
	Z    uint8
	X, Y uint32
}

// ParseID reads an address as it stands in a URL: decimal digits without sign
// and without needless zeros, so that each tile has one address. Errors wrap
// ErrAddress.
func ParseID(z, x, y string) (ID, error) {
	zoom, err := parsePart("zoom", z, MaxZoom)
	if err != nil {
		return ID{}, err
	}
	last := uint32(1)<<zoom - 1
	column, err := parsePart("column", x, last)
	if err != nil {
		return ID{}, err
	}
	row, err := parsePart("row", y, last)
	if err != nil {
		return ID{}, err
	}
	return ID{uint8(zoom), column, row}, nil
}

func parsePart(name, text string, most uint32) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0, fmt.Errorf("%s %.20q: %w", name, text, ErrAddress)
	}
	if n > uint64(most) {
		return 0, fmt.Errorf("%s %d is over %d: %w", name, n, most, ErrAddress)
	}
	return uint32(n), nil
}

// Valid reports whether the zoom exists and has that column and row.
func (id ID) Valid() bool { return id.Z <= MaxZoom && id.X>>id.Z == 0 && id.Y>>id.Z == 0 }

// String formats the address as "z/x/y".
func (id ID) String() string { return fmt.Sprintf("%d/%d/%d", id.Z, id.X, id.Y) }

// Holding returns the tile of a zoom that holds p.
func Holding(p geo.Pixel, zoom uint8) ID {
	side := worldBits - zoom
	return ID{zoom, uint32(uint64(p.X) >> side), uint32(uint64(p.Y) >> side)}
}

// Parent returns the tile that holds id at the zoom above; that of the world is
// itself.
func (id ID) Parent() ID {
	if id.Z == 0 {
		return id
	}
	return ID{id.Z - 1, id.X >> 1, id.Y >> 1}
}

// Children returns the four tiles below id: north-west, north-east, south-west,
// south-east. At MaxZoom they are not Valid.
func (id ID) Children() [4]ID {
	z, x, y := id.Z+1, id.X<<1, id.Y<<1
	return [4]ID{{z, x, y}, {z, x + 1, y}, {z, x, y + 1}, {z, x + 1, y + 1}}
}

// Box returns the pixels of the tile without its buffer, both corners included.
func (id ID) Box() Box { return id.box(0) }

// Drawn returns the pixels of the tile with its buffer, both corners included,
// cut off at the edge of the world: what lies there is drawn by the tile.
func (id ID) Drawn() Box {
	return id.box(int64(1) << (worldBits - id.Z) / (Extent / Buffer))
}

func (id ID) box(margin int64) Box {
	side := int64(1) << (worldBits - id.Z)
	low := func(n uint32) uint32 { return uint32(max(int64(n)*side-margin, 0)) }
	high := func(n uint32) uint32 { return uint32(min(int64(n)*side+side+margin, 1<<worldBits) - 1) }
	return Box{geo.Pixel{X: low(id.X), Y: low(id.Y)}, geo.Pixel{X: high(id.X), Y: high(id.Y)}}
}

// Envelope returns what the tile draws, buffer included, on the lattice and
// rounded outwards: what does not meet it does not show in the tile.
func (id ID) Envelope() geo.Envelope {
	box := id.Drawn()
	nw, se := geo.Unproject(box.Min), geo.Unproject(box.Max)
	return geo.Envelope{
		Min: geo.Point{Lon: max(nw.Lon-1, -180*geo.PerDegree), Lat: max(se.Lat-1, -90*geo.PerDegree)},
		Max: geo.Point{Lon: min(se.Lon+1, 180*geo.PerDegree), Lat: min(nw.Lat+1, 90*geo.PerDegree)},
	}
}

// A Box is a closed box of pixels; Min is its north-west corner.
type Box struct{ Min, Max geo.Pixel }

// BoxOf returns the pixels of an envelope.
func BoxOf(e geo.Envelope) Box {
	return Box{
		geo.Project(geo.Point{Lon: e.Min.Lon, Lat: e.Max.Lat}),
		geo.Project(geo.Point{Lon: e.Max.Lon, Lat: e.Min.Lat}),
	}
}

// Meets reports whether b and c share a pixel.
func (b Box) Meets(c Box) bool {
	return b.Min.X <= c.Max.X && c.Min.X <= b.Max.X && b.Min.Y <= c.Max.Y && c.Min.Y <= b.Max.Y
}

// Contains reports whether all of c lies in b.
func (b Box) Contains(c Box) bool {
	return b.Min.X <= c.Min.X && c.Max.X <= b.Max.X && b.Min.Y <= c.Min.Y && c.Max.Y <= b.Max.Y
}
