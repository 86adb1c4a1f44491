package build

import "quanxi/grid/generate/plane"

// outline returns corners given in the axes of box as a ring.
func outline(box plane.Box, corners ...[2]float64) plane.Ring {
	out := make(plane.Ring, len(corners))
	for i, c := range corners {
		out[i] = box.Place(c[0]*box.L, c[1]*box.W)
	}
	return out
}

// notched is a slab whose units step back a little at the stairs.
func notched(box plane.Box, units int) plane.Ring {
	if units < 2 {
		return box.Ring()
	}
	out := plane.Ring{box.Place(-box.L, -box.W), box.Place(box.L, -box.W), box.Place(box.L, box.W)}
	for u := units - 1; u > 0; u-- {
		x := box.L * (2*float64(u)/float64(units) - 1)
		out = append(out, box.Place(x+1.6, box.W), box.Place(x+1.6, box.W-1.8), box.Place(x-1.6, box.W-1.8), box.Place(x-1.6, box.W))
	}
	return append(out, box.Place(-box.L, box.W))
}

// point is the plan of a tower: a butterfly, a cross or a T.
func point(box plane.Box, kind int) plane.Ring {
	switch kind % 3 {
	case 0: // butterfly
		return outline(box, [2]float64{-1, -0.85}, [2]float64{-0.45, -1}, [2]float64{-0.2, -0.5}, [2]float64{0.2, -0.5},
			[2]float64{0.45, -1}, [2]float64{1, -0.85}, [2]float64{0.85, 0.1}, [2]float64{0.6, 0.2}, [2]float64{0.6, 0.75},
			[2]float64{0.2, 1}, [2]float64{-0.2, 1}, [2]float64{-0.6, 0.75}, [2]float64{-0.6, 0.2}, [2]float64{-0.85, 0.1})
	case 1: // cross
		return outline(box, [2]float64{-0.35, -1}, [2]float64{0.35, -1}, [2]float64{0.35, -0.4}, [2]float64{1, -0.4},
			[2]float64{1, 0.45}, [2]float64{0.4, 0.45}, [2]float64{0.4, 1}, [2]float64{-0.4, 1}, [2]float64{-0.4, 0.45},
			[2]float64{-1, 0.45}, [2]float64{-1, -0.4}, [2]float64{-0.35, -0.4})
	}
	return outline(box, [2]float64{-1, -1}, [2]float64{-0.3, -1}, [2]float64{-0.3, -0.75}, [2]float64{0.3, -0.75},
		[2]float64{0.3, -1}, [2]float64{1, -1}, [2]float64{1, 0.1}, [2]float64{0.45, 0.1}, [2]float64{0.45, 1},
		[2]float64{-0.45, 1}, [2]float64{-0.45, 0.1}, [2]float64{-1, 0.1})
}

// house is the plan of a farmhouse: a box, an L or a U open to the yard.
func house(box plane.Box, kind int) plane.Ring {
	switch kind {
	case 1:
		return outline(box, [2]float64{-1, -1}, [2]float64{1, -1}, [2]float64{1, 0.1}, [2]float64{0.1, 0.1},
			[2]float64{0.1, 1}, [2]float64{-1, 1})
	case 2:
		return outline(box, [2]float64{-1, -1}, [2]float64{1, -1}, [2]float64{1, 1}, [2]float64{0.45, 1},
			[2]float64{0.45, 0}, [2]float64{-0.45, 0}, [2]float64{-0.45, 1}, [2]float64{-1, 1})
	}
	return box.Ring()
}
