package tiles

import (
	"math"

	"quanxi/geo"
)

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
//
// Most tiles fit at once. Of one that does not, the first drawing ends where it is too large,
// and the second weighs what further steps would leave out: those that are too large for
// certain are not drawn.
func (e *Encoder) Fit(id ID, limit int, draw func(*Encoder)) []byte {
	for step := uint8(0); ; step = e.nextStep(limit) {
		e.Start(id)
		e.coarseness, e.weighs = step, step == 1
		if !e.weighs && step < maxCoarseness {
			e.limit = limit
		}
		draw(e)
		if len(e.out) <= limit || step == maxCoarseness {
			return e.out
		}
	}
}

// nextStep returns the step that comes after one that was too large.
func (e *Encoder) nextStep(limit int) uint8 {
	step := e.coarseness + 1
	if !e.weighs {
		return step
	}
	left := 0
	for _, bytes := range e.weights[step+1:] {
		left += bytes
	}
	for ; step < maxCoarseness && left > limit; step++ {
		left -= e.weights[step+1]
	}
	return step
}

// A sieve leaves out what is too small at its coarseness. At zero that is
// nothing.
type sieve struct {
	coarseness uint8
	limit      int                    // of bytes, beyond which nothing more is drawn
	least      int64                  // area under which rings of the layer are always left out
	kept       bool                   // the open feature passes whatever its size
	taken      map[[2]uint32]struct{} // cells that have a point of the layer

	weighs  bool
	weights [maxCoarseness + 2]int // least bytes of lines and rings, by the coarseness that leaves them out
}

// Full reports whether the tile is too large already, so that nothing more of it need be drawn.
func (e *Encoder) Full() bool { return len(e.out)+len(e.layer) > e.limit }

// moveBytes is how many bytes fewer or more a shape may take where it begins, when the one
// before it is left out.
const moveBytes = 5

// weigh notes the bytes of a line or ring, and its measure: what coarseness doubles to the power
// of a shape's dimensions has to exceed to leave it out.
func (e *Encoder) weigh(bytes int, measure float64, dimensions int) {
	if !e.weighs || bytes <= moveBytes {
		return
	}
	goneAt := 0
	for least := 1.0; least <= measure && goneAt <= maxCoarseness; least *= float64(int(1) << dimensions) {
		goneAt++
	}
	if e.kept {
		goneAt = maxCoarseness + 1
	}
	e.weights[goneAt] += bytes - moveBytes
}

// Keep lets the open feature stay in the tile however coarse it is drawn. It
// comes before the geometry.
func (e *Encoder) Keep() { e.kept = true }

// Least leaves out the polygons of the open layer that have less than an area in
// square units of the tile, from their first ring on.
func (e *Encoder) Least(area int64) { e.least = area }

// small reports whether a ring is left out, and else, where that depends on it, its measure: the
// smaller one of its area and that of its box. It looks at the whole ring, not at
// what this tile shows of it, so that neighbours decide alike.
func (e *Encoder) small(pts []point, box span) (measure float64, isSmall bool) {
	if e.coarseness == 0 && e.least == 0 || e.kept {
		return 0, false
	}
	least := float64(max(e.least, int64(1)<<(2*e.coarseness)))
	measure = float64(box.maxX-box.minX) * float64(box.maxY-box.minY)
	if measure < least {
		return measure, true
	}
	var double float64
	for i, p := range pts[1:] {
		double += float64(pts[i].x-pts[0].x)*float64(p.y-pts[0].y) - float64(p.x-pts[0].x)*float64(pts[i].y-pts[0].y)
	}
	measure = min(measure, math.Abs(double)/2)
	return measure, measure < least
}

// slight reports whether a line is left out.
func (e *Encoder) slight(box span) bool {
	if e.coarseness == 0 || e.kept {
		return false
	}
	return box.side() < int64(1)<<e.coarseness
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
