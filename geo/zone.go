package geo

import "math"

// A Zone is all that lies within some metres of a line, or of a point. It has no
// outline: a line that crosses itself a thousand times has one of a hundred
// thousand corners, and whoever asks what lies near the line needs none of them. A
// Zone never changes.
type Zone struct {
	plane    plane
	radiusM  float64
	envelope Envelope
	segments []segment
	root     zoneCell
	middle   [2]float64 // of the root, metres
	halfM    float64    // half a side of the root
}

// A segment is a straight piece of the line, in metres.
type segment struct{ ax, ay, bx, by float64 }

// A zoneCell is a square of the ground.
type zoneCell struct {
	parts *[4]zoneCell // south-west, south-east, north-west, north-east; nil for a leaf
	near  []int32      // the segments that reach into a leaf; nil where all of it is in the zone
	all   bool         // all of it is in the zone
}

const (
	zoneDepth = 7 // a side is halved so often at most
	zoneFew   = 8 // segments that need no parting
)

// Around returns the Zone of what lies within radiusM metres of a line, of one
// point or more. It holds distances of up to a few kilometres to a part in ten
// thousand, and takes time in proportion to the line's corners, however it runs.
func Around(line []Point, radiusM float64) *Zone {
	env, ok := EnvelopeOf(line)
	if !ok {
		return &Zone{}
	}
	z := &Zone{plane: planeAt(env.Middle()), radiusM: radiusM}
	west, south := z.plane.metres(env.Min)
	east, north := z.plane.metres(env.Max)
	reach := radiusM + 0.02 // and rounding to the lattice
	z.envelope = Envelope{z.plane.point(west-reach, south-reach), z.plane.point(east+reach, north+reach)}
	for i, p := range line {
		ax, ay := z.plane.metres(line[max(i-1, 0)])
		bx, by := z.plane.metres(p)
		if i > 0 || len(line) == 1 {
			z.segments = append(z.segments, segment{ax, ay, bx, by})
		}
	}
	z.middle = [2]float64{(west + east) / 2, (south + north) / 2}
	z.halfM = max(east-west, north-south)/2 + reach
	every := make([]int32, len(z.segments))
	for i := range every {
		every[i] = int32(i)
	}
	z.root = z.cell(z.middle, z.halfM, every, zoneDepth)
	return z
}

// cell returns the cell around a middle, given the segments that may reach into it.
func (z *Zone) cell(middle [2]float64, halfM float64, among []int32, depth int) zoneCell {
	corner := halfM * math.Sqrt2 // from the middle
	var near []int32
	for _, i := range among {
		gap := math.Sqrt(z.segments[i].squaredGap(middle[0], middle[1]))
		if gap+corner <= z.radiusM {
			return zoneCell{all: true}
		}
		if gap-corner <= z.radiusM {
			near = append(near, i)
		}
	}
	if len(near) <= zoneFew || depth == 0 {
		return zoneCell{near: near}
	}
	parts := new([4]zoneCell)
	for quarter := range parts {
		parts[quarter] = z.cell(quarterMiddle(middle, halfM/2, quarter), halfM/2, near, depth-1)
	}
	return zoneCell{parts: parts}
}

func quarterMiddle(middle [2]float64, halfM float64, quarter int) [2]float64 {
	return [2]float64{
		middle[0] + halfM*float64(quarter&1*2-1),
		middle[1] + halfM*float64(quarter>>1*2-1),
	}
}

// squaredGap returns the square of the distance from x, y.
func (s segment) squaredGap(x, y float64) float64 {
	return squaredGap(s.ax-x, s.ay-y, s.bx-x, s.by-y)
}

// Envelope returns a box around the Zone, and false for the Zone of no points.
func (z *Zone) Envelope() (Envelope, bool) { return z.envelope, len(z.segments) > 0 }

// Contains reports whether p lies in the Zone or on its edge.
func (z *Zone) Contains(p Point) bool {
	if len(z.segments) == 0 || !z.envelope.Contains(p) {
		return false
	}
	x, y := z.plane.metres(p)
	leaf := z.leaf(x, y)
	if leaf.all {
		return true
	}
	for _, i := range leaf.near {
		if z.segments[i].squaredGap(x, y) <= z.radiusM*z.radiusM {
			return true
		}
	}
	return false
}

// leaf returns the leaf that holds a place.
func (z *Zone) leaf(x, y float64) *zoneCell {
	c, middle, halfM := &z.root, z.middle, z.halfM
	for c.parts != nil {
		quarter := 0
		if x >= middle[0] {
			quarter |= 1
		}
		if y >= middle[1] {
			quarter |= 2
		}
		halfM /= 2
		c, middle = &c.parts[quarter], quarterMiddle(middle, halfM, quarter)
	}
	return c
}
