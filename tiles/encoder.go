package tiles

import (
	"math"

	"quanxi/geo"
)

// A Property is the place of its name among those given to Begin.
type Property uint8

// An Encoder writes one tile after the other as Mapbox Vector Tile 2.1, straight
// into memory that it uses again. The order of calls is
//
//	Start, { Begin, { Feature, geometry…, properties… }, End }, Bytes
//
// Geometry is cut to the tile and its buffer; what the tile does not show, or
// what has shrunk to nothing, leaves no trace, and a layer without features none
// either. The same calls give the same bytes. One goroutine at a time.
type Encoder struct {
	grid
	out   []byte // finished layers
	layer []byte // finished features of the open layer

	name     string
	keys     []string
	values   dictionary
	texts    [remembered]lastText
	ints     [smallInts]smallInt
	layers   uint64 // begun by this Encoder
	features int

	open     bool // a feature has begun
	number   uint64
	kind     byte
	cursor   point
	geometry []byte
	tags     []byte
	hidden   bool // the outer ring was dropped, and so must be its holes

	sieve
	ring, spare []point
}

// grid maps pixels to tile units by shifts.
type grid struct {
	id       ID
	origin   point // in pixels
	up, down uint8 // bits by which pixels are multiplied, then divided
	half     int64 // what rounds to the nearest unit when divided
	buffer   int64
}

// NewEncoder returns an Encoder without anything in it.
func NewEncoder() *Encoder { return &Encoder{values: newDictionary()} }

// Start begins a tile with the default buffer and forgets the one before.
func (e *Encoder) Start(id ID) { e.StartBuffered(id, Buffer) }

// StartBuffered begins a tile whose lines and polygons reach a given number of
// units beyond it.
func (e *Encoder) StartBuffered(id ID, buffer int) {
	e.out, e.open = e.out[:0], false
	e.sieve = sieve{limit: math.MaxInt, taken: e.taken}
	e.grid = newGrid(id, int64(buffer))
}

func newGrid(id ID, buffer int64) grid {
	g := grid{id: id, buffer: buffer}
	side := worldBits - id.Z
	g.origin = point{int64(id.X) << side, int64(id.Y) << side}
	if side >= extentBits {
		g.down = side - extentBits
		g.half = int64(1) << g.down >> 1
	} else {
		g.up = extentBits - side
	}
	return g
}

// units returns the tile unit nearest to p.
func (g *grid) units(p geo.Pixel) point {
	return point{
		((int64(p.X)-g.origin.x)<<g.up + g.half) >> g.down,
		((int64(p.Y)-g.origin.y)<<g.up + g.half) >> g.down,
	}
}

// ID returns the tile begun last.
func (e *Encoder) ID() ID { return e.id }

// Begin opens a layer whose features have properties of the given names; a
// Property counts them from zero. Begin does not keep the slice.
func (e *Encoder) Begin(name string, properties ...string) {
	e.name, e.keys = name, append(e.keys[:0], properties...)
	e.values.reset()
	e.layers++
	e.layer, e.features, e.open, e.least = e.layer[:0], 0, false, 0
	clear(e.taken)
}

// Feature begins a feature and ends the one before. The number must be below
// 2^53, and the same wherever the feature is drawn.
func (e *Encoder) Feature(number uint64) {
	e.finish()
	e.open, e.number, e.kind = true, number, 0
	e.cursor, e.hidden, e.kept = point{}, false, false
	e.geometry, e.tags = e.geometry[:0], e.tags[:0]
}

// Shown reports whether the tile shows any of the open feature so far. If not,
// its properties need not be fetched.
func (e *Encoder) Shown() bool { return len(e.geometry) > 0 }

// finish writes the open feature.
func (e *Encoder) finish() {
	if !e.open || len(e.geometry) == 0 {
		e.open = false
		return
	}
	e.open = false
	e.features++
	size := 1 + varintLen(e.number) + 2 + 1 + varintLen(uint64(len(e.geometry))) + len(e.geometry)
	if len(e.tags) > 0 {
		size += 1 + varintLen(uint64(len(e.tags))) + len(e.tags)
	}
	b := appendVarint(append(e.layer, layerFeature), uint64(size))
	b = appendVarint(append(b, featureID), e.number)
	if len(e.tags) > 0 {
		b = appendBytes(b, featureTags, e.tags)
	}
	b = append(b, featureType, e.kind)
	e.layer = appendBytes(b, featureGeometry, e.geometry)
}

// End closes the layer.
func (e *Encoder) End() {
	e.finish()
	if e.features == 0 {
		return
	}
	b := e.layer
	for _, key := range e.keys {
		b = appendString(b, layerKey, key)
	}
	b = e.values.append(b)
	b = appendVarint(append(b, layerExtent), Extent)

	size := 2 + 1 + varintLen(uint64(len(e.name))) + len(e.name) + len(b)
	out := appendVarint(append(e.out, tileLayer), uint64(size))
	out = append(out, layerVersion, formatVersion)
	out = appendString(out, layerName, e.name)
	e.out, e.layer = append(out, b...), b[:0]
}

// Bytes returns the tile: the layers that were closed since Start, empty if none
// has a feature. It is valid until the next Start. Tiles of different layers,
// put one after the other, are a tile of all of them.
func (e *Encoder) Bytes() []byte { return e.out }
