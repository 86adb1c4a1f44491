package world

import (
	"cmp"
	"slices"

	"quanxi/geo"
)

// Where a ring begins, and which way a border runs, depends on the order in which
// a node learnt of the divisions. What is drawn must not: nodes agree on the bytes
// of a tile.

// directed returns the border from its smaller end, or, if it is a whole ring,
// from the smallest of the vertices that show first towards its smaller
// neighbour.
func (b *Border) directed() *Border {
	out := *b
	last := len(b.Pixels) - 1
	if b.Pixels[0] == b.Pixels[last] {
		out.Pixels, out.Zooms = begun(b.Pixels, b.Zooms)
		if comparePixels(out.Pixels[last-1], out.Pixels[1]) < 0 {
			out.reverse()
		}
	} else if comparePixels(b.Pixels[last], b.Pixels[0]) < 0 {
		out.reverse()
	}
	return &out
}

func (b *Border) reverse() {
	b.turned = !b.turned
	b.Pixels, b.Zooms = slices.Clone(b.Pixels), slices.Clone(b.Zooms)
	slices.Reverse(b.Pixels)
	slices.Reverse(b.Zooms)
}

// begun returns a closed ring begun at the smallest of its vertices by zoom, X, Y.
func begun(pixels []geo.Pixel, zooms []uint8) ([]geo.Pixel, []uint8) {
	n, first := len(pixels)-1, 0
	for i := range n {
		if cmp.Or(cmp.Compare(zooms[i], zooms[first]), comparePixels(pixels[i], pixels[first])) < 0 {
			first = i
		}
	}
	return slices.Concat(pixels[first:n], pixels[:first+1]), slices.Concat(zooms[first:n], zooms[:first+1])
}

func comparePixels(a, b geo.Pixel) int {
	return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
}

// A begunRing is a ring in the making that will begin where begun has it begin.
type begunRing struct {
	pixels []geo.Pixel
	first  int
	zoom   uint8 // of the first
}

func (r *begunRing) add(p geo.Pixel, zoom uint8) {
	if n := len(r.pixels); n == 0 || cmp.Or(cmp.Compare(zoom, r.zoom), comparePixels(p, r.pixels[r.first])) < 0 {
		r.first, r.zoom = n, zoom
	}
	r.pixels = append(r.pixels, p)
}

// turned returns the pixels with those before the first again behind the last: from the
// first on they are the ring, its first vertex not repeated.
func (r *begunRing) turned() []geo.Pixel { return append(r.pixels, r.pixels[:r.first]...) }
