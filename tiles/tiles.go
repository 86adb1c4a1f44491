// Package tiles cuts vector tiles: addresses, clipping, the Mapbox Vector Tile
// 2.1 encoding, versions, TileJSON and a cache.
//
// It knows features, that is geometry with a number and properties, and not what
// a building or a person is, nor who may see which: its callers draw only what a
// viewer gets.
package tiles

const (
	// Extent is the number of units to the side of every tile.
	Extent = 4096
	// Buffer is how far lines and polygons are drawn beyond the tile, in the same
	// units, so that strokes do not end at its edge. Points are drawn by the one
	// tile that holds them.
	Buffer = 64
	// MaxZoom is the deepest zoom of a tile address.
	MaxZoom = 22

	// extentBits is the binary logarithm of Extent.
	extentBits = 12
	// worldBits is the binary logarithm of the side of the world in geo.Pixel units.
	worldBits = 32
)
