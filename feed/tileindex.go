package feed

import (
	"slices"

	"quanxi/geo"
)

// A Tile is the address of a tile of a layer set; Set is a number of the Sets.
type Tile struct {
	Set  uint16
	Z    uint8
	X, Y uint32
}

// MaxZoom is the deepest zoom of a tile address.
const MaxZoom = 22

// A tileIndex knows who holds which tile, and finds those that an envelope
// touches. The hub's lock of what is held guards it.
type tileIndex map[tileLevel]map[[2]uint32][]*Subscription

// A tileLevel is all tiles of a set at a zoom.
type tileLevel struct {
	set uint16
	z   uint8
}

func (x tileIndex) add(t Tile, s *Subscription) {
	level := tileLevel{t.Set, t.Z}
	if x[level] == nil {
		x[level] = make(map[[2]uint32][]*Subscription)
	}
	at := [2]uint32{t.X, t.Y}
	x[level][at] = append(x[level][at], s)
}

func (x tileIndex) remove(t Tile, s *Subscription) {
	level, at := tileLevel{t.Set, t.Z}, [2]uint32{t.X, t.Y}
	holders := x[level][at]
	if i := slices.Index(holders, s); i >= 0 {
		last := len(holders) - 1
		holders[i], holders[last] = holders[last], nil
		holders = holders[:last]
	}
	if len(holders) > 0 {
		x[level][at] = holders
		return
	}
	delete(x[level], at)
	if len(x[level]) == 0 {
		delete(x, level)
	}
}

// touched calls visit for each tile of a level that is drawn from what box holds,
// with those who hold it.
func (x tileIndex) touched(level tileLevel, box pixelBox, visit func(Tile, []*Subscription)) {
	lo, hi := box.cells(level.z)
	held := x[level]
	if span := (uint64(hi[0]-lo[0]) + 1) * (uint64(hi[1]-lo[1]) + 1); span > uint64(len(held)) {
		for at, holders := range held {
			if lo[0] <= at[0] && at[0] <= hi[0] && lo[1] <= at[1] && at[1] <= hi[1] {
				visit(Tile{level.set, level.z, at[0], at[1]}, holders)
			}
		}
		return
	}
	for col := lo[0]; col <= hi[0]; col++ {
		for row := lo[1]; row <= hi[1]; row++ {
			if holders := held[[2]uint32{col, row}]; len(holders) > 0 {
				visit(Tile{level.set, level.z, col, row}, holders)
			}
		}
	}
}

// bufferShift: a tile shows what lies beyond it by 2^-5 of its side,
// twice what the encoder draws by default.
const bufferShift = 5

// A pixelBox is an envelope as tiles see it, y to the south.
type pixelBox struct{ nw, se geo.Pixel }

func newPixelBox(e geo.Envelope) pixelBox {
	return pixelBox{
		geo.Project(geo.Point{Lon: e.Min.Lon, Lat: e.Max.Lat}),
		geo.Project(geo.Point{Lon: e.Max.Lon, Lat: e.Min.Lat}),
	}
}

// cells returns the columns and rows of the tiles at z that show what the box
// holds, their buffers included.
func (b pixelBox) cells(z uint8) (lo, hi [2]uint32) {
	buffer := uint32(uint64(1) << (32 - bufferShift) >> z)
	side := 32 - uint(z)
	low := func(v uint32) uint32 { return uint32(uint64(max(v, buffer)-buffer) >> side) }
	high := func(v uint32) uint32 { return uint32(uint64(v+min(buffer, ^uint32(0)-v)) >> side) }
	return [2]uint32{low(b.nw.X), low(b.nw.Y)}, [2]uint32{high(b.se.X), high(b.se.Y)}
}
