package tiles

import "quanxi/geo"

// MaxBytes is how large a tile may be before compression. A larger one would
// block the renderer, so it is drawn coarser.
const MaxBytes = 300_000

// maxCoarseness is where nothing that may be left out is left.
const maxCoarseness = extentBits + 2

// Fit draws a tile of at most limit bytes. A tile that comes out larger is drawn
// again by a coarser rule: polygons below an area, lines below a length, and
// points in a cell that already has one of their layer are left out; from step to step the
// measure doubles. So a tile is never cut off somewhere in the middle, and what is
// left out is what is hardest to see. Features marked with Keep always stay, and
// may exceed the limit.
func (e *Encoder) Fit(id ID, limit int, draw func(*Encoder)) []byte {
	for step := range uint8(maxCoarseness + 1) {
		e.Start(id)
		e.sieve.set(step)
		draw(e)
		if len(e.out) <= limit {
			break
		}
	}
	return e.out
}

// A sieve leaves out what is too small at its coarseness. At zero that is
// nothing.
type sieve struct {
	coarseness uint8
	least      int64                  // area under which rings of the layer are always left out
	kept       bool                   // the open feature passes whatever its size
	taken      map[[2]uint32]struct{} // cells that have a point of the layer
}

func (s *sieve) set(coarseness uint8) {
	s.coarseness = coarseness
}

// Keep lets the open feature stay in the tile however coarse it is drawn. It
// comes before the geometry.
func (e *Encoder) Keep() { e.kept = true }

// Least leaves out the polygons of the open layer that have less than an area in
// square units of the tile, from their first ring on.
func (e *Encoder) Least(area int64) { e.least = area }

// small reports whether a ring is left out. It looks at the whole ring, not at
// what this tile shows of it, so that neighbours decide alike.
func (e *Encoder) small(pts []point, box span) bool {
	if e.coarseness == 0 && e.least == 0 || e.kept {
		return false
	}
	least := float64(max(e.least, int64(1)<<(2*e.coarseness)))
	if float64(box.maxX-box.minX)*float64(box.maxY-box.minY) < least {
		return true
	}
	var double float64
	for i, p := range pts[1:] {
		double += float64(pts[i].x-pts[0].x)*float64(p.y-pts[0].y) - float64(p.x-pts[0].x)*float64(pts[i].y-pts[0].y)
	}
	return max(double, -double) < 2*least
}

// slight reports whether a line is left out.
func (e *Encoder) slight(box span) bool {
	if e.coarseness == 0 || e.kept {
		return false
	}
	return max(box.maxX-box.minX, box.maxY-box.minY) < int64(1)<<e.coarseness
}

// crowded reports whether a point is left out because its cell has one. Cells
// are of the world, not of the tile.
func (e *Encoder) crowded(p geo.Pixel) bool {
	if e.coarseness == 0 || e.kept {
		return false
	}
	if e.coarseness == maxCoarseness {
		return true
	}
	bits := min(uint(e.down)+uint(e.coarseness), worldBits)
	cell := [2]uint32{uint32(uint64(p.X) >> bits), uint32(uint64(p.Y) >> bits)}
	if _, ok := e.taken[cell]; ok {
		return true
	}
	if e.taken == nil {
		e.taken = make(map[[2]uint32]struct{})
	}
	e.taken[cell] = struct{}{}
	return false
}
